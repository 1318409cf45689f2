"""Means, totals and ratios as tables: value, standard error, interval, n, effective n, design effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluation.estimation.columns import Floats, names_of, numbers_of
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.domains import Domains, Freedom, Where, domains_of, freedom
from evaluation.estimation.intervals import t_interval
from evaluation.estimation.linear import Estimates, Linear, stacked

Deff = bool | Literal["replace"]
NOTHING = 1e-13  # a standard error below this share of its value is rounding, and 0
Interval = Callable[[Estimates, Floats], tuple[Floats, Floats]]


def mean(design: SurveyDesign, items: str | Sequence[str], where: Where = None, by: str | Sequence[str] | None = None,
         deff: Deff = True, df: Freedom = None, confidence: float = 0.95) -> pd.DataFrame:
    """Means of items with design-based standard errors, in the items' units.

    items: columns of numbers or true/false; a missing value leaves the mean and keeps the design. where: rows the estimate is
    about, a boolean array or Series (n,), the name of a boolean column, or a function of the table; the variance keeps the
    whole design, which selecting rows beforehand would lose. by: one domain for each level of a column, or combination of
    columns. deff: design effect against simple random sampling without replacement, or with ("replace"). df: see `freedom`;
    None = PSUs minus strata after `where`. confidence: of the t interval.

    Returns one row an item and domain: the `by` columns, item, value, se, df, ci_low, ci_high, n (respondents with a weight),
    n_eff (n / deff), deff. NaN: nobody answered, or (deff, n_eff) nothing varies. Errors (DesignError): unknown columns,
    items that are not numbers, an empty domain, lonely PSUs under lonely_psu="fail". Source: Särndal, Swensson and Wretman
    (1992), ch. 5; docs/methods.md, "Estimates of a survey".
    """
    domains = domains_of(design, where, by)
    names = names_of(items)
    found = Linear(design, domains).means([numbers_of(design.data, item) for item in names], deff)
    return table(design, domains, names, found, df, confidence)


def total(design: SurveyDesign, items: str | Sequence[str], where: Where = None, by: str | Sequence[str] | None = None,
          deff: Deff = True, df: Freedom = None, confidence: float = 0.95) -> pd.DataFrame:
    """Totals of items over the population; arguments and columns as for `mean`. A missing value adds nothing.

    Source: Särndal, Swensson and Wretman (1992), ch. 2.
    """
    domains = domains_of(design, where, by)
    linear, names = Linear(design, domains), names_of(items)
    found = [linear.estimate(numbers_of(design.data, item), total=True, deff=deff) for item in names]
    return table(design, domains, names, stacked(found), df, confidence)


def ratio(design: SurveyDesign, numerator: str | Sequence[str], denominator: str, where: Where = None,
          by: str | Sequence[str] | None = None, deff: Deff = True, df: Freedom = None,
          confidence: float = 0.95) -> pd.DataFrame:
    """Ratios of two totals over those who have both; item is "numerator/denominator", the rest as for `mean`.

    Source: Cochran (1977), ch. 6.
    """
    domains = domains_of(design, where, by)
    linear, names = Linear(design, domains), names_of(numerator)
    beneath = numbers_of(design.data, denominator)
    found = [linear.estimate(numbers_of(design.data, item), beneath, deff=deff) for item in names]
    return table(design, domains, [f"{item}/{denominator}" for item in names], stacked(found), df, confidence)


def table(design: SurveyDesign, domains: Domains, names: Sequence[str], found: Estimates, df: Freedom, confidence: float,
          interval: Interval | None = None, **more: Sequence[Any]) -> pd.DataFrame:
    """Estimates (k, D) as rows of the result, item after item; `more` are columns with one value an item."""
    free = freedom(design, domains, df)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = replace(found, variance=np.where(found.variance < (NOTHING * found.value) ** 2, 0.0, found.variance))
        se = np.sqrt(found.variance)
        low, high = interval(found, free) if interval else t_interval(found.value, se, free, confidence)
        effect = found.variance / np.where(found.simple > 0, found.simple, np.nan)
        n_eff = found.n / effect
    item, domain = np.repeat(np.arange(len(names)), domains.count), np.tile(np.arange(domains.count), len(names))
    columns: dict[Any, Any] = {name: domains.labels[name].array.take(domain) for name in domains.labels}
    columns |= {name: pd.Series(values).array.take(item) for name, values in {"item": list(names), **more}.items()}
    numbers = {"value": found.value, "se": se, "df": np.broadcast_to(free, se.shape), "ci_low": low, "ci_high": high,
               "n": found.n.astype(np.int64), "n_eff": n_eff, "deff": effect}
    return pd.DataFrame(columns | {name: values.ravel() for name, values in numbers.items()}, copy=False)
