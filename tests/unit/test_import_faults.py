# ruff: noqa: E501  (a row of a table is a line)
"""Faults and warnings of imports: one a row, told with code, file, line and remedy, in both languages; nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import pytest
from conftest import ROUND, make_round
from exports import central_rows, csv_bytes, form, kobo_json, kobo_rows, odata, write_bytes, write_json, write_sheets, write_zip

from evaluation import verbs
from evaluation.core.errors import EvaluationError, Problem, catalogue
from evaluation.declare.instrument import Instrument
from evaluation.declare.programme import load_round_file

FORMS = [form("11", "c1", q1="5", q2="yes", q3="3", q4=["a", "b"], q5="0.5"), form("12", "c1", q1="1", q2="no", q4=[], q5="1")]
PLAIN = b"No.,Place,Good,Sq,Lib\n1,c1,5,x,\n2,c1,1,,x\n"
MAPPING = "mapping: m\ninstance: No.\ncommunity: Place\ncolumns: {q1: Good}\n"
Make = Callable[[Path, Instrument], Path]


def rows_with(*, old: str = "", new: str = "", forms: list = FORMS, make=central_rows) -> Make:
    """Central's CSV with one cell changed."""
    def made(folder: Path, instrument: Instrument) -> Path:
        rows = [[new if cell == old else cell for cell in row] for row in make(forms, instrument)]
        return write_bytes(folder / "f.csv", csv_bytes(rows))
    return made


def without(name: str, make=central_rows) -> Make:
    """Central's CSV without a column."""
    def made(folder: Path, instrument: Instrument) -> Path:
        rows = make(FORMS, instrument)
        return write_bytes(folder / "f.csv", csv_bytes([[cell for cell, head in zip(row, rows[0], strict=True) if head != name] for row in rows]))
    return made


def content(name: str, raw: bytes) -> Make:
    return lambda folder, _: write_bytes(folder / name, raw)


def answer(item: str, *values: str) -> Make:
    return rows_with(forms=[form(str(n), "c1", **{item: value}) for n, value in enumerate(values, 1)])


def repeated(folder: Path, instrument: Instrument) -> Path:
    return write_zip(folder / "f.zip", {"f.csv": b"community,KEY\nc1,uuid:1\n", "f-a.csv": b"q1,q2,PARENT_KEY,KEY\n5,no,uuid:1,uuid:1/a[1]\n5,no,uuid:9,uuid:9/a[1]\n"})


def beside(folder: Path, instrument: Instrument) -> Path:
    return write_zip(folder / "f.zip", {"f.csv": b"community,KEY\nc1,uuid:1\n", "f-a.csv": b"q1,PARENT_KEY,KEY\n5,uuid:1,uuid:1/a[1]\n", "f-b.csv": b"q2,PARENT_KEY,KEY\nno,uuid:1,uuid:1/b[1]\n"})


def linked(folder: Path, instrument: Instrument) -> Path:
    return write_json(folder / "f.json", {"value": [{"__id": "uuid:1", "community": "c1", "visit@odata.navigationLink": "Submissions('uuid:1')/visit"}]})


def deep(levels: int) -> Make:
    return content("f.json", b'{"value": [' + b'{"a":' * levels + b"1" + b"}" * levels + b"]}")


def differing(folder: Path, instrument: Instrument) -> Path:
    header, *rows = kobo_rows(FORMS, instrument)
    return write_bytes(folder / "f.csv", csv_bytes([[*header, "q1"], *([*row, "dk"] for row in rows)]))


