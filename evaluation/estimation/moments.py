"""Means of items and the covariance of their errors, for every community, in one pass over the rows.

A score of a community is linear in its item means, so its variance follows from the covariance of their errors, whatever
the weights of the score are. Formulas and sources: docs/methods.md, "The variance of a method's score".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.estimation.grouped import Floats, Grouped, Ints
from evaluation.estimation.pooling import Pool

ROWS = 8_192


@dataclass(frozen=True)
class Column:
    """One item: the code of each row's answer (n,) and the value of each code, NaN where it carries none."""

    code: NDArray[np.integer[Any]]
    value: Floats


@dataclass(frozen=True)
class Moments:
    """Arrays over communities (c), items (j) and sets of items (s).

    mean (c, j), NaN where nobody answered. covariance (c, j, j) of the errors of the means, 0 for those that nobody answered.
    n (c, j): answers; psus (c, j): PSUs with one. some, some_psus (c, s): rows and PSUs with an answer to any item of a set.
    df (c,): PSUs less strata. units, strata, lonely (c,): PSUs, strata, and strata of a single PSU. unseen (c,): 1 - n/N.
    pool: what the communities bring to those that show no spread of their own.
    """

    mean: Floats
    covariance: Floats
    n: Ints
    psus: Ints
    some: Ints
    some_psus: Ints
    df: Ints
    units: Ints
    strata: Ints
    lonely: Ints
    unseen: Floats
    pool: Pool


Residuals = Callable[[Floats, slice], Floats]


def moments(grouped: Grouped, columns: Sequence[Column], sets: NDArray[np.bool_], population: Floats | None = None,
            residuals: Residuals | None = None) -> Moments:
    """Moments of the columns. sets (s, j): which items belong to each set. population (c,): N for the finite population
    correction, none without it. residuals: takes out of weighted linearised values (j, rows) what calibration explains.
    """
    count, items = len(grouped.starts), len(columns)
    units = grouped.per_community(grouped.stratum_psus)
    strata = np.diff(grouped.first_stratum)
    n, psus, some, some_psus = (np.zeros((count, width), dtype=np.int64) for width in (items, items, len(sets), len(sets)))
    lonely = grouped.per_community((grouped.stratum_psus == 1).astype(np.int64))
    unseen = np.ones(count) if population is None else np.clip(1 - grouped.counts / population, 0.0, 1.0)
    made = Moments(np.full((count, items), np.nan), np.zeros((count, items, items)), n, psus, some, some_psus, units - strata,
                   units, strata, lonely, unseen, Pool.empty(items))
    members = [np.flatnonzero(items_of_set) for items_of_set in sets]
    seen = None if population is None else grouped.seen_in_strata(population)
    tables = [(np.nan_to_num(column.value), np.isfinite(column.value)) for column in columns]
    for first, last in grouped.blocks(ROWS):
        _block(made, grouped, slice(first, last), columns, tables, members, seen, residuals)
    return made


def _block(made: Moments, grouped: Grouped, part: slice, columns: Sequence[Column], tables: list[tuple[Floats, Any]],
           members: list[Ints], seen: Floats | None, residuals: Residuals | None) -> None:
    """Fill in the communities of one part."""
    begin, counts = int(grouped.starts[part.start]), grouped.counts[part]
    rows = slice(begin, begin + int(counts.sum()))
    starts = grouped.starts[part] - begin
    x, there = _values(columns, tables, rows if grouped.order is None else grouped.order[rows])
    weight = None if grouped.weight is None else grouped.weight[rows]
    n = np.broadcast_to(counts, (len(columns), len(counts))) if there is None else np.add.reduceat(there, starts, axis=1)
    weighted = x if weight is None else x * weight
    beneath = n.astype(float) if weight is None else np.add.reduceat(
        np.broadcast_to(weight, x.shape) if there is None else there * weight, starts, axis=1)
    with np.errstate(invalid="ignore"):
        mean = np.add.reduceat(weighted, starts, axis=1) / beneath
    made.mean[part], made.n[part] = mean.T, n.T
    z = x - np.repeat(np.where(beneath > 0, mean, 0.0), counts, axis=1)
    for factor in (there, weight):
        if factor is not None:
            z *= factor
    if residuals is not None:
        z = residuals(z, rows)
    _answering(made, grouped, part, rows, starts, there, members)
    both = _together(there, starts, counts) if there is not None and seen is not None else None
    spread, reduced = _products(grouped, part, rows, z, seen, residuals is not None)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(beneath > 0, _own_correction(made, part).T / beneath, 0.0).T
    spread *= scale[:, :, None] * scale[:, None, :]
    made.pool.add(spread, made.n[part], made.psus[part], made.df[part], made.units[part], made.strata[part],
                  made.lonely[part])
    if reduced is not None:
        reduced *= scale[:, :, None] * scale[:, None, :]
        if both is not None:    # the part of the error that comes from who answered an item is not lessened
            reduced *= n.T[:, :, None] * n.T[:, None, :] / (np.maximum(both, 1) * counts[:, None, None])
        spread -= reduced
    made.covariance[part] = spread


