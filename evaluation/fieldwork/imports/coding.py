"""The answers in one table: an item's columns, of versions of the form or one a choice, brought to one column of codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.core.errors import Problem, near_miss, problem
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.mapping import ANYTHING
from evaluation.declare.mapping import Mapping as MappingFile
from evaluation.fieldwork.answers import is_other, numbers_of
from evaluation.fieldwork.imports.columns import Places
from evaluation.fieldwork.imports.dialects import Dialect
from evaluation.fieldwork.imports.spss import said
from evaluation.fieldwork.imports.table import Table, Text, text_of
from evaluation.fieldwork.imports.values import Read, free_texts, reader_of, tick_of, ticks_of

SHOWN = 5                        # unknown values of an item that are told one by one


@dataclass
class Coded:
    """Codes by item, a blank where there is no answer; what is wrong, and what is to be told."""

    codes: dict[str, Text] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def coded(table: Table, places: Places, instrument: Instrument, dialect: Dialect, mapping: MappingFile | None,
          counts: NDArray[np.bool_]) -> Coded:
    """The answers of a table in codes: of the first column that has one; told where two columns of an item differ.

    counts: rows whose faults count; the others are of forms that were taken back.
    """
    made = Coded()
    blank = (*dialect.blank, *(() if mapping is None else mapping.blank))
    ticked = ticks_of(mapping)
    for item in instrument.items:
        if item.id not in places.items:
            continue
        read = reader_of(item, instrument, mapping, blank, dialect)
        answer: Text | None = None
        unknown = np.zeros(len(table.frame), dtype=bool)
        cells: Text | None = None
        differing = np.zeros(len(table.frame), dtype=bool)
        for place in places.whole.get(item.id, []):
            codes, wrong, cut = _column(table.at(place), read, item.kind == "text")
            if cut.any():
                rows = table.rows(cut)
                made.warnings.append(problem("I34", table.file, rows[0], item.id, rows=rows, count=len(rows), warning=True))
            if wrong.any():
                here = text_of(table.at(place))
                cells = here if cells is None else np.where(wrong & ~unknown, here, cells)
                unknown |= wrong
            answer, differs = _filled(answer, codes)
            differing |= differs
        if item.id in places.split:
            worded = {choice.value for choice in instrument.item_choices(item) if dialect.other and is_other(choice)}
            codes = _ticked(table, places.split[item.id], item, ticked, worded, made)
            unknown &= codes == ""
            answer, differs = _filled(answer, codes)
            differing |= differs
        assert answer is not None
        if differing.any():
            rows = table.rows(differing)
            made.warnings.append(problem("I33", table.file, rows[0], item.id, rows=rows, count=len(rows), warning=True))
        unknown &= counts
        if unknown.any():
            assert cells is not None
            made.faults += _unknown(table, cells, unknown, item, instrument)
        made.codes[item.id] = answer
    return made


def _column(column: pd.Series, read: Read, free: bool) -> tuple[Text, NDArray[np.bool_], NDArray[np.bool_]]:
    """Codes of a column, blank where a cell is no answer; where that is; and where a part of a free text was left out."""
    places = column.cat.codes.to_numpy()
    used = np.bincount(places, minlength=len(column.cat.categories)) > 0
    known = [read(value) if there else "" for value, there in zip(column.cat.categories, used, strict=True)]
    wrong = np.array([code is None for code in known], dtype=bool)[places]
    codes = [code or "" for code in known]
    cut = [False] * len(codes)
    if free:
        codes, cut = free_texts(codes)
    return np.array(codes, dtype=object)[places], wrong, np.array(cut, dtype=bool)[places]


def _filled(answer: Text | None, codes: Text) -> tuple[Text, NDArray[np.bool_]]:
    """An answer, filled in from another column where it is blank; and where both are there and differ."""
    if answer is None:
        return codes, np.zeros(len(codes), dtype=bool)
    return np.where(answer == "", codes, answer), (answer != "") & (codes != "") & (answer != codes)


def _ticked(table: Table, choices: Mapping[str, Sequence[int]], item: Item, ticked: frozenset[str], worded: Collection[str],
            made: Coded) -> Text:
    """Codes of an item that has a column for each of its choices. worded: those that any words tick."""
    names = sorted(choices)
    taken = np.zeros((len(table.frame), len(names)), dtype=bool)
    for at, name in enumerate(names):
        for place in choices[name]:
            column = table.at(place)
            says = [tick_of(value, ticked | {ANYTHING} if name in worded else ticked) for value in column.cat.categories]
            places = column.cat.codes.to_numpy()
            taken[:, at] |= np.array([bool(tick) for tick in says], dtype=bool)[places]
            neither = np.array([tick is None for tick in says], dtype=bool)[places]
            if neither.any():
                rows = table.rows(neither)
                value = text_of(column)[neither][0]
                made.faults.append(problem("I17", table.file, rows[0], table.header[place], value=value, name=item.id,
                                           rows=rows, count=len(rows)))
    if not len(taken):
        return np.array([], dtype=object)
    packed = np.packbits(taken, axis=1)
    _, first, inverse = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_index=True, return_inverse=True)
    words = [" ".join(name for name, tick in zip(names, taken[row], strict=True) if tick) for row in first]
    return np.array(words, dtype=object)[inverse]


def _unknown(table: Table, cells: Text, where: NDArray[np.bool_], item: Item, instrument: Instrument) -> list[Problem]:
    """A fault for each value that is no answer, the most frequent ones first; one for all the others."""
    found = pd.Series([said(str(cell)) for cell in cells[where]], index=table.frame.index[where])
    shown = found.map(lambda each: f"{each[0]} ({each[1]})" if each[1] else each[0])
    counts = shown.value_counts(sort=False)
    order = sorted(counts.index, key=lambda value: (-int(counts[value]), value))
    known = [choice.value for choice in instrument.item_choices(item)]
    known += [label for choice in instrument.item_choices(item) for label in choice.label.values()]
    faults = []
    for value in order[:SHOWN]:
        rows = [int(row) for row in shown.index[shown == value]]
        faults.append(problem("I16", table.file, rows[0], item.id, value=value, rows=rows, count=len(rows),
                              hint=near_miss(str(value), known or numbers_of(item))))
    if rest := order[SHOWN:]:
        rows = [int(row) for row in shown.index[shown.isin(rest)]]
        faults.append(problem("I18", table.file, rows[0], item.id, values=rest, rows=rows, count=len(rest)))
    return faults
