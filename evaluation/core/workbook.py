"""Workbooks read as text: .xlsx, .xlsm and .xls, every cell as a person would type it into a CSV file."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

from evaluation.core.archive import opened_archive
from evaluation.core.errors import DataError, near_miss, problem

ENDINGS = (".xlsx", ".xlsm", ".xls")
MOST_CELLS = 100_000_000         # of a sheet's rectangle, blank ones among them: it is held whole
CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
BLOCK = 1 << 22
Cell = str | float | int | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def is_workbook(file: Path) -> bool:
    """Whether a file is a workbook, by its ending."""
    return file.suffix.lower() in ENDINGS


def read_workbook(file: Path, sheets: Sequence[str] | None = None) -> dict[str, list[list[str]]]:
    """Rows of text by sheet, from the sheet's first row on, all as long as the longest; of these sheets alone, if named.

    Numbers stand in their shortest form (2, not 2.0), times as in ISO 8601, truth as TRUE and FALSE, errors as blanks. Raises
    DataError where the file is no workbook, may not be unpacked (see `opened_archive`), or lacks a sheet that is named.
    """
    if file.suffix.lower() != ".xls" or zipfile.is_zipfile(file):
        with opened_archive(file) as archive:
            _refuse_wide_rectangles(file, archive)
    try:
        book = CalamineWorkbook.from_path(str(file))
        missing = [problem("F14", file, path=name, name=name, hint=near_miss(name, book.sheet_names))
                   for name in sheets or () if name not in book.sheet_names]
        if missing:
            raise DataError(missing)
        wanted = book.sheet_names if sheets is None else sheets
        return {name: [[shown(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
                for name in wanted}
    except OSError as error:
        raise DataError(problem("F01", file, reason=error.strerror or error)) from None
    except (CalamineError, PasswordError, XmlError, ZipError, ValueError) as error:
        raise DataError(problem("F10", file, reason=error)) from None


def shown(cell: Cell) -> str:
    """A cell as text."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep="T", timespec="auto")
    return cell if isinstance(cell, str) else str(cell)


def _refuse_wide_rectangles(file: Path, archive: zipfile.ZipFile) -> None:
    """Raise DataError for a sheet whose rectangle is far larger than what stands in it: a cell in its last corner is enough."""
    for member in archive.infolist():
        if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
            rows = columns = 0
            rest = b""
            with archive.open(member) as stream:
                while block := stream.read(BLOCK):
                    found = CELL.findall(rest + block)
                    rows = max(rows, max((int(row) for _, row in found), default=0))
                    columns = max(columns, max((_place(letters) for letters in {letters for letters, _ in found}), default=0))
                    rest = block[-16:]
            if rows * columns > MOST_CELLS:
                size, most = f"{rows} × {columns} cells", f"{MOST_CELLS} cells"
                raise DataError(problem("F11", file, path=member.filename, size=size, most=most))


def _place(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place
