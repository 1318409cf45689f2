"""Quantiles with intervals by Woodruff's method: an interval for the share below, carried over to the values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special, stats

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.columns import Floats, names_of, numbers_of, one_of
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.domains import Domains, Freedom, Where, domains_of, freedom
from evaluation.estimation.intervals import t_quantile
from evaluation.estimation.linear import Estimates, Linear
from evaluation.estimation.quantile_rules import RULES, weighted_quantile

SHARES = ("mean", "beta", "xlogit", "asin")


def quantile(design: SurveyDesign, items: str | Sequence[str], probs: float | Sequence[float] = 0.5, rule: str = "math",
             interval: str = "mean", where: Where = None, by: str | Sequence[str] | None = None, df: Freedom = None,
             confidence: float = 0.95) -> pd.DataFrame:
    """Quantiles of items, in their units: one row an item, probability and domain.

    rule: "math" (inverse of the weighted distribution function), "school" (mean of the neighbours at a tie), or "hf1" … "hf9"
    of Hyndman and Fan. interval, for the share of those at or below the quantile: "mean" (t), "beta" (Korn-Graubard),
    "xlogit", "asin". A missing value leaves the estimate and keeps the design. Columns: `by` …, item, prob, value, se, df,
    ci_low, ci_high, n. se is the width of the interval over twice its critical value. A limit is NaN where the share's
    interval leaves [0, 1]: the sample says nothing there. The scale of the weights does not matter. Errors as for `mean`;
    probabilities outside (0, 1) [E17]. Source: Woodruff (1952); Francisco and Fuller (1991).
    """
    one_of(rule, RULES, "rule")
    one_of(interval, SHARES, "interval")
    wanted = [float(prob) for prob in ([probs] if isinstance(probs, (int, float)) else probs)]
    if not wanted or not all(0 < prob < 1 for prob in wanted):
        raise DesignError(problem("E17", path="probs", given=wanted))
    domains = domains_of(design, where, by)
    linear = Linear(design, domains)
    free = freedom(design, domains, df)
    frames = []
    for item in names_of(items):
        values = numbers_of(design.data, item).astype(float, copy=False)
        lists = _lists(values, design.weight, domains)
        for prob in wanted:
            value = _each(lists, np.full(domains.count, prob), rule)
            below = np.where(np.isnan(values), np.nan, values <= value[np.maximum(domains.code, 0)])
            found = linear.estimate(below, deff=False)
            low, high = (_each(lists, limit, rule) for limit in _share_limits(found, free, interval, confidence))
            with np.errstate(invalid="ignore"):
                se = (high - low) / (2 * t_quantile(free, confidence))
            frames.append(domains.labels.assign(item=item, prob=prob, value=value, se=se, df=free, ci_low=low, ci_high=high,
                                                n=found.n.astype(np.int64)))
    return pd.concat(frames, ignore_index=True)


def _lists(values: Floats, weight: Floats, domains: Domains) -> list[tuple[Floats, Floats]]:
    """Sorted values and their shares of the weight, of each domain."""
    seen = np.flatnonzero((domains.code >= 0) & ~np.isnan(values) & (weight > 0))
    order = seen[np.lexsort((values[seen], domains.code[seen]))]
    cuts = np.searchsorted(domains.code[order], np.arange(1, domains.count))
    return [(values[rows], weight[rows] / weight[rows].sum()) for rows in np.split(order, cuts)]


def _each(lists: list[tuple[Floats, Floats]], probs: Floats, rule: str) -> Floats:
    return np.array([weighted_quantile(x, share, prob, rule) for (x, share), prob in zip(lists, probs, strict=True)])


def _share_limits(found: Estimates, df: Floats, interval: str, confidence: float) -> tuple[Floats, Floats]:
    """Limits (D,) of the share at or below the quantile; outside [0, 1] or NaN where there is none."""
    p, se, critical = found.value, np.sqrt(found.variance), t_quantile(df, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        if interval == "mean":
            return p - critical * se, p + critical * se
        if interval == "xlogit":
            half = critical * se / (p * (1 - p))
            return special.expit(special.logit(p) - half), special.expit(special.logit(p) + half)
        if interval == "asin":
            middle, half = np.arcsin(np.sqrt(p)), critical * se / (2 * np.sqrt(p * (1 - p)))
            return np.sin(middle - half) ** 2, np.sin(middle + half) ** 2
        n = p * (1 - p) / se**2 * (t_quantile(found.n - 1, confidence) / critical) ** 2
        tail = (1 - confidence) / 2
        return stats.beta.ppf(tail, n * p, n * (1 - p) + 1), stats.beta.ppf(1 - tail, n * p + 1, n * (1 - p))
