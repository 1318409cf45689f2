"""How the methods' evidence is combined to indicators, by the rubric's weights and its rule for what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    absent: dict[str, NDArray[np.bool_]]


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
    there: dict[str, NDArray[np.bool_]] = {}
    absent: dict[str, NDArray[np.bool_]] = {}
    values: dict[str, Floats] = {}
    for method in methods:
        given = by_method.get(method)
        asked = np.broadcast_to(declared[method] > 0, stated.shape)
        values[method] = _over(given, given.value, stated.shape, np.nan) if given else np.full(stated.shape, np.nan)
        there[method] = np.isfinite(values[method])
        exempt = _over(given, given.not_applicable, stated.shape, False) if given else np.zeros(stated.shape, dtype=bool)
        absent[method] = asked & ~there[method] & ~exempt
        unseen = absent[method] & ~_over(given, given.declined, stated.shape, False) if given else absent[method]
        used += np.where(there[method], declared[method], 0.0)
        kept += np.where(there[method] | (unseen & (rules == "zero")), declared[method], 0.0)
        zero |= unseen & (rules == "zero")
        missing |= absent[method]
        applies |= there[method] | absent[method]
    not_applicable = stated | ~applies
    unscored = ((used == 0) & ~zero) | (missing & (rules == "withhold"))
    nothing = (used == 0).all(axis=1, keepdims=True)   # nobody was asked and nothing was seen: no total of zeros
    not_assessed = (unscored | nothing) & ~not_applicable
    scored = ~not_applicable & ~not_assessed
    weights: dict[str, Floats] = {}
    value = np.where(scored, 0.0, np.nan)
    for method in methods:
        with np.errstate(invalid="ignore", divide="ignore"):
            weights[method] = np.where(there[method] & scored, declared[method] / kept, 0.0)
        value += weights[method] * np.nan_to_num(values[method])
    return Combined(weights, value, not_applicable, not_assessed, absent)


def _over(given: Evidence, values: NDArray[Any], shape: tuple[int, ...], empty: float) -> NDArray[Any]:
    """Values (c, t) of the indicators that take a method as (c, k) over all of them."""
    result = np.full(shape, empty, dtype=values.dtype)
    result[:, given.takes] = values
    return result
