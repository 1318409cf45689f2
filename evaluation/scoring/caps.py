"""Caps: a dimension's score has an upper limit where something that it rests on is missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats
from evaluation.scoring.evidence import Evidence

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Limits:
    """at_most (c, d): the lowest limit of each dimension, infinite without one. caps (c, d): those that hold, joined by +."""

    at_most: Floats
    caps: NDArray[np.object_]


def limits_of(rubric: Rubric, evidence: list[Evidence], count: int) -> Limits:
    """The caps whose condition holds in each community. An item that nobody answered limits nothing."""
    at_most = np.full((count, len(rubric.dimensions)), np.inf)
    caps = np.full(at_most.shape, "", dtype=object)
    means = {(given.method, item.id): given.item_mean[:, j] for given in evidence for j, item in enumerate(given.items)}
    for cap in rubric.caps:
        mean = means.get((cap.when.method, cap.when.item), np.full(count, np.nan))
        d = next(number for number, part in enumerate(rubric.dimensions) if part.id == cap.dimension)
        holds = mean < cap.when.below - TOLERANCE
        at_most[holds, d] = np.minimum(at_most[holds, d], cap.at_most)
        caps[holds, d] = [f"{held}+{cap.id}" if held else cap.id for held in caps[holds, d]]
    return Limits(at_most, caps)


def capped(value: Floats, se: Floats, at_most: Floats) -> tuple[Floats, Floats]:
    """Values under their limits, and the factor by which a limit lessens their errors: 1 far below it, 0 far above.

    The factor is the standard deviation of min(X, limit) over that of X, X normal around the value: the moments of a censored
    normal variable, Johnson, Kotz and Balakrishnan (1994), ch. 13. Where se is 0 or not known: 1 below the limit, 0 above.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        a = (at_most - value) / se
        below, density = norm.cdf(a), norm.pdf(a)
        above = np.where(np.isfinite(a), a, 0.0)
        mean = above * (1 - below) - density
        square = below - above * density + above**2 * (1 - below)
        factor = np.sqrt(np.clip(square - mean**2, 0.0, 1.0))
    sure = np.where(value > at_most, 0.0, 1.0)
    return np.minimum(value, at_most), np.where(np.isfinite(a), factor, sure)
