"""Forms that say the same: whole copies, and near ones, found without comparing every form with every other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.declare.quality import Quality
from evaluation.fieldwork.quality.forms import Codes, Forms, Ints, Mask, numbered, places
from evaluation.fieldwork.quality.found import Found, found, said

KINDS = ("select_one", "select_multiple", "integer", "decimal")
AT_ONCE = 200_000      # pairs compared at a time


def duplicate_id(forms: Forms, limits: Quality) -> Found:
    """Paradata have the form's respondent or instance more than once."""
    copies = forms.column("copies").to_numpy(dtype=int)
    at = places(copies > 0)
    return found(forms, at, [f"× {copies[place] + 1}" for place in at])


def duplicate_answers(forms: Forms, limits: Quality) -> Found:
    """The same answers to all items as another form of the community."""
    codes, _, uncommon = _compared(forms, limits)
    group = _groups(np.column_stack([codes, _numbers(forms.community)]))
    at = places((np.bincount(group, minlength=1)[group] > 1) & (uncommon.sum(axis=1) >= limits.alike.uncommon))
    names = [str(name) for name in forms.respondent]
    others: dict[int, list[str]] = {}
    for place in sorted(at, key=lambda place: names[place]):
        others.setdefault(int(group[place]), []).append(names[place])
    told = [" ".join([name for name in others[int(group[place])] if name != names[place]][:3]) for place in at]
    return found(forms, at, told, said(forms, at))


def near_duplicate(forms: Forms, limits: Quality) -> Found:
    """Nearly the same answers as another form of the community or of the interviewer: the nearest one is named."""
    codes, given, uncommon = _compared(forms, limits)
    community = _numbers(forms.community)
    same = [community]
    if forms.paradata is not None and (forms.column("interviewer") != "").any():
        known = (forms.column("interviewer") != "").to_numpy()
        same.append(np.where(known, _numbers(forms.column("interviewer")), -1 - np.arange(len(known))))
    names = [str(name) for name in forms.respondent]
    nearest: dict[int, tuple[float, str]] = {}
    copies = _groups(np.column_stack([codes, *same]))                  # whole copies are compared once
    order = np.array(sorted(range(len(names)), key=lambda place: names[place]), dtype=np.int64)
    one = order[np.unique(copies[order], return_index=True)[1]]        # of each kind, the form whose name comes first
    for pair in _candidates(codes[one], [group[one] for group in same], limits.alike.share):
        first, second = one[pair[0]], one[pair[1]]
        equal = (codes[first] == codes[second]) & given[first]
        either = (given[first] | given[second]).sum(axis=1)
        share = equal.sum(axis=1) / np.maximum(either, 1)
        telling = (equal & uncommon[first] & uncommon[second]).sum(axis=1) >= limits.alike.uncommon
        for at in np.flatnonzero(telling & (share >= limits.alike.share) & (share < 1)):
            a, b, how = int(first[at]), int(second[at]), float(share[at])
            for own, other in ((a, b), (b, a)):
                nearest[own] = min(nearest.get(own, (0.0, "")), (-how, names[other]))
    of = one[copies]                                                   # the form that stands for each
    number = places(np.isin(of, list(nearest)))
    told = [f"{nearest[place][1]} {-nearest[place][0]:.1%}" for place in of[number].tolist()]
    basis = [f"{nearest[place][1]}\0{text}" for place, text in zip(of[number].tolist(), said(forms, number), strict=True)]
    return found(forms, number, told, basis)


def _compared(forms: Forms, limits: Quality) -> tuple[Codes, Mask, Mask]:
    """Answers as numbers, where there is one, and where it is not the commonest of its community. Consent is left out."""
    items = [item for item in forms.items(*KINDS) if item.id != limits.consent.item]
    codes, given = numbered(forms, items)
    community = _numbers(forms.community)
    uncommon = np.zeros(codes.shape, dtype=bool)
    for place in range(len(items)):
        width = int(codes[:, place].max(initial=0)) + 2
        pair = community * width + codes[:, place] + 1
        counts = np.bincount(pair, minlength=(int(community.max(initial=0)) + 1) * width).reshape(-1, width)
        counts[:, 0] = 0
        most = counts.max(axis=1)[community]
        uncommon[:, place] = given[:, place] & (counts.reshape(-1)[pair] < most)
    return codes, given, uncommon


def _candidates(codes: Codes, same: list[Ints], share: float) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of forms of one group that agree throughout a block of items: all that can be near, and not many more.

    k items that differ in no more than d = (1 - share) k places agree throughout in at least one of d + 1 blocks: the
    pigeonhole principle, as in Manku, Jain and Das Sarma (2007). A pair may come more than once.
    """
    blocks = int((1 - share) * codes.shape[1] + 1e-9) + 1
    for group in same:
        for block in np.array_split(np.arange(codes.shape[1]), min(blocks, max(codes.shape[1], 1))):
            place = _hashed(np.column_stack([codes[:, block], group]))
            order = np.argsort(place, kind="stable")
            starts = np.flatnonzero(np.append(True, place[order][1:] != place[order][:-1])[:len(order)])
            yield from _pairs(order, starts, np.diff(np.append(starts, len(order))))


def _pairs(order: Ints, starts: Ints, sizes: Ints) -> Iterator[tuple[Ints, Ints]]:
    """All pairs inside runs of `order`, some at a time: each form with those that come `step` after it in its run."""
    left = np.repeat(starts + sizes, sizes) - np.arange(len(order))     # of its run from each place on, itself too
    step = 1
    held: list[tuple[Ints, Ints]] = []
    at = np.flatnonzero(left > 1)
    while len(at):
        held.append((order[at], order[at + step]))
        if sum(len(first) for first, _ in held) >= AT_ONCE:
            yield np.concatenate([a for a, _ in held]), np.concatenate([b for _, b in held])
            held = []
        step += 1
        at = at[left[at] > step]
    if held:
        yield np.concatenate([a for a, _ in held]), np.concatenate([b for _, b in held])


def _numbers(column: pd.Series) -> Ints:
    return np.asarray(pd.factorize(column, sort=True)[0], dtype=np.int64)


def _groups(columns: NDArray[np.integer]) -> Ints:
    """A number for each different row."""
    raw = np.ascontiguousarray(columns.astype(np.int32))
    return np.asarray(np.unique(raw.view(np.dtype((np.void, raw.dtype.itemsize * raw.shape[1]))).reshape(-1),
                                return_inverse=True)[1], dtype=np.int64)


def _hashed(columns: NDArray[np.integer]) -> Ints:
    """The same number for equal rows; for others by a chance of 2⁻⁶⁴."""
    drawn = np.random.default_rng(1)
    odd = [np.uint64(2 * int(drawn.integers(1, 2**62)) + 1) for _ in range(columns.shape[1])]
    mixed: NDArray[np.uint64] = np.zeros(len(columns), dtype=np.uint64)
    for place in range(columns.shape[1]):
        mixed = np.multiply(mixed ^ columns[:, place].astype(np.int64).view(np.uint64), odd[place])
        mixed = np.bitwise_xor(mixed, mixed >> np.uint64(29))
    return mixed.view(np.int64)