PLAIN_FILE = content("p.csv", PLAIN)
# code, file, mapping, round, line, a word of the message
FAULTS: list[tuple[str, Make, str | None, dict[str, object], int, str]] = [
    ("I01", PLAIN_FILE, MAPPING + "method: phone\n", {}, 5, "for 'phone'"),
    ("I02", PLAIN_FILE, MAPPING + "values: {q1: {fine: 6}}\n", {}, 5, "Did you mean"),
    ("I02", PLAIN_FILE, MAPPING + "several: {q4: {c: Sq}}\n", {}, 5, "'c' is not a choice of 'q4'"),
    ("I03", PLAIN_FILE, MAPPING + "several: {q1: {5: Sq}}\n", {}, 5, "select_one"),
    ("L22", PLAIN_FILE, MAPPING + "values: {q11: {fine: 5}}\n", {}, 5, "'q1'"),
    ("D02", PLAIN_FILE, MAPPING + "colums: {q1: Good}\n", {}, 5, "'columns'"),
    ("S02", PLAIN_FILE, MAPPING + "several: {q4: {a: Your religion}}\n", {}, 5, "religion"),
    ("I04", content("f.json", b'[{"__id": "1", "community": "\\ud800"}]'), None, {}, 0, "Unicode"),
    ("I04", content("f.json", b'[{"__id": "\xff"}]'), None, {}, 0, "UTF-8"),
    ("I05", content("f.docx", b"PK"), None, {}, 0, "'.docx'"),
    ("I06", content("f.csv", b"KEY,community;q1\n1,c1;5\n"), None, {}, 1, "delimiter in a mapping"),
    ("I07", lambda folder, _: write_zip(folder / "f.zip", {"media/a.csv": b"x,y\n1,2\n", "readme.md": b"x"}), None, {}, 0, "no CSV"),
    ("I08", content("f.json", b'{"data": 1}'), None, {}, 0, "list of forms"),
    ("I08", content("f.json", b"[1, 2]"), None, {}, 0, "list of forms"),
    ("I09", deep(40), None, {}, 0, "more than 30 deep"),
    ("I09", deep(200_000), None, {}, 0, "more than 30 deep"),
    ("I10", content("f.json", b'[{"__id": "1",\n "q1": }]'), None, {}, 2, "JSON"),
    ("I10", content("f.json", b'[{"__id": "1", "q1": NaN}]'), None, {}, 0, "NaN"),
    ("I10", content("f.json", b'[{"__id": "1", "q1": "5", "q1": "1"}]'), None, {}, 0, "'q1' stands twice"),
    ("I11", linked, None, {}, 0, "visit"),
    ("I12", content("f-a.csv", b"q1,PARENT_KEY,KEY\n5,uuid:1,uuid:1/a[1]\n"), None, {}, 0, "without the table"),
    ("I13", beside, None, {}, 0, "f-a, f-b"),
    ("I14", repeated, None, {}, 3, "1 rows belong to no form"),
    ("I15", PLAIN_FILE, MAPPING.replace("Good", "Goood"), {}, 1, "Did you mean 'Good'?"),
    ("I16", answer("q1", "5", "6", "6"), None, {}, 3, "'6' is not an answer to this item (2 times, rows 3, 4)"),
    ("I16", answer("q2", "yess"), None, {}, 2, "Did you mean 'yes'?"),
    ("I16", answer("q3", "11"), None, {}, 2, "'11'"),
    ("I16", answer("q3", "2.5"), None, {}, 2, "'2.5'"),
    ("I16", answer("q4", "a c"), None, {}, 2, "'a c'"),
    ("I17", rows_with(old="main-q4", new="main-q4/a"), None, {}, 2, "'a b' says neither"),
    ("I18", answer("q1", *"6789abcd"), None, {}, 7, "3 other values"),
    ("I19", PLAIN_FILE, None, {}, 1, "No., Place, Good"),
    ("I19", content("f.json", b'[{"number": 1, "q1": "5"}]'), None, {}, 1, "columns: number, q1."),
    ("I20", PLAIN_FILE, MAPPING.replace("instance: No.\n", ""), {}, 1, "ids"),
    ("I21", without("main-community"), None, {}, 1, "community"),
    ("I22", content("f.csv", b"KEY,community,x\n1,c1,5\n"), None, {}, 1, "another form's export"),
    ("I23", rows_with(old="uuid:12", new=""), None, {}, 3, "1 forms have no id (rows 3)"),
    ("I24", rows_with(old="uuid:12", new="uuid:11"), None, {}, 3, "such as 11 (rows 2, 3)"),
    ("I25", rows_with(old="c1", new="c7"), None, {}, 2, "'c7' is not a community of the round (2 forms"),
    ("I26", rows_with(), None, {"round": ROUND}, 1, "'weight'"),
    ("I27", rows_with(), None, {"round": ROUND.replace("answers.csv, weight: weight", "answers.parquet")}, 0, "CSV files alone"),
    ("I28", rows_with(forms=[form("11", "c1", q9="好")]), None, {"form": ("  - {id: q1,", "  - {id: q9, type: text, label: {zh: 话, en: Words}}\n  - {id: q1,"), "round": ROUND.replace(", weight: weight", ", encoding: cp1252")}, 0, "cp1252"),
    ("A01", rows_with(), None, {"answers": "id,community\nr1,c1\n"}, 1, "respondent"),
    ("A06", rows_with(), None, {"answers": "respondent,community\nr1,c1\nr1,c1\n"}, 3, "r1"),
    ("S04", rows_with(), None, {"answers": "respondent,community,phone\nr1,c1,1\n"}, 1, "contact"),
    ("S04", content("p.csv", PLAIN.replace(b"Sq", b"Name")), MAPPING + "interviewer: Name\n", {}, 1, "contact"),
    ("S04", rows_with(forms=[form("1", "c1", phone="x")]), None, {"form": ("  - {id: q1,", "  - {id: phone, type: text, label: {zh: 话, en: Words}}\n  - {id: q1,")}, 1, "contact"),
    ("I10", content("f.json", b'[{"__id": "1",\n"community": "c\\u00001"}]'), None, {}, 2, "u0000"),
    ("F08", content("f.csv", b"KEY,community\n1,c1\n2\n"), None, {}, 3, "rows 3"),
    ("F01", lambda folder, _: folder / "nowhere.csv", None, {}, 0, "cannot read"),
    ("U10", rows_with(), None, {"method": "fax"}, 0, "'fax'"),
]
WARNINGS: list[tuple[str, Make, int, str]] = [
    ("I30", rows_with(old="start", new="main-phone"), 1, "main-phone"),
    ("I31", lambda folder, form_: write_json(folder / "f.json", odata(FORMS, form_, **{"@odata.nextLink": "x"})), 0, "has 2 forms"),
    ("I31", lambda folder, form_: write_json(folder / "f.json", kobo_json(FORMS, form_, next="x")), 0, "has 2 forms"),
    ("I33", differing, 2, "rows 2, 3"),
    ("I35", rows_with(old="2026-05-01T16:20:00.000+08:00", new="last May"), 2, "'last May'"),
    ("I36", rows_with(forms=[{**FORMS[0], "who": "ana@example.org"}]), 0, "1 interviewers"),
    ("I37", without("main-q3"), 1, "q3"),
]


