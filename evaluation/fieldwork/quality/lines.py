"""Straight-lining: the same answer all the way down, whatever the items ask.

Source: Krosnick (1991), non-differentiation as a sign of satisficing; the longest run, Johnson (2005), "long string".
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evaluation.core.csvfile import distinct
from evaluation.declare.instrument import Choice, Item
from evaluation.declare.quality import Quality
from evaluation.fieldwork.quality.forms import Forms, Mask, places
from evaluation.fieldwork.quality.found import Found, found, said

Places = NDArray[np.int16]
BLANK, NO_ANSWER = -1, -2


def straight_line(forms: Forms, limits: Quality) -> Found:
    """The same answer to many items of one scale in a row, or to fewer where items are reversed, or to a whole grid.

    Items of a scale are those whose lists have the same values; what stands between them does not break a run, nor does a
    blank; "don't know" does. Through a reversed item the same answer says the opposite, unless it is the middle one.
    """
    asked = limits.straight_line
    told: dict[int, str] = {}
    for items in scales(forms):
        values = [choice.value for choice in forms.instrument.item_choices(items[0])]
        codes = _codes(forms, items, values)
        for least, turned in ((asked.items, None), (asked.reversed, _turned(forms, items, values))):
            length, begin, end = longest_run(codes, turned)
            for place in places(length >= least):
                told.setdefault(int(place), f"{items[begin[place]].id}–{items[end[place]].id}: {length[place]}")
        for first, last in _grids(forms, items):
            inside = codes[:, first:last]
            if last - first >= asked.grid:
                same = (inside >= 0).all(axis=1) & (inside == inside[:, :1]).all(axis=1)
                for place in places(same):
                    told.setdefault(int(place), f"{items[first].id}–{items[last - 1].id}: {last - first}")
    at = np.array(sorted(told), dtype=np.int64)
    return found(forms, at, [told[place] for place in at], said(forms, at, [item.id for item in forms.items("select_one")]))


def scales(forms: Forms) -> list[list[Item]]:
    """Items with the same list of values, in the order in which they are asked."""
    made: dict[tuple[str, ...], list[Item]] = {}
    for item in forms.items("select_one"):
        made.setdefault(tuple(choice.value for choice in forms.instrument.item_choices(item)), []).append(item)
    return list(made.values())


def longest_run(codes: Places, turned: tuple[Mask, Mask] | None = None) -> tuple[Places, Places, Places]:
    """Length, first and last item of the longest run of one answer in each row of codes (forms, items).

    -1, blank, is passed over; other negative codes end a run. turned: which items are reversed, and which answers say the
    opposite there; then only runs of such an answer through items of both kinds count.
    """
    rows = len(codes)
    value = np.full(rows, NO_ANSWER, dtype=np.int16)
    best, best_begin, best_end, length, begin, plain, backward = (np.zeros(rows, dtype=np.int16) for _ in range(7))
    for place in range(codes.shape[1]):
        own = codes[:, place]
        goes_on, starts = (own == value) & (own >= 0), (own != value) & (own != BLANK)
        length = np.where(goes_on, length + 1, np.where(starts, (own >= 0).astype(np.int16), length)).astype(np.int16)
        begin = np.where(starts, np.int16(place), begin)
        value = np.where(starts, own, value)
        counts = length > best
        if turned is not None:
            reversed_, telling = turned
            plain = np.where(starts, np.int16(0), plain) + ((own >= 0) & (not reversed_[place]))
            backward = np.where(starts, np.int16(0), backward) + ((own >= 0) & bool(reversed_[place]))
            counts &= (plain > 0) & (backward > 0) & telling[np.maximum(value, 0)]
        best, best_begin = np.where(counts, length, best), np.where(counts, begin, best_begin)
        best_end = np.where(counts, np.int16(place), best_end)
    return best, best_begin, best_end


def _codes(forms: Forms, items: list[Item], values: list[str]) -> Places:
    """The place of each answer in the list of values; -1 for blank, -2 for what is no answer."""
    codes = np.full((len(forms.index), len(items)), BLANK, dtype=np.int16)
    for place, item in enumerate(items):
        numbers, written = distinct(forms.codes[item.id])
        none = forms.instrument.no_answers(item)
        known = np.array([BLANK if value == "" else NO_ANSWER if value in none else values.index(value) for value in written]
                         or [BLANK], dtype=np.int16)
        codes[:, place] = known[numbers]
    return codes


def _turned(forms: Forms, items: list[Item], values: list[str]) -> tuple[Mask, Mask]:
    choices = {choice.value: choice for choice in forms.instrument.item_choices(items[0])}
    return (np.array([item.reverse for item in items], dtype=bool),
            np.array([_has_an_opposite(choices[value]) for value in values], dtype=bool))


def _has_an_opposite(choice: Choice) -> bool:
    return choice.score is not None and choice.score != 50


def _grids(forms: Forms, items: list[Item]) -> list[tuple[int, int]]:
    """Where items of a scale follow on each other without another item between: first, and after the last."""
    order = {item.id: place for place, item in enumerate(forms.instrument.items)}
    numbers = [order[item.id] for item in items]
    cuts = [0, *(at for at in range(1, len(numbers)) if numbers[at] != numbers[at - 1] + 1), len(numbers)]
    return list(pairwise(cuts))
