"""How much the totals hang on choices that could have been made otherwise: Monte Carlo over the rubric, and Sobol's effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.rubric import Indicator, Rubric
from evaluation.estimation.grouped import Floats
from evaluation.fieldwork.opening import Round
from evaluation.scoring.combine import combine
from evaluation.scoring.decision import Rule, probability_at_least
from evaluation.scoring.evidence import Evidence
from evaluation.scoring.groups import Groups
from evaluation.scoring.score import Scored, scored, stated_not_applicable

LEAST = 1.0   # the lowest score that a geometric mean is taken of: one dimension at 0 would make the whole 0
CHOICES = ("evidence", "missing", "scaling", "aggregation")


@dataclass(frozen=True)
class Sensitivity:
    """factors: what was varied, a dimension's points by its id, then the choices. totals (c, n): in each run. first, whole
    (c, f): Sobol's first-order and total effects on each community's total, NaN where it does not move. reached: counts of
    verdicts over the runs, one row a community. without (c, k): the total without each indicator.
    """

    communities: list[str]
    factors: list[str]
    indicators: list[str]
    base: Floats
    totals: Floats
    first: Floats
    whole: Floats
    reached: pd.DataFrame
    without: Floats

    def effects(self) -> pd.DataFrame:
        """factor, first, whole over all communities: each weighted by the variance that the runs give its total."""
        variance = self.totals.var(axis=1)
        moved = variance > 0
        share = variance[moved] / variance[moved].sum() if moved.any() else variance[moved]
        return pd.DataFrame({"factor": self.factors, "first": share @ self.first[moved], "whole": share @ self.whole[moved]})


def sensitivity(round_: Round, rule: Rule, runs: int = 256, spread: float = 0.25, seed: int = 1,
                progress: Callable[[Iterable[int]], Iterable[int]] = iter) -> Sensitivity:
    """Vary at once: each dimension's points by up to `spread` (a share of them); the weight of residents' answers against that
    of visits by as much; the rule for evidence that was not assessed (stand in, or zero); the scale of residents' items (as
    declared, or share of the two best answers); and how dimensions make the total (arithmetic, or geometric mean).

    runs: a power of 2; the rubric is worked out runs x (factors + 2) times. Sobol's sequence, seeded; effects by Saltelli et
    al. (2010), Computer Physics Communications 181:259, with scipy. A run's verdict is by the round's rule, with the standard
    error of the rubric as it stands. Communities without a total keep NaN.
    """
    base = scored(round_)
    model = _Model(round_, base, spread)
    size = len(model.factors)
    points = stats.qmc.Sobol(2 * size, seed=seed).random(runs)
    first, second = points[:, :size], points[:, size:]
    mixed = [np.where(np.arange(size) == factor, second, first) for factor in range(size)]
    everything = np.concatenate([first, second, *mixed])
    totals = np.array([model.total(everything[run]) for run in progress(range(len(everything)))]).T
    blocks = totals.reshape(len(base.names), size + 2, runs)
    indicators, drawn = [part.id for part in base.rubric.indicators], totals[:, : 2 * runs]
    return Sensitivity(base.names, model.factors, indicators, base.value[:, 0], drawn, *_effects(blocks),
                       _verdicts(base, drawn, rule), _without(base))


def _effects(blocks: Floats) -> tuple[Floats, Floats]:
    """First-order and total effects (c, f) from totals (c, 2 + f, n) at A, B, and A with one column of B."""
    first, whole = (np.full((len(blocks), blocks.shape[1] - 2), np.nan) for _ in range(2))
    moved = np.flatnonzero(blocks[:, :2].reshape(len(blocks), -1).std(axis=1) > 1e-9)
    if len(moved):
        a, b, mixed = blocks[moved, 0], blocks[moved, 1], blocks[moved, 2:].transpose(1, 0, 2)
        found = stats.sobol_indices(func={"f_A": a, "f_B": b, "f_AB": mixed}, n=a.shape[1])
        first[moved], whole[moved] = found.first_order, found.total_order
    return first, whole


class _Model:
    """The total as a function of the choices, each a number between 0 and 1."""

    def __init__(self, round_: Round, base: Scored, spread: float) -> None:
        self.base, self.spread, self.rubric = base, spread, base.rubric
        self.stated = stated_not_applicable(round_.communities, base.rubric)
        self.factors = [part.id for part in base.rubric.dimensions] + list(CHOICES)
        self.evidence = (base.evidence, scored(replace(round_, programme=replace(
            round_.programme, rubric=_top_two(base.rubric)))).evidence)
        self.groups = Groups.of(base.rubric)

    def total(self, choice: Floats) -> Floats:
        """Totals (c,) of one run."""
        dimensions = len(self.rubric.dimensions)
        factor = 1 + self.spread * (2 * choice - 1)
        rubric = _varied(self.rubric, float(factor[dimensions]), "zero" if choice[dimensions + 1] > 0.5 else None)
        evidence: list[Evidence] = self.evidence[int(choice[dimensions + 2] > 0.5)]
        combined = combine(evidence, rubric, self.stated)
        value = self.groups.mean(combined.value)[:, 1: 1 + dimensions]
        value = np.minimum(value, self.base.limits.at_most)
        weight = self.groups.base(np.isfinite(combined.value))[:, 1: 1 + dimensions] * factor[:dimensions]
        known = np.where(np.isfinite(value), weight, 0.0)
        value = np.nan_to_num(value)
        with np.errstate(invalid="ignore", divide="ignore"):
            if choice[dimensions + 3] > 0.5:
                return np.asarray(np.exp((known * np.log(np.maximum(value, LEAST))).sum(axis=1) / known.sum(axis=1)))
            return np.asarray((known * value).sum(axis=1) / known.sum(axis=1))


def _varied(rubric: Rubric, resident: float, missing: str | None) -> Rubric:
    """The rubric with residents' answers `resident` times as heavy, and another rule for what was not assessed."""
    def varied(part: Indicator) -> Indicator:
        heavier = {method: resident if method in RESPONDENT_METHODS else 1.0 for method in part.evidence}
        weights = {method: weight * heavier[method] for method, weight in part.evidence.items()}
        rule = rubric.missing_rule(part)
        rule = rule if missing is None else rule.model_copy(update={"not_assessed": missing})
        shares = {method: weight / sum(weights.values()) for method, weight in weights.items()}
        return part.model_copy(update={"evidence": shares, "missing": rule})

    parts = tuple(dimension.model_copy(update={"indicators": tuple(map(varied, dimension.indicators))})
                  for dimension in rubric.dimensions)
    return rubric.model_copy(update={"dimensions": parts})


