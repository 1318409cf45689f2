"""From files to submissions: the tables that are in them, the program they are from, the rows that are the units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.core.errors import DataError, Problem, problem
from evaluation.fieldwork.imports.columns import Places, places_of
from evaluation.fieldwork.imports.dialects import Dialect, dialect_of
from evaluation.fieldwork.imports.forms import Wanted, submissions_of
from evaluation.fieldwork.imports.repeats import in_other_file, units_of
from evaluation.fieldwork.imports.sources import read_tables
from evaluation.fieldwork.imports.submissions import Submissions
from evaluation.fieldwork.imports.table import Table


@dataclass
class Read:
    """Submissions by table, in the order of the files; and warnings."""

    submissions: list[Submissions] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_submissions(files: Sequence[Path], wanted: Wanted, step: Callable[[int], None] = lambda _: None) -> Read:
    """Read exports; `step` is told of each file that is read. Raises DataError with every fault of every file."""
    read = Read()
    faults: list[Problem] = []
    tables: list[Table] = []
    linked: list[tuple[list[Table], list[Problem]]] = []           # files whose repeats may be in another file
    for file in files:
        try:
            found, told = read_tables(file, wanted.mapping)
            tables += found
            read.warnings += [warning for warning in told if warning.warning]
            linked.append((found, [fault for fault in told if not fault.warning]))
        except DataError as error:
            faults += error.problems
        step(1)
    holding = any(in_other_file(table) and _items(table, tables, wanted) for table in tables)
    for found, told in linked:
        if told and not holding and not any(_items(table, found, wanted) for table in found):
            faults += told
    if faults:
        raise DataError(faults)
    units = _with_items(units_of(tables, lambda table: _items(table, tables, wanted)), tables, wanted)
    if not units:
        raise DataError([problem("I12", table.file) for table in tables])
    for table in units:
        try:
            made, told = submissions_of(table, _dialect(table, tables), wanted)
            read.submissions.append(made)
            read.warnings += told
        except DataError as error:
            faults += error.problems
    if faults:
        raise DataError(faults)
    return read


def _dialect(table: Table, tables: Sequence[Table]) -> Dialect:
    return dialect_of([table, *(other for other in tables if other.source == table.source)])


def _items(table: Table, tables: Sequence[Table], wanted: Wanted) -> bool:
    """Whether a table has items of the instrument."""
    return bool(_places(table, tables, wanted).items)


def _places(table: Table, tables: Sequence[Table], wanted: Wanted) -> Places:
    try:
        return places_of(table, wanted.names, _dialect(table, tables), wanted.mapping)
    except DataError:
        return Places()


def _with_items(units: Sequence[Table], tables: Sequence[Table], wanted: Wanted) -> list[Table]:
    """Of several tables of one file, such as sheets of a workbook, those with items; the first, where none has."""
    kept: list[Table] = []
    for source in dict.fromkeys(table.source for table in units):
        own = [table for table in units if table.source == source]
        kept += own if len(own) == 1 else [table for table in own if _items(table, tables, wanted)] or own[:1]
    return kept
