"""Answers given twice: how many differ, how reliable they are, and whether they moved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from evaluation.estimation.agreement import icc
from evaluation.estimation.columns import Floats
from evaluation.estimation.intervals import wilson_interval


class ErrorRate(NamedTuple):
    """errors of n pairs: their share with Wilson's interval; NaN of nothing."""

    n: int
    errors: int
    rate: float
    low: float
    high: float


class Retest(NamedTuple):
    """n pairs of numbers. ratio: reliability ratio with its interval; shift: mean of second less first; p_t, p_sign: that it
    is 0, by the paired t test and by the sign test. NaN where nothing varies, or of fewer than two pairs.
    """

    n: int
    ratio: float
    low: float
    high: float
    shift: float
    p_t: float
    p_sign: float


def error_rate(errors: int, n: int, confidence: float = 0.95) -> ErrorRate:
    """Share of errors. Interval: Wilson (1927), the score interval."""
    if n == 0:
        return ErrorRate(0, 0, np.nan, np.nan, np.nan)
    low, high = wilson_interval([errors / n], [n], [np.inf], confidence)
    return ErrorRate(n, errors, errors / n, float(low[0]), float(high[0]))


def retest(first: ArrayLike, again: ArrayLike, confidence: float = 0.95) -> Retest:
    """Reliability ratio 1 - Var(difference)/(2 Var), Var being the mean of both variances; pairs with a NaN are left out.

    That is the intraclass correlation ICC(C,1) of the pairs, whose interval by F is taken (McGraw and Wong, 1996). The ratio
    as back-checks use it: simple response variance over variance, Hansen, Hurwitz and Bershad (1961); the form with both
    variances is symmetric in the two interviews. Sign test: exact binomial, pairs without a difference left out.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(again, dtype=float)
    known = np.isfinite(one) & np.isfinite(two)
    one, two = one[known], two[known]
    moved: Floats = two - one
    if len(moved) < 2:
        return Retest(len(moved), *(np.nan,) * 6)
    variance = (one.var(ddof=1) + two.var(ddof=1)) / 2
    ratio, low, high = np.nan, np.nan, np.nan
    if variance > 0:
        found = icc(pd.DataFrame({"first": one, "again": two}), confidence)
        low, high = found.loc[found["coefficient"] == "ICC(C,1)", ["ci_low", "ci_high"]].to_numpy(dtype=float)[0]
        ratio = 1 - moved.var(ddof=1) / (2 * variance)
    up, down = int((moved > 0).sum()), int((moved < 0).sum())
    p_sign = float(stats.binomtest(up, up + down).pvalue) if up + down else 1.0
    p_t = float(stats.ttest_1samp(moved, 0.0).pvalue) if moved.var() > 0 else (1.0 if not moved.any() else 0.0)
    return Retest(len(moved), float(ratio), float(low), float(high), float(moved.mean()), p_t, p_sign)
