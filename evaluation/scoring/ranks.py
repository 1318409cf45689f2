"""Ranks with their uncertainty: for every community the places that it may hold, all of them at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.estimation.grouped import Floats

PAIRWISE = 300      # communities up to which all pairs are looked at
CELLS = 2_000_000   # numbers held at a time


def rank_intervals(totals: pd.DataFrame, confidence: float = 0.95, seed: int = 1, draws: int = 4000) -> pd.DataFrame:
    """One row a community in the given order: community, value, rank_low, rank_high (1 = highest), band.

    totals: community, value, se, df (inf: normal); those without a value have no rank, those without a standard error, or
    with one above 0 but no degrees of freedom, any. All true ranks lie within their intervals with the confidence: i is surely
    above j if value_i - value_j > c sqrt(se_i² + se_j²), c the quantile of the largest such |t| over all pairs if there were
    no differences, simulated from Student's t (seeded, `draws`). rank_low is 1 + how many are surely above, rank_high the
    number of communities less how many are surely below. For more than 300 communities c is that of sqrt(a² + b²), a and b
    the largest t above and below 0: in every draw at least the largest over all pairs, by Cauchy and Schwarz, whatever the se
    and df; the range over sqrt(2) is so only for normal errors (Hayter 1984, Annals of Statistics 12:61). band: upper or lower
    if the interval lies within the upper or lower half, else middle; "" without a value. Source: Mogstad, Romano, Shaikh and
    Wilhelm (2024), Review of Economic Studies 91:476.
    """
    known = totals[totals["value"].notna()].sort_values("community", kind="stable")
    value, se, df = (known[name].to_numpy(dtype=float) for name in ("value", "se", "df"))
    count = len(known)
    sure = np.isfinite(se) & ((df > 0) | (se == 0))
    above, below = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    if sure.sum() > 1:
        c = _critical(se[sure], df[sure], confidence, seed, draws)
        above[sure], below[sure] = _surely(value[sure], se[sure], c)
    low, high = 1 + above, count - below
    band = np.where(high <= count / 2, "upper", np.where(low > np.ceil(count / 2), "lower", "middle"))
    found = pd.DataFrame({"rank_low": pd.array(low, dtype="Int64"), "rank_high": pd.array(high, dtype="Int64"), "band": band},
                         index=known.index).reindex(totals.index)
    return totals[["community", "value"]].assign(rank_low=found["rank_low"], rank_high=found["rank_high"],
                                                 band=[name if isinstance(name, str) else "" for name in found["band"]])


def _critical(se: Floats, df: Floats, confidence: float, seed: int, draws: int) -> float:
    """The quantile of the largest |t| over all pairs."""
    rng = np.random.default_rng(seed)
    if len(se) > PAIRWISE:
        step = max(CELLS // len(se), 1)
        bounds = [_bound(_students(rng, se, df, min(step, draws - at))) for at in range(0, draws, step)]
        return float(np.quantile(np.concatenate(bounds), confidence))
    t = _students(rng, se, df, draws)
    first, second = np.triu_indices(len(se), 1)
    scale = np.sqrt(se[first] ** 2 + se[second] ** 2)
    first, second, scale = first[scale > 0], second[scale > 0], scale[scale > 0]
    if not len(first):
        return 0.0
    errors = t * se
    step = max(CELLS // len(first), 1)
    largest = [np.abs((errors[at: at + step, first] - errors[at: at + step, second]) / scale).max(axis=1)
               for at in range(0, draws, step)]
    return float(np.quantile(np.concatenate(largest), confidence))


def _students(rng: np.random.Generator, se: Floats, df: Floats, draws: int) -> Floats:
    """Student's t, (draws, communities); 0 where se is 0."""
    normal = rng.standard_normal((draws, len(se)))
    drawn = np.isfinite(df) & (df > 0)
    finite = np.where(drawn, df, 1.0)
    spread = np.where(drawn, np.sqrt(rng.chisquare(finite, normal.shape) / finite), 1.0)
    return np.asarray((se > 0) * normal / spread, dtype=float)


def _bound(t: Floats) -> Floats:
    """At least |t_i cos - t_j sin| for every pair and every angle in the quadrant, one number a draw."""
    above, below = np.maximum(t.max(axis=1), 0), np.maximum(-t.min(axis=1), 0)
    return np.asarray(np.hypot(above, below), dtype=float)


def _surely(value: Floats, se: Floats, c: float) -> tuple[np.ndarray, np.ndarray]:
    """How many are surely above, and surely below, each."""
    above, below = np.zeros(len(value), dtype=np.int64), np.zeros(len(value), dtype=np.int64)
    step = max(CELLS // len(value), 1)
    for at in range(0, len(value), step):
        part = slice(at, at + step)
        margin = c * np.sqrt(se[part, None] ** 2 + se**2)
        difference = value - value[part, None]
        above[part], below[part] = (difference > margin).sum(axis=1), (-difference > margin).sum(axis=1)
    return above, below
