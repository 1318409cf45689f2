"""Sheets filled in by raters: how much of the spread is between what was rated, between raters, and left over.

Every rated thing (a meeting, an activity, a document) and every rater is a random effect; their variances are pooled over the
communities of a round, since one community has few of either. Components by analysis of variance for unbalanced tables:
Henderson's method 1, Searle, Casella and McCulloch (1992), Variance Components, ch. 5; for several items at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.estimation.grouped import Floats, Ints


@dataclass(frozen=True)
class Sums:
    """Sums over communities; those of several parts of a round are added with `+`.

    products (f + 1, j, j): of deviations summed by the levels of each factor, and of single rows. expected (f + 1, f + 1): how
    much of each factor's variance, and of what is left, each of them contains. df (f + 1,): levels or rows, less communities
    and what is taken by the others.
    """

    products: Floats
    expected: Floats
    df: Floats

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.products + other.products, self.expected + other.expected, self.df + other.df)


def sums_of(deviations: Floats, community: Ints, factors: Sequence[Ints]) -> Sums:
    """Sums of products of deviations (n, j) of rows from their community's item means. factors: levels of each row (n,)."""
    rows = np.arange(len(community))
    levels = [*(_level(community, factor) for factor in factors), rows]
    size = np.bincount(community)
    products, expected = [], np.zeros((len(levels), len(levels)))
    df = np.array([len(np.unique(level)) for level in levels], dtype=float) - np.count_nonzero(size)
    df[-1] -= df[:-1].sum()
    for a, level in enumerate(levels):
        n = np.bincount(level)
        total = np.zeros((len(n), deviations.shape[1]))
        np.add.at(total, level, deviations)
        products.append(total.T @ (total / np.maximum(n, 1)[:, None]))
        for b, other in enumerate(levels):
            pair = _level(level, other)
            both = np.bincount(pair)
            within = np.zeros(len(both))
            within[pair] = n[level]
            alone = np.bincount(other)
            of_community = np.zeros(len(alone))
            of_community[other] = size[community]
            there, used = both > 0, alone > 0
            expected[a, b] = (both[there] ** 2 / within[there]).sum() - (alone[used] ** 2 / of_community[used]).sum()
    return Sums(np.array(products), expected, np.asarray(df, dtype=float))


def components(sums: Sums) -> Floats:
    """Covariances (f + 1, j, j) of one level of each factor, and of what is left. NaN for one that the data cannot show.

    Negative variances, which an analysis of variance can give, are taken as 0, in every direction of the items.
    """
    shown = np.abs(sums.expected).max(axis=0) > 1e-9 * max(1.0, float(np.abs(sums.expected).max()))
    found = np.full(sums.products.shape, np.nan)
    flat = sums.products.reshape(len(sums.products), -1)
    solved = np.linalg.lstsq(sums.expected[:, shown], flat, rcond=1e-9)[0]
    for place, matrix in zip(np.flatnonzero(shown), solved.reshape(-1, *sums.products.shape[1:]), strict=True):
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        found[place] = (vectors * np.clip(values, 0.0, None)) @ vectors.T
    return found


def concentration(community: Ints, level: Ints, count: int) -> Floats:
    """Sum of squared shares (c,) that the levels of a factor have in their community's rows: 1/m of m levels alike."""
    pair = _level(community, level)
    n = np.bincount(pair)
    of = np.zeros(len(n), dtype=np.int64)
    of[pair] = community
    size = np.bincount(community, minlength=count)
    squares = np.bincount(of, weights=n.astype(float) ** 2, minlength=count)
    return np.asarray(np.divide(squares, size.astype(float) ** 2, out=np.zeros(count), where=size > 0))


def _level(first: Ints, second: Ints) -> Ints:
    """A number for each combination of two codes."""
    number = np.unique(first * (int(second.max(initial=0)) + 1) + second, return_inverse=True)[1]
    return np.asarray(number, dtype=np.int64)
