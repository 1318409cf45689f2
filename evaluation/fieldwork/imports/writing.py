"""The files of one method: answers, paradata, the trace of edits; written in an order that the next import can mend.

The trace is written first, then answers, then paradata. An import that is broken off between them is made whole by making it
again: the trace's lines are found there, and a form whose answers are written gets its paradata.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.core.csvfile import csv_rows, decode, plain_name
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.core.files import written_whole
from evaluation.core.parquetfile import is_parquet
from evaluation.declare.instrument import Instrument
from evaluation.declare.round import AnswersFile
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.imports.merging import EDITS, Columns, Kept
from evaluation.fieldwork.imports.submissions import DESIGN, PARADATA
from evaluation.fieldwork.imports.table import OWN, Table, Text, table_of_rows


@dataclass(frozen=True)
class Places:
    """Where one method's files are; headers: of the file of answers, by design variable and item."""

    answers: Path
    paradata: Path
    edits: Path
    headers: dict[str, str]
    encoding: str | None
    delimiter: str


def places_of(folder: Path, method: str, declared: AnswersFile, instrument: Instrument) -> Places:
    """Where a method's files are. Raises DataError where its answers are in a kind of file that is not written here."""
    answers = folder / declared.file
    if is_parquet(answers):
        raise DataError(problem("I27", answers, path=f"answers.{method}.file"))
    paradata = folder / (declared.paradata or f"paradata/{method}.csv")
    headers = {"community": declared.community.column} | {name: getattr(declared, name) or name for name in DESIGN[1:]}
    headers |= {item_key(item.id): declared.columns.get(item.id, item.id) for item in instrument.items if item.is_answered}
    headers = {f"{OWN}respondent": declared.respondent} | headers
    return Places(answers, paradata, paradata.with_suffix(".edits.csv"),
                  {name: plain_name(header) for name, header in headers.items()}, declared.encoding, declared.delimiter)


def item_key(item: str) -> str:
    """The name of an item's column while it is merged: its id, unless a design variable is called so."""
    return OWN + item if item in DESIGN else item


def read_kept(places: Places) -> Kept:
    """What is there. Raises DataError for files that cannot be read, ids that stand twice, columns that may not be there."""
    answers = _read(places.answers, places.encoding, places.delimiter)
    paradata = _read(places.paradata)
    edits = _read(places.edits)
    faults: list[Problem] = []
    for file, found, wanted in ((places.answers, answers, [places.headers[f"{OWN}respondent"]]),
                                (places.paradata, paradata, PARADATA[:-1]), (places.edits, edits, EDITS)):
        if found is not None:
            faults += [problem("A01", file, 1, name, name=name, hint=near_miss(name, found.header))
                       for name in wanted if name not in found]
    extra = [] if answers is None else [name for name in answers.header if name not in places.headers.values()]
    faults += refused_columns(places.answers, extra)
    if faults:
        raise DataError(faults)
    one = pd.Index(np.array([], dtype=object) if answers is None else answers.text(places.headers[f"{OWN}respondent"]))
    other = pd.Index(np.array([], dtype=object) if paradata is None else paradata.text("respondent"))
    for file, ids in ((places.answers, one), (places.paradata, other)):
        if ids.has_duplicates:
            twice = ids[ids.duplicated()][0]
            rows = [int(row) + 2 for row in np.flatnonzero(ids == twice)]
            raise DataError(problem("A06", file, rows[1], "respondent", id=twice, rows=rows))
    at = one.get_indexer(other)
    every = one.append(other[at < 0]) if len(other) else one
    known = np.zeros(len(every), dtype=bool)
    known[at[at >= 0]] = True
    known[len(one):] = True
    table: Columns = {f"{OWN}respondent": every.to_numpy(dtype=object)}
    for name in PARADATA[1:]:
        table[OWN + name] = _aligned(paradata, name, other, every)
    for name, header in list(places.headers.items())[1:]:
        table[name] = _aligned(answers, header, one, every)
    for name in extra:
        table[name] = _aligned(answers, name, one, every)
    trace = {name: np.array([], dtype=object) if edits is None else edits.text(name) for name in EDITS}
    return Kept(table, np.arange(len(every)) < len(one), known, trace, tuple(extra),
                frozenset() if answers is None else frozenset(name for name in DESIGN if places.headers[name] in answers))


def _read(file: Path, encoding: str | None = None, delimiter: str = ",") -> Table | None:
    if not file.exists():
        return None
    try:
        return table_of_rows(file, str(file), file.stem, csv_rows(file, decode(file, encoding), delimiter))
    except DataError as error:
        if [fault.code for fault in error.problems] == ["F09"]:
            return None
        raise


def _aligned(table: Table | None, name: str, ids: pd.Index, every: pd.Index) -> Text:
    blank = np.full(len(every), "", dtype=object)
    if table is None or name not in table or not len(ids):
        return blank
    at = ids.get_indexer(every)
    return np.where(at >= 0, table.text(name)[at], blank)


def write_kept(places: Places, kept: Kept, design: Sequence[str]) -> list[Path]:
    """Write what is there now, rows in the order of respondents: trace, answers, paradata. design: variables with a column.

    The files. Raises DataError where the encoding that the round declares does not have a character.
    """
    order = np.argsort(kept.table[f"{OWN}respondent"].astype(str), kind="stable")
    answered, known = order[kept.answered[order]], order[kept.known[order]]
    answers = {header: kept.table[name] for name, header in places.headers.items() if name not in DESIGN or name in design}
    answers |= {name: kept.table[name] for name in kept.extra}
    written = {places.answers: _bytes(places, {name: column[answered] for name, column in answers.items()}),
               places.paradata: _text({name: kept.table[OWN + name][known] for name in PARADATA}).encode()}
    files = [places.answers, places.paradata]
    if len(kept.edits["item"]):
        turn = np.argsort(kept.edits["respondent"].astype(str), kind="stable")
        written[places.edits] = _text({name: column[turn] for name, column in kept.edits.items()}).encode()
        files.append(places.edits)
    for file in (places.edits, places.answers, places.paradata):
        if file in written:
            with written_whole(file) as temporary:
                temporary.write_bytes(written[file])
    return files


def _bytes(places: Places, columns: Columns) -> bytes:
    text = _text(columns, places.delimiter)
    try:
        return text.encode(places.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError) as error:
        raise DataError(problem("I28", places.answers, encoding=places.encoding, reason=error)) from None


def _text(columns: Columns, delimiter: str = ",") -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return stream.getvalue()
