# ruff: noqa: E501  (a row of a table is a line)
"""`evaluation form export` as it is used: every kind of form of every instrument, where it is put, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import pyxform.validators.odk_validate as odk
from conftest import make_round
from lxml import etree
from typer.testing import CliRunner

from evaluation import cli
from evaluation.core.errors import EvaluationError
from evaluation.core.resources import shipped

METHODS = {"phone": "phone", "questionnaire": "resident", "meeting": "meeting", "activity": "activity", "records": "records"}


def run(*arguments: object) -> list[str]:
    """Lines that the command prints; its faults are raised."""
    found = CliRunner().invoke(cli.app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert found.exit_code == 0, found.output
    return found.stdout.splitlines()


def fault(*arguments: object) -> EvaluationError:
    with pytest.raises(EvaluationError) as error:
        CliRunner().invoke(cli.app, [str(argument) for argument in arguments], catch_exceptions=False)
    return error.value


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("to", "ends"), [("xlsform", [".xlsx"]), ("xform", [".xml"]), ("html", [".zh.html", ".en.html"]), ("docx", [".zh.docx", ".en.docx"])])
def test_every_form_of_every_instrument(folder: Path, method: str, to: str, ends: list[str]) -> None:
    files = [folder / "forms" / f"{METHODS[method]}{end}" for end in ends]
    assert run("form", "export", "--instrument", method, "--to", to, "--round", folder) == [str(file) for file in files]
    first = [file.read_bytes() for file in files]
    run("form", "export", "--instrument", METHODS[method], "--to", to, "--round", folder)
    assert [file.read_bytes() for file in files] == first


def test_odk_takes_the_forms_of_a_round_with_its_communities(folder: Path) -> None:
    for method in METHODS:
        run("form", "export", "--instrument", method, "--to", "xform", "--round", folder)
    files = sorted((folder / "forms").glob("*.xml"))
    root = etree.parse(files[-1]).getroot()
    listed = root.xpath("//*[local-name()='instance'][@id='communities']//*[local-name()='name']/text()")
    assert (len(listed), listed[0]) == (24, "c01")
    if shutil.which("java") is None:
        pytest.skip("ODK Validate runs on Java, which is not here")
    told = subprocess.run(["java", "-jar", odk.ODK_VALIDATE_PATH, *map(str, files)], capture_output=True, text=True, timeout=300, check=False)
    assert (told.returncode, told.stderr.strip()) == (0, "")
    assert told.stdout.count("Xform is valid!") == len(METHODS)


def test_no_contact_data_is_in_a_form(folder: Path) -> None:
    run("form", "export", "--instrument", "phone", "--to", "xform", "--round", folder)
    text = (folder / "forms" / "phone.xml").read_text(encoding="utf-8").lower()
    frame = (folder / "frame" / "frame.csv").read_text(encoding="utf-8").splitlines()
    assert frame[1].split(",")[-1] not in text
    assert not [word for word in ("phonenumber", "deviceid", "simserial", "geopoint", "username", "email") if word in text]


def test_where_it_is_put(tmp_path: Path) -> None:
    made = make_round(tmp_path / "r")
    export = ("form", "export", "--instrument", "questionnaire", "--round", made)
    assert run(*export, "--out", tmp_path / "a.xlsx") == [str(tmp_path / "a.xlsx")]
    assert run(*export, "--out", tmp_path / "new") == [str(tmp_path / "new" / "form.xlsx")]
    assert run(*export, "--to", "html", "--out", tmp_path / "b.html") == [str(tmp_path / "b.zh.html"), str(tmp_path / "b.en.html")]
    assert run(*export, "--to", "html", "--lang", "en", "--out", tmp_path / "b.html") == [str(tmp_path / "b.html")]
    assert run(*export, "--to", "docx", "--lang", "zh") == [str(made / "forms" / "form.zh.docx")]


def test_a_file_needs_no_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = shipped("questionnaires") / "neighbourly" / "phone.yaml"
    assert run("form", "export", "--instrument", file, "--to", "xform") == ["forms/phone.xml"]
    assert 'id="communities"' not in Path("forms/phone.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("arguments", "code", "exit_code", "words"), [
    (("--to", "xlform"), "X30", 2, "xlsform"),
    (("--to", "pdf"), "X30", 2, "docx"),
    (("--instrument", "questionaire"), "X31", 2, "questionnaire"),
    (("--instrument", "nothing.yaml"), "Y01", 10, "nothing.yaml"),
])
def test_what_is_not_known(tmp_path: Path, arguments: tuple[str, str], code: str, exit_code: int, words: str) -> None:
    made = make_round(tmp_path)
    given = {"--instrument": "questionnaire", "--to": "xlsform", "--round": str(made)} | {arguments[0]: arguments[1]}
    error = fault("form", "export", *(part for pair in given.items() for part in pair))
    assert [told.code for told in error.problems] == [code]
    assert error.exit_code == exit_code
    assert words in str(error)
    assert not (made / "forms").exists()


def test_a_language_that_the_instrument_lacks(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text('instrument: one\nmethod: phone\nversion: "1"\ntitle: One\nlanguages: [en]\nitems:\n- {id: q, type: text, label: Why?}\n', encoding="utf-8")
    error = fault("form", "export", "--instrument", file, "--to", "html", "--lang", "zh", "--out", tmp_path / "o")
    assert [told.code for told in error.problems] == ["X39"]
    assert "en" in str(error)
    assert run("form", "export", "--instrument", file, "--to", "html", "--out", tmp_path / "o") == [str(tmp_path / "o" / "one.en.html")]


def test_what_a_form_cannot_carry_is_told_all_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    made = make_round(tmp_path, form=("value: a, score", 'value: "“a”", score'))
    error = fault("form", "export", "--instrument", "form", "--to", "xform", "--round", made)
    assert [(told.code, Path(told.file).name, told.path) for told in error.problems] == [("X33", "form.yaml", "choices.places[0].value")]
    assert not (made / "forms").exists()
    run("form", "export", "--instrument", "form", "--to", "html", "--round", made)  # paper carries anything


@pytest.mark.parametrize("to", ["html", "docx"])
def test_paper_in_any_one_language_of_the_instrument(tmp_path: Path, to: str) -> None:
    file = tmp_path / "one.yaml"
    file.write_text('instrument: one\nmethod: phone\nversion: "1"\ntitle: {en: One, fr: Un}\nlanguages: [en, fr]\nitems:\n'
                    "- {id: q, type: text, label: {en: Why?, fr: Pourquoi ?}}\n", encoding="utf-8")
    export = ("form", "export", "--instrument", file, "--to", to, "--out", tmp_path / "o")
    assert run(*export, "--lang", "fr") == [str(tmp_path / "o" / f"one.fr.{to}")]
    error = fault(*export, "--lang", "de")
    assert [told.code for told in error.problems] == ["X39"]
