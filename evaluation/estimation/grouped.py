"""Rows of one method sorted by community, stratum and PSU, with the boundaries at which to reduce them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grouped:
    """Boundaries of communities (c), strata (h) and PSUs (u) among n sorted rows. Strata are taken within communities, PSUs
    within strata.

    order: position of the sorted rows in the input (n,), None where they lay in that order. weight: of the sorted rows (n,),
    None where all are alike. names: of the communities. starts, psu_starts: first sorted row of each community and PSU;
    stratum_starts: first PSU of each stratum; stratum_community: number of each stratum's community.
    """

    order: Ints | None
    weight: Floats | None
    names: list[str]
    rows: int
    starts: Ints
    psu_starts: Ints
    stratum_starts: Ints
    stratum_community: Ints

    @classmethod
    def of(cls, design: pd.DataFrame) -> Grouped:
        """Group a design table: community, and where it has them stratum, psu (else every row is one) and weight (else 1)."""
        community, names = coded(design["community"])
        stratum = coded(design["stratum"])[0] if "stratum" in design else None
        psu = coded(design["psu"])[0] if "psu" in design else None
        keys = [key for key in (psu, stratum, community) if key is not None and (key[1:] != key[:-1]).any()]
        order: Ints | None = np.lexsort(keys).astype(np.int64) if keys else None
        if order is None or (order[1:] > order[:-1]).all():
            order = None
        if order is not None:
            community = community[order]
            stratum, psu = (None if key is None else key[order] for key in (stratum, psu))
        new_community = _changes(community)
        new_stratum = new_community if stratum is None else new_community | _changes(stratum)
        new_psu = np.ones(len(design), dtype=bool) if psu is None else new_stratum | _changes(psu)
        psu_starts = np.flatnonzero(new_psu)
        stratum_starts = np.flatnonzero(new_stratum[psu_starts])
        weight = design["weight"].to_numpy(dtype=float) if "weight" in design else None
        if weight is not None:
            weight = None if (weight == weight[0]).all() else weight if order is None else weight[order]
        return cls(order, weight, names, len(design), np.flatnonzero(new_community), psu_starts, stratum_starts,
                   community[psu_starts][stratum_starts])

    @cached_property
    def counts(self) -> Ints:
        """Rows of each community (c,)."""
        return np.asarray(np.diff(np.r_[self.starts, self.rows]))

    @cached_property
    def clustered(self) -> bool:
        """Whether any PSU has more than one row."""
        return len(self.psu_starts) < self.rows

    @cached_property
    def stratum_psus(self) -> Ints:
        """PSUs of each stratum (h,)."""
        return np.asarray(np.diff(np.r_[self.stratum_starts, len(self.psu_starts)]))

    @cached_property
    def first_stratum(self) -> Ints:
        """First stratum of each community, and their number (c + 1,)."""
        first = np.searchsorted(self.stratum_community, np.arange(len(self.starts)))
        return np.asarray(np.r_[first, len(self.stratum_starts)])

    def per_community(self, by_stratum: NDArray[Any]) -> NDArray[Any]:
        """Sums of values of strata (h,) by community (c,)."""
        return np.asarray(np.add.reduceat(by_stratum, self.first_stratum[:-1]))

    def seen_in_strata(self, population: Floats) -> Floats:
        """n/N of each stratum (h,), at most 1: N is the community's (c,) times the stratum's share of the weights."""
        first = self.psu_starts[self.stratum_starts]
        n = np.diff(np.r_[first, self.rows])
        weight = n.astype(float) if self.weight is None else np.add.reduceat(self.weight, first)
        share = weight / self.per_community(weight)[self.stratum_community]
        return np.asarray(np.minimum(n / (population[self.stratum_community] * share), 1.0))

    def blocks(self, rows: int) -> Iterator[tuple[int, int]]:
        """First and last community of parts of about so many rows, so that a part stays in the processor's cache."""
        first, ends = 0, np.r_[self.starts[1:], self.rows]
        while first < len(self.starts):
            last = max(int(np.searchsorted(ends, self.starts[first] + rows, side="right")), first + 1)
            yield first, last
            first = last


def coded(column: pd.Series) -> tuple[Ints, list[str]]:
    """A number for each row of a column, in the order of the sorted values that occur, and these values as text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = column.cat.categories.astype(str)
        codes = column.cat.codes.to_numpy()
        there = np.flatnonzero(np.bincount(codes, minlength=len(values)))
        there = there[np.argsort(values.to_numpy(dtype=object)[there], kind="stable")]
        number = np.zeros(len(values), dtype=np.int64)
        number[there] = np.arange(len(there))
        return number[codes], [str(name) for name in values[there]]
    codes, uniques = pd.factorize(column, sort=True)
    return codes.astype(np.int64), [str(name) for name in uniques]


def _changes(key: Ints) -> NDArray[np.bool_]:
    return np.asarray(np.r_[True, key[1:] != key[:-1]])
