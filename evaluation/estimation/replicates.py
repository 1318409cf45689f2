"""Variance from replicates: jackknife and bootstrap made from the design as they are needed, or given as weights.

Replicates of a design are factors of its first-stage units; they are made a few at a time, so that 500 replicates need no more
room than the totals of the units. Formulas and sources: docs/methods.md, "Replicates".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Floats, checked, one_of
from evaluation.estimation.design import SurveyDesign

KINDS = ("jk1", "jkn", "bootstrap")
ROOM = 2_000_000  # factors held at once


@dataclass(frozen=True, eq=False)
class Replicates:
    """How replicates are made, or the given ones.

    kind: "jk1", "jkn", "bootstrap" or "given". count: R. scale, rscales (R,), mse: the variance is scale x sum of
    rscales x (replicate - centre)^2, the centre being the estimate with `mse`, else the mean of the replicates.
    unit: number of each row's first-stage unit (n,). stratum, drawn, left: of each unit (units,), the stratum's number, its
    units drawn and 1 - n/N. members: units left out in turn, for the jackknife. matrix: given weights (n, R), or factors of the
    weights if not `combined`.
    """

    kind: str
    count: int
    scale: float
    rscales: Floats
    mse: bool
    unit: Ints
    stratum: Ints
    drawn: Floats
    left: Floats
    members: Ints
    seed: int = 0
    matrix: NDArray[Any] | None = None
    combined: bool = True

    @property
    def given(self) -> bool:
        """Whether the replicate weights came with the data."""
        return self.matrix is not None

    def factors(self, first: int, last: int) -> Floats:
        """Factors of the units in replicates first … last-1, (units, last - first)."""
        if self.kind == "bootstrap":
            return self._resampled(first, last)
        out = self.members[first:last]
        same = self.stratum[:, None] == self.stratum[out]
        drawn = self.drawn[out]
        with np.errstate(divide="ignore"):
            result = np.where(same, drawn / (drawn - 1), 1.0)
        lone = drawn == 1  # JKn with lonely_psu="adjust": the other strata stand for the one left out
        strata = int(self.stratum.max()) + 1
        result[:, lone] = np.where(same[:, lone], 0.0, strata / max(strata - 1, 1))
        result[out, np.arange(len(out))] = 0.0
        return result

    def _resampled(self, first: int, last: int) -> Floats:
        """Rao-Wu: n-1 of a stratum's n units with replacement; shrunk towards 1 by the root of 1 - n/N."""
        by_stratum = np.argsort(self.stratum, kind="stable")
        drawn = self.drawn[by_stratum].astype(np.int64)
        sizes = np.bincount(self.stratum)
        begins = np.repeat(np.cumsum(sizes) - sizes, sizes)
        place = np.arange(len(drawn)) - begins < drawn - 1  # one draw fewer than units
        begins, width = begins[place], drawn[place]
        shrink = np.sqrt(self.left)
        grow = shrink * np.where(self.drawn > 1, self.drawn / np.maximum(self.drawn - 1, 1), 0.0)
        flat = np.where(self.drawn > 1, 1 - shrink, 1.0)
        result = np.empty((len(self.stratum), last - first))
        for column, number in enumerate(range(first, last)):
            generator = np.random.default_rng([self.seed, number])
            chosen = by_stratum[begins + (generator.random(len(begins)) * width).astype(np.int64)]
            result[:, column] = flat + grow * np.bincount(chosen, minlength=len(self.stratum))
        return result

    def weights(self, base: Floats) -> Iterator[Floats]:
        """The weights (n,) of one replicate after the other, from base weights (n,)."""
        step = max(1, ROOM // max(len(self.stratum), 1))
        for first in range(0, self.count, step):
            last = min(first + step, self.count)
            if self.matrix is not None:
                for column in range(first, last):
                    yield self.matrix[:, column] * (1.0 if self.combined else base)
            else:
                factors = self.factors(first, last)
                for column in range(last - first):
                    yield base * factors[self.unit, column]


def replicate(design: SurveyDesign, kind: str, replicates: int = 500, seed: int = 1, mse: bool = False) -> SurveyDesign:
    """The design with its variance from replicates made of its first-stage units.

    kind: "jk1" (leave one unit out; no strata), "jkn" (leave one out in its stratum), "bootstrap" (Rao and Wu, n-1 units with
    replacement, `replicates` times from `seed`). The finite population correction of the first stage enters; later stages do
    not. Steps of weighting are done again in every replicate. Same seed, same factors, whatever the order of the rows, where
    the design names its PSUs. DesignError: "jk1" with strata [E19], a lonely PSU under lonely_psu="fail" [E09]. Sources:
    Wolter (2007), ch. 4; Rao and Wu (1988); Rao, Wu and Yue (1992).
    """
    one_of(kind, KINDS, "kind")
    if design.replicates is not None:
        raise DesignError(problem("E23", path="replicate"))
    stage = design.stages[0]
    if kind == "jk1" and len(stage.sampled) > 1:
        raise DesignError(problem("E19", path="replicate", strata=len(stage.sampled)))
    unit = np.arange(len(design)) if stage.unit is None else stage.unit
    rows = np.unique(unit, return_index=True)[1]
    stratum = stage.stratum[rows]
    drawn, left = stage.sampled[stratum], stage.unsampled[stratum]
    lonely = (drawn == 1) & (left > 0)
    if lonely.any() and design.lonely_psu == "fail":
        found = [stage.names[code] if stage.names else code for code in np.unique(stratum[lonely])]
        raise DesignError(problem("E09", path="lonely_psu", strata=found, stage=1))
    if kind == "bootstrap":
        if replicates < 2:
            raise DesignError(problem("E18", path="replicates", given=replicates, expected="≥ 2"))
        members, scale, rscales = np.arange(0), 1 / (replicates - 1), np.ones(replicates)
    else:
        adjust = lonely & (design.lonely_psu == "adjust")
        members = np.flatnonzero((left > 0) & ((drawn > 1) | adjust))
        strata = len(stage.sampled)
        rscales = np.where(drawn > 1, (drawn - 1) / drawn * left, (strata - 1) / strata)[members]
        scale = len(rows) / max(len(members), 1) if design.lonely_psu == "average" and lonely.any() else 1.0
    count = replicates if kind == "bootstrap" else len(members)
    return design.with_(replicates=Replicates(kind, count, scale, rscales, mse, unit, stratum, drawn, left, members, seed))


def rank(weights: NDArray[Any]) -> int:
    """Rank of replicate weights (n, R): a column counts if more than 1e-5 of it is new, as R survey counts them."""
    products = weights.T @ weights
    kept: list[Floats] = []
    for column, product in enumerate(products):
        solved = np.array([row[column] for row in kept])
        rest = product[column] - solved @ solved
        if rest > 1e-10 * product[column] > 0:
            kept.append((product - (solved @ np.array(kept) if kept else 0.0)) / np.sqrt(rest))
    return len(kept)


def given_replicates(design: SurveyDesign, repweights: Any, scale: float, rscales: ArrayLike | None, mse: bool,
                     combined: bool) -> Replicates:
    """Published replicate weights, checked: see SurveyDesign.from_replicates."""
    if isinstance(repweights, (list, tuple)) and repweights and isinstance(repweights[0], str):
        checked(design.data, repweights, "repweights")
        repweights = design.data[list(repweights)]
    matrix = repweights.to_numpy(dtype=float) if isinstance(repweights, pd.DataFrame) else np.asarray(repweights)
    if matrix.ndim != 2 or len(matrix) != len(design) or matrix.shape[1] < 2:
        raise DesignError(problem("E18", path="repweights", given=matrix.shape, expected=f"({len(design)}, R ≥ 2)"))
    if matrix.dtype.kind not in "fiu" or not np.isfinite(matrix).all():
        raise DesignError(problem("E02", path="repweights", count=int((~np.isfinite(matrix.astype(float))).sum()), row=0))
    count = matrix.shape[1]
    scales = np.ones(count) if rscales is None else np.asarray(rscales, dtype=float)
    scales = np.full(count, float(scales)) if scales.ndim == 0 else scales
    if scales.shape != (count,):
        raise DesignError(problem("E18", path="rscales", given=scales.shape, expected=f"({count},)"))
    none = np.zeros(0)
    return Replicates("given", count, float(scale), scales, mse, np.arange(len(design)), np.zeros(len(design), dtype=np.int64),
                      none, none, np.arange(0), 0, matrix, combined)
