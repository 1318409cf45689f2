# ruff: noqa: E501  (a row of a table is a line)
"""Files that would do harm, given to `evaluation import` as a user gives them: refused with a reason, in little memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from conftest import ROUND, make_round
from exports import central_rows, csv_bytes, form, write_sheets

from evaluation.declare.programme import load_round_file

LIMIT_KB = 1_500_000


def imported(folder: Path, file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "evaluation", "import", "--method", "questionnaire", "--round", str(folder), "--lang", "en", str(file)]
    limited = ["sh", "-c", f'ulimit -v {LIMIT_KB * 3}; exec "$@"', "sh", *command]
    return subprocess.run(limited, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "OMP_NUM_THREADS": "1",
                                                                                                  "OPENBLAS_NUM_THREADS": "1"})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return make_round(tmp_path / "round", answers=None, round=ROUND.replace(", weight: weight", ""))


def bomb(file: Path, name: str, megabytes: int) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as stream:
        for _ in range(megabytes):
            stream.write(b"0" * 1_000_000)
    return file


def xlsx_bomb(folder: Path) -> Path:
    file = write_sheets(folder / "whole.xlsx", {"a": [["KEY", "q1"], ["1", "5"]]})
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(folder / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        for member in whole.infolist():
            content = whole.read(member)
            if member.filename.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", b" " * 200_000_000 + b"</sheetData>")
            made.writestr(member.filename, content)
    return folder / "bomb.xlsx"


def xxe(folder: Path) -> Path:
    file = write_sheets(folder / "whole.xlsx", {"a": [["KEY", "q1"], ["1", "5"]]})
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(folder / "xxe.xlsx", "w") as made:
        for member in whole.infolist():
            content = whole.read(member)
            if member.filename.endswith("sharedStrings.xml"):
                content = content.replace(b"<sst", b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst', 1)
            made.writestr(member.filename, content)
    return folder / "xxe.xlsx"


def zsav_bomb(folder: Path) -> Path:
    pyreadstat.write_sav(pd.DataFrame(dict.fromkeys("abcdefgh", np.zeros(1_500_000))), str(folder / "bomb.zsav"), compress=True)
    return folder / "bomb.zsav"


def climbing(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "up.zip", "w") as made:
        made.writestr("../../up.csv", "KEY,community,q1\n1,c1,5\n")
    return folder / "up.zip"


def long_line(folder: Path) -> Path:
    with (folder / "line.csv").open("wb") as stream:      # two gigabytes of one line, which take no room on disk
        stream.write(b"KEY,community,q1\n")
        stream.truncate(2_000_000_000)
    return folder / "line.csv"


def long_line_in_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "line.zip", "w") as made:
        made.writestr("f.csv", b"KEY,community,q1\n" + b"x" * 21_000_000)
    return folder / "line.zip"


def large_json(folder: Path) -> Path:
    with (folder / "large.json").open("wb") as stream:
        stream.truncate(1_100_000_000)
    return folder / "large.json"


def deep_json(folder: Path) -> Path:
    (folder / "deep.json").write_text("[" * 1_000_000)
    return folder / "deep.json"


ATTACKS = {
    "zip bomb": (lambda folder: bomb(folder / "b.zip", "f.csv", 300), "F11"), "xlsx bomb": (xlsx_bomb, "F11"), "zsav bomb": (zsav_bomb, "F11"), "XXE": (xxe, "F13"),
    "name that climbs": (climbing, "F12"), "line without end": (long_line, "F15"), "the same in a zip": (long_line_in_zip, "F15"),
    "large JSON": (large_json, "F16"), "deep JSON": (deep_json, "I09"),
    "picture": (lambda folder: noise(folder / "f.csv"), "F0"), "broken workbook": (lambda folder: noise(folder / "f.xlsx"), "F10"),
    "broken zip": (lambda folder: noise(folder / "f.zip"), "F10"), "broken SPSS": (lambda folder: noise(folder / "f.sav"), "F10"),
    "nothing": (lambda folder: empty(folder / "f.csv"), "F05"), "folder": (lambda folder: folder, "I05"),
}


def noise(file: Path) -> Path:
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    return file


def empty(file: Path) -> Path:
    file.touch()
    return file


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused_with_a_reason(place: Path, tmp_path: Path, name: str) -> None:
    make, code = ATTACKS[name]
    done = imported(place, make(tmp_path))
    assert (done.returncode, done.stdout) == (11, "")
    assert f"[{code}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (place / "answers.csv").exists()
    assert not list(tmp_path.rglob("up.csv"))


def test_a_user_imports_checks_and_scores(place: Path, tmp_path: Path) -> None:
    form_ = load_round_file(place)[1].instruments["questionnaire"]
    forms = [form(str(n), f"c{n % 2 + 1}", q1="5", q2="yes", q3="3", q4=["a"], q5="0.5") for n in range(30)]
    (tmp_path / "f.csv").write_bytes(csv_bytes(central_rows(forms, form_)))
    done = imported(place, tmp_path / "f.csv")
    assert done.returncode == 0, done.stderr
    assert "30 forms: 30 new" in done.stdout
    assert f"evaluation check --round {place}" in done.stdout
    assert done.stderr == ""
    checked = subprocess.run([sys.executable, "-m", "evaluation", "check", "--round", str(place)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "questionnaire 30" in checked.stdout


def test_the_mapping_is_checked_and_has_a_schema(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("mapping: m\ninstanse: No.\n")
    done = subprocess.run([sys.executable, "-m", "evaluation", "check", str(tmp_path / "m.yaml"), "--lang", "en"], capture_output=True, text=True, check=False)
    assert done.returncode == 10
    assert "m.yaml:2: instanse" in done.stderr
    assert "'instance'" in done.stderr
    shown = subprocess.run([sys.executable, "-m", "evaluation", "schema"], capture_output=True, text=True, check=True)
    assert "several" in json.loads(shown.stdout)["mapping"]["properties"]
