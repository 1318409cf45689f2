"""Confidence limits of an estimate and of a proportion; arrays of domains (D,) in, two arrays (D,) of limits out.

Without degrees of freedom t has no quantile: the limits are then NaN for `t_interval`, all of [0, 1] for a proportion.
Formulas and sources: docs/methods.md, "Intervals of a proportion".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Floats

Limits = tuple[Floats, Floats]


def t_quantile(df: ArrayLike, confidence: float) -> Floats:
    """Two-sided critical values of Student's t by degrees of freedom: normal where infinite, NaN at 0 and below.

    DesignError: confidence outside (0, 1) [E17].
    """
    if not 0 < confidence < 1:
        raise DesignError(problem("E17", path="confidence", given=confidence))
    known, place = np.unique(np.asarray(df, dtype=float), return_inverse=True)
    values = np.where(np.isposinf(known), special.ndtri((1 + confidence) / 2),
                      special.stdtrit(np.where((known > 0) & np.isfinite(known), known, np.nan), (1 + confidence) / 2))
    return np.asarray(values[place], dtype=float)


def t_interval(value: ArrayLike, se: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Value ± t(df) se. NaN where se is, or where there are no degrees of freedom and se is not 0."""
    centre, error = np.asarray(value, dtype=float), np.asarray(se, dtype=float)
    half = np.where(error == 0, 0.0, t_quantile(df, confidence) * error)
    return centre - half, centre + half


def _widest(df: ArrayLike, confidence: float) -> Floats:
    """Critical values of t, inf where there are no degrees of freedom."""
    found = t_quantile(df, confidence)
    return np.where(np.isnan(found), np.inf, found)


def logit_interval(p: ArrayLike, se: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Limits by t on the logit scale, by the delta method; for p strictly between 0 and 1."""
    share = np.asarray(p, dtype=float)
    half = _widest(df, confidence) * np.asarray(se, dtype=float) / (share * (1 - share))
    centre = special.logit(share)
    return special.expit(centre - half), special.expit(centre + half)


def wilson_interval(p: ArrayLike, n_eff: ArrayLike, df: ArrayLike, confidence: float) -> Limits:
    """Wilson's score interval with the effective sample size and t(df) as critical value; width 0 where n_eff is inf."""
    share, size = np.asarray(p, dtype=float), np.asarray(n_eff, dtype=float)
    squared = np.minimum(_widest(df, confidence) ** 2, 1e300)
    finite = np.where(np.isinf(size), 1.0, size)
    beneath = finite + squared
    centre = share * (finite / beneath) + 0.5 * (squared / beneath)
    spread = share * (1 - share) * (finite / beneath) + 0.25 * (squared / beneath)
    half = np.sqrt(squared / beneath) * np.sqrt(spread)
    low = np.where(share == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(share == 1, 1.0, np.minimum(centre + half, 1.0))
    return np.where(np.isinf(size), share, low), np.where(np.isinf(size), share, high)


def korn_graubard_interval(p: ArrayLike, n_eff: ArrayLike, df: ArrayLike, df_simple: ArrayLike, confidence: float) -> Limits:
    """Clopper and Pearson's exact binomial limits for n_eff (t(df_simple)/t(df))² respondents; width 0 where n_eff is inf.

    df_simple: the degrees of freedom of a simple random sample, n - 1. The factor is never above 1.
    """
    share, size = np.asarray(p, dtype=float), np.asarray(n_eff, dtype=float)
    simple, design = _widest(df_simple, confidence), _widest(df, confidence)
    with np.errstate(invalid="ignore"):
        factor = np.where(design <= simple, 1.0, (simple / design) ** 2)
    census = np.isinf(size)
    finite = np.where(census, 1.0, size) * factor
    tail = (1 - confidence) / 2
    low, high = _beta(tail, finite * share, finite * (1 - share) + 1), _beta(1 - tail, finite * share + 1, finite * (1 - share))
    return np.where(census, share, low), np.where(census, share, high)


def _beta(quantile: float, a: Floats, b: Floats) -> Floats:
    """Quantile of a beta distribution that may sit wholly at 0 (a = 0) or at 1 (b = 0)."""
    inner = (a > 0) & (b > 0)
    found = special.betaincinv(np.where(inner, a, 1.0), np.where(inner, b, 1.0), quantile)
    return np.where(inner, found, np.where(b > 0, 0.0, 1.0))


def effective_n(p: ArrayLike, se: ArrayLike, n: ArrayLike, population: ArrayLike) -> Floats:
    """Respondents of a simple random sample with replacement that would leave the same variance: p (1 - p) / se².

    Where that is not defined (p of 0 or 1, se of 0 or NaN) the n respondents count as simply drawn from `population`, which
    makes n (N - 1) / (N - n); inf for a census; n from a population without end.
    """
    share, error, size = (np.asarray(given, dtype=float) for given in (p, se, n))
    whole = np.broadcast_to(np.asarray(population, dtype=float), size.shape)
    known = (share > 0) & (share < 1) & (error > 0)
    from_variance = np.where(known, share * (1 - share), 1.0) / np.where(known, error, 1.0) ** 2
    endless = np.isinf(whole)
    left = np.where(endless, 1.0, whole - size)
    simple = np.where(endless, size, size * np.where(endless, 1.0, whole - 1) / np.where(left > 0, left, 1.0))
    return np.where(known, from_variance, np.where(left > 0, simple, np.inf))


def hypergeometric_interval(x: ArrayLike, n: ArrayLike, population: ArrayLike, confidence: float) -> Limits:
    """Exact limits of the share K/N from x of n drawn simply without replacement out of N: every K that neither tail refuses.

    x, n, population: whole numbers (D,). The lower limit is the least K with P(X >= x | K) > (1 - confidence)/2, the upper
    one the largest with P(X <= x | K) above it. Both hold x/n; a census has width 0.
    """
    asked = np.stack(np.broadcast_arrays(np.asarray(x), np.asarray(n), np.asarray(population))).astype(np.int64)
    (drawn_x, drawn, whole), back = np.unique(asked, axis=1, return_inverse=True)
    low = _least(drawn_x, drawn, whole, (1 - confidence) / 2)
    high = whole - _least(drawn - drawn_x, drawn, whole, (1 - confidence) / 2)
    return (low / whole)[back.reshape(-1)], (high / whole)[back.reshape(-1)]


def _least(x: Ints, n: Ints, whole: Ints, tail: float) -> Ints:
    """Least K, by bisection, for which x or more of the kind among n drawn is likelier than the tail."""
    low, high = x.copy(), whole - n + x
    while (low < high).any():
        middle = (low + high) // 2
        enough = stats.hypergeom.sf(x - 1, whole, middle, n) > tail
        low, high = np.where(enough, low, np.minimum(middle + 1, high)), np.where(enough, middle, high)
    return low
