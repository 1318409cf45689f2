"""Groups of indicators that have a score of their own - total, dimensions, aims - and their variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats
from evaluation.scoring.combine import Combined
from evaluation.scoring.evidence import Evidence

COMPLETE_METHODS = ("records",)


@dataclass(frozen=True)
class Groups:
    """ids: (level, id) of each group (g). member (g, k): 1 where an indicator belongs to it. points (k)."""

    ids: tuple[tuple[str, str], ...]
    member: Floats
    points: Floats

    @classmethod
    def of(cls, rubric: Rubric) -> Groups:
        """The total, each dimension and each aim of a rubric."""
        indicators = rubric.indicators
        members = [("total", "total", {indicator.id for indicator in indicators})]
        members += [("dimension", part.id, {indicator.id for indicator in part.indicators}) for part in rubric.dimensions]
        members += [("aim", aim.id, {part.id for part in indicators if part.aim == aim.id}) for aim in rubric.aims]
        member = [[float(indicator.id in inside) for indicator in indicators] for _, _, inside in members]
        points = np.array([indicator.points for indicator in indicators])
        return cls(tuple((level, name) for level, name, _ in members), np.array(member), points)

    def base(self, counted: NDArray[np.bool_]) -> Floats:
        """Points (c, g) of the indicators that count."""
        return np.asarray((counted * self.points) @ self.member.T)

    def mean(self, values: Floats) -> Floats:
        """Means (c, g) of indicator values (c, k), weighted by points over those that are not NaN; NaN over none."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((np.nan_to_num(values) * self.points) @ self.member.T / self.base(np.isfinite(values)))


@dataclass(frozen=True)
class Spread:
    """Variances of one method's evidence (c, k) and of its part in each group (c, g); degrees of freedom (c)."""

    evidence: Floats
    groups: Floats
    df: Floats


def spread_of(given: Evidence, combined: Combined, groups: Groups, population: pd.Series | None) -> Spread:
    """The spread that one method brings. Records that were looked at completely bring none."""
    count, indicators = combined.value.shape
    own, parts = np.zeros((count, indicators)), np.zeros((count, len(groups.ids)))
    df = np.full(count, np.inf)
    if given.method in COMPLETE_METHODS:
        return Spread(own, parts, df)
    at, grouped = given.at, given.grouped
    weights = combined.weights[given.method][at]
    in_points = (given.shares * weights[grouped.community]) @ (groups.member * groups.points).T
    sizes = None if population is None else population.to_numpy(dtype=float)[at]
    variance, df[at] = grouped.variance(np.hstack([given.shares, in_points]), sizes)
    own[at] = variance[:, :indicators]
    uses = (weights > 0) @ groups.member.T > 0
    base = groups.base(np.isfinite(combined.value))[at]
    with np.errstate(invalid="ignore", divide="ignore"):
        parts[at] = np.where(uses, variance[:, indicators:] / base**2, 0.0)
    return Spread(own, parts, df)


def respondents(given: Evidence, combined: Combined, groups: Groups) -> NDArray[np.int64]:
    """Respondents (c, g) of one method with at least one answer that counts in the group."""
    at, grouped = given.at, given.grouped
    counted = given.answered & (combined.weights[given.method] > 0)[at][grouped.community]
    n = np.zeros((len(combined.value), len(groups.ids)), dtype=np.int64)
    for group, member in enumerate(groups.member > 0):
        answered = np.asarray(counted[:, member].any(axis=1), dtype=np.int64)
        n[at, group] = grouped.sums(answered)
    return n
