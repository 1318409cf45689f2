"""Parquet files and folders of them, read as tables of text like any other file; by parts, if they are large.

Rows are counted as in a spreadsheet, the header is row 1; those of a folder are counted through its files in the order of
their paths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.core.errors import DataError, problem

FIRST_ROW = 2
MANY = 10_000   # rows that are looked at to see whether a column has many different values


@dataclass(frozen=True)
class Piece:
    """A row group of a file: what can be read by itself. first: number of its first row."""

    file: Path
    group: int
    first: int
    rows: int


def is_parquet(path: Path) -> bool:
    """Whether a path is a Parquet file, or a folder, which is read as one."""
    return path.suffix == ".parquet" or path.is_dir()


def parquet_files(path: Path) -> list[Path]:
    """The files of a path, which may be a folder with partitions in it."""
    return sorted(path.rglob("*.parquet")) if path.is_dir() else [path]


def pieces_of(path: Path) -> list[Piece]:
    """The pieces of a file or a folder, in order. Raises DataError for what cannot be read."""
    pieces, first = [], FIRST_ROW
    files = parquet_files(path)
    if not files:
        raise DataError(problem("F01", path, reason="no .parquet file in this folder"))
    for file in files:
        try:
            meta = pq.read_metadata(file)
        except (OSError, pa.ArrowException) as error:
            raise DataError(problem("F01", file, reason=str(error).splitlines()[0])) from None
        for group in range(meta.num_row_groups):
            rows = meta.row_group(group).num_rows
            pieces.append(Piece(file, group, first, rows))
            first += rows
    if not pieces:
        raise DataError(problem("F09", path))
    return pieces


def header_of(pieces: list[Piece]) -> list[str]:
    """The columns of the first file."""
    return [str(name) for name in pq.read_schema(pieces[0].file).names]


def read_pieces(path: Path, pieces: Iterable[Piece], columns: list[str] | None = None) -> pd.DataFrame:
    """Columns (all, unless named) of pieces as text, blank where there is nothing, in rows numbered as above.

    Columns of few different values come as categories, the others as text.
    """
    wanted = list(pieces)
    try:
        tables = [pq.ParquetFile(piece.file).read_row_group(piece.group, columns=columns) for piece in wanted]
        table = pa.concat_tables(tables, promote_options="permissive")
    except (OSError, pa.ArrowException, KeyError) as error:
        raise DataError(problem("F01", path, reason=str(error).splitlines()[0])) from None
    rows = np.concatenate([np.arange(piece.first, piece.first + piece.rows) for piece in wanted])
    found = {str(name): _text(table.column(place)) for place, name in enumerate(table.column_names)}
    return pd.DataFrame(found, index=pd.Index(rows, name="row"), copy=False)


def _text(column: pa.ChunkedArray) -> Any:
    """A column as text: categories, or strings where there are many."""
    encoded = column.combine_chunks()
    if pa.types.is_string(encoded.type) and len(encoded[:MANY].unique()) > MANY // 2:
        return pd.array(encoded.fill_null(""), dtype="str")
    encoded = encoded if isinstance(encoded, pa.DictionaryArray) else encoded.dictionary_encode()
    values = [_shown(value) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    codes = np.where(np.isnan(codes), -1, codes).astype(np.int64) if codes.dtype.kind == "f" else codes
    known, place = np.unique([*values, ""], return_inverse=True)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(known, dtype="str"))


def _shown(value: Any) -> str:
    return "" if value is None or value != value else str(value)  # NaN is not itself
