"""Groups of indicators that have a score of their own - total, dimensions, aims - and their variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats, Grouped
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
    """Variances of one method's evidence (c, k) and of its part in each group (c, g), with degrees of freedom of each."""

    evidence: Floats
    groups: Floats
    evidence_df: Floats
    groups_df: Floats


def spread_of(given: Evidence, combined: Combined, groups: Groups, population: pd.Series | None) -> Spread:
    """The spread that one method brings. Records that were looked at completely bring none."""
    count, indicators = combined.value.shape
    own, parts = np.zeros((count, indicators)), np.zeros((count, len(groups.ids)))
    own_df, parts_df = np.full(own.shape, np.inf), np.full(parts.shape, np.inf)
    if given.method in COMPLETE_METHODS:
        return Spread(own, parts, own_df, parts_df)
    at, grouped = given.at, given.grouped
    weights = combined.weights[given.method][at]
    member_points = (groups.member * groups.points).T
    sizes = None if population is None else population.to_numpy(dtype=float)[at]
    in_points = (given.shares * weights[grouped.community]) @ member_points
    variance, df = grouped.variance(np.hstack([given.shares, in_points]), sizes)
    unseen = grouped.unseen(sizes)[:, None]
    borrowed = np.where(unseen > 0, given.borrowed * unseen, 0.0)
    own[at] = variance[:, :indicators] + borrowed
    uses = (weights > 0) @ groups.member.T > 0
    base = groups.base(np.isfinite(combined.value))[at]
    added = _weighted(borrowed, weights, member_points)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts[at] = np.where(uses, (variance[:, indicators:] + added) / base**2, 0.0)
    own_df[at] = _answering_df(grouped, given.answered, df)
    counted = given.answered & (weights > 0)[grouped.community]
    parts_df[at] = _answering_df(grouped, counted @ groups.member.T > 0, df)
    return Spread(own, parts, own_df, parts_df)


def _weighted(borrowed: Floats, weights: Floats, member_points: Floats) -> Floats:
    """Variances (c, g) in points that borrowed variances (c, k) bring to the groups that use them; NaN stays NaN."""
    known = np.nan_to_num(borrowed) * weights**2 @ member_points**2
    unknown = (np.isnan(borrowed) & (weights > 0)) @ (member_points > 0)
    return np.where(unknown, np.nan, known)


def _answering_df(grouped: Grouped, answered: NDArray[np.bool_], df: Floats) -> Floats:
    """Degrees of freedom (c, k): the PSUs that answered less the strata; the design's own where that leaves none."""
    left = grouped.psus_with(answered) - grouped.strata[:, None]
    return np.where(left > 0, np.minimum(left, df[:, None]), np.maximum(df[:, None], 1.0))


def respondents(given: Evidence, combined: Combined, groups: Groups) -> NDArray[np.int64]:
    """Respondents (c, g) of one method with at least one answer that counts in the group."""
    at, grouped = given.at, given.grouped
    counted = given.answered & (combined.weights[given.method] > 0)[at][grouped.community]
    n = np.zeros((len(combined.value), len(groups.ids)), dtype=np.int64)
    for group, member in enumerate(groups.member > 0):
        answered = np.asarray(counted[:, member].any(axis=1), dtype=np.int64)
        n[at, group] = grouped.sums(answered)
    return n
