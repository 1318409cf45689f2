"""The common case, fast: every domain lies in one stratum and every row is a unit, as in a round of communities.

The same numbers as `linear.Linear`, block by block: a block of rows fits the processor's cache, its scratch arrays are made
once, and numpy lets the blocks run on two threads. Formulas: docs/methods.md, "Estimates of a survey".
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Floats
from evaluation.estimation.layout import Layout

BLOCK = 1 << 16  # rows of a block
THREADS = 2


def plain_means(layout: Layout, items: Sequence[NDArray[Any]], weights: Floats, counted: Floats,
                simple: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """Means of items (k arrays of sorted rows) in domains, and sums of squares: four (k, D) arrays.

    mean; squares of the weighted deviations w(y - mean), and with `simple` w(y - mean)^2, both over the square of the
    sum of weights; n. weights, counted (D,): sums and numbers of weights of all rows of a domain. NaN where nobody answered.
    """
    found = np.full((4, len(items), len(layout.starts)), np.nan)
    edges = np.searchsorted(layout.starts, np.arange(0, len(layout.weight), BLOCK))
    edges = np.unique(np.r_[edges, len(layout.starts)])
    room = int(max(np.diff(np.r_[layout.starts, len(layout.weight)][edges]), default=0))

    def work(blocks: Sequence[int]) -> None:
        scratch = np.empty((4, room))
        for block in blocks:
            _block(layout, items, slice(int(edges[block]), int(edges[block + 1])), weights, counted, simple, found, scratch)

    every = range(len(edges) - 1)
    if len(every) < 4:
        work(every)
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(work, [every[first::THREADS] for first in range(THREADS)]))
    return found[0], found[1], found[2], found[3]


def _block(layout: Layout, items: Sequence[NDArray[Any]], domains: slice, weights: Floats, counted: Floats, simple: bool,
           found: Floats, scratch: Floats) -> None:
    """Fill `found` for some domains, which are consecutive."""
    starts = layout.starts[domains]
    first, last = int(starts[0]), int(starts[-1] + layout.sizes[domains][-1])
    rows, starts, sizes = slice(first, last), starts - first, layout.sizes[domains]
    weight = layout.weight[rows]
    y, a, b = scratch[0, : last - first], scratch[1, : last - first], scratch[2, : last - first]
    for number, item in enumerate(items):
        part = item[rows]
        if part.dtype != np.float64 or not part.flags.c_contiguous:
            y[:] = part
            part = y
        above, n, used = weights[domains], counted[domains], weight
        np.multiply(weight, part, out=a)
        sums = np.add.reduceat(a, starts)
        if not np.isfinite(sums.sum()):
            part, used, above, n = _answered(part, weight, starts, y, scratch[3, : last - first])
            np.multiply(used, part, out=a)
            sums = np.add.reduceat(a, starts)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = sums / above
        np.subtract(part, np.repeat(np.where(n > 0, mean, 0.0), sizes), out=b)
        np.multiply(used, b, out=a)
        found[0, number, domains], found[3, number, domains] = mean, n
        with np.errstate(invalid="ignore", divide="ignore"):
            if simple:
                np.multiply(a, b, out=b)
                found[2, number, domains] = np.add.reduceat(b, starts) / above**2
            np.multiply(a, a, out=a)
            found[1, number, domains] = np.add.reduceat(a, starts) / above**2


def _answered(part: Floats, weight: Floats, starts: Ints, y: Floats, used: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Values and weights with 0 for those who did not answer; sums and numbers of the weights of those who did."""
    missing = np.isnan(part)
    if np.isinf(part).any():
        raise DesignError(problem("E20", path="items"))
    np.copyto(used, weight)
    np.copyto(used, 0.0, where=missing)
    if part is not y:
        np.copyto(y, part)
    np.copyto(y, 0.0, where=missing)
    return y, used, np.add.reduceat(used, starts), np.add.reduceat(used != 0, starts, dtype=float)
