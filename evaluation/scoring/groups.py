"""Groups of indicators that have a score of their own: total, dimensions, aims."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats


@dataclass(frozen=True)
class Groups:
    """ids: (level, id) of each group (g), the total first. member (g, k): 1 where an indicator belongs to it. points (k)."""

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

    def shares(self, scored: NDArray[np.bool_]) -> Floats:
        """Share (c, g, k) of each indicator in each group's score; 0 for those that are not scored."""
        counted = self.member[None] * (scored * self.points)[:, None, :]
        base = counted.sum(axis=2, keepdims=True)
        return np.asarray(counted / np.where(base > 0, base, 1.0))
