"""Which units: simple random, systematic, and with probability proportional to size, in all strata at once.

Rows are given by the number of their stratum (n,); what is drawn comes back as rows in order of stratum and of the draw.
Formulas and sources: docs/methods.md, "The draw".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluation.sampling.keys import Floats, Keys, uniform, unit_keys

Ints = NDArray[np.int64]
LAST = np.uint64(2**64 - 1)


def simple_random(code: Ints, keys: Keys, counts: Ints, n: Ints) -> Ints:
    """The n[h] units of each stratum with the smallest keys, out of counts[h]: rows, smallest key first.

    Only units below a key that surely leaves enough are sorted; strata where it did not are done again whole.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(counts > 0, (n + 6 * np.sqrt(n) + 12) / counts, 0.0)
    bound = np.where(share >= 1, LAST, (np.minimum(share, 0.999999) * 2.0**64).astype(np.uint64))
    bound[n == 0] = 0
    rows = np.flatnonzero(keys <= bound[code])
    short = np.bincount(code[rows], minlength=len(n)) < n
    if short.any():
        bound[short] = LAST
        rows = np.flatnonzero(keys <= bound[code])
    rows = rows[np.lexsort((keys[rows], code[rows]))]
    found = code[rows]
    rank = np.arange(len(rows)) - np.searchsorted(found, found)
    return rows[rank < n[found]]


def proportional_to_size(code: Ints, size: Floats, n: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Inclusion probabilities (n,) n[h] x/X within strata, and whether a unit is certain.

    A unit whose share would be 1 or more is certain, and the rest of the stratum shares what is left, until none is above.
    """
    certain = np.zeros(len(code), dtype=bool)
    while True:
        free = np.maximum(n - np.bincount(code[certain], minlength=len(n)), 0)
        whole = np.bincount(code, np.where(certain, 0.0, size), len(n))
        with np.errstate(invalid="ignore", divide="ignore"):
            probability = np.where(certain, 1.0, size * (free / np.where(whole > 0, whole, 1.0))[code])
        over = ~certain & (probability >= 1 - 1e-12)
        if not over.any():
            return np.minimum(probability, 1.0), certain
        certain |= over


def systematic(code: Ints, place: Ints, probability: Floats, start: Floats) -> Ints:
    """Units in whose share of the line 0 … n[h] one of the points start[h] + 0, 1, 2, … falls; `place`: order of the line."""
    order = np.lexsort((place, code))
    stratum, share = code[order], probability[order]
    first = np.flatnonzero(np.r_[True, stratum[1:] != stratum[:-1]])
    line = np.cumsum(share)
    begin = np.repeat(line[first] - share[first], np.diff(np.r_[first, len(line)]))
    end = line - begin
    last = np.r_[first[1:], len(line)] - 1
    end[last] = np.round(end[last])  # sums of shares are whole numbers
    point = start[stratum]
    passed = np.floor(end - point + 1e-12)
    before = np.r_[0.0, passed[:-1]]
    before[first] = -1.0
    drawn: Ints = order[passed > before]
    return drawn


def brewer(code: Ints, hashes: Keys, probability: Floats, certain: NDArray[np.bool_], n: Ints, seed: int) -> Ints:
    """Brewer's method: n[h] units, one after the other, with exactly the stated probabilities.

    Draw k of m takes unit i with chance in proportion to p (m - a - p) / (m - a - p (m - k + 1)), a the sum of the
    probabilities p of those taken. Source: Brewer (1975); Brewer and Hanif (1983), procedure 8 and its general form;
    Tillé (2006), section 6.10. The chances are raced by exponential numbers of each unit, so that the order does not matter.
    """
    order = np.argsort(code, kind="stable")
    order = order[~certain[order]]
    stratum, p = code[order], probability[order]
    wanted = n - np.bincount(code[certain], minlength=len(n))
    taken = np.zeros(len(order), dtype=bool)
    for step in range(1, int(wanted.max(initial=0)) + 1):
        live = np.flatnonzero((wanted[stratum] >= step) & ~taken)
        group, share = stratum[live], p[live]
        left = (wanted - np.bincount(stratum, np.where(taken, p, 0.0), len(n)))[group]
        chance = share * (left - share) / (left - share * (wanted[group] - step + 1))
        race = -np.log(uniform(unit_keys(hashes[order[live]], seed, "brewer", step))) / np.maximum(chance, 1e-300)
        first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
        best = np.minimum.reduceat(race, first)
        winner = race == np.repeat(best, np.diff(np.r_[first, len(group)]))
        taken[live[winner]] = True
    rows = np.r_[order[taken], np.flatnonzero(certain & (n[code] > 0))]
    return np.asarray(rows[np.lexsort((unit_keys(hashes[rows], seed), code[rows]))])


def poisson(code: Ints, keys: Keys, probability: Floats) -> Ints:
    """Units whose permanent random number is below their probability; as many as it happens."""
    rows = np.flatnonzero(uniform(keys) < probability)
    return rows[np.lexsort((keys[rows], code[rows]))]
