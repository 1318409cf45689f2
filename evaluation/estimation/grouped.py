"""Means and their variances for every community of a round in one pass: sort by community, reduce at its boundaries.

The variance of a linear combination of item means is the design-based variance of each respondent's linearised value;
that keeps the correlation between items. Formulas and sources: docs/methods.md, "Score of one method".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Grouped:
    """Rows of one method sorted by community, stratum and PSU, with the boundaries to reduce at.

    order: position of the sorted rows in the input (n). community: number of each sorted row's community (n).
    starts, psu_starts, stratum_starts: first sorted row of each community, first row of each PSU, first PSU of each
    stratum. Strata are taken within communities, PSUs within strata.
    """

    order: Ints
    weight: Floats
    community: Ints
    names: list[str]
    starts: Ints
    psu_starts: Ints
    stratum_starts: Ints
    stratum_community: Ints

    @classmethod
    def of(cls, design: pd.DataFrame) -> Grouped:
        """Group a design table: columns community, stratum, psu, weight; at least one row."""
        codes = []
        names: list[str] = []
        for column in ("community", "stratum", "psu"):
            code, uniques = pd.factorize(design[column], sort=True)
            codes.append(code.astype(np.int64))
            names = names or [str(name) for name in uniques]
        community, stratum, psu = codes
        order = np.lexsort((psu, stratum, community))
        community, stratum, psu = community[order], stratum[order], psu[order]
        new_community = np.r_[True, community[1:] != community[:-1]]
        new_stratum = new_community | np.r_[True, stratum[1:] != stratum[:-1]]
        new_psu = new_stratum | np.r_[True, psu[1:] != psu[:-1]]
        psu_starts = np.flatnonzero(new_psu)
        stratum_starts = np.flatnonzero(new_stratum[psu_starts])
        return cls(order, design["weight"].to_numpy(dtype=float)[order], community, names,
                   np.flatnonzero(new_community), psu_starts, stratum_starts, community[psu_starts][stratum_starts])

    @property
    def counts(self) -> Ints:
        """Rows of each community."""
        return np.asarray(np.diff(np.r_[self.starts, len(self.community)]), dtype=np.int64)

    def sums(self, values: NDArray[Any]) -> NDArray[Any]:
        """Sums of sorted rows (n, k) by community (c, k)."""
        return np.add.reduceat(values, self.starts, axis=0)

    def item_means(self, scores: Floats) -> tuple[Floats, Floats]:
        """Weighted means (c, j) of sorted item scores (n, j), NaN = no answer, and the sums of weights beneath them.

        A mean over nobody is NaN.
        """
        weights = np.where(np.isnan(scores), 0.0, self.weight[:, None])
        beneath = self.sums(weights)
        with np.errstate(invalid="ignore"):
            return self.sums(weights * np.nan_to_num(scores)) / beneath, beneath

    def linearised(self, scores: Floats, means: Floats, beneath: Floats) -> Floats:
        """Each sorted row's share (n, j) in the error of its community's item means; 0 where it gave no answer."""
        with np.errstate(invalid="ignore", divide="ignore"):
            per_unit = self.weight[:, None] / beneath[self.community]
            return np.nan_to_num(np.where(np.isnan(scores), 0.0, (scores - means[self.community]) * per_unit))

    def variance(self, values: Floats, population: Floats | None = None) -> tuple[Floats, Floats]:
        """Variances (c, k) of the totals of linearised values (n, k), and their degrees of freedom (c,).

        Ultimate-cluster formula with replacement between PSUs, times (1 - n/N) where `population` (c,) gives N of each
        community in respondents. A stratum with one PSU takes the variance between PSUs pooled over the round
        (docs/methods.md, "One answer, or one meeting"); NaN where there is nothing to pool. A census has 0.
        """
        psu = np.add.reduceat(values, self.psu_starts, axis=0)
        n_psu = np.diff(np.r_[self.stratum_starts, len(self.psu_starts)])
        mean = np.add.reduceat(psu, self.stratum_starts, axis=0) / n_psu[:, None]
        squares = np.add.reduceat((psu - np.repeat(mean, n_psu, axis=0)) ** 2, self.stratum_starts, axis=0)
        many = n_psu > 1
        between = squares * np.where(many, n_psu / np.maximum(n_psu - 1, 1), 0.0)[:, None]
        ends = np.flatnonzero(np.r_[True, self.stratum_community[1:] != self.stratum_community[:-1]])
        variance = np.add.reduceat(between, ends, axis=0)
        df = np.add.reduceat(n_psu - 1, ends).astype(float)
        lonely = np.add.reduceat(~many, ends).astype(float)
        psus = np.add.reduceat(n_psu, ends).astype(float)
        variance, df = _pooled(variance, df, lonely, psus)
        if population is not None:
            unseen = np.clip(1 - self.counts / population, 0.0, 1.0)[:, None]
            variance = np.where(unseen == 0, 0.0, variance * unseen)
        return variance, df


def _pooled(variance: Floats, df: Floats, lonely: Floats, psus: Floats) -> tuple[Floats, Floats]:
    """Give communities with lonely PSUs the round's variance between PSUs, scaled to their number of PSUs."""
    if not lonely.any():
        return variance, df
    whole = (lonely == 0) & (df > 0)
    if not whole.any():
        return np.where(lonely[:, None] > 0, np.nan, variance), df
    pooled = (variance[whole] * psus[whole, None] * df[whole, None]).sum(axis=0) / df[whole].sum()
    # A single PSU stands for 1/psus of its community's total; `variance * psus` is free of that size.
    added = pooled[None, :] * (lonely / psus**2)[:, None]
    return variance + added, np.where(lonely > 0, np.where(df > 0, df, df[whole].sum()), df)
