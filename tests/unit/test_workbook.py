"""Workbooks: read as text, and what would harm refused before it is unpacked."""

import zipfile

import pytest
import xlsxwriter

from evaluation.core.csvfile import MOST_LINE, decode
from evaluation.core.errors import DataError
from evaluation.core.workbook import read_workbook


def workbook(file, rows, sheet="survey"):
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
    return file


def codes(file, **options):
    with pytest.raises(DataError) as error:
        read_workbook(file, **options)
    return {(problem.code, problem.path) for problem in error.value.problems}


def changed(file, made, name, content):
    """A copy of a zip file with one member written anew, or added."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return made


def test_cells_are_text_in_their_shortest_form(tmp_path):
    file = workbook(tmp_path / "a.xlsx", [["type", "名"], [2.0, 2.5], [True, "=1+1"], ["012", ""]])
    assert read_workbook(file) == {"survey": [["type", "名"], ["2", "2.5"], ["TRUE", "=1+1"], ["012", ""]]}


def test_rows_keep_their_numbers_where_the_first_ones_are_blank(tmp_path):
    assert read_workbook(workbook(tmp_path / "a.xlsx", [[], [], ["", "x"]]))["survey"] == [["", ""], ["", ""], ["", "x"]]


def test_what_would_harm_is_refused(tmp_path):
    good = workbook(tmp_path / "good.xlsx", [["type"]])
    page = "xl/worksheets/sheet1.xml"
    bomb = changed(good, tmp_path / "bomb.xlsx", page, b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>")
    assert bomb.stat().st_size < 150_000
    assert codes(bomb) == {("F11", "")}
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
    assert codes(changed(good, tmp_path / "xxe.xlsx", page, entity)) == {("F13", page)}
    wide = entity.decode().encode("utf-16")
    assert codes(changed(good, tmp_path / "wide.xlsx", page, wide)) == {("F13", page)}
    assert codes(changed(good, tmp_path / "climbs.xlsx", "../../evil.txt", b"x")) == {("F12", "../../evil.txt")}
    corner = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row></sheetData></worksheet>'
    assert codes(changed(good, tmp_path / "corner.xlsx", page, corner)) == {("F11", page)}
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(good.read_bytes()[:800])
    assert codes(cut) == {("F10", "")}
    for name, content in (("text.xlsx", b"type,name\n"), ("text.xls", b"type,name\n"), ("empty.xls", b"")):
        (tmp_path / name).write_bytes(content)
        assert codes(tmp_path / name) == {("F10", "")}, name
    assert codes(tmp_path / "none.xlsx") == {("F01", "")}
    assert codes(good, sheets=["surveys"]) == {("F14", "surveys")}


def test_a_line_without_end_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "endless.csv"
    with file.open("wb") as stream:
        stream.write(b"a,b\n")
        stream.truncate(2_000_000_000)        # a hole in the file: no disk is needed
    with pytest.raises(DataError) as error:
        decode(file)
    assert [(problem.code, problem.line) for problem in error.value.problems] == [("F15", 2)]
    assert str(MOST_LINE) in str(error.value)
