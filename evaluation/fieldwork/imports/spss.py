"""SPSS files: labels where values have them, what the file calls missing as a blank unless it has a label."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyreadstat

from evaluation.core.csvfile import MOST_BYTES
from evaluation.core.errors import DataError, problem
from evaluation.core.workbook import shown
from evaluation.fieldwork.imports.table import Table, table_of_rows

MOST_CELLS = 10_000_000          # that a file may unpack to, however small it is; about a gigabyte in memory
MOST_UNPACKED = 1_000_000_000    # bytes, the same
CELLS_A_BYTE, BYTES_A_BYTE = 20, 8       # of a larger file: a .sav never has more
LABEL = "\0label\0"              # between a value and its label in one cell: which of them is on the list, the item says
MISSING = "\0missing\0"          # … of a value that the file calls missing: a blank, unless the label is on the list


def read_spss(file: Path) -> Table:
    """The table of a .sav file: numbers as they are written, dates as in ISO 8601, a labelled value with its label behind it.

    Raises DataError where it cannot be read.
    """
    try:
        if (size := file.stat().st_size) > MOST_BYTES:
            raise DataError(problem("F16", file, size=f"{size / 1e6:,.0f} MB", most=f"{MOST_BYTES / 1e6:,.0f} MB"))
        most = _most_rows(file, size)
        columns, meta = pyreadstat.read_sav(str(file), user_missing=True, output_format="dict", row_limit=most + 1)
    except OSError as error:
        raise DataError(problem("F01", file, reason=error.strerror or error)) from None
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError) as error:
        raise DataError(problem("F10", file, reason=error)) from None
    names = list(columns)
    if names and len(columns[names[0]]) > most:
        raise DataError(problem("F11", file, size=f"{most + 1} rows or more", most=f"{most} rows"))
    labels, missing = meta.variable_value_labels, meta.missing_ranges
    cells = [_cells(columns[name], labels.get(name, {}), missing.get(name, ())) for name in names]
    if not names or not len(cells[0]):
        raise DataError(problem("F09", file))
    return table_of_rows(file, str(file), file.stem, [names, *zip(*cells, strict=True)])


def _most_rows(file: Path, size: int) -> int:
    """How many rows a file of so many bytes may unpack to."""
    widths = pyreadstat.read_sav(str(file), metadataonly=True)[1].variable_storage_width.values()
    return min(max(MOST_CELLS, CELLS_A_BYTE * size) // max(len(widths), 1),
               max(MOST_UNPACKED, BYTES_A_BYTE * size) // max(sum(widths), 1))


def _cells(values: Sequence[Any], labels: Mapping[Any, str], missing: Sequence[Any]) -> list[str]:
    made: dict[Any, str] = {}
    for value in values:
        if value not in made:
            label = labels.get(value)
            lacking = any(_within(value, part) for part in missing)
            if value is None or value != value or (label is None and lacking):    # NaN is not itself
                made[value] = ""
            else:
                mark = MISSING if lacking else LABEL
                made[value] = _plain(value) if label is None else f"{_plain(value)}{mark}{_plain(label)}"
    return [made[value] for value in values]


def said(cell: str) -> tuple[str, str, bool]:
    """A cell's value, its label or "", and whether the file calls it missing."""
    mark = next((mark for mark in (LABEL, MISSING) if mark in cell), None)
    if mark is None:
        return cell, "", False
    value, label = cell.split(mark, 1)
    return value, label, mark == MISSING


def _within(value: Any, part: Any) -> bool:
    low, high = part["lo"], part["hi"]
    between = isinstance(value, (int, float)) and isinstance(low, (int, float)) and low <= value <= high
    return bool(between or value == low)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    return shown(value) if isinstance(value, (float, int, bool, dt.date, dt.time)) else shown(float(value))
