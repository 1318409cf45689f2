"""Tables read as text, exactly as they stand: encodings tried strictly, nothing guessed into NaN, nothing cut short.

Rows are counted as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from evaluation.core.errors import DataError, problem
from evaluation.core.parquetfile import FIRST_ROW, header_of, is_parquet, pieces_of, read_pieces

MOST_LINE = 20_000_000           # bytes
MOST_CELL = 1_000_000            # characters
MOST_BYTES = 4_000_000_000
BLOCK = 1 << 22


def decode(file: Path, encoding: str | None = None, raw: bytes | None = None) -> str:
    """A file's text: in the declared encoding, else UTF-8 (with or without a mark), else GB18030 if it reads as such.

    raw: its bytes, where they are at hand. Raises DataError where they fit neither: a guess between cp1252 and its kin would
    garble names silently.
    """
    raw = bounded_bytes(file) if raw is None else raw
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


def bounded_bytes(file: Path, lines: bool = True, most: int = MOST_BYTES) -> bytes:
    """A file's bytes. Raises DataError where it cannot be read, is too large, or has a line that no table has, as it reads."""
    try:
        if (size := file.stat().st_size) > most:
            raise DataError(problem("F16", file, size=f"{size / 1e6:,.0f} MB", most=f"{most / 1e6:,.0f} MB"))
        with file.open("rb") as stream:
            return bounded_stream(file, stream, lines)
    except OSError as error:
        raise DataError(problem("F01", file, reason=error.strerror or error)) from None


def bounded_stream(file: Path, stream: IO[bytes], lines: bool = True) -> bytes:
    """All bytes of a stream, of which `file` is told. Raises DataError, as it reads, for a line that no table has."""
    blocks: list[bytes] = []
    so_far = 0
    while block := stream.read(BLOCK):
        so_far = so_far + len(block) if (end := block.rfind(b"\n")) < 0 else len(block) - end - 1
        if lines and so_far > MOST_LINE:
            line = sum(part.count(b"\n") for part in blocks) + block.count(b"\n") + 1
            raise DataError(problem("F15", file, line, most=MOST_LINE))
        blocks.append(block)
    return b"".join(blocks)


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
    if is_parquet(file):
        pieces = pieces_of(file)
        plain_header(file, header_of(pieces))
        return named_plainly(file, read_pieces(file, pieces))
    rows = list(csv_rows(file, decode(file, encoding), delimiter))
    header = plain_header(file, rows[0])
    body = [(number, row) for number, row in enumerate(rows[1:], FIRST_ROW) if any(row)]
    ragged = [number for number, row in body if len(row) != len(header)]
    if ragged:
        raise DataError(problem("F08", file, ragged[0], rows=ragged, expected=len(header)))
    if not body:
        raise DataError(problem("F09", file))
    table = pd.DataFrame([row for _, row in body], columns=header, index=[number for number, _ in body], dtype=str)
    return table.loc[:, [bool(name) for name in header]].rename_axis("row")


def csv_rows(file: Path, text: str, delimiter: str = ",") -> Iterator[list[str]]:
    """The rows of a CSV text, cells as they stand. Raises DataError where it is blank or no CSV."""
    if not text.strip():
        raise DataError(problem("F05", file))
    if "\0" in text:
        raise DataError(problem("F06", file, text.count("\n", 0, text.index("\0")) + 1))
    csv.field_size_limit(MOST_CELL)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise DataError(problem("F06", file, reason=error)) from None


def plain_name(name: str) -> str:
    """A column's name with inner and outer spaces made plain."""
    return " ".join(name.replace("\xa0", " ").replace("&nbsp;", " ").replace("&nbsp", " ").split())


def plain_header(file: Path, names: list[str]) -> list[str]:
    """A header with inner and outer spaces made plain. Raises DataError for names that are there twice."""
    header = [plain_name(name) for name in names]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise DataError(problem("F07", file, 1, names=doubled))
    return header


def named_plainly(file: Path, table: pd.DataFrame) -> pd.DataFrame:
    """A table with plain names, without rows that are blank throughout. Raises DataError if none is left."""
    table.columns = plain_header(file, [str(name) for name in table.columns])
    blank = np.ones(len(table), dtype=bool)
    for name in table:
        blank &= (table[name] == "").to_numpy() if blank.any() else False
    table = table[~blank] if blank.any() else table
    if table.empty:
        raise DataError(problem("F09", file))
    return table.loc[:, [bool(name) for name in table]]


def plain(text: str) -> str:
    """Text with full-width characters made plain and outer spaces removed: '１２ ' becomes '12'."""
    return unicodedata.normalize("NFKC", text).replace("\xa0", " ").strip()


def tidy(column: pd.Series) -> tuple[pd.Series, list[int]]:
    """A column with each value made `plain`, and the rows in which that changed more than outer spaces. Categories stay so."""
    if is_plain(column):
        return column, []
    _, values = distinct(column)
    changed = {value: plain(value) for value in values}
    wide = {value for value, made in changed.items() if made != value.replace("\xa0", " ").strip()}
    rows = [int(row) for row in column.index[column.isin(wide)]] if wide else []
    if all(value == made for value, made in changed.items()):
        return column, rows
    made = recoded(column, changed)
    return made if isinstance(column.dtype, pd.CategoricalDtype) else made.astype("str"), rows


def is_plain(column: pd.Series) -> bool:
    """True for a column of strings that are all ASCII without outer spaces: seen at once, however many there are."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return False
    text = pa.array(column)
    return bool(pa.types.is_large_string(text.type) and pc.all(pc.string_is_ascii(text)).as_py()
                and pc.all(pc.equal(pc.utf8_trim_whitespace(text), text)).as_py())


def distinct(column: pd.Series) -> tuple[NDArray[np.integer[Any]], list[str]]:
    """A number for each row of a column of text, and the values that the numbers stand for."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), [str(value) for value in column.cat.categories]
    codes, values = pd.factorize(column)
    return codes, [str(value) for value in values]


def recoded(column: pd.Series, made: Mapping[str, str]) -> pd.Series:
    """A column with each value replaced by what is made of it, as categories, the blank always among them."""
    codes, values = distinct(column)
    known, place = np.unique([*(made[value] for value in values), ""], return_inverse=True)
    categories = pd.Index(known, dtype="str")
    return pd.Series(pd.Categorical.from_codes(place[codes], categories=categories), index=column.index)


def rows_where(mask: ArrayLike, index: pd.Index) -> list[int]:
    """Row numbers where the mask holds."""
    return [int(row) for row in index[np.asarray(mask, dtype=bool)]]
