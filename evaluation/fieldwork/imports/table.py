"""A table as an export holds it: text, names that may stand twice, rows numbered as its program shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from evaluation.core.csvfile import plain_name
from evaluation.core.errors import DataError, problem
from evaluation.core.parquetfile import FIRST_ROW

AT_A_TIME = 10_000
OWN = "\0"                       # what begins a name that no file has: columns made here
PATH, KEY, PARENT = f"{OWN}path", f"{OWN}key", f"{OWN}parent"    # of rows in a repeat: its place, itself, what it lies in
Text = NDArray[np.object_]


@dataclass(frozen=True)
class Table:
    """One table of an export.

    source: the file; file: how it is told of, with the table's place in it; name: of the table. frame: one column for each
    name of `header`, in that order, as categories; blank where there is nothing; indexed by row.
    """

    source: Path
    file: str
    name: str
    header: tuple[str, ...]
    frame: pd.DataFrame

    def __contains__(self, name: str) -> bool:
        return name in self.header

    def at(self, place: int) -> pd.Series:
        """The column at a place."""
        return self.frame.iloc[:, place]

    def text(self, name: str) -> Text:
        """The first column of a name as text; blanks where there is none."""
        if name not in self.header:
            return np.full(len(self.frame), "", dtype=object)
        return text_of(self.at(self.header.index(name)))

    def rows(self, where: NDArray[np.bool_]) -> list[int]:
        """Numbers of the rows where it is True."""
        return [int(row) for row in self.frame.index[where]]

    def only(self, where: NDArray[np.bool_]) -> Table:
        """The rows where it is True."""
        return self if where.all() else replace(self, frame=self.frame[where])


def text_of(column: pd.Series) -> Text:
    """A column of categories as text."""
    return np.asarray(column.cat.categories, dtype=object)[column.cat.codes.to_numpy()]


def column_of(cells: Iterable[Sequence[str]]) -> pd.Categorical:
    """Blocks of cells as one column of categories."""
    encoded = pa.chunked_array([pa.array(block, type=pa.string()).dictionary_encode() for block in cells],
                               type=pa.dictionary(pa.int32(), pa.string())).unify_dictionaries()
    chunks = encoded.chunks
    codes = np.concatenate([chunk.indices.to_numpy() for chunk in chunks]) if chunks else np.array([], dtype=np.int32)
    known = chunks[0].dictionary.to_pylist() if chunks else []
    return pd.Categorical.from_codes(codes, categories=pd.Index(known, dtype="str"))


def table_of_rows(source: Path, file: str, name: str, rows: Iterable[Sequence[str]]) -> Table:
    """A table of rows of cells, the first being the header; blank rows are passed over, and counted.

    Raises DataError where there is no row, or rows have other numbers of cells than the header.
    """
    read = iter(rows)
    header = [plain_name(cell) for cell in next(read, [])]
    blocks: list[list[tuple[str, ...]]] = []
    numbers: list[int] = []
    ragged: list[int] = []
    number = FIRST_ROW
    while part := list(islice(read, AT_A_TIME)):
        filled = [(at, row) for at, row in enumerate(part, number) if any(row)]
        number += len(part)
        ragged += [at for at, row in filled if len(row) != len(header)]
        if filled and not ragged:
            numbers += [at for at, _ in filled]
            blocks.append(list(zip(*(row for _, row in filled), strict=True)))
    if ragged:
        raise DataError(problem("F08", file, ragged[0], rows=ragged, expected=len(header)))
    if not numbers:
        raise DataError(problem("F09", file))
    named = [place for place, name_ in enumerate(header) if name_]
    cells = [[block[place] for block in blocks] for place in named]
    return _table(source, file, name, [header[place] for place in named], cells, numbers)


def table_of_records(source: Path, file: str, name: str, records: Sequence[dict[str, str]]) -> Table:
    """A table of records, each column -> cell, numbered from 1; a blank where a record has no such column."""
    header = list(dict.fromkeys(chain.from_iterable(records)))
    blocks = [records[start:start + AT_A_TIME] for start in range(0, len(records), AT_A_TIME)]
    cells = [[[record.get(column, "") for record in block] for block in blocks] for column in header]
    return _table(source, file, name, header, cells, range(1, len(records) + 1))


def _table(source: Path, file: str, name: str, header: Sequence[str], cells: Sequence[Sequence[Sequence[str]]],
           numbers: Sequence[int]) -> Table:
    try:
        columns = {place: column_of(blocks) for place, blocks in enumerate(cells)}
    except UnicodeEncodeError as error:
        raise DataError(problem("I04", file, reason=error.reason)) from None
    return Table(source, file, name, tuple(header), pd.DataFrame(columns, index=pd.Index(numbers, name="row"), copy=False))
