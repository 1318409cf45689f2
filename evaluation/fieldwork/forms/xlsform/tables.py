"""The sheets survey, choices and settings as tables: rows by column and language, with their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation.fieldwork.forms.export.checks import CONTROL
from evaluation.fieldwork.forms.sheets import DECLARED_COLUMNS, TITLE_COLUMN
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.headers import Column, column_of, header_row, tidy

LINE_BREAK = re.compile(r"\r\n?|\v")
Sheets = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Row:
    """A row of a sheet. cells: text by (column, code of its language or blank); blank cells are not in it."""

    sheet: str
    number: int
    cells: Mapping[Column, str]

    def get(self, name: str) -> str:
        """The cell of a column, the first language that has one; without spaces around it, blank where there is none."""
        return next((text.strip() for (column, _), text in self.cells.items() if column == name), "")

    def raw(self, name: str) -> str:
        """The cell of a column as it stands."""
        return next((text for (column, _), text in self.cells.items() if column == name), "")

    def labels(self, name: str) -> dict[str, str]:
        """The texts of a column by language."""
        return {language: text for (column, language), text in self.cells.items() if column == name}


@dataclass(frozen=True)
class Sheet:
    """A sheet before its languages are known. header: number of the row of headers, 0 where there is none."""

    name: str
    header: int
    columns: tuple[Column, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return any(column == name for column, _ in self.columns)

    def texts(self, name: str, language: str) -> Iterator[str]:
        """The cells of a column that are not blank."""
        for place, column in enumerate(self.columns):
            if column == (name, language):
                yield from (cells[place] for _, cells in self.rows if cells[place].strip())


def found_sheet(book: Sheets, kind: str) -> Sheet | None:
    """The sheet of a name, in whatever case and with whatever spaces; None where there is none, or nothing in it."""
    names = sorted((name for name in book if tidy(name).lower() == kind), key=lambda name: name != kind)
    if not names:
        return None
    name, rows = names[0], book[names[0]]
    at = header_row(rows, kind)
    if at is None:
        return Sheet(name, 0, (), ())
    columns = tuple(column_of(cell, kind) for cell in rows[at])
    below = tuple((number, tuple(row)) for number, row in enumerate(rows[at + 1:], at + 2)
                  if any(cell.strip() and tidy(cell) for cell in row))
    return Sheet(name, at + 1, columns, below)


def table_of(sheet: Sheet, codes: Mapping[str, str], default: str, doubts: Doubts) -> list[Row]:
    """The rows of a sheet. Of two columns that mean the same the first is taken, the other where it is blank; it is told."""
    keys = [(name, codes.get(language, default) if language or name in TRANSLATED else "") for name, language in sheet.columns]
    rows = []
    differ: dict[Column, list[int]] = {key: [] for key in keys if key[0] and keys.count(key) > 1}
    for number, texts in sheet.rows:
        cells: dict[Column, str] = {}
        for key, text in zip(keys, map(_without_control, texts), strict=False):
            if key[0] and text.strip() and tidy(text) and cells.setdefault(key, text) != text and key in differ:
                differ[key].append(number)
        rows.append(Row(sheet.name, number, cells))
    for (name, language), numbers in differ.items():
        doubts.tell("X05", sheet.name, sheet.header, f"{name}::{language}" if language else name, rows=numbers or "—")
    return rows


def _without_control(text: str) -> str:
    """Line breaks of Windows as one character; a space for what no form can hold, which the export would refuse."""
    return CONTROL.sub(" ", LINE_BREAK.sub("\n", text))


#: columns that have a language even where the header names none
TRANSLATED = ("label", "hint", "constraint_message", DECLARED_COLUMNS[2], TITLE_COLUMN)
