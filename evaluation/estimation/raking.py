"""Poststratification and raking: weights that add up to known totals of one classification, or of several at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints, crossed
from evaluation.estimation.columns import Floats
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.margins import Margin, MarginLike, margins_of, shared_blocks
from evaluation.estimation.steps import Step, stepped

ROUNDS = 10  # of taking margin means out of linearised values after raking, as R survey does


def poststratify(design: SurveyDesign, totals: MarginLike) -> SurveyDesign:
    """The design with weights that add up to known totals of one classification: {"stype": {"E": 4421, "H": 755, "M": 1018}}.

    Several columns make one classification of their combinations: {("stype", "awards"): {("E", "Yes"): 3000, …}}. Estimates
    from it have the variance of residuals from the cells' means. DesignError names the cell: see `margins_of`; for several
    classifications apart use `rake` [W08]. Source: Särndal, Swensson and Wretman (1992), ch. 7.
    """
    margins = margins_of(design, totals)
    if len(margins) > 1:
        raise DesignError(problem("W08", path="poststratify", names=[margin.name for margin in margins]))
    cell = margins[0].cell
    after = _cells_scaled(margins[0], np.where(cell >= 0, design.weight, 0.0), "")
    return stepped(design, Poststratified("poststratify", design.weight, after, margins[0].name, margin=margins[0]))


def rake(design: SurveyDesign, margins: MarginLike | Sequence[MarginLike], within: str | None = None,
         tolerance: float = 1e-10, iterations: int = 1000) -> SurveyDesign:
    """The design with weights that meet several margins at once; example: `rake(d, [{"age": {…}}, {"sex": {…}}])`.

    Iterative proportional fitting from the present weights; within each combination of levels all weights change by the
    same factor. `within`: all levels of that column are raked at once, each to its own totals (see `margins_of`). Ends when
    every total is met to `tolerance`, relative. DesignError: faults of the margins, or margins that are not met after so many
    `iterations` [W07], which names the worst. Sources: Deming and Stephan (1940); Deville, Särndal and Sautory (1993).
    """
    asked = margins_of(design, margins, within)
    blocks = shared_blocks(asked, design)
    after = _raked(asked, np.where(asked[0].cell >= 0, design.weight, 0.0), blocks, tolerance, iterations)
    note = ", ".join(margin.name for margin in asked)
    return stepped(design, Raked("rake", design.weight, after, note, tuple(asked), blocks, tolerance, iterations))


@dataclass(frozen=True, eq=False)
class Poststratified(Step):
    """A step that scales the weights of each cell to its total."""

    margin: Margin = field(kw_only=True)

    def applied(self, weights: Floats) -> Floats:
        """Scale other weights (n,) to the same totals."""
        return _cells_scaled(self.margin, np.where(self.margin.cell >= 0, weights, 0.0), "replicate")

    def residuals(self, values: Floats) -> Floats:
        """Values without their cell's mean, taken with the weights before the step."""
        cell, seen = self.margin.cell, self.margin.cell >= 0
        with np.errstate(invalid="ignore", divide="ignore"):
            unweighted = np.where(self.after > 0, values / self.after, 0.0)
        sums = np.bincount(cell[seen], (unweighted * self.before)[seen], len(self.margin.totals))
        means = sums / np.bincount(cell[seen], self.before[seen], len(self.margin.totals))
        return np.where(seen, values - means[cell] * self.after, values)

    @property
    def blocks(self) -> Ints | None:
        """The cells."""
        return np.maximum(self.margin.cell, 0)


@dataclass(frozen=True, eq=False)
class Raked(Step):
    """A step that meets several margins."""

    margins: tuple[Margin, ...] = ()
    groups: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    tolerance: float = 1e-10
    iterations: int = 1000

    def applied(self, weights: Floats) -> Floats:
        """Rake other weights (n,) to the same margins."""
        start = np.where(self.margins[0].cell >= 0, weights, 0.0)
        return _raked(self.margins, start, self.groups, self.tolerance, self.iterations)

    def residuals(self, values: Floats) -> Floats:
        """Values without the margins' unweighted means, one margin after the other, ten times over."""
        seen = self.after > 0
        rest = np.where(seen, values / np.where(seen, self.after, 1.0), 0.0)[seen]
        cells = [margin.cell[seen] for margin in self.margins]
        counts = [np.bincount(cell) for cell in cells]
        for _ in range(ROUNDS):
            for cell, count in zip(cells, counts, strict=True):
                rest = rest - (np.bincount(cell, rest) / np.maximum(count, 1))[cell]
        result = values.copy()
        result[seen] = rest * self.after[seen]
        return result

    @property
    def blocks(self) -> Ints | None:
        """The groups that are raked apart from each other."""
        return self.groups


