"""Steps of weighting: each a frozen record of what it did, that can be done again to other weights.

A step also takes out of linearised values what the step already knows, so that calibration lowers the variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Floats
from evaluation.estimation.design import SurveyDesign


@dataclass(frozen=True, eq=False)
class Step:
    """name, before and after: weights (n,); note: what was done, in words.

    A step that takes known totals into account overrides `applied`, `residuals` and `blocks`.
    """

    name: str
    before: Floats
    after: Floats
    note: str = ""

    def applied(self, weights: Floats) -> Floats:
        """The step done again to other weights (n,), as a replicate needs it."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.before > 0, weights * self.after / self.before, 0.0)

    def residuals(self, values: Floats) -> Floats:
        """Weighted linearised values (n,) without what the step explains; the values themselves if it explains nothing."""
        return values

    @property
    def blocks(self) -> Ints | None:
        """Number of the group (n,) within which the step works; None if it moves nothing between rows of a domain."""
        return None


def stepped(design: SurveyDesign, step: Step) -> SurveyDesign:
    """The design with one step more."""
    return design.with_(weight=step.after, steps=(*design.steps, step))


def residuals(design: SurveyDesign, values: Floats) -> Floats:
    """Weighted linearised values (n,) after every step's share is taken out, in the order of the steps."""
    for step in design.steps:
        values = step.residuals(values)
    return values


def explains(design: SurveyDesign) -> bool:
    """Whether any step changes linearised values."""
    return any(step.blocks is not None for step in design.steps)


def within_domains(design: SurveyDesign, code: Ints) -> bool:
    """Whether every group within which a step works lies in one domain, so that all domains can be worked out together."""
    for step in design.steps:
        if step.blocks is not None:
            seen = step.after > 0
            block, rows = step.blocks[seen], code[seen]
            domain = np.zeros(int(step.blocks.max()) + 1, dtype=np.int64)
            domain[block] = rows
            if (domain[block] != rows).any():
                return False
    return True


def again(design: SurveyDesign, weights: Floats) -> Floats:
    """All steps done again to a replicate's weights (n,)."""
    for step in design.steps:
        weights = step.applied(weights)
    return weights
