"""What communities without any spread of their own take from the rest of the round.

One answer, one meeting, or answers that are all alike, show no spread; that is no certainty. They borrow the round's pooled
variance: docs/methods.md, "Answers without any spread" and "One answer, or one meeting"; docs/decisions/0007.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaluation.estimation.grouped import Floats, Ints

if TYPE_CHECKING:
    from evaluation.estimation.moments import Moments

FLAT = 1e-12


@dataclass
class Pool:
    """Sums over communities; those of several parts of a round are added with `+`.

    unit, unit_df (j, j): covariance of one PSU times degrees of freedom, and the degrees of freedom, over communities without
    lonely strata; df: their sum over these communities. item, item_df (j,): variance of one answer, likewise.
    """

    unit: Floats
    unit_df: Floats
    df: float
    item: Floats
    item_df: Floats

    @classmethod
    def empty(cls, items: int) -> Pool:
        """Nothing seen yet."""
        return cls(np.zeros((items, items)), np.zeros((items, items)), 0.0, np.zeros(items), np.zeros(items))

    def add(self, covariance: Floats, n: Ints, psus: Ints, df: Ints, units: Ints, strata: Ints, lonely: Ints) -> None:
        """Add communities: their covariances (c, j, j) before any finite population correction, and their counts."""
        whole = (lonely == 0) & (df > 0)
        weight = np.where(whole, df, 0).astype(float)
        self.unit += np.tensordot(weight * units, covariance, axes=1)
        answered = (n > 0).astype(float)
        self.unit_df += (answered.T * weight) @ answered
        self.df += float(weight.sum())
        spare = np.clip(psus - strata[:, None], 0, None)
        self.item += (np.einsum("cjj->cj", covariance) * psus * spare).sum(axis=0)
        self.item_df += spare.sum(axis=0)

    def __add__(self, other: Pool) -> Pool:
        return Pool(self.unit + other.unit, self.unit_df + other.unit_df, self.df + other.df, self.item + other.item,
                    self.item_df + other.item_df)

    def answer_variance(self) -> Floats:
        """Variance (j,) of one answer to each item; the mean of the others' for an item that never varies; NaN if none does."""
        unit: Floats = np.divide(self.item, self.item_df, out=np.full(len(self.item), np.nan), where=self.item_df > 0)
        varied = unit[np.isfinite(unit) & (unit > 0)]
        return np.where(np.isfinite(unit) & (unit > 0), unit, varied.mean() if len(varied) else np.nan)

    def psu_covariance(self) -> Floats:
        """Covariance (j, j) that one PSU shows, its variance times the number of PSUs; NaN where nothing shows it."""
        return np.asarray(np.divide(self.unit, self.unit_df, out=np.full(self.unit.shape, np.nan), where=self.unit_df > 0))


def flat(made: Moments) -> NDArray[np.bool_]:
    """True (c, j) for item means that show no spread, in communities that have more PSUs than strata."""
    variance = np.einsum("cjj->cj", made.covariance)
    return np.asarray((made.psus > 0) & (variance <= FLAT) & (made.units > made.strata)[:, None] & (made.unseen > 0)[:, None])


def needs_pool(made: Moments) -> NDArray[np.bool_]:
    """Communities (c,) that take something from the rest of the round."""
    return np.asarray((made.lonely > 0) | flat(made).any(axis=1))


def with_pool(made: Moments, pool: Pool) -> tuple[Floats, NDArray[np.bool_], Ints]:
    """Covariances (c, j, j) with what is borrowed, where the error of a mean is not known for all that (c, j), and df (c,)."""
    covariance, unknown = made.covariance.copy(), np.zeros(made.mean.shape, dtype=bool)
    items = np.arange(made.mean.shape[1])
    bare = flat(made)
    borrowed = np.where(bare, pool.answer_variance() / np.maximum(made.psus, 1), 0.0) * made.unseen[:, None]
    unknown |= np.isnan(borrowed)
    covariance[:, items, items] += np.nan_to_num(borrowed)
    alone = np.flatnonzero((made.lonely > 0) & (made.unseen > 0))
    if len(alone):
        answered = made.n[alone] > 0
        unit = pool.psu_covariance()
        share = (made.unseen * made.lonely / made.units**2)[alone]
        covariance[alone] += np.nan_to_num(unit) * share[:, None, None] * (answered[:, :, None] & answered[:, None, :])
        unknown[alone] |= answered & np.isnan(np.diagonal(unit))
    df = np.where((made.lonely > 0) & (made.df == 0) & (pool.df > 0), pool.df, made.df)
    return covariance, unknown, df.astype(np.int64)