def _cells_scaled(margin: Margin, weights: Floats, where: str) -> Floats:
    seen = margin.cell >= 0
    sums = np.bincount(margin.cell[seen], weights[seen], len(margin.totals))
    _nobody(margin, sums, where)
    return np.where(seen, weights * (margin.totals / sums)[margin.cell], 0.0)


def _nobody(margin: Margin, sums: NDArray[Any], where: str) -> None:
    empty = np.flatnonzero(sums <= 0)
    if len(empty):
        code = "W09" if where else "W03"
        raise DesignError(problem(code, path=f"margin '{margin.name}'", levels=[margin.labels[cell] for cell in empty]))


def _raked(margins: Sequence[Margin], weights: Floats, blocks: Ints, tolerance: float, iterations: int) -> Floats:
    """Raked weights (n,): the fitting works on the combinations of levels that occur."""
    everyone = margins[0].cell >= 0
    seen = slice(None) if everyone.all() else everyone
    cells = [_within_block(margin.cell[seen], blocks[seen]) for margin in margins]
    combination, rows = crossed(blocks[seen], *cells) if blocks.any() else crossed(*cells)
    levels = [margin.cell[seen][rows] for margin in margins]
    start: Floats = np.bincount(combination, weights[seen], len(rows)).astype(float)
    block = blocks[seen][rows]
    for margin, level in zip(margins, levels, strict=True):
        _nobody(margin, np.bincount(level, start, len(margin.totals)), "replicate")
    fitted = start.copy()
    open_ = np.arange(len(rows))  # combinations of the groups that are not met yet
    for turn in range(iterations + 1):
        error = np.zeros(int(blocks.max(initial=0)) + 1)
        current, here = fitted[open_], [level[open_] for level in levels]
        for margin, level in zip(margins, here, strict=True):
            reached = np.bincount(level, current, len(margin.totals))[level]
            np.maximum.at(error, block[open_], np.abs(reached / margin.totals[level] - 1))
        late = error[block[open_]] > tolerance
        if not late.any():
            break
        if turn == iterations:
            _not_met(margins, levels, fitted)
        if late.sum() < 0.8 * len(late):
            open_ = open_[late]
            current, here = fitted[open_], [level[open_] for level in levels]
        for margin, level in zip(margins, here, strict=True):
            reached = np.bincount(level, current, len(margin.totals))
            current = current * (margin.totals[level] / reached[level])
        fitted[open_] = current
    result = np.zeros(len(weights))
    with np.errstate(invalid="ignore", divide="ignore"):
        result[seen] = weights[seen] * np.where(start > 0, fitted / start, 0.0)[combination]
    return result


def _within_block(cell: Ints, block: Ints) -> Ints:
    """Cells (n,) numbered anew in each block: few numbers, which combine without sorting."""
    blocks = int(block.max(initial=0)) + 1
    if blocks == 1:
        return cell
    first = np.full(blocks, len(cell))
    np.minimum.at(first, block, cell)
    return np.asarray(cell - first[block])


def _not_met(margins: Sequence[Margin], levels: Sequence[Ints], fitted: Floats) -> None:
    faults = []
    for margin, level in zip(margins, levels, strict=True):
        reached = np.bincount(level, fitted, len(margin.totals))
        off = np.abs(reached / margin.totals - 1)
        worst = int(off.argmax())
        faults.append((off[worst], problem("W07", path=f"margin '{margin.name}'", level=margin.labels[worst],
                                           asked=f"{margin.totals[worst]:.10g}", reached=f"{reached[worst]:.10g}")))
    raise DesignError(max(faults, key=lambda fault: fault[0])[1])
