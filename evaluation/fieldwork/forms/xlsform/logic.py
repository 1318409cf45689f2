"""The logic of all items: which calculations stand, in which order, and which conditions each item keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.declare.grammar import MOST
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.expressions import Known, NotTakenError, conjuncts, fits, length
from evaluation.fieldwork.forms.xlsform.tables import Row


@dataclass
class Draughted:
    """An item on its way. data: as the instrument's YAML would have it; wanted: field -> conditions, each with its row."""

    id: str
    row: Row
    data: dict[str, Any]
    wanted: dict[str, list[tuple[Row, str]]] = field(default_factory=dict)

    @property
    def is_calculated(self) -> bool:
        """Whether nobody is asked, and the value is calculated."""
        return bool(self.data["type"] == "calculate")


def with_logic(items: Sequence[Draughted], known: Known, doubts: Doubts) -> list[Draughted]:
    """The items in an order in which each looks back only, with the expressions that could be taken.

    A calculation without one of its expressions would have a wrong value: it is left out, and so is what looks at it. Of
    other items only what cannot be read is left out.
    """
    needs = {item.id: _needs(item, known, doubts) for item in items if item.is_calculated}
    dead = _dying([name for name, found in needs.items() if found is None], needs)
    alive = [item for item in items if item.id not in dead]
    ordered, held = _in_order(alive, {name: found or set() for name, found in needs.items()})
    for item in items:
        if item.id in dead or item.id in held:
            if needs[item.id] is not None:
                _tell_lost(item, dead | held, known, doubts)
            doubts.leave_out(item.row.sheet, item.row.number, [item.id, *item.data["label"].values()])
    before: set[str] = set()
    for item in ordered:
        for name, wanted in item.wanted.items():
            if text := _joined(item, name, wanted, known, before, doubts):
                item.data[name] = text
        before.add(item.id)
    return ordered


def _needs(item: Draughted, known: Known, doubts: Doubts) -> set[str] | None:
    """The items that a calculation looks at; None if one of its expressions cannot be taken."""
    found: set[str] = set()
    lost = False
    for name, wanted in item.wanted.items():
        for row, text in wanted:
            try:
                found |= set(known.read(text, name, item.id)[1].items)
            except NotTakenError as error:
                lost = True
                _tell(row, item.id, name, error, text, doubts)
    return None if lost else found


def _tell_lost(item: Draughted, gone: Collection[str], known: Known, doubts: Doubts) -> None:
    """Tell which expression of a calculation looks at what is left out."""
    for name, wanted in item.wanted.items():
        for row, text in wanted:
            if lost := [other for other in known.read(text, name, item.id)[1].items if other in gone]:
                _tell(row, item.id, name, NotTakenError("X16", lost[0]), text, doubts)


def _dying(first: Iterable[str], needs: dict[str, set[str] | None]) -> set[str]:
    """Calculations that cannot stand, and all those that look at one."""
    users: dict[str, list[str]] = {}
    for name, found in needs.items():
        for other in found or ():
            users.setdefault(other, []).append(name)
    dead: set[str] = set()
    ahead = list(first)
    while ahead:
        name = ahead.pop()
        if name not in dead:
            dead.add(name)
            ahead += users.get(name, [])
    return dead


def _in_order(items: Sequence[Draughted], needs: dict[str, set[str]]) -> tuple[list[Draughted], set[str]]:
    """The items, calculations after all that they look at; and the ids of those that go round in a circle."""
    missing = {item.id: set(needs.get(item.id, ())) for item in items}
    waiting: dict[str, list[Draughted]] = {}
    ordered: list[Draughted] = []
    held: set[str] = set()
    done: set[str] = set()
    for item in items:
        if missing[item.id] - done:
            held.add(item.id)
            for name in missing[item.id] - done:
                waiting.setdefault(name, []).append(item)
            continue
        ahead = [item]
        while ahead:
            ready = ahead.pop(0)
            ordered.append(ready)
            done.add(ready.id)
            held.discard(ready.id)
            ahead += [other for other in waiting.pop(ready.id, []) if not missing[other.id] - done]
    return ordered, held


def _joined(item: Draughted, name: str, wanted: Sequence[tuple[Row, str]], known: Known, before: Collection[str],
            doubts: Doubts) -> str:
    """The conditions that could be taken, joined by "and". Of those that have to hold together each is taken by itself: without
    one of them a question is asked of more people, never of fewer.
    """
    taken: list[str] = []
    words = 0
    for row, text in _parts(item, name, wanted, known, before):
        try:
            written = known.read(text, name, item.id, before)[0]
            words += length(written) + 3
            if taken and (words > MOST or not fits(f"({written})")):
                raise NotTakenError("X15", written[:20])
            taken.append(written)
        except NotTakenError as error:
            _tell(row, item.id if row is item.row else row.get("name"), name, error, text, doubts)
    return _and(taken)


def _parts(item: Draughted, name: str, wanted: Sequence[tuple[Row, str]], known: Known,
           before: Collection[str]) -> Iterator[tuple[Row, str]]:
    """The conditions, those that cannot be read as a whole in parts."""
    for row, text in wanted:
        try:
            known.read(text, name, item.id, before)
            yield row, text
        except NotTakenError:
            yield from ((row, part) for part in ([text] if item.is_calculated else conjuncts(text)))


def _and(parts: Sequence[str]) -> str:
    different = list(dict.fromkeys(parts))
    return different[0] if len(different) == 1 else " and ".join(f"({part})" for part in different)


def _tell(row: Row, name: str, field_: str, error: NotTakenError, text: str, doubts: Doubts) -> None:
    doubts.tell(error.code, row.sheet, row.number, f"{name}.{field_}", word=error.word, name=error.name, text=text)
