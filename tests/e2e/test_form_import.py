# ruff: noqa: E501  (a row of a table is a line)
"""`evaluation form import` as it is used: written, doubted on standard error, refused with every reason, nothing half done."""

from __future__ import annotations

import pytest

from evaluation.cli import main
from evaluation.core.errors import catalogue
from evaluation.declare.programme import load_instrument
from evaluation.fieldwork.forms.drafts import Draft
from evaluation.verbs import forms

GOOD = "社区问卷\n1. 您对绿化满意吗？[单选题] *\nA. 非常满意\nB. 一般\nC. 非常不满意\n2. 您的姓名：[填空题]\n"
OUTSIDE = "问卷\n1. 您的民族？[单选题]\nA. 甲\nB. 乙\n2. 您信仰什么？[排序题]\nA. 宗教\nB. 无\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVALUATION_LANG", "en")              # --lang sets it for the process
    (tmp_path / "green.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(capsys, *arguments):
    """Exit code, standard output and standard error of `evaluation form import`."""
    with pytest.raises(SystemExit) as ended:
        main(["form", "import", *map(str, arguments)])
    told = capsys.readouterr()
    return ended.value.code or 0, told.out, told.err


def test_a_form_is_written_and_its_doubts_are_told(here, capsys):
    code, out, err = run(capsys, "green.txt", "--lang", "en")
    assert (code, out) == (0, "green.yaml: 1 items, 2 doubts\n")
    assert [line.split("[")[-1] for line in err.splitlines()] == ["X22]", "X20]"]
    assert err.splitlines()[1].startswith("warning: green.txt:6: q02: '您的姓名：' asks for contact data")
    made = load_instrument(here / "green.yaml")
    assert (made.instrument, made.method, made.version, made.languages) == ("green", "questionnaire", "1", ("zh",))
    assert [(item.id, item.required) for item in made.items] == [("q01", True)]
    assert "姓名" not in (here / "green.yaml").read_text(encoding="utf-8").split("instrument:")[1]


def test_doubts_in_chinese(here, capsys):
    code, out, err = run(capsys, "green.txt", "--lang", "zh")
    assert (code, out) == (0, "green.yaml：1 个题目，2 条存疑\n")
    assert "提醒：green.txt:6: q02: “您的姓名：”询问联系信息，已略去" in err


def test_the_same_form_gives_the_same_bytes_and_may_be_imported_again(here, capsys):
    run(capsys, "green.txt")
    first = (here / "green.yaml").read_bytes()
    assert run(capsys, "green.txt")[0] == 0
    assert (here / "green.yaml").read_bytes() == first


def test_what_somebody_has_edited_is_not_replaced_unasked(here, capsys):
    run(capsys, "green.txt")
    edited = (here / "green.yaml").read_text(encoding="utf-8") + "# mine\n"
    (here / "green.yaml").write_text(edited, encoding="utf-8")
    code, out, err = run(capsys, "green.txt")
    assert (code, out) == (2, "")
    assert "[U33]" in err
    assert (here / "green.yaml").read_text(encoding="utf-8") == edited
    assert run(capsys, "green.txt", "--overwrite")[0] == 0
    assert "# mine" not in (here / "green.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("out", "written"), [("new/deep/form.yaml", "new/deep/form.yaml"), ("form.yml", "form.yml"), ("folder", "folder/green.yaml"), ("a.b", "a.b/green.yaml")])
def test_where_it_goes(here, capsys, out, written):
    assert run(capsys, "green.txt", "--out", out)[1].startswith(f"{written}: ")
    load_instrument(here / written)


@pytest.mark.parametrize(("stem", "more", "name"), [
    ("green", (), "green"), ("绿化问卷", (), "questionnaire"), ("绿化问卷", ("--method", "phone"), "phone"), ("my form (1)", (), "questionnaire"),
    ("green", ("--name", "parks"), "parks"), ("绿化", ("--name", "parks"), "parks")])
def test_its_name(here, capsys, stem, more, name):
    (here / f"{stem}.txt").write_text(GOOD, encoding="utf-8")
    assert run(capsys, f"{stem}.txt", *more)[0] == 0
    assert load_instrument(here / f"{stem}.yaml").instrument == name


def test_several_forms(here, capsys):
    (here / "other.MD").write_text(GOOD, encoding="utf-8")
    code, out, _ = run(capsys, "green.txt", "other.MD", "--out", "made", "--method", "phone")
    assert code == 0
    assert [line.split(":")[0] for line in out.splitlines()] == ["made/green.yaml", "made/other.yaml"]
    assert load_instrument(here / "made" / "other.yaml").method == "phone"


def test_all_faults_of_all_forms_and_nothing_written(here, capsys):
    (here / "outside.txt").write_text(OUTSIDE, encoding="utf-8")
    (here / "empty.txt").write_text("", encoding="utf-8")
    code, out, err = run(capsys, "green.txt", "outside.txt", "empty.txt", "--lang", "en")
    assert (code, out) == (10, "")
    assert [line.split(": ")[0] + line[-5:] for line in err.splitlines()] == ["empty.txt[X21]", "outside.txt:2[S02]", "outside.txt:5[S02]", "outside.txt:6[S02]"]
    assert sorted(file.name for file in here.iterdir()) == ["empty.txt", "green.txt", "outside.txt"]


#: arguments, exit code, code of the message, words of it
REFUSED = [
    (["nowhere.txt"], 11, "F01", "nowhere.txt"), (["green.pdf"], 2, "X01", ".pdf"), (["green"], 2, "X01", ".txt"),
    (["green.txt", "--method", "visit"], 2, "U31", "visit"), (["green.txt", "--name", "a b"], 2, "U32", "a b"), (["green.txt", "green.txt", "--name", "a"], 2, "U32", "'a'"),
    (["green.txt", "green.txt"], 2, "U34", "green.yaml"), (["green.txt", "--out", "green.txt/x"], 1, "N02", "green.txt"), (["green.txt", "nothing.txt"], 10, "X21", "nothing.txt")]


@pytest.mark.parametrize(("arguments", "exit_code", "code", "word"), REFUSED)
def test_refused_with_a_reason(here, capsys, arguments, exit_code, code, word):
    (here / "nothing.txt").write_text("只有标题\n没有题目\n", encoding="utf-8")
    before = sorted(here.rglob("*"))
    told = {lang: run(capsys, *arguments, "--lang", lang) for lang in ("en", "zh")}
    assert [result[:2] for result in told.values()] == [(exit_code, "")] * 2
    assert all(f"[{code}]" in err and word.strip("'") in err and "Traceback" not in err for _, _, err in told.values())
    assert told["en"][2] != told["zh"][2]
    assert sorted(here.rglob("*")) == before


def test_the_second_of_two_languages_is_not_kept(here, capsys):
    run(capsys, "green.txt", "--lang", "zh")
    assert "存疑" not in run(capsys, "green.txt", "--lang", "en", "--overwrite")[1]


def test_every_code_of_form_import_is_in_a_table():
    shown = {code for _, _, code, _ in REFUSED if code[0] in "XU"}
    assert shown == {"X01", "X21", "U31", "U32", "U34"}      # U33 above; X20, X22, X23 in tests/unit/test_drafts.py
    assert {*shown, "U33"} <= catalogue().keys()


def test_a_form_too_large_for_yaml_is_refused(here, capsys, monkeypatch):
    monkeypatch.setattr(forms, "MOST_BYTES", 200)
    assert run(capsys, "green.txt")[0] == 10
    assert not (here / "green.yaml").exists()


def test_what_a_form_says_of_itself_is_kept(here, capsys, monkeypatch):
    data = {"instrument": "own", "method": "meeting", "version": "3", "title": "T", "languages": ["zh"], "items": [{"id": "q", "type": "text", "label": "甲"}]}
    monkeypatch.setattr(forms, "READERS", {".txt": lambda file: Draft(file, data)})
    run(capsys, "green.txt")
    made = load_instrument(here / "green.yaml")
    assert (made.instrument, made.method, made.version) == ("own", "meeting", "3")
    run(capsys, "green.txt", "--overwrite", "--name", "other", "--method", "phone")
    made = load_instrument(here / "green.yaml")
    assert (made.instrument, made.method, made.version) == ("other", "phone", "3")