def _top_two(rubric: Rubric) -> Rubric:
    """The rubric with residents' answers as shares of the two best."""
    measure = dict.fromkeys(RESPONDENT_METHODS, "top_two")
    parts = tuple(dimension.model_copy(update={"indicators": tuple(
        part.model_copy(update={"measure": measure}) for part in dimension.indicators)}) for dimension in rubric.dimensions)
    return rubric.model_copy(update={"dimensions": parts})


def _verdicts(base: Scored, totals: Floats, rule: Rule) -> pd.DataFrame:
    """Runs in which each community would pass, fail, or need more evidence."""
    se, df = np.sqrt(base.variance.value[:, :1]), base.variance.df[:, :1]
    chance = probability_at_least(totals, se, df, rule.threshold)
    passed: NDArray[np.bool_] = totals >= rule.threshold if rule.kind == "simple" else chance >= rule.confidence
    failed: NDArray[np.bool_] = totals < rule.threshold if rule.kind == "simple" else chance <= 1 - rule.confidence
    n = totals.shape[1]
    return pd.DataFrame({"community": base.names, "pass": passed.sum(axis=1), "fail": failed.sum(axis=1),
                         "more_evidence": n - passed.sum(axis=1) - failed.sum(axis=1)})


def _without(base: Scored) -> Floats:
    """Totals (c, k) without each indicator, its points left out of the base; limits of dimensions are not looked at again."""
    points = np.isfinite(base.combined.value) * base.groups.points
    value = np.nan_to_num(base.combined.value)
    left = points.sum(axis=1, keepdims=True) - points
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(((points * value).sum(axis=1, keepdims=True) - points * value) / left)
