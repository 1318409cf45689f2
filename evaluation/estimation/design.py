"""A survey table with its design: weights, strata, units of each stage, finite populations, and steps of weighting."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.columns import Bools, Columns, Floats, names_of, one_of
from evaluation.estimation.layout import LONELY
from evaluation.estimation.stages import Stage, column_of, stages_of

if TYPE_CHECKING:
    from evaluation.estimation.replicates import Replicates
    from evaluation.estimation.steps import Step


class SurveyDesign:
    """Rows of a survey and how they were drawn. Never changed: every step of weighting returns a new one.

    df: one row a respondent. weights: column name or array (n,), inverse inclusion probabilities; without it the weights follow
    from `fpc` (N/n, multiplied over the stages), or are 1. strata: column, or one a stage. psu: column of the primary sampling
    units, or a list of columns, one a stage; without it every row is a unit. fpc: number of units in the population of each
    stratum (constant within it), or the sampled fraction where no value is above 1; a column, a number, an array, or a list
    of them, one a stage; stages without fpc count as drawn with replacement, and what lies below such a stage adds nothing.
    nest: True if numbers of PSUs repeat from stratum to stratum. lonely_psu: what a stratum with a single PSU does to the
    variance: "fail" raises when a variance is asked for; "remove" and "certainty" add nothing; "adjust" centres at 0, the
    mean of all linearised values, in place of the stratum's; "average" takes the average of the other strata.

    Missing values in weights, strata, psu or fpc are an error; items may have them. Weights of 0 are kept: such rows belong to
    the design and to no estimate. DesignError tells all faults found. `weight` (n,) are the weights after all steps; `history`
    is a table of the steps. Source of the vocabulary: Lumley (2010), Complex Surveys, ch. 2-3.
    """

    def __init__(self, df: pd.DataFrame, weights: str | ArrayLike | None = None, strata: str | Sequence[str] | None = None,
                 psu: str | Sequence[str] | None = None, fpc: Any = None, lonely_psu: str = "fail", nest: bool = False) -> None:
        if not isinstance(df, pd.DataFrame) or len(df) == 0:
            raise DesignError(problem("E04", path="df"))
        self.data = df
        self.lonely_psu = one_of(lonely_psu, LONELY, "lonely_psu")
        self.columns = Columns(df)
        fpcs = [] if fpc is None else list(fpc) if isinstance(fpc, (list, tuple)) else [fpc]
        self.strata = tuple(names_of(strata if strata is not None else []))
        self.psu = tuple(names_of(psu if psu is not None else []))
        self.stages: tuple[Stage, ...] = stages_of(self.columns, self.strata, self.psu, fpcs, nest)
        self.base = self._weights(weights, bool(fpcs))
        self.weight = self.base
        self.steps: tuple[Step, ...] = ()
        self.active: Bools | None = None
        self.replicates: Replicates | None = None

    @classmethod
    def from_replicates(cls, df: pd.DataFrame, weights: str | ArrayLike | None, repweights: Any, scale: float = 1.0,
                        rscales: ArrayLike | None = None, mse: bool = False, combined: bool = True) -> SurveyDesign:
        """A design whose variance comes from published replicate weights: jackknife, BRR, Fay, bootstrap, SDR.

        repweights: (n, R) array or frame, or a list of column names; `combined`: they are whole weights, not factors of
        `weights`. Variance = scale x sum of rscales (R,) x (replicate - centre)^2; the centre is the mean of the replicates,
        or the estimate with `mse=True`. Degrees of freedom: rank of the replicate weights - 1. DesignError: shapes that do
        not fit [E18].
        """
        from evaluation.estimation.replicates import given_replicates

        design = cls(df, weights)
        return design.with_(replicates=given_replicates(design, repweights, scale, rscales, mse, combined))

    def _weights(self, weights: str | ArrayLike | None, from_fpc: bool) -> Floats:
        if weights is not None:
            values = column_of(self.data, weights, "weights")
            if (values < 0).any() or not np.isfinite(values).all() or not (values > 0).any():
                raise DesignError(problem("E03", path="weights", least=values.min(), row=int(values.argmin())))
            return values
        result = np.ones(len(self.data))
        if from_fpc:
            for stage in self.stages:
                result = result * (stage.population / stage.sampled)[stage.stratum]
        return result

    def with_(self, **changes: Any) -> SurveyDesign:
        """The same design with other attributes."""
        new = copy.copy(self)
        for name, value in changes.items():
            setattr(new, name, value)
        return new

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        first = self.stages[0]
        units = len(self) if first.unit is None else int(first.unit.max()) + 1
        kind = f"{self.replicates.count} replicates" if self.replicates else f"{len(self.stages)} stage(s)"
        return (f"SurveyDesign({len(self)} rows, {len(first.sampled)} strata, {units} PSUs, {kind}, "
                f"weights sum to {self.weight.sum():.6g}, {len(self.steps)} steps)")

    @property
    def history(self) -> pd.DataFrame:
        """The chain of weights: one row a step, with n, sum, least and largest weight, and Kish's effect of unequal weights."""
        rows = [("base", self.base, "")] + [(step.name, step.after, step.note) for step in self.steps]
        return pd.DataFrame([{"step": name, "n": int((w > 0).sum()), "sum": w.sum(), "least": w[w > 0].min(),
                              "largest": w.max(), "weighting_effect": (w > 0).sum() * (w**2).sum() / w.sum() ** 2,
                              "note": note} for name, w, note in rows])
