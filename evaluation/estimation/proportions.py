"""Proportions of one answer, and of all categories of an item, with intervals for small communities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluation.core.errors import DesignError, problem
from evaluation.estimation import intervals
from evaluation.estimation.columns import Floats, checked, one_of
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.domains import Domains, Freedom, Where, domains_of
from evaluation.estimation.estimates import Deff, Interval, table
from evaluation.estimation.linear import Estimates, Linear

ProportionInterval = Literal["korn-graubard", "hypergeometric", "wilson", "logit", "t"]
INTERVALS = ("korn-graubard", "hypergeometric", "wilson", "logit", "t")


def proportion(design: SurveyDesign, item: str, level: Any = None, ci: ProportionInterval = "korn-graubard",
               where: Where = None, by: str | Sequence[str] | None = None, deff: Deff = True, df: Freedom = None,
               confidence: float = 0.95) -> pd.DataFrame:
    """Proportion, in [0, 1], of those whose answer is `level` among those who answered; columns as for `mean`.

    item: a column; without `level` it holds true/false or 1/0. ci: "korn-graubard", exact binomial with the effective sample
    size; "hypergeometric", exact, for a simple random sample without replacement in each domain; "wilson", with the effective
    sample size; "logit", t on the logit scale; "t", symmetric, can leave [0, 1]. All but "t" are defined for proportions of 0
    and 1, for one respondent (se is NaN then under lonely_psu="fail") and a census (width 0). DesignError: "hypergeometric"
    for another design [E16], and as `mean`. Sources: docs/methods.md, "Intervals of a proportion".
    """
    name = item if level is None else f"{item}={level}"
    linear = _Lenient(design, domains_of(design, where, by))
    return _table(linear, [name], [_indicator(design.data, item, level)], ci, deff, df, confidence)


def categories(design: SurveyDesign, item: str, ci: ProportionInterval = "korn-graubard", where: Where = None,
               by: str | Sequence[str] | None = None, deff: Deff = True, df: Freedom = None,
               confidence: float = 0.95) -> pd.DataFrame:
    """Proportions of all categories of one item, one row a category and domain; `level` names the category.

    Categories are the values that occur in the table, sorted, or those of a pandas categorical; the rest as for `proportion`.
    """
    checked(design.data, [item], "item")
    column = design.data[item]
    levels = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else design.columns.codes(item)[1]
    linear = _Lenient(design, domains_of(design, where, by))
    chosen = [_indicator(design.data, item, level) for level in levels]
    return _table(linear, [item] * len(levels), chosen, ci, deff, df, confidence, level=list(levels))


def _indicator(data: pd.DataFrame, item: str, level: Any) -> Floats:
    """1 where the answer is `level`, 0 where it is another, NaN where there is none."""
    checked(data, [item], "item")
    column = data[item]
    if level is None:
        found = pd.to_numeric(column.astype(object), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        if not np.isin(found[~np.isnan(found)], (0, 1)).all() or (np.isnan(found) & column.notna().to_numpy()).any():
            raise DesignError(problem("E25", path="item", name=item, hint=list(column.dropna().unique()[:5])))
        return found
    alike = [value for value in column.dropna().unique() if str(value).strip().casefold() == str(level).strip().casefold()]
    if alike and level not in alike:
        raise DesignError(problem("E15", path="item", name=item, level=level, hint=alike))
    return np.where(column.isna(), np.nan, (column == level).fillna(False).to_numpy(dtype=float))


class _Lenient(Linear):
    """Estimates in which a domain of one respondent has an unknown variance instead of failing; `alone` are these domains."""

    def __init__(self, design: SurveyDesign, domains: Domains) -> None:
        super().__init__(design, domains)
        forgiven = design.lonely_psu == "fail" and design.replicates is None
        self.alone = (self.counted == 1) & (population_of(self) > 1) & forgiven
        if self.alone.any():
            self.layout.forgive(self.alone)


def _table(linear: _Lenient, names: list[str], chosen: list[Floats], ci: str, deff: Deff, df: Freedom, confidence: float,
           **more: list[Any]) -> pd.DataFrame:
    one_of(ci, INTERVALS, "ci")
    found = linear.means(chosen, deff)
    found = replace(found, variance=np.where(linear.alone, np.nan, found.variance))
    return table(linear.design, linear.domains, names, found, df, confidence, _interval(linear, ci, confidence), **more)


def population_of(linear: Linear) -> Floats:
    """Population (D,) of domains that are one stratum each, drawn from directly; n of a census; inf for others."""
    first = linear.layout.levels[0]
    result = np.full(linear.domains.count, np.inf)
    single = np.diff(np.r_[first.groups, len(first.strata)]) == 1
    rows = first.groups[single]
    whole = (first.inside == first.drawn)[rows] & (first.units is None) & (len(linear.layout.levels) == 1)
    stage = linear.design.stages[0]
    result[first.domains[single]] = np.where(whole, stage.population[first.stratum[rows]], np.inf)
    if linear.design.replicates is None:
        left = np.zeros(linear.domains.count)
        for level in linear.layout.levels:
            np.maximum.at(left, level.domains, np.maximum.reduceat(level.factor, level.groups))
        result = np.where(left == 0, linear.counted, result)
    return result


def _interval(linear: Linear, ci: str, confidence: float) -> Interval:
    population = population_of(linear)

    def limits(found: Estimates, df: Floats) -> tuple[Floats, Floats]:
        p, se, n = found.value, np.sqrt(found.variance), found.n
        known = np.isfinite(p)
        if ci == "t":
            return intervals.t_interval(p, se, df, confidence)
        if ci == "hypergeometric":
            low = _hypergeometric(linear, np.where(known, p, 0.0), n, population, confidence)
        else:
            p0, n0 = np.where(known, p, 0.0), np.maximum(n, 1)
            n_eff = intervals.effective_n(p0, np.where(known, se, 0.0), n0, population)
            if ci == "wilson":
                alone = np.where(n0 == 1, np.inf, df)  # one respondent: nothing was estimated, the normal value holds
                low = intervals.wilson_interval(p0, n_eff, alone, confidence)
            else:
                low = intervals.korn_graubard_interval(p0, n_eff, df, n0 - 1, confidence)
            if ci == "logit":
                inner = known & (p > 0) & (p < 1) & (se > 0)
                logit = intervals.logit_interval(np.where(inner, p0, 0.5), np.where(inner, se, 0.1), df, confidence)
                low = (np.where(inner, logit[0], low[0]), np.where(inner, logit[1], low[1]))
        return np.where(known, low[0], np.nan), np.where(known, low[1], np.nan)

    return limits


def _hypergeometric(linear: Linear, p: Floats, n: Floats, population: Floats,
                    confidence: float) -> tuple[Floats, Floats]:
    least = np.minimum.reduceat(linear.layout.weight, linear.layout.starts)
    most = np.maximum.reduceat(linear.layout.weight, linear.layout.starts)
    if not np.isfinite(population).all() or linear.design.replicates is not None or (most > least * (1 + 1e-9)).any():
        raise DesignError(problem("E16", path="ci='hypergeometric'"))
    return intervals.hypergeometric_interval(np.rint(p * n).astype(np.int64), n.astype(np.int64),
                                             np.rint(population).astype(np.int64), confidence)
