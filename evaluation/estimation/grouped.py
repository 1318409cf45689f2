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

    @property
    def psus(self) -> Floats:
        """PSUs of each community (c,)."""
        return self._per_community(np.diff(np.r_[self.stratum_starts, len(self.psu_starts)]))

    @property
    def strata(self) -> Floats:
        """Strata of each community (c,)."""
        return self._per_community(np.ones(len(self.stratum_starts), dtype=np.int64))

    def psus_with(self, answered: NDArray[np.bool_]) -> Floats:
        """PSUs (c, k) in which at least one sorted row (n, k) answered."""
        found = np.logical_or.reduceat(answered, self.psu_starts, axis=0).astype(np.int64)
        return self._per_community(np.add.reduceat(found, self.stratum_starts, axis=0))

    def _per_community(self, by_stratum: NDArray[Any]) -> Floats:
        ends = np.flatnonzero(np.r_[True, self.stratum_community[1:] != self.stratum_community[:-1]])
        return np.asarray(np.add.reduceat(by_stratum, ends, axis=0), dtype=float)

    def unseen(self, population: Floats | None) -> Floats:
        """1 - n/N of each community (c,), between 0 and 1; 1 without a population."""
        return np.ones(len(self.starts)) if population is None else np.clip(1 - self.counts / population, 0.0, 1.0)

    def _unseen_in_strata(self, population: Floats | None) -> Floats:
        """1 - n/N of each stratum, where a stratum's N is its share of the weights times the community's N."""
        if population is None:
            return np.ones(len(self.stratum_starts))
        rows = self.psu_starts[self.stratum_starts]
        weight = np.add.reduceat(self.weight, rows)
        share = weight / self._per_community(weight)[self.stratum_community]
        n = np.diff(np.r_[rows, len(self.community)])
        return np.asarray(np.clip(1 - n / (population[self.stratum_community] * share), 0.0, 1.0))

    def variance(self, values: Floats, population: Floats | None = None) -> tuple[Floats, Floats]:
        """Variances (c, k) of the totals of linearised values (n, k), and their degrees of freedom (c,).

        Ultimate-cluster formula with replacement between PSUs, times (1 - n/N) in each stratum where `population` (c,)
        gives N of each community in respondents. A stratum with one PSU takes the variance between PSUs pooled over the
        round (docs/methods.md, "One answer, or one meeting"); NaN where there is nothing to pool. A census has 0.
        """
        psu = np.add.reduceat(values, self.psu_starts, axis=0)
        n_psu = np.diff(np.r_[self.stratum_starts, len(self.psu_starts)])
        mean = np.add.reduceat(psu, self.stratum_starts, axis=0) / n_psu[:, None]
        squares = np.add.reduceat((psu - np.repeat(mean, n_psu, axis=0)) ** 2, self.stratum_starts, axis=0)
        between = squares * np.where(n_psu > 1, n_psu / np.maximum(n_psu - 1, 1), 0.0)[:, None]
        lonely = self._per_community((n_psu == 1).astype(np.int64))
        df = self._per_community(n_psu - 1)
        pooled, df = _pooled(self._per_community(between), df, lonely, self.psus)
        own = self._per_community(between * self._unseen_in_strata(population)[:, None])
        unseen = self.unseen(population)[:, None]
        return np.where(unseen == 0, 0.0, own + np.where(lonely[:, None] > 0, pooled * unseen, 0.0)), df


def _pooled(variance: Floats, df: Floats, lonely: Floats, psus: Floats) -> tuple[Floats, Floats]:
    """What communities with lonely PSUs (c,) take from the round: its variance between PSUs, scaled to their number of
    PSUs (c, k); and df (c,). NaN where no community has two PSUs in every stratum.
    """
    whole = (lonely == 0) & (df > 0)
    if not lonely.any():
        return np.zeros(variance.shape), df
    if not whole.any():
        return np.full(variance.shape, np.nan), df
    # A single PSU stands for 1/psus of its community's total; `variance * psus` is free of that size.
    unit = (variance[whole] * psus[whole, None] * df[whole, None]).sum(axis=0) / df[whole].sum()
    return unit[None, :] * (lonely / psus**2)[:, None], np.where((lonely > 0) & (df == 0), df[whole].sum(), df)


def answering_correction(grouped: Grouped, psus_answering: Floats) -> Floats:
    """Factors (c, j) that turn n/(n-1) over all PSUs of a community into m/(m-1) over the m that answered an item."""
    n, strata = grouped.psus[:, None], grouped.strata[:, None]
    m = np.maximum(psus_answering, strata + 1)
    full = n / np.maximum(n - strata, 1)
    return np.where(psus_answering > strata, np.sqrt(m / (m - strata) / full), 1.0)


def flat_variance(grouped: Grouped, variance: Floats, psus_answering: Floats) -> Floats:
    """Variance (c, j) that item means without any spread of their own borrow; 0 for the others.

    One answer, or answers that are all alike, show no spread; that is no certainty. They borrow the item's variance
    between PSUs pooled over the round, divided by the m PSUs that answered; where the item varies nowhere, the mean over
    the method's items; NaN if nothing varies. Communities with one PSU in all are left to `variance`.
    """
    strata, m = grouped.strata[:, None], psus_answering
    spare = np.clip(m - strata, 0, None)
    unit = (variance * m * spare).sum(axis=0) / np.where(spare.sum(axis=0) > 0, spare.sum(axis=0), np.nan)
    varied = unit[np.isfinite(unit) & (unit > 0)]
    unit = np.where(np.isfinite(unit) & (unit > 0), unit, varied.mean() if len(varied) else np.nan)
    flat = (m > 0) & (variance <= 1e-12) & (grouped.psus[:, None] > strata)
    return np.where(flat, unit / np.maximum(m, 1), 0.0)
