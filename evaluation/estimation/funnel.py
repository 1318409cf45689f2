"""Funnel limits of rates: how far a rate of n may lie from the rate of all by chance alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.columns import Floats


def funnel_limits(n: ArrayLike, rate: float, confidence: float) -> tuple[Floats, Floats]:
    """Exact binomial limits (lower, upper) of the share among n, each in [0, 1]; 0 and 1 of nothing.

    The lower limit is the least share with more than (1 - confidence)/2 at or below it, the upper one the least with no more
    than that above it; a share outside them is less likely than that. Source: Spiegelhalter (2005), Funnel plots for
    comparing institutional performance, without his interpolation between counts. DesignError: a rate that is no share [E17].
    """
    if not (0 <= rate <= 1 and 0 < confidence < 1):
        raise DesignError(problem("E17", path="rate" if 0 < confidence < 1 else "confidence", given=rate))
    size = np.asarray(n, dtype=np.int64)
    tail = (1 - confidence) / 2
    low, high = stats.binom.ppf(tail, size, rate), stats.binom.ppf(1 - tail, size, rate)
    some = size > 0
    beneath = np.where(some, size, 1)
    return (np.where(some, np.maximum(low, 0) / beneath, 0.0), np.where(some, np.maximum(high, 0) / beneath, 1.0))


def dispersion(counts: ArrayLike, n: ArrayLike) -> tuple[float, float]:
    """Pearson's chi-square over its degrees of freedom of counts out of n around their common rate, and its p-value.

    1 where the rates vary as by chance; above it they vary more (over-dispersion), and funnel limits are crossed more often
    than they say. NaN for fewer than two groups, or where nobody or everybody counts. Source: Spiegelhalter (2005), section 4.
    """
    x, size = np.asarray(counts, dtype=float), np.asarray(n, dtype=float)
    x, size = x[size > 0], size[size > 0]
    rate = x.sum() / size.sum() if size.sum() else np.nan
    if len(x) < 2 or not 0 < rate < 1:
        return float("nan"), float("nan")
    square = float((((x - size * rate) ** 2) / (size * rate * (1 - rate))).sum())
    return square / (len(x) - 1), float(stats.chi2.sf(square, len(x) - 1))
