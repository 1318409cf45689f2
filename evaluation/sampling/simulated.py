"""Scores of respondents as a rubric's questionnaire gives them: means of correlated five-level answers, for simulations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evaluation.core.errors import DesignError, problem

Floats = NDArray[np.float64]
LEVELS = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
CUTS = np.array([-1.5, -0.5, 0.5, 1.5])
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(41)


def respondent_scores(mean: float, sd: float, shape: tuple[int, ...], rng: np.random.Generator, items: int = 12) -> Floats:
    """Scores on 0-100 with the given mean and standard deviation, independent of each other.

    A respondent has a disposition b ~ N(0, t²); each of `items` answers is the level into which m + b + N(0, 1) falls. m and
    t are found so that the mean of the answers has `mean` and `sd`. DesignError: no such m and t [Q04] (the sd of a mean near
    0 or 100 is bounded).
    """
    centre, spread = _parameters(float(mean), float(sd), items)
    disposition = rng.normal(centre, spread, shape)
    total = np.zeros(shape)
    steps = np.diff(LEVELS)
    for _ in range(items):
        answer = disposition + rng.standard_normal(shape)
        for cut, step in zip(CUTS, steps, strict=True):
            total += step * (answer > cut)
    return total / items


def _parameters(mean: float, sd: float, items: int) -> tuple[float, float]:
    """M and t, by bisection: the mean rises with m, the standard deviation with t."""
    low, high = 0.0, 6.0
    for _ in range(50):
        spread = (low + high) / 2
        if _moments(_centre(mean, spread), spread, items)[1] < sd:
            low = spread
        else:
            high = spread
    centre = _centre(mean, high)
    found = _moments(centre, high, items)
    if abs(found[0] - mean) > 1e-3 or abs(found[1] - sd) > 1e-3:
        raise DesignError(problem("Q04", path="simulated", mean=mean, sd=sd))
    return centre, high


def _centre(mean: float, spread: float) -> float:
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _moments(middle, spread, 1)[0] < mean else (low, middle)
    return high


def _moments(centre: float, spread: float, items: int) -> tuple[float, float]:
    """Mean and standard deviation of the mean of the answers."""
    above = stats.norm.sf(CUTS[None, :] - (centre + spread * NODES)[:, None])
    steps = np.diff(LEVELS)
    weights = WEIGHTS / WEIGHTS.sum()
    answer = above @ steps
    squares = above @ (LEVELS[1:] ** 2 - LEVELS[:-1] ** 2)
    mean = float(weights @ answer)
    variance = weights @ (answer - mean) ** 2 + weights @ (squares - answer**2) / items
    return mean, float(np.sqrt(max(variance, 0.0)))
