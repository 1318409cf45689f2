"""The variance of totals and ratios over replicates, for many domains at once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
from scipy import sparse

from evaluation.core.errors import problem
from evaluation.estimation.columns import Floats
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.layout import Layout
from evaluation.estimation.replicates import ROOM, Replicates
from evaluation.estimation.steps import again


def replicate_variance(design: SurveyDesign, layout: Layout, values: Floats, y: Floats, x: Floats | None) -> Floats:
    """Variance (D,) over replicates of the totals of sorted rows y (n,), or of their ratio to x (n,); `values` are the
    estimates.

    Replicates in which a domain has nobody give no value; they are left out with a warning, as in R survey.
    """
    replicates = design.replicates
    assert replicates is not None
    if replicates.count == 0 or not (replicates.given or (replicates.left > 0).any()):  # every unit is certain: a census
        return np.zeros(len(values))
    if design.steps or replicates.given:
        pairs = _by_rows(design, replicates, layout, y, x)
    else:
        pairs = _by_units(design, replicates, layout, y, x)
    with np.errstate(invalid="ignore", divide="ignore"):
        thetas = np.concatenate([top if beneath is None else top / beneath for top, beneath in pairs], axis=1)
    known = np.isfinite(thetas) | ~np.isfinite(values)[:, None]
    if not known.all():
        warnings.warn(str(problem("E24", path="replicate", count=int((~known).any(axis=0).sum()), warning=True)), stacklevel=6)
    known &= np.isfinite(thetas)
    counted = known & (replicates.rscales > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(counted, thetas, 0.0).sum(axis=1) / counted.sum(axis=1)
        centre = values if replicates.mse else middle
        squares = np.where(known, (thetas - centre[:, None]) ** 2, 0.0)
    result = replicates.scale * (squares @ replicates.rscales)
    return np.where(known.any(axis=1), result, np.nan)


Pairs = Iterator[tuple[Floats, Floats | None]]


def _by_units(design: SurveyDesign, replicates: Replicates, layout: Layout, y: Floats, x: Floats | None) -> Pairs:
    """Totals (D, replicates) a few replicates at a time, from the totals of the units in each domain."""
    rows = slice(None) if layout.rows is None else layout.rows
    unit = replicates.unit[rows]
    starts = layout.levels[0].units
    starts = np.arange(len(unit)) if starts is None else starts
    cells = (layout.domain[starts], unit[starts])
    shape = (len(layout.starts), len(replicates.stratum))
    tables = [sparse.csr_array((np.add.reduceat(layout.weight * part, starts), cells), shape=shape)
              for part in (y, x) if part is not None]
    step = max(1, ROOM // max(shape))
    for first in range(0, replicates.count, step):
        last = min(first + step, replicates.count)
        if replicates.kind == "bootstrap":
            factors = replicates.factors(first, last)
            found = [table @ factors for table in tables]
        else:
            found = [_left_out(replicates, table, first, last) for table in tables]
        yield found[0], found[1] if len(found) > 1 else None


def _left_out(replicates: Replicates, table: sparse.csr_array, first: int, last: int) -> Floats:
    """Totals (D, replicates) with one unit left out in turn: the rest of its stratum takes its place."""
    out = replicates.members[first:last]
    whole = table.sum(axis=1)
    to_stratum = sparse.csr_array((np.ones(table.shape[1]), (np.arange(table.shape[1]), replicates.stratum)))
    stratum = (table @ to_stratum).tocsc()[:, replicates.stratum[out]].toarray()
    own = table.tocsc()[:, out].toarray()
    drawn = replicates.drawn[out]
    strata = int(replicates.stratum.max()) + 1
    alone = (whole[:, None] - stratum) * strata / max(strata - 1, 1)
    spare = np.maximum(drawn - 1, 1)
    return np.where(drawn > 1, whole[:, None] + stratum / spare - own * drawn / spare, alone)


def _by_rows(design: SurveyDesign, replicates: Replicates, layout: Layout, y: Floats, x: Floats | None) -> Pairs:
    """Totals (D, 1) of one replicate after the other, with the steps of weighting done again."""
    for weights in replicates.weights(design.base):
        weight = layout.take(again(design, weights))
        yield (layout.sums(weight * y)[:, None], None if x is None else layout.sums(weight * x)[:, None])
