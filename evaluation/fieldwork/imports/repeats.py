"""Forms with repeats: where the instrument's items stand in a repeat, its rows are the units, with their form's columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.core.errors import DataError, problem
from evaluation.fieldwork.imports.table import KEY, OWN, PARENT, PATH, Table, Text, text_of

LINKS = ((PARENT, KEY), ("PARENT_KEY", "KEY"), ("__Submissions-id", "__id"), ("_parent_index", "_index"))
EVERYWHERE = ("PARENT_KEY", "__Submissions-id")    # keys that mean the same in every file
PARENT_TABLE = "_parent_table_name"      # Kobo's name of the sheet above
UNIT = f"{OWN}unit"                      # the place of a unit in its form, such as visit[2]
NOT_JOINED = ("KEY", "PARENT_KEY", "_index", "_parent_index", PARENT_TABLE, KEY, PARENT, PATH, "__id", "__Submissions-id")


def units_of(tables: Sequence[Table], holds_items: Callable[[Table], bool]) -> list[Table]:
    """One table for each table of forms: itself, or the rows of the repeat that has the items, joined with what is above them.

    Raises DataError for rows whose form is not there, and where two repeats side by side have items.
    """
    above = {index: _above(table, tables) for index, table in enumerate(tables) if _link(table) is not None}
    lost = [problem("I12", tables[index].file) for index, parent in above.items()
            if parent is None and holds_items(tables[index])]
    if lost:
        raise DataError(lost)
    holding = {index for index in above if above[index] is not None and holds_items(tables[index])}
    made = []
    for index, table in enumerate(tables):
        if index in above:
            continue
        inside = [repeat for repeat in holding if _line(repeat, above)[-1] == index]
        deepest = max(inside, key=lambda repeat: len(_line(repeat, above)), default=index)
        beside = [tables[repeat].name for repeat in inside if repeat not in _line(deepest, above)]
        if beside:
            raise DataError(problem("I13", table.file, names=sorted([tables[deepest].name, *beside])))
        made.append(table if deepest == index else _joined([tables[place] for place in _line(deepest, above)]))
    return made


def _link(table: Table) -> tuple[str, str] | None:
    return next(((child, parent) for child, parent in LINKS if child in table), None)


def in_other_file(table: Table) -> bool:
    """Whether a table is a repeat whose forms may be in another file."""
    link = _link(table)
    return link is not None and link[0] in EVERYWHERE


def _above(table: Table, tables: Sequence[Table]) -> int | None:
    """The table that a repeat's rows lie in: the one that Kobo names, else the one with most of the keys."""
    link = _link(table)
    assert link is not None
    keys = {key for key in table.text(link[0]) if key}
    named = table.text(PARENT_TABLE)
    best, most = None, 0
    for index, other in enumerate(tables):
        near = other.source == table.source
        if other is table or link[1] not in other or (not near and link[0] not in EVERYWHERE):
            continue
        if PARENT_TABLE in table and other.name not in named:
            continue
        found = 2 * len(keys.intersection(other.text(link[1]))) + near
        if found > most:
            best, most = index, found
    return best


def _line(index: int, above: dict[int, int | None]) -> list[int]:
    """A repeat, what it lies in, and so on up to the forms."""
    line = [index]
    while (parent := above.get(line[-1])) is not None and parent not in line:
        line.append(parent)
    return line


def _joined(line: Sequence[Table]) -> Table:
    """The rows of the first table with the columns of all that it lies in."""
    made = line[0]
    place = _place(made)
    link = _link(made)
    for parent in line[1:]:
        assert link is not None
        keys = made.text(link[0])
        known = pd.Index(parent.text(link[1]))
        at = known.get_indexer(pd.Index(keys)) if known.is_unique else _last(known, keys)
        if (at < 0).any():
            rows = made.rows(at < 0)
            raise DataError(problem("I14", made.file, rows[0], link[0], rows=rows, parent=parent.file, count=len(rows)))
        kept = [column for column, name in enumerate(made.header) if name not in NOT_JOINED or name == UNIT]
        taken = [column for column, name in enumerate(parent.header) if name not in made.header or name in NOT_JOINED]
        frame = pd.concat([made.frame.iloc[:, kept].set_axis(range(len(kept)), axis=1),
                           parent.frame.iloc[at, taken].set_axis(range(len(kept), len(kept) + len(taken)), axis=1)
                           .set_axis(made.frame.index)], axis=1)
        header = [made.header[column] for column in kept] + [parent.header[column] for column in taken]
        upper = _link(parent)
        if upper is not None:
            place = np.array([f"{outer}/{inner}" for outer, inner in zip(_place(parent)[at], place, strict=True)], dtype=object)
        link = upper
        made = replace(made, header=tuple(header), frame=frame)
    frame = made.frame.assign(**{UNIT: pd.Categorical(place)})
    return replace(made, header=(*made.header, UNIT), frame=frame.set_axis(range(frame.shape[1]), axis=1))


def _last(known: pd.Index, keys: Text) -> NDArray[np.intp]:
    """Where a key stands last: the same form in two exports of one call."""
    places = {key: place for place, key in enumerate(known)}
    return np.array([places.get(key, -1) for key in keys], dtype=np.intp)


def _place(table: Table) -> Text:
    """The place of each row in what it lies in: as the program says it, else its rank among the rows there."""
    link = _link(table)
    assert link is not None
    if PATH in table:
        return table.text(PATH)
    parents = table.text(link[0])
    own = table.text("KEY")
    if "KEY" in table and all(key.startswith(f"{parent}/") for key, parent in zip(own, parents, strict=True)):
        return np.array([key[len(parent) + 1:] for key, parent in zip(own, parents, strict=True)], dtype=object)
    order = pd.to_numeric(pd.Series(table.text("_index")), errors="coerce").fillna(0)
    rank = pd.DataFrame({"parent": parents, "order": order}).groupby("parent")["order"].rank(method="first").astype(int)
    name = table.name.rsplit(".", 1)[-1]              # OData's Submissions.visit
    return np.array([f"{name}[{place}]" for place in rank], dtype=object)


def parent_text(table: Table) -> Text | None:
    """The place of each unit in its form, or None where forms are the units."""
    return text_of(table.at(table.header.index(UNIT))) if UNIT in table else None
