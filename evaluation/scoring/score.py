"""Scores of every community of a round in one pass: evidence, indicators, dimensions, aims, methods and the total.

All values are on 0-100: an indicator's 80 is 80% of its points. The total is linear in the item means, so its variance
follows from the covariance of their errors; methods are independent, so their variances add up (docs/methods.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats
from evaluation.fieldwork.communities import DECLARED, NOT_APPLICABLE
from evaluation.fieldwork.opening import Round
from evaluation.scoring.caps import Limits, capped, limits_of
from evaluation.scoring.combine import Combined, combine
from evaluation.scoring.evidence import Evidence, Reduced, Shared, evidence_of, no_evidence, reduce_answers
from evaluation.scoring.groups import Groups
from evaluation.scoring.spread import Variance, evidence_variance, group_variance, indicator_variance
from evaluation.scoring.table import score_table


@dataclass(frozen=True)
class Scored:
    """All that scores are made of, as arrays over communities (c), groups (g), indicators (k): total first among the groups.

    shares (c, g, k): of each indicator in each group's score, less where a limit holds. value (c, g) after the limits;
    variances (c, g), their part by method. declared (c, k): NaN where none is stated.
    """

    rubric: Rubric
    names: list[str]
    groups: Groups
    evidence: list[Evidence]
    own: list[Variance]
    combined: Combined
    limits: Limits
    shares: Floats
    value: Floats
    by_method: list[Variance]
    variance: Variance
    declared: Floats

    @property
    def indicator_variance(self) -> Variance:
        """Of the indicators (c, k)."""
        return indicator_variance(self.evidence, self.own, self.combined)


def score_round(round_: Round, confidence: float = 0.95) -> pd.DataFrame:
    """Scores of all communities: one row a community, level and id (and method, for evidence).

    Columns: community; level (total, dimension, aim, method, indicator, evidence); id; evidence (the methods that it rests
    on); points (at stake, after what does not apply has left); weight (of evidence in its indicator, of a method in the
    total, 0-1); value, se, ci_low, ci_high and declared on 0-100; df; n (answers); units (respondents, meetings or
    activities of a method); fewest (answers to one of its items, for the disclosure gate); state (scored, incomplete,
    not_applicable, not_assessed); absent (methods that the rubric asks and that are not there: those in `evidence` stood in
    for them, or the rubric's rule for what is missing took their place); cap (limits that hold). Missing: an indicator that
    is not scored has value NaN; a total over fewer than all its points is `incomplete`. `confidence`: of the intervals, which
    are Student's t with Satterthwaite's degrees of freedom.
    """
    return score_table(scored(round_), confidence)


def scored(round_: Round, shared: Mapping[str, Shared] | None = None) -> Scored:
    """A round scored. shared: by method, what communities take from the whole, where the round is a part of it."""
    return scored_of(round_, reduced(round_), shared or {})


def reduced(round_: Round) -> dict[str, Reduced | None]:
    """The rows of every method reduced to the moments of its items; None for a method without any."""
    names = [str(name) for name in round_.communities.index]
    rubric = round_.programme.rubric
    found: dict[str, Reduced | None] = {}
    for method, answers in round_.answers.items():
        size = round_.population(method)
        own = None if size is None else size.to_numpy(dtype=float)
        found[method] = reduce_answers(answers, rubric, names, own) if len(answers.design) else None
    return found


def scored_of(round_: Round, found: Mapping[str, Reduced | None], shared: Mapping[str, Shared]) -> Scored:
    """A round scored from its reduced rows."""
    rubric, count = round_.programme.rubric, len(round_.communities)
    return combined_scores(round_, [no_evidence(method, rubric, count) if one is None else
                                    evidence_of(one, rubric, count, shared.get(method)) for method, one in found.items()])


def combined_scores(round_: Round, evidence: list[Evidence]) -> Scored:
    """Evidence combined to scores by the rubric."""
    rubric = round_.programme.rubric
    groups = Groups.of(rubric)
    combined = combine(evidence, rubric, stated_not_applicable(round_.communities, rubric))
    shares = groups.shares(np.isfinite(combined.value))
    limits = limits_of(rubric, evidence, len(round_.communities))
    value = groups.mean(combined.value)
    if np.isfinite(limits.at_most).any():
        value, shares = _limited(rubric, evidence, combined, limits, value, shares)
    by_method = [group_variance(given, combined, shares) for given in evidence]
    return Scored(rubric, [str(name) for name in round_.communities.index], groups, evidence,
                  [evidence_variance(given) for given in evidence], combined, limits, shares, value, by_method,
                  Variance.summed(by_method, value.shape),
                  np.where(combined.not_applicable, np.nan, declared_scores(round_.communities, rubric)))


def _limited(rubric: Rubric, evidence: list[Evidence], combined: Combined, limits: Limits, value: Floats,
             shares: Floats) -> tuple[Floats, Floats]:
    """Values (c, g) of dimensions and total under the limits, and shares (c, g, k) that carry the lesser errors."""
    dimensions = slice(1, 1 + len(rubric.dimensions))
    raw = value[:, dimensions]
    variance = Variance.summed([group_variance(given, combined, shares[:, dimensions]) for given in evidence], raw.shape)
    under, factor = capped(raw, np.sqrt(variance.value), limits.at_most)
    of_indicator = np.repeat(np.arange(len(rubric.dimensions)), [len(part.indicators) for part in rubric.dimensions])
    weight = shares[:, 0] @ (of_indicator[:, None] == np.arange(len(rubric.dimensions)))
    value = value.copy()
    value[:, dimensions] = under
    value[:, 0] -= np.nansum(weight * (raw - under), axis=1)
    shares = shares.copy()
    shares[:, 0] *= factor[:, of_indicator]
    shares[:, dimensions] *= factor[:, :, None]
    return value, shares


def stated_not_applicable(communities: pd.DataFrame, rubric: Rubric) -> NDArray[np.bool_]:
    """Indicators (c, k) that the community's own row says do not apply."""
    stated = np.zeros((len(communities), len(rubric.indicators)), dtype=bool)
    if NOT_APPLICABLE in communities:
        for c, text in enumerate(communities[NOT_APPLICABLE].astype(str)):
            if text:
                given = {part.strip() for part in text.replace("；", ";").split(";")}
                stated[c] = [indicator.id in given for indicator in rubric.indicators]
    return stated


def declared_scores(communities: pd.DataFrame, rubric: Rubric) -> Floats:
    """Declared scores (c, k) on 0-100; NaN where none is stated."""
    columns = [communities.get(f"{DECLARED}{indicator.id}") for indicator in rubric.indicators]
    missing = np.full(len(communities), np.nan)
    return np.column_stack([missing if column is None else column.to_numpy(dtype=float) for column in columns])
