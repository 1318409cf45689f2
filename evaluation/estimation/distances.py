"""Distances between old and new weights, and the weights that meet totals at the least distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.columns import Floats

DISTANCES = ("linear", "raking", "logit")
MET = 1e-10  # largest relative distance from a total
Ratio = Callable[[Floats], tuple[Floats, Floats]]


def _ratio(distance: str, bounds: tuple[float, float]) -> Ratio:
    """New weight over old, and its slope, as functions of the linear predictor: Deville and Särndal (1992), table 1."""
    low, high = bounds

    def linear(u: Floats) -> tuple[Floats, Floats]:
        return np.clip(1 + u, low, high), ((u > low - 1) & (u < high - 1)).astype(float)

    def raking(u: Floats) -> tuple[Floats, Floats]:
        grown = np.exp(np.clip(u, -700, 700))
        return np.clip(grown, low, high), np.where((grown > low) & (grown < high), grown, 0.0)

    def logit(u: Floats) -> tuple[Floats, Floats]:
        pace = (high - low) / ((high - 1) * (1 - low))
        grown = np.exp(np.clip(pace * u, -700, 700))
        beneath = (high - 1) + (1 - low) * grown
        value = (low * (high - 1) + high * (1 - low) * grown) / beneath
        return value, (value - low) * (high - value) / (high - low) * pace

    return {"linear": linear, "raking": raking, "logit": logit}[distance]


def calibrated_weights(matrix: Floats, weights: Floats, known: Floats, names: Sequence[str], distance: str,
                       bounds: tuple[float, float], iterations: int) -> Floats:
    """Weights (n,) nearest to `weights` that give the totals `known` (k,) of `matrix` (n, k).

    Newton's method on the calibration equations, with halved steps where a full one does not come nearer. DesignError: the
    totals are not met within the bounds [W12].
    """
    size = np.maximum(np.abs(known), np.abs(matrix * weights[:, None]).sum(axis=0))
    size = np.where(size > 0, size, 1.0)
    scaled, target = matrix / size, known / size
    ratio = _ratio(distance, bounds)
    slopes = np.zeros(len(known))

    def state(point: Floats) -> tuple[Floats, Floats, Floats]:
        factor, slope = ratio(scaled @ point)
        return factor, slope, target - (weights * factor) @ scaled

    factor, slope, missing = state(slopes)
    for _ in range(iterations):
        if np.abs(missing).max() <= 1e-14:
            break
        step = np.linalg.pinv((scaled * (weights * slope)[:, None]).T @ scaled, rcond=1e-13, hermitian=True) @ missing
        length = 1.0
        while length > 1e-4:
            trial = state(slopes + length * step)
            if np.abs(trial[2]).sum() < np.abs(missing).sum():
                break
            length /= 2
        else:
            if np.abs(missing).max() <= MET:  # as near as numbers go
                break
        slopes = slopes + length * step
        factor, slope, missing = state(slopes)
    off = np.abs(missing) * size / np.where(known != 0, np.abs(known), size)
    if off.max() <= MET:
        return weights * factor
    worst = int(off.argmax())
    asked, reached = f"{known[worst]:.10g}", f"{(weights * factor) @ matrix[:, worst]:.10g}"
    raise DesignError(problem("W12", path=f"calibrate '{names[worst]}'", asked=asked, reached=reached))
