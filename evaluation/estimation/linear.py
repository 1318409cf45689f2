"""Totals and ratios of totals with their variances: by Taylor linearisation, or from replicates.

A mean is the ratio of an item's total to the number of those who answered; a total has no denominator.
Formulas and sources: docs/methods.md, "Estimates of a survey".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.columns import Bools, Floats, one_of
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.domains import Domains
from evaluation.estimation.layout import Layout
from evaluation.estimation.plain import plain_means
from evaluation.estimation.replicated import replicate_variance
from evaluation.estimation.steps import explains, residuals, within_domains


@dataclass(frozen=True, eq=False)
class Estimates:
    """An item in every domain (D,), or items (k, D): value, variance, respondents n, variance under simple random sampling."""

    value: Floats
    variance: Floats
    n: Floats
    simple: Floats


def stacked(found: Sequence[Estimates]) -> Estimates:
    """Estimates (D,) of several items as (k, D)."""
    return Estimates(*(np.stack([getattr(one, name) for one in found]) for name in ("value", "variance", "n", "simple")))


class Linear:
    """Estimates of many items over the same domains: the sorted layout is made once."""

    def __init__(self, design: SurveyDesign, domains: Domains) -> None:
        self.design, self.domains = design, domains
        self.layout = Layout(design.stages, design.weight, domains.code)
        self.counted = self.layout.sums((self.layout.weight != 0).astype(float))
        self.weights = self.layout.sums(self.layout.weight)
        #: rows of one domain after the other where calibration ties the domains together
        self.apart = explains(design) and not within_domains(design, domains.code)
        self.whole = Layout(design.stages, design.weight, np.zeros(len(design), dtype=np.int64)) if self.apart else None

    def estimate(self, numerator: NDArray[Any], denominator: NDArray[Any] | None = None, *, total: bool = False,
                 deff: bool | str = True) -> Estimates:
        """Total of the numerator (n,) with `total`, else its ratio to the denominator (n,), or to those who answered.

        Rows with a missing numerator or denominator are left out, as another domain would be. NaN where nobody answered.
        """
        layout = self.layout
        y = layout.take(numerator).astype(float, copy=False)
        x = None if denominator is None else layout.take(denominator).astype(float, copy=False)
        weight = layout.weight
        weighted = weight * y
        sums = layout.sums(weighted)
        beneath = self.weights if x is None else layout.sums(weight * x)
        n, weights = self.counted, self.weights
        answered: Bools | None = None
        if not np.isfinite(sums.sum() + beneath.sum()):
            answered = _answered(y, x)
            y = np.where(answered, y, 0.0)
            weight = np.where(answered, weight, 0.0)
            weighted = weight * y
            sums, weights = layout.sums(weighted), layout.sums(weight)
            x = None if x is None else np.where(answered, x, 0.0)
            beneath = weights if x is None else layout.sums(weight * x)
            n = layout.sums((weight != 0).astype(float))
        with np.errstate(invalid="ignore", divide="ignore"):
            if total:
                value, scale, influence, linearised = np.where(n > 0, sums, np.nan), np.ones(len(sums)), y, weighted
            else:
                value, scale = sums / beneath, 1 / beneath
                fitted = layout.spread(np.where(n > 0, value, 0.0))
                influence = y - (fitted if x is None else fitted * x)
                linearised = weight * influence
            simple = self._simple(linearised, influence, weight, weights, n, deff, total or x is not None)
            if self.design.replicates is None:
                variance = self._taylor(linearised, not total) * scale**2
            else:
                if x is None and not total:
                    x = np.ones(len(y)) if answered is None else answered.astype(float)
                variance = replicate_variance(self.design, layout, value, y, x)
            return Estimates(value, np.where(n > 0, variance, np.nan), n, simple * scale**2)

    def means(self, items: Sequence[NDArray[Any]], deff: bool | str = True) -> Estimates:
        """Means of several items (n,) each, as arrays (k, D)."""
        layout = self.layout
        if not layout.plain or explains(self.design) or self.design.replicates is not None:
            return stacked([self.estimate(item, deff=deff) for item in items])
        columns = [layout.take(item) for item in items]
        value, squares, simple, n = plain_means(layout, columns, self.weights, self.counted, bool(deff))
        level = layout.levels[0]
        with np.errstate(invalid="ignore", divide="ignore"):
            return Estimates(value, squares * (level.factor * level.spread), n,
                             simple * self.weights / (n - 1) * _left(self.weights, n, deff))

    def _simple(self, linearised: Floats, influence: Floats, weight: Floats, weights: Floats, n: Floats,
                deff: bool | str, centre: bool) -> Floats:
        """Variance of the same total from a simple random sample of the same size: without replacement from a population of
        the sum of the weights; with replacement for deff="replace", or where the weights do not add up to a population.
        """
        if not deff:
            return np.full(len(n), np.nan)
        squares = self.layout.sums(linearised * influence)
        if centre:
            mean = self.layout.sums(linearised) / weights
            deviation = influence - self.layout.spread(mean)
            squares = self.layout.sums(weight * deviation * deviation)
        return np.asarray(squares * weights / (n - 1) * _left(weights, n, deff))

    def _taylor(self, linearised: Floats, centred: bool) -> Floats:
        """Variance (D,) of the totals of weighted linearised values, sorted rows (n,)."""
        design, layout = self.design, self.layout
        if not explains(design):
            return layout.variance(linearised, design.lonely_psu, centred)
        everywhere = np.zeros(len(design))
        everywhere[slice(None) if layout.rows is None else layout.rows] = linearised
        if self.whole is None:
            return layout.variance(layout.take(residuals(design, everywhere)), design.lonely_psu)
        found = [self.whole.variance(self.whole.take(residuals(design, np.where(self.domains.code == domain, everywhere, 0.0))),
                                     design.lonely_psu)[0] for domain in range(self.domains.count)]
        return np.asarray(found)


def _left(weights: Floats, n: Floats, deff: bool | str) -> Floats:
    """1 - n/N of a simple random sample from as many as the weights add up to; 1 with replacement, or if that is no
    population.
    """
    if isinstance(deff, str):
        one_of(deff, ("replace",), "deff")
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((weights > n * (1 + 1e-12)) & (deff != "replace"), 1 - n / weights, 1.0)


def _answered(y: Floats, x: Floats | None) -> Bools:
    """Rows with a number in both; DesignError where a number is infinite [E20]."""
    if np.isinf(y).any() or (x is not None and np.isinf(x).any()):
        raise DesignError(problem("E20", path="items"))
    return ~np.isnan(y) if x is None else ~(np.isnan(y) | np.isnan(x))
