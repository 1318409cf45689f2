"""Tables read as text, exactly as they stand: encodings tried strictly, nothing guessed into NaN, nothing cut short.

Rows are counted as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evaluation.core.errors import DataError, problem

FIRST_ROW = 2
MOST_LINE = 1_000_000


def decode(file: Path, encoding: str | None = None) -> str:
    """A file's text: in the declared encoding, else UTF-8 (with or without a mark), else GB18030 if it reads as such.

    Raises DataError where the bytes fit neither: a guess between cp1252 and its kin would garble names silently.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DataError(problem("F01", file, reason=error.strerror or error)) from None
    if encoding is not None:
        return _decode_as(file, raw, encoding)
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _decode_as(file, raw, "utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if not _reads_as_chinese(text):
        raise DataError(problem("F04", file, line))
    return text


def _decode_as(file: Path, raw: bytes, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        return raw.decode("utf-8-sig" if name == "utf-8" else name)
    except LookupError:
        raise DataError(problem("F02", file, encoding=encoding)) from None
    except UnicodeError as error:
        line = raw.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise DataError(problem("F03", file, line, encoding=encoding)) from None


def _reads_as_chinese(text: str) -> bool:
    """True if at least four fifths of the non-ASCII characters are common Chinese ones (GB 2312 and its marks)."""
    other = [char for char in text if ord(char) > 127]
    common = 0
    for char in other:
        try:
            common += len(char.encode("gb2312")) == 2
        except UnicodeEncodeError:
            continue
    return bool(other) and common >= 0.8 * len(other)


def read_table(file: Path, encoding: str | None = None, delimiter: str = ",") -> pd.DataFrame:
    """A CSV or Parquet file as a table of text; blank where there is nothing. Raises DataError, naming the row."""
    rows = _parquet_rows(file) if file.suffix == ".parquet" else _csv_rows(file, encoding, delimiter)
    header = [_plain_header(name) for name in rows[0]]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise DataError(problem("F07", file, 1, names=doubled))
    body = [(number, row) for number, row in enumerate(rows[1:], FIRST_ROW) if any(row)]
    ragged = [number for number, row in body if len(row) != len(header)]
    if ragged:
        raise DataError(problem("F08", file, ragged[0], rows=ragged, expected=len(header)))
    if not body:
        raise DataError(problem("F09", file))
    table = pd.DataFrame([row for _, row in body], columns=header, index=[number for number, _ in body], dtype=str)
    return table.loc[:, [bool(name) for name in header]].rename_axis("row")


def _csv_rows(file: Path, encoding: str | None, delimiter: str) -> list[list[str]]:
    text = decode(file, encoding)
    if not text.strip():
        raise DataError(problem("F05", file))
    if "\0" in text:
        raise DataError(problem("F06", file, text.count("\n", 0, text.index("\0")) + 1))
    csv.field_size_limit(MOST_LINE)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise DataError(problem("F06", file, reason=error)) from None


def _parquet_rows(file: Path) -> list[list[str]]:
    try:
        table = pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise DataError(problem("F01", file, reason=str(error).splitlines()[0])) from None
    text = table.astype(object).where(table.notna(), "").astype(str)
    return [[str(name) for name in text.columns], *text.to_numpy().tolist()]


def _plain_header(name: str) -> str:
    return " ".join(name.replace("\xa0", " ").replace("&nbsp;", " ").replace("&nbsp", " ").split())


def plain(text: str) -> str:
    """Text with full-width characters made plain and outer spaces removed: '１２ ' becomes '12'."""
    return unicodedata.normalize("NFKC", text).replace("\xa0", " ").strip()


def tidy(column: pd.Series) -> tuple[pd.Series, list[int]]:
    """A column with each value made `plain`, and the rows in which that changed more than outer spaces."""
    changed = {value: plain(value) for value in column.unique()}
    wide = {value for value, made in changed.items() if made != value.replace("\xa0", " ").strip()}
    rows = [int(row) for row in column.index[column.isin(wide)]] if wide else []
    return column.map(changed).astype(str), rows


def rows_where(mask: ArrayLike, index: pd.Index) -> list[int]:
    """Row numbers where the mask holds."""
    return [int(row) for row in index[np.asarray(mask, dtype=bool)]]
