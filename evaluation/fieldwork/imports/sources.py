"""The tables in a file of answers: CSV, a zip of them, a workbook, JSON, SPSS; by the file's ending."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from pathlib import Path, PurePosixPath

from evaluation.core.archive import opened_archive
from evaluation.core.csvfile import MOST_BYTES, bounded_stream, csv_rows, decode
from evaluation.core.errors import DataError, Problem, problem
from evaluation.core.workbook import is_workbook, read_workbook
from evaluation.declare.mapping import Mapping
from evaluation.fieldwork.imports.jsonfile import read_json
from evaluation.fieldwork.imports.spss import read_spss
from evaluation.fieldwork.imports.table import Table, table_of_rows

CSV = (".csv", ".tsv", ".txt")
ENDINGS = (*CSV, ".zip", ".xlsx", ".xlsm", ".xls", ".json", ".sav", ".zsav")
SEP = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
DELIMITERS = (",", ";", "\t")


def read_tables(file: Path, mapping: Mapping | None) -> tuple[list[Table], list[Problem]]:
    """The tables in a file; and what is to be told of it: warnings, and faults that count if no item is found in it.

    Raises DataError for what cannot be read, is too large, or would do harm.
    """
    ending = file.suffix.lower()
    encoding = None if mapping is None else mapping.encoding
    delimiter = None if mapping is None else mapping.delimiter
    if ending in CSV:
        return [_csv_table(file, str(file), file.stem, decode(file, encoding), delimiter)], []
    if ending == ".zip":
        return _zipped(file, encoding, delimiter), []
    if is_workbook(file):
        return _sheets(file, None if mapping is None else mapping.sheet), []
    if ending == ".json":
        return read_json(file)
    if ending in (".sav", ".zsav"):
        return [read_spss(file)], []
    raise DataError(problem("I05", file, ending=ending, known=ENDINGS))


def _csv_table(source: Path, file: str, name: str, text: str, delimiter: str | None) -> Table:
    told = Path(file)
    if (said := SEP.match(text)) is not None:          # for Excel, which does not show the line
        text, delimiter = text[said.end():], delimiter or said[1]
    return table_of_rows(source, file, name, csv_rows(told, text, delimiter or delimiter_of(told, text)))


def delimiter_of(file: Path, text: str) -> str:
    """What parts the cells of a table, seen by its first rows: those have as many cells as the header, and several.

    Raises DataError where two would do.
    """
    head = text[:200_000]
    fits = {}
    for delimiter in DELIMITERS:
        try:
            rows = list(islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 3))
        except csv.Error:
            continue
        if rows and len(rows[0]) > 1:
            fits[delimiter] = all(len(row) == len(rows[0]) for row in rows[1:2] if any(row))
    right = [delimiter for delimiter, even in fits.items() if even] or list(fits)
    if len(right) > 1:
        counts = {delimiter: len(next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))) for delimiter in right}
        most = max(counts.values())
        right = [delimiter for delimiter, count in counts.items() if count == most]
        if len(right) > 1:
            raise DataError(problem("I06", file, 1, delimiters=[repr(delimiter) for delimiter in right]))
    return right[0] if right else ","


def _zipped(file: Path, encoding: str | None, delimiter: str | None) -> list[Table]:
    tables = []
    faults = []
    with opened_archive(file) as archive:
        for member in archive.infolist():
            path = PurePosixPath(member.filename)
            hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts) or "media" in path.parts[:-1]
            if member.is_dir() or hidden or path.suffix.lower() not in CSV:
                continue
            told = f"{file} [{member.filename}]"
            try:
                with archive.open(member) as stream:
                    raw = bounded_stream(Path(told), stream)
                tables.append(_csv_table(file, told, path.stem, decode(Path(told), encoding, raw), delimiter))
            except DataError as error:
                if not {fault.code for fault in error.problems} <= {"F05", "F09"}:      # a repeat that nobody filled in
                    faults += error.problems
    if faults:
        raise DataError(faults)
    if not tables:
        raise DataError(problem("I07", file))
    return tables


def _sheets(file: Path, sheet: str | None) -> list[Table]:
    tables = []
    if file.exists() and file.stat().st_size > MOST_BYTES:
        raise DataError(problem("F16", file, size=f"{file.stat().st_size / 1e6:,.0f} MB", most=f"{MOST_BYTES / 1e6:,.0f} MB"))
    for name, rows in read_workbook(file, None if sheet is None else [sheet]).items():
        if sum(any(row) for row in rows) > 1:
            tables.append(table_of_rows(file, f"{file} [{name}]", name, rows))
    if not tables:
        raise DataError(problem("F09", file))
    return tables
