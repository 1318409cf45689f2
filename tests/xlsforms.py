"""Workbooks for the tests of forms, written from small tables of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter


def write_book(file: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write rows of cells; numbers and truth as such, all else as text."""
    book = xlsxwriter.Workbook(str(file), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell not in ("", None):
                    sheet.write(at, column, cell)
    book.close()
    return file


def cells(table: str) -> list[list[str]]:
    """Rows of `a | b | c`, one a line; a blank line is a blank row."""
    return [[cell.strip() for cell in line.split("|")] for line in table.strip("\n").split("\n")]


def write_form(file: Path, survey: str, choices: str = "", settings: str = "") -> Path:
    """Write an XLSForm of these tables."""
    sheets = {"survey": cells(survey), "choices": cells(choices), "settings": cells(settings)}
    return write_book(file, {name: rows for name, rows in sheets.items() if any(any(row) for row in rows)})
