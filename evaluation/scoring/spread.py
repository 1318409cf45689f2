"""Variances of scores: what the errors of each method's evidence make of them, and Satterthwaite's degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.estimation.grouped import Floats
from evaluation.scoring.combine import Combined
from evaluation.scoring.evidence import Evidence, Source


@dataclass(frozen=True)
class Variance:
    """Variances and their degrees of freedom, arrays of one shape; NaN where the error is not known."""

    value: Floats
    df: Floats

    @classmethod
    def summed(cls, parts: list[Variance], shape: tuple[int, ...]) -> Variance:
        """Independent variances added up; 0 with infinite df of none. Source of the df: Satterthwaite (1946)."""
        value, squares = np.zeros(shape), np.zeros(shape)
        for part in parts:
            value = value + part.value
            squares = squares + np.where(part.value > 0, part.value**2 / np.maximum(part.df, 1e-12), 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return cls(value, np.where(value > 0, value**2 / squares, np.inf))


def evidence_variance(given: Evidence) -> Variance:
    """Of one method's evidence (c, t)."""
    parts = [Variance(np.where(source.unknown, np.nan, np.clip(np.einsum("ctt->ct", source.covariance), 0.0, None)),
                      source.df_own) for source in given.sources]
    return Variance.summed(parts, given.value.shape)


def group_variance(given: Evidence, combined: Combined, shares: Floats) -> Variance:
    """Of one method's part in scores that are sums of indicators with `shares` (c, g, k), the groups in their order."""
    weights = shares[:, :, given.takes] * combined.weights[given.method][:, None, given.takes]
    parts = [Variance(_quadratic(weights, source), source.df_groups[:, : shares.shape[1]]) for source in given.sources]
    return Variance.summed(parts, weights.shape[:2])


def indicator_variance(evidence: list[Evidence], variances: list[Variance], combined: Combined) -> Variance:
    """Of the indicators (c, k)."""
    parts = []
    for given, own in zip(evidence, variances, strict=True):
        weight = combined.weights[given.method][:, given.takes]
        value, df = np.zeros(combined.value.shape), np.full(combined.value.shape, np.inf)
        value[:, given.takes] = np.where(weight > 0, own.value, 0.0) * weight**2
        df[:, given.takes] = own.df
        parts.append(Variance(value, df))
    return Variance.summed(parts, combined.value.shape)


def _quadratic(weights: Floats, source: Source) -> Floats:
    """Variances (c, g) of sums with these weights (c, g, t); NaN where evidence of unknown error has one."""
    value = np.clip((weights @ source.covariance * weights).sum(axis=2), 0.0, None)
    return np.where(((weights > 0) & source.unknown[:, None, :]).any(axis=2), np.nan, value)
