"""How the methods' evidence is combined to indicators, by the rubric's weights and its rule for what is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats
from evaluation.scoring.evidence import Evidence


@dataclass(frozen=True)
class Combined:
    """Weights that evidence has in the indicators. Arrays over communities (c) and indicators (k).

    weights: by method, the share of the indicator's value that the method's evidence makes up (a method without
    evidence has 0). value: 0-100, NaN where the indicator is not scored. not_applicable: its points leave the base.
    not_assessed: it should be scored and cannot be.
    """

    weights: dict[str, Floats]
    value: Floats
    not_applicable: NDArray[np.bool_]
    not_assessed: NDArray[np.bool_]


def combine(evidence: list[Evidence], rubric: Rubric, stated: NDArray[np.bool_]) -> Combined:
    """Combine evidence. `stated` (c, k): True where the community's own row says that an indicator does not apply.

    Evidence that does not apply gives its weight to the other methods. Evidence that was not assessed follows the
    rule: `redistribute` likewise, `zero` counts as 0, `withhold` leaves the indicator unscored. Evidence that every
    resident asked declined to give is never a zero: refusals cost nobody anything.
    """
    indicators = rubric.indicators
    by_method = {given.method: given for given in evidence}
    rules = np.array([rubric.missing_rule(indicator).not_assessed for indicator in indicators])
    methods = sorted({method for indicator in indicators for method in indicator.evidence})
    declared = {method: np.array([indicator.evidence.get(method, 0.0) for indicator in indicators]) for method in methods}
    kept = np.zeros(stated.shape)
    used = np.zeros(stated.shape)
    missing = np.zeros(stated.shape, dtype=bool)
    zero = np.zeros(stated.shape, dtype=bool)
    applies = np.zeros(stated.shape, dtype=bool)
    for method in methods:
        given = by_method.get(method)
        asked = np.broadcast_to(declared[method] > 0, stated.shape)
        there = np.isfinite(given.value) & asked if given else np.zeros(stated.shape, dtype=bool)
        exempt = given.not_applicable & asked if given else np.zeros(stated.shape, dtype=bool)
        absent = asked & ~there & ~exempt
        unseen = absent & ~given.declined if given else absent
        used += np.where(there, declared[method], 0.0)
        kept += np.where(there | (unseen & (rules == "zero")), declared[method], 0.0)
        zero |= unseen & (rules == "zero")
        missing |= absent
        applies |= there | absent
    not_applicable = stated | ~applies
    unscored = ((used == 0) & ~zero) | (missing & (rules == "withhold"))
    nothing = (used == 0).all(axis=1, keepdims=True)   # nobody was asked and nothing was seen: no total of zeros
    not_assessed = (unscored | nothing) & ~not_applicable
    scored = ~not_applicable & ~not_assessed
    weights: dict[str, Floats] = {}
    value = np.where(scored, 0.0, np.nan)
    for method in methods:
        given = by_method.get(method)
        there = np.isfinite(given.value) & scored if given else np.zeros(stated.shape, dtype=bool)
        with np.errstate(invalid="ignore", divide="ignore"):
            weights[method] = np.where(there, declared[method] / kept, 0.0)
        if given:
            value = value + np.where(there, weights[method] * np.nan_to_num(given.value), 0.0)
    return Combined(weights, value, not_applicable, not_assessed)