def told_of(folder: Path, make: Make, mapping: str | None, changes: dict[str, object], capsys) -> list[Problem]:
    changes = dict(changes)
    method = str(changes.pop("method", "questionnaire"))
    made = make_round(folder / "round", **{"answers": None, "round": ROUND.replace(", weight: weight", ""), **changes})
    instrument = load_round_file(made)[1].instruments["questionnaire"]
    file = make(folder, instrument)
    where = None if mapping is None else write_bytes(folder / "m.yaml", mapping.encode())
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    try:
        verbs.import_answers(made, method, [file], where, "en")
    except EvaluationError as error:
        assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before
        return error.problems
    return []


@pytest.mark.parametrize(("code", "make", "mapping", "changes", "line", "word"), FAULTS, ids=[f"{n}-{row[0]}" for n, row in enumerate(FAULTS)])
def test_each_fault_is_told_and_nothing_is_written(tmp_path: Path, capsys, code: str, make: Make, mapping: str | None, changes: dict[str, object], line: int, word: str) -> None:
    found = told_of(tmp_path, make, mapping, changes, capsys)
    assert code in {told.code for told in found}
    first = min(told for told in found if told.code == code)
    assert line in (0, first.line)
    assert word in first.text("en")
    for lang in ("en", "zh"):
        for text in catalogue()[code][lang]:
            assert {name for _, name, _, _ in Formatter().parse(text) if name} <= dict(first.values).keys()


@pytest.mark.parametrize(("code", "make", "line", "word"), WARNINGS, ids=[f"{n}-{row[0]}" for n, row in enumerate(WARNINGS)])
def test_each_warning_is_told_in_both_languages(tmp_path: Path, capsys, monkeypatch, code: str, make: Make, line: int, word: str) -> None:
    for lang, sign in (("en", "warning: "), ("zh", "提醒：")):
        monkeypatch.setenv("EVALUATION_LANG", lang)
        (tmp_path / lang).mkdir()
        assert told_of(tmp_path / lang, make, None, {}, capsys) == []
        told = [text for text in capsys.readouterr().err.splitlines() if f"[{code}]" in text]
        assert len(told) == 1
        assert told[0].startswith(sign)
        assert word in told[0] or lang == "zh"
        assert not line or re.search(rf"\.\w+:{line}: ", told[0])


def test_every_code_of_imports_has_a_row() -> None:
    elsewhere = {"I34", "I38", "I39", "I29"}   # in test_imports.py, and test_imports_at_once.py
    told = {row[0] for row in FAULTS} | {row[0] for row in WARNINGS} | elsewhere
    codes = {code for code in catalogue() if re.fullmatch(r"I[0-4]\d", code)}
    assert codes == {code for code in told if code[0] == "I"}


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = make_round(tmp_path / "round", answers=None, round=ROUND.replace(", weight: weight", ""))
    form_ = load_round_file(folder)[1].instruments["questionnaire"]
    wrong = [form("1", "c9", q1="7", q2="maybe"), form("2", "c1", q3="x")]
    one, two = (write_bytes(tmp_path / name, csv_bytes(central_rows(wrong, form_))) for name in ("a.csv", "b.csv"))
    with pytest.raises(EvaluationError) as error:
        verbs.import_answers(folder, "questionnaire", [one, two], None, "en")
    assert {(Path(told.file).name, told.line, told.path, told.code) for told in error.value.problems} == {
        (name, *rest) for name in ("a.csv", "b.csv")
        for rest in ((2, "q1", "I16"), (2, "q2", "I16"), (3, "q3", "I16"), (2, "community", "I25"))}


def test_a_sheet_is_named_beside_its_workbook(tmp_path: Path, capsys) -> None:
    def make(folder: Path, form_: Instrument) -> Path:
        return write_sheets(folder / "f.xlsx", {"my form": kobo_rows([form("1", "c1", q1="7")], form_, split="none")})
    (told,) = told_of(tmp_path, make, None, {}, capsys)
    assert told.file.endswith("f.xlsx [my form]")
    assert (told.line, told.path) == (2, "q1")
