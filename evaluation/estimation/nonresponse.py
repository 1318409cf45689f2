"""Steps of weighting without known totals: weights of those who did not answer, and weights that are too large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints, crossed
from evaluation.estimation.columns import Bools, Floats, checked, names_of
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.domains import Where, where_of
from evaluation.estimation.steps import Step, stepped


def nonresponse(design: SurveyDesign, responded: Where, classes: str | Sequence[str] | None = None) -> SurveyDesign:
    """The design with the weights of those who did not respond given to the respondents of the same nonresponse class.

    responded: boolean array (n,), name of a boolean column, or function of the table. classes: columns whose combinations are
    the classes; None = one. Within a class the weights of respondents are multiplied by (sum over all) / (sum over
    respondents); the others leave every estimate and stay in the design. The factors count as known in the variance;
    replicates work them out again. DesignError: missing classes [W01], a class without respondents [W13]. Source: Little
    (1986), weighting-cell adjustment.
    """
    answered = where_of(design, responded)
    assert answered is not None
    cell = np.zeros(len(design), dtype=np.int64)
    names = names_of(classes if classes is not None else [])
    checked(design.data, names, "classes")
    rows = np.zeros(1, dtype=np.int64)
    for name in names:
        code = design.columns.codes(name)[0]
        if (code < 0).any():
            raise DesignError(problem("W01", path="classes", name=name, count=int((code < 0).sum())))
        cell, rows = crossed(cell, code)
    labels = tuple(str(tuple(design.data[names].iloc[row])) for row in rows) if names else ("—",)
    after = _handed_on(design.weight, answered, cell, labels)
    changed = stepped(design, Nonresponse("nonresponse", design.weight, after, ", ".join(names), answered, cell, labels))
    return changed.with_(active=answered)


@dataclass(frozen=True, eq=False)
class Nonresponse(Step):
    """A step that hands the weights of nonrespondents to the respondents of their class."""

    answered: Bools = field(default_factory=lambda: np.zeros(0, dtype=bool))
    cell: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    labels: tuple[str, ...] = ()

    def applied(self, weights: Floats) -> Floats:
        """Hand on other weights (n,) in the same classes."""
        return _handed_on(weights, self.answered, self.cell, self.labels)


def _handed_on(weights: Floats, answered: Bools, cell: Ints, labels: tuple[str, ...]) -> Floats:
    every = np.bincount(cell, weights)
    given = np.bincount(cell, np.where(answered, weights, 0.0), len(every))
    empty = np.flatnonzero((given <= 0) & (every > 0))
    if len(empty):
        raise DesignError(problem("W13", path="nonresponse", classes=[labels[code] for code in empty]))
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(given > 0, every / given, 1.0)
    return np.where(answered, weights * factor[cell], 0.0)


def trim(design: SurveyDesign, upper: float = np.inf, lower: float = 0.0) -> SurveyDesign:
    """The design with weights cut off at `upper` and raised to `lower`; the sum is kept by the weights in between.

    The excess is shared equally among the weights that lie between the limits, repeated until none is beyond. `history` tells
    how many were trimmed and how much moved; `steps[-1].trimmed` are the rows. Trimming undoes calibration: calibrate
    afterwards, or trim first. DesignError: limits that leave no weight between them to take the excess [W14]. Source: Potter
    (1990); Valliant, Dever and Kreuter (2018), ch. 14.
    """
    before = design.weight
    seen = before != 0
    total, mean = before[seen].sum(), before[seen].mean()
    fault = problem("W14", path="trim", lower=lower, upper=upper, mean=f"{mean:.6g}")
    if not 0 <= lower <= mean <= upper or lower == upper:
        raise DesignError(fault)
    after, beyond = before.copy(), np.zeros(len(before), dtype=bool)
    while True:
        high, low = seen & ~beyond & (after > upper * (1 + 1e-12)), seen & ~beyond & (after < lower * (1 - 1e-12))
        if not (high.any() or low.any()):
            break
        after[high], after[low] = upper, lower
        beyond |= high | low
        free = seen & ~beyond
        if not free.any():
            raise DesignError(fault)
        after[free] += (total - after[seen].sum()) / free.sum()
    moved = float(np.abs(after - before)[beyond].sum())
    note = f"{int(beyond.sum())} weights trimmed to [{lower:g}, {upper:g}], {moved:.6g} moved"
    return stepped(design, Trimmed("trim", before, after, note, np.flatnonzero(beyond)))


@dataclass(frozen=True, eq=False)
class Trimmed(Step):
    """A step that cut weights off; trimmed: numbers of the rows it cut."""

    trimmed: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
