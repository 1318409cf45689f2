"""Calibration: weights near the present ones that add up to known totals of items and classifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.core.errors import DesignError, near_miss, problem
from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Floats, numbers_of, one_of
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.distances import DISTANCES, calibrated_weights
from evaluation.estimation.steps import Step, stepped

NUMBER = ("(Intercept)", "1")


def calibrate(design: SurveyDesign, totals: Mapping[str, Any], distance: str = "linear",
              bounds: tuple[float, float] = (-np.inf, np.inf), iterations: int = 200) -> SurveyDesign:
    """The design with weights that add up to known totals, as close to the present ones as these allow.

    Example: calibrate(d, {"(Intercept)": 6194, "stype": {"H": 755, "M": 1018}, "api99": 3914069}).

    totals: a column of numbers -> its total; a classification -> totals of some or all of its levels, or "columnlevel" ->
    total of the level, as R names it; "(Intercept)" -> size of the population. distance: "linear" (regression estimator;
    weights can become negative without bounds), "raking" (exponential, always positive), "logit" (between finite bounds).
    bounds: least and largest ratio of new to present weight. Estimates from it have the variance of regression residuals.
    Totals are met to 1e-10, relative. DesignError: unknown names [W10], missing values [W01], rows without a weight [W06],
    bounds that do not hold 1 [W11], totals that no weights within the bounds meet [W12]. Source: Deville and Särndal (1992).
    """
    one_of(distance, DISTANCES, "distance")
    low, high = bounds
    if not low < 1 < high or (distance == "logit" and not (np.isfinite(low) and np.isfinite(high))):
        raise DesignError(problem("W11", path="bounds", given=f"({low}, {high})", distance=distance))
    names, known, matrix = _auxiliary(design, totals)
    seen = np.ones(len(design), dtype=bool) if design.active is None else design.active
    if (design.weight[seen] == 0).any():
        raise DesignError(problem("W06", path=f"calibrate '{names[0]}'", count=int((design.weight[seen] == 0).sum())))
    bad = np.isnan(matrix[seen]).sum(axis=0)
    if bad.any():
        raise DesignError([problem("W01", path="calibrate", name=name, count=int(count))
                           for name, count in zip(names, bad, strict=True) if count])
    matrix = np.where(seen[:, None], matrix, 0.0)
    after = calibrated_weights(matrix, design.weight, known, names, distance, (low, high), iterations)
    note = f"{distance}: {', '.join(names)}"
    step = Calibrated("calibrate", design.weight, after, note, matrix, known, tuple(names), distance, (low, high), iterations)
    return stepped(design, step)


def _auxiliary(design: SurveyDesign, totals: Mapping[str, Any]) -> tuple[list[str], Floats, Floats]:
    """Names, totals (k,) and values (n, k) of what is known."""
    names: list[str] = []
    known: list[float] = []
    columns: list[NDArray[Any]] = []

    def add(name: str, total: Any, values: NDArray[Any]) -> None:
        names.append(name)
        known.append(float(total))
        columns.append(np.asarray(values, dtype=float))

    for name, total in totals.items():
        if name in NUMBER and name not in design.data.columns:
            add(name, total, np.ones(len(design)))
        elif name in design.data.columns and not isinstance(total, Mapping) and not hasattr(total, "items"):
            add(name, total, numbers_of(design.data, name))
        else:
            levels = {name: total} if name not in design.data.columns else dict(total.items())
            for key, part in levels.items():
                add(*_level(design, name if name in design.data.columns else None, key, part))
    if not names or not np.isfinite(known).all():
        unknown = [name for name, total in zip(names, known, strict=True) if not np.isfinite(total)]
        raise DesignError(problem("W04", path="calibrate", cells=unknown))
    return names, np.array(known), np.column_stack(columns)


def _level(design: SurveyDesign, column: str | None, key: Any, total: Any) -> tuple[str, Any, NDArray[Any]]:
    """Name, total and 0/1 values of one level: of a column, or of a name that is a column's name with a level after it."""
    columns = [column] if column is not None else [name for name in design.data.columns if str(key).startswith(str(name))]
    for name in sorted(columns, key=len, reverse=True):
        code, labels = design.columns.codes(name)
        for number, label in enumerate(labels):
            if label == key if column is not None else f"{name}{label}" == key:
                return f"{name}{label}", total, np.where(code < 0, np.nan, code == number)
    known = [str(label) for label in design.columns.codes(column)[1]] if column is not None else map(str, design.data.columns)
    raise DesignError(problem("W10", path="calibrate" if column is None else f"calibrate '{column}'", name=key,
                              hint=near_miss(str(key), known)))


@dataclass(frozen=True, eq=False)
class Calibrated(Step):
    """A step that meets totals of auxiliary values: matrix (n, k), known (k,)."""

    matrix: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    known: Floats = field(default_factory=lambda: np.zeros(0))
    names: tuple[str, ...] = ()
    distance: str = "linear"
    bounds: tuple[float, float] = (-np.inf, np.inf)
    iterations: int = 200

    def applied(self, weights: Floats) -> Floats:
        """Calibrate other weights (n,) to the same totals."""
        return calibrated_weights(self.matrix, weights, self.known, self.names, self.distance, self.bounds, self.iterations)

    def residuals(self, values: Floats) -> Floats:
        """Values without their regression on the auxiliary values, with the weights before the step."""
        seen = (self.before > 0) & (self.after != 0)
        root = np.sqrt(self.before[seen])
        changed = self.after[seen] / root
        explained = np.linalg.lstsq(self.matrix[seen] * root[:, None], values[seen] / changed, rcond=None)[0]
        result = values.copy()
        result[seen] -= (self.matrix[seen] @ explained) * self.after[seen]
        return result

    @property
    def blocks(self) -> Ints | None:
        """One group of all rows."""
        return np.zeros(len(self.before), dtype=np.int64)