def _values(columns: Sequence[Column], tables: list[tuple[Floats, Any]], rows: Any) -> tuple[Floats, Floats | None]:
    """Values (j, rows) with 0 for none, and 1 where there is one; None where there is one everywhere."""
    first = columns[0].code[rows]
    x, there = np.empty((len(columns), len(first))), np.empty((len(columns), len(first)))
    whole = True
    for j, (column, (value, known)) in enumerate(zip(columns, tables, strict=True)):
        code = column.code[rows]
        np.take(value, code, out=x[j], mode="clip")
        if known.all():
            there[j] = 1.0
        else:
            np.take(known.astype(float), code, out=there[j], mode="clip")
            whole = whole and bool(there[j].all())
    return x, None if whole else there


def _answering(made: Moments, grouped: Grouped, part: slice, rows: slice, starts: Ints, there: Floats | None,
               members: list[Ints]) -> None:
    """Count the rows and PSUs that answered each item, and any item of each set."""
    counts, units = grouped.counts[part, None], made.units[part, None]
    if there is None:
        made.psus[part] = units
        asked = np.array([len(own) > 0 for own in members])
        made.some[part], made.some_psus[part] = counts * asked, units * asked
        return
    seen = there > 0
    hit = np.array([seen[own[0]] if len(own) == 1 else np.logical_or.reduce(seen[own], axis=0) for own in members])
    made.some[part] = np.add.reduceat(hit, starts, axis=1, dtype=np.int64).T
    if not grouped.clustered:
        made.psus[part], made.some_psus[part] = made.n[part], made.some[part]
        return
    psu_starts, edges = _psus(grouped, part, rows)
    for target, mask in ((made.psus, seen), (made.some_psus, hit)):
        target[part] = np.add.reduceat(np.logical_or.reduceat(mask, psu_starts, axis=1), edges[:-1], axis=1, dtype=np.int64).T


def _psus(grouped: Grouped, part: slice, rows: slice) -> tuple[Ints, Ints]:
    """First row of each PSU of a part, and the PSUs at which its communities begin and the last ends; from the part's own 0."""
    edges = np.r_[grouped.stratum_starts, len(grouped.psu_starts)][grouped.first_stratum[part.start: part.stop + 1]]
    return grouped.psu_starts[edges[0]: edges[-1]] - rows.start, edges - edges[0]


def _products(grouped: Grouped, part: slice, rows: slice, z: Floats, seen: Floats | None,
              calibrated: bool) -> tuple[Floats, Floats | None]:
    """Ultimate-cluster sums of products (c, j, j) of weighted deviations, and how much of them the finite populations take."""
    psu_starts, edges = _psus(grouped, part, rows)
    if grouped.clustered:
        z = np.add.reduceat(z, psu_starts, axis=1)
    strata = slice(grouped.first_stratum[part.start], grouped.first_stratum[part.stop])
    n_psu = grouped.stratum_psus[strata]
    with np.errstate(divide="ignore"):
        correction = np.where(n_psu > 1, n_psu / (n_psu - 1), 0.0)
    if len(n_psu) == len(edges) - 1 and not calibrated:    # one stratum a community: the deviations add up to 0 already
        spread = _squares(z, edges) * correction[:, None, None]
        return spread, None if seen is None else spread * seen[strata, None, None]
    first = grouped.stratum_starts[strata] - grouped.stratum_starts[strata.start]
    centred = z - np.repeat(np.add.reduceat(z, first, axis=1) / n_psu, n_psu, axis=1)
    centred *= np.repeat(np.sqrt(correction), n_psu)
    taken = None if seen is None else _squares(centred * np.repeat(np.sqrt(seen[strata]), n_psu), edges)
    return _squares(centred, edges), taken


def _squares(z: Floats, edges: Ints) -> Floats:
    """Sums of products (c, j, j) of columns between the edges."""
    result = np.empty((len(edges) - 1, len(z), len(z)))
    for c, (first, last) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
        own = z[:, first:last]
        np.matmul(own, own.T, out=result[c])
    return result


def _together(there: Floats, starts: Ints, counts: Ints) -> Floats:
    """Rows (c, j, j) that answered both of two items."""
    return _squares(there, np.r_[starts, starts[-1] + counts[-1]])


def _own_correction(made: Moments, part: slice) -> Floats:
    """Factors (c, j) that turn n/(n - 1) over all PSUs of a community into m/(m - 1) over the m that answered an item."""
    n, strata = made.units[part, None], made.strata[part, None]
    m = made.psus[part]
    full = n / np.maximum(n - strata, 1)
    return np.where(m > strata, np.sqrt(m / np.maximum(m - strata, 1) / full), 1.0)
