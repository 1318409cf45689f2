"""Submissions brought into what is there: each form once, edits with a trace, an older export never undoing a newer one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.core.errors import Problem, problem
from evaluation.fieldwork.imports.submissions import DESIGN, PARADATA, Submissions, seconds_of
from evaluation.fieldwork.imports.table import OWN, Text

EDITS = ("respondent", "item", "before", "after", "submitted")
COUNTED = ("new", "edited", "unchanged", "older", "taken back")
Columns = dict[str, Text]
Mask = NDArray[np.bool_]


@dataclass
class Kept:
    """What the round has. table: a row a respondent: paradata behind `OWN`, design columns and answers by name, `None` never;
    answered, known: rows that the file of answers has, and the paradata. edits: the trace, in the order of its writing.
    extra: columns that are of no item; design: variables that the file of answers has a column for.
    """

    table: Columns
    answered: Mask
    known: Mask
    edits: Columns
    extra: tuple[str, ...] = ()
    design: frozenset[str] = frozenset()


@dataclass
class Merged:
    """What the round has now; how many forms were new, edited, … by file; and warnings."""

    kept: Kept
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


def merged(kept: Kept, brought: Sequence[Submissions], columns: Sequence[str]) -> Merged:
    """Bring submissions in, the versions of a form from the oldest to the newest, whatever order they come in.

    columns: design columns and items that the file of answers has; of those that a submission lacks, what is there stays.
    Newer is what was edited more often, else submitted or ended later; where none of these tells, what comes later: a warning.
    """
    made = Merged(kept, {each.file: dict.fromkeys(COUNTED, 0) for each in brought})
    if not brought:
        return made
    rows = _together(brought, columns)
    for wave in _waves(rows):
        _bring(made, {name: column[wave] for name, column in rows.items()}, columns, brought)
    return made


def _together(brought: Sequence[Submissions], columns: Sequence[str]) -> Columns:
    """All submissions in one table: `None` where a file has no such column."""
    parts: dict[str, list[NDArray[Any]]] = {}
    for place, each in enumerate(brought):
        count = len(each.rows)
        for name in PARADATA:
            parts.setdefault(OWN + name, []).append(each.paradata[name])
        for name in columns:
            found = each.design.get(name) if name in DESIGN else each.answers.get(name.removeprefix(OWN))
            parts.setdefault(name, []).append(np.full(count, None, dtype=object) if found is None else found)
        parts.setdefault(f"{OWN}file", []).append(np.full(count, place))
        parts.setdefault(f"{OWN}row", []).append(each.rows)
        parts.setdefault(f"{OWN}rejected", []).append(each.rejected)
    return {name: np.concatenate(each) for name, each in parts.items()}


def _waves(rows: Columns) -> list[NDArray[np.intp]]:
    """Rows in turns in which each form comes once: the oldest version of each, the next, …; of alike ones, as they come."""
    respondents = pd.Series(rows[f"{OWN}respondent"])
    turn = np.zeros(len(respondents), dtype=int)
    several = np.flatnonzero(respondents.duplicated(keep=False))
    editions = [part[several] for part in _editions(rows)]
    rejected = rows[f"{OWN}rejected"][several].astype(int)
    if all(np.isnan(part).all() or not np.isnan(part).any() for part in editions):       # one order of all: quick
        inner = np.lexsort((rejected, *(np.nan_to_num(part) for part in reversed(editions))))
    else:
        def compared(one: int, other: int) -> int:
            order = int(_order([part[[one]] for part in editions], [part[[other]] for part in editions])[0])
            return order or int(rejected[one] - rejected[other])
        groups = pd.Series(range(len(several))).groupby(respondents.to_numpy()[several]).groups.values()
        inner = np.array([place for group in groups for place in sorted(group.tolist(), key=cmp_to_key(compared))], dtype=int)
    ordered = several[inner]
    turn[ordered] = respondents.iloc[ordered].groupby(respondents.iloc[ordered]).cumcount().to_numpy()
    return [np.flatnonzero(turn == place) for place in range(turn.max(initial=-1) + 1)]


def _editions(rows: Columns) -> list[NDArray[np.float64]]:
    """What tells versions of a form apart, NaN where unknown: edits; when submitted and ended, with and without an offset."""
    edits = np.array([float(text) if text else np.nan for text in rows[f"{OWN}edits"]])
    made = [edits]
    for name in ("submitted", "ended"):
        seconds, aware = seconds_of(rows[OWN + name])
        made += [np.where(aware, seconds, np.nan), np.where(aware, np.nan, seconds)]
    return made


def _order(ones: Sequence[NDArray[np.float64]], others: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """1 where one version is newer than the other, -1 where it is older, 0 where nothing tells."""
    order = np.zeros(len(ones[0]))
    for one, other in zip(ones, others, strict=True):
        order = np.where(order == 0, np.nan_to_num(np.sign(one - other)), order)
    return order


def _bring(made: Merged, rows: Columns, columns: Sequence[str], brought: Sequence[Submissions]) -> None:
    """One turn: rows of which each is another form."""
    kept = made.kept
    at = pd.Index(kept.table[f"{OWN}respondent"]).get_indexer(pd.Index(rows[f"{OWN}respondent"]))
    there = at >= 0
    before = {name: np.where(there, column[at], "") if len(column) else np.full(len(at), "", dtype=object)
              for name, column in kept.table.items()}
    answered, known = _held(kept.answered, at), _held(kept.known, at)
    rejected = rows[f"{OWN}rejected"].astype(bool)
    order = np.where(known, _order(_editions(rows), _editions(before)), 0)
    after = {name: np.where(pd.isna(rows[name]), before[name], rows[name]) for name in columns}   # none: no such column
    differs = np.zeros(len(at), dtype=bool)
    for name in columns:
        differs |= after[name] != before[name]
    older = (order < 0) & answered & (differs | rejected)
    back = rejected & answered & ~older
    new = ~answered & ~rejected
    edited = answered & differs & ~older & ~rejected
    undecided = edited & (order == 0) & known
    if undecided.any():
        for place in np.unique(rows[f"{OWN}file"][undecided]):
            own = [int(row) for row in rows[f"{OWN}row"][undecided & (rows[f"{OWN}file"] == place)]]
            made.warnings.append(problem("I38", brought[place].file, own[0], rows=own, count=len(own), warning=True))
    _count(made, rows, brought, {"new": new, "edited": edited, "older": older, "taken back": back,
                                 "unchanged": answered & ~rejected & ~edited & ~older})
    _trace(kept, rows, before, after, edited, back, columns)
    taken = ~older & ~rejected
    for name in (OWN + each for each in PARADATA):
        tie = known & (order == 0) & ~differs
        larger = np.where(before[name] > rows[name], before[name], rows[name])
        filled = np.where(rows[name] == "", before[name], rows[name])
        after[name] = np.where(order < 0, before[name], np.where(tie, larger, filled))
    _put(kept, after, at, taken, back)


def _held(mask: Mask, at: NDArray[np.intp]) -> Mask:
    return mask[at] & (at >= 0) if len(mask) else np.zeros(len(at), dtype=bool)


def _count(made: Merged, rows: Columns, brought: Sequence[Submissions], kinds: dict[str, Mask]) -> None:
    for kind, mask in kinds.items():
        for place, count in zip(*np.unique(rows[f"{OWN}file"][mask], return_counts=True), strict=True):
            made.counts[brought[place].file][kind] += int(count)
            if kind == "taken back":
                made.warnings.append(problem("I39", brought[place].file, count=int(count), warning=True))


def _trace(kept: Kept, rows: Columns, before: Columns, after: Columns, edited: Mask, back: Mask,
           columns: Sequence[str]) -> None:
    """Write down each item that changed, once: an import that was broken off and made again finds its own lines."""
    made: dict[str, list[Text]] = {name: [] for name in EDITS}
    for name in columns:
        now = np.where(back, "", after[name])
        changed = (edited | back) & (before[name] != now)
        if changed.any():
            made["respondent"].append(rows[f"{OWN}respondent"][changed])
            made["item"].append(np.full(int(changed.sum()), name.removeprefix(OWN), dtype=object))
            made["before"].append(before[name][changed])
            made["after"].append(now[changed])
            made["submitted"].append(rows[f"{OWN}submitted"][changed])
    if not made["item"]:
        return
    fresh = {name: np.concatenate(each) for name, each in made.items()}
    written = zip(kept.edits["respondent"], kept.edits["item"], strict=True)
    last = {(one, item): place for place, (one, item) in enumerate(written)}
    places = [last.get(pair, -1) for pair in zip(fresh["respondent"], fresh["item"], strict=True)]
    again = np.array([place >= 0 and all(kept.edits[name][place] == fresh[name][row] for name in EDITS)
                      for row, place in enumerate(places)], dtype=bool)
    kept.edits = {name: np.concatenate([kept.edits[name], fresh[name][~again]]) for name in EDITS}


def _put(kept: Kept, after: Columns, at: NDArray[np.intp], taken: Mask, back: Mask) -> None:
    """Enter the rows that are taken, and take out those that were taken back."""
    put = taken & (at >= 0)
    add = taken & (at < 0)
    out = np.zeros(len(kept.answered), dtype=bool)
    out[at[back]] = True
    for name, column in kept.table.items():
        given = after.get(name, np.full(len(at), "", dtype=object))
        if put.any() and name in after:
            column = column.copy()
            column[at[put]] = given[put]
        kept.table[name] = np.concatenate([column, given[add]])
    kept.answered, kept.known = kept.answered.copy(), kept.known.copy()
    kept.answered[at[put]] = kept.known[at[put]] = True
    fresh = np.ones(int(add.sum()), dtype=bool)
    kept.answered = np.concatenate([kept.answered & ~out, fresh])
    kept.known = np.concatenate([kept.known & ~out, fresh])


