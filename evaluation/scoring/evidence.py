"""Evidence: what one method says of each indicator in each community, and the covariance of its errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.declare.instrument import Item
from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.rubric import Rubric
from evaluation.estimation.components import Sums
from evaluation.estimation.grouped import Floats, Grouped, Ints, coded
from evaluation.estimation.moments import Moments, moments
from evaluation.estimation.pooling import Pool, needs_pool, with_pool
from evaluation.fieldwork.answers import Answers
from evaluation.scoring.calibrated import calibrated
from evaluation.scoring.groups import Groups
from evaluation.scoring.item_scores import score_columns, scored_items
from evaluation.scoring.rated import ItemErrors, Rated, rated_errors, rated_of, unseen_errors

COMPLETE_METHODS = ("records",)


@dataclass(frozen=True)
class Source:
    """One source of error. covariance (c, t, t); unknown (c, t): True where the error is not known; df_own (c, t) and
    df_groups (c, g): degrees of freedom for an indicator and for a group of them.
    """

    covariance: Floats
    unknown: NDArray[np.bool_]
    df_own: Floats
    df_groups: Floats


@dataclass(frozen=True)
class Evidence:
    """One method's evidence. Arrays over the round's communities (c), the indicators that take it (t), groups (g), items (j).

    takes: numbers of the indicators in the rubric. value: mean of the indicator's items on 0-100, NaN where nobody gave a
    scored answer. n: respondents with at least one, n_groups likewise for any indicator of a group. fewest: the smallest
    number of answers to one of an indicator's items. units (c,): respondents, meetings, activities. declined: residents were
    asked and none gave a scored answer. not_applicable: there is no value and an answer said that it does not apply. sources:
    its errors, independent of each other; none where all was seen. item_mean (c, j), of `items`.
    """

    method: str
    takes: Ints
    value: Floats
    n: Ints
    n_groups: Ints
    fewest: Ints
    units: Ints
    declined: NDArray[np.bool_]
    not_applicable: NDArray[np.bool_]
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    item_mean: Floats


@dataclass(frozen=True)
class Reduced:
    """One method's rows reduced to moments of its items: at (c,) are the numbers of the moments' communities in the round.

    rated: sums of squares where the sheets name raters. errors: of documents that were not looked at.
    """

    answers: Answers
    items: list[Item]
    grouped: Grouped
    moments: Moments
    at: Ints
    rated: Rated | None
    errors: tuple[ItemErrors, ...]

    @property
    def shared(self) -> Shared:
        """What these rows bring to the rest of the round."""
        return Shared(self.moments.pool, None if self.rated is None else self.rated.sums)

    @property
    def needs_shared(self) -> bool:
        """Whether any community here takes something from the rest of the round."""
        return self.rated is not None or (not is_complete(self) and bool(needs_pool(self.moments).any()))


@dataclass(frozen=True)
class Shared:
    """What communities borrow from the whole round: pooled variances, and sums of squares of raters' sheets."""

    pool: Pool
    raters: Sums | None

    def __add__(self, other: Shared) -> Shared:
        both = [sums for sums in (self.raters, other.raters) if sums is not None]
        return Shared(self.pool + other.pool, both[0] + both[1] if len(both) == 2 else both[0] if both else None)


def reduce_answers(answers: Answers, rubric: Rubric, communities: list[str], population: Floats | None) -> Reduced:
    """Reduce one method's rows; at least one of them. population (c,): of all communities of the round."""
    items = scored_items(answers.instrument, rubric)
    weighted = calibrated(answers)
    grouped = Grouped.of(answers.design if weighted is None else answers.design.assign(weight=weighted.weight))
    number = {name: index for index, name in enumerate(communities)}
    at = np.array([number[name] for name in grouped.names], dtype=np.int64)
    sets = membership(items, rubric, answers.instrument.method)
    own = None if population is None else population[at]
    columns = score_columns(answers, rubric, items)
    method = answers.instrument.method
    if method in RESPONDENT_METHODS:
        residuals = None if weighted is None else weighted.residuals(grouped)
        return Reduced(answers, items, grouped, moments(grouped, columns, sets, own, residuals), at, None, ())
    units = np.bincount(np.repeat(np.arange(len(at)), grouped.per_community(grouped.stratum_psus)), minlength=len(at))
    made = moments(grouped, columns, sets, None if own is None else own * grouped.counts / units)   # N of what is rated
    rated = rated_of(answers.design, columns, made, method in COMPLETE_METHODS, own)
    errors: tuple[ItemErrors, ...] = ()
    if method in COMPLETE_METHODS and own is not None:
        mean, error = unseen_errors(made, own)
        made, errors = replace(made, mean=mean), (error,)
    return Reduced(answers, items, grouped, made, at, rated, errors)


def takes_of(rubric: Rubric, method: str) -> Ints:
    """Numbers of the indicators that take evidence from a method (t,)."""
    return np.array([k for k, indicator in enumerate(rubric.indicators) if method in indicator.evidence], dtype=np.int64)


def membership(items: list[Item], rubric: Rubric, method: str) -> NDArray[np.bool_]:
    """Which items feed each indicator that takes the method, then each group (t + g, j)."""
    own = np.array([[item.indicator == rubric.indicators[k].id for item in items] for k in takes_of(rubric, method)])
    inside = Groups.of(rubric).member[:, takes_of(rubric, method)] > 0
    return np.vstack([own, inside.astype(float) @ own > 0])


def evidence_of(reduced: Reduced, rubric: Rubric, count: int, shared: Shared | None = None) -> Evidence:
    """The evidence of reduced answers for `count` communities. shared: of the whole round, where these are a part of it."""
    made, at, method = reduced.moments, reduced.at, reduced.answers.instrument.method
    takes = takes_of(rubric, method)
    member = membership(reduced.items, rubric, method)[: len(takes)]
    u = item_weights(reduced.items, member, made.n)
    value = np.where(u.any(axis=2), (u * np.nan_to_num(made.mean)[:, None, :]).sum(axis=2), np.nan)
    some = made.some[:, : len(takes)]
    n = np.where(member & (made.n > 0)[:, None, :], made.n[:, None, :], np.iinfo(np.int64).max)
    fewest = np.where(some > 0, n.min(axis=2), 0)
    not_applicable = _says_not_applicable(reduced, member) & (some == 0)
    declined = (some == 0) & ~not_applicable & (method in RESPONDENT_METHODS)

    def everywhere(values: NDArray[Any], empty: float = 0) -> NDArray[Any]:
        result = np.full((count, *values.shape[1:]), empty, dtype=values.dtype)
        result[at] = values
        return result

    sources = [Source(everywhere(covariance), everywhere(unknown), everywhere(own, np.inf), everywhere(groups, np.inf))
               for covariance, unknown, own, groups in _errors(reduced, u, shared or reduced.shared)]
    return Evidence(method, takes, everywhere(value, np.nan), everywhere(some), everywhere(made.some[:, len(takes):]),
                    everywhere(fewest), everywhere(made.units), everywhere(declined), everywhere(not_applicable),
                    tuple(sources), tuple(reduced.items), everywhere(made.mean, np.nan))


def no_evidence(method: str, rubric: Rubric, count: int) -> Evidence:
    """The evidence of a method without any rows, where the round has some in another part."""
    takes = takes_of(rubric, method)
    none = np.zeros((count, len(takes)), dtype=np.int64)
    groups = np.zeros((count, len(Groups.of(rubric).ids)), dtype=np.int64)
    return Evidence(method, takes, np.full(none.shape, np.nan), none, groups, none, none[:, 0], none > 0, none > 0, (), (),
                    np.zeros((count, 0)))


def item_weights(items: Sequence[Item], member: NDArray[np.bool_], n: Ints) -> Floats:
    """Weights (c, t, j) of the items in each indicator: those that nobody answered in a community leave, n (c, j) is 0."""
    weight = np.where(member, [item.weight for item in items], 0.0)[None] * (n > 0)[:, None, :]
    beneath = weight.sum(axis=2, keepdims=True)
    return np.asarray(weight / np.where(beneath > 0, beneath, 1.0))


def is_complete(reduced: Reduced) -> bool:
    """Whether all that there is was looked at, by one pair of eyes, so that there is no error to speak of."""
    return reduced.answers.instrument.method in COMPLETE_METHODS and reduced.rated is None and not reduced.errors


def _errors(reduced: Reduced, u: Floats, shared: Shared) -> Iterator[tuple[Floats, NDArray[np.bool_], Floats, Floats]]:
    """The sources of error of the indicators: covariance, what is unknown, degrees of freedom of indicators and of groups."""
    made, takes = reduced.moments, u.shape[1]
    sources = list(reduced.errors)
    if reduced.rated is not None:
        sources += rated_errors(reduced.rated, made, shared.raters or reduced.rated.sums)
    for covariance, unknown, df in sources:
        freedom = np.broadcast_to(df[:, None], made.some_psus.shape)
        yield u @ covariance @ np.swapaxes(u, 1, 2), _touches(u, unknown), freedom[:, :takes], freedom[:, takes:]
    if not sources and not is_complete(reduced):
        covariance, unknown, whole = with_pool(made, shared.pool)
        left = made.some_psus - made.strata[:, None]
        freedom = np.where(left > 0, np.minimum(left, whole[:, None]), np.maximum(whole[:, None], 1)).astype(float)
        yield u @ covariance @ np.swapaxes(u, 1, 2), _touches(u, unknown), freedom[:, :takes], freedom[:, takes:]


def _touches(u: Floats, unknown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Indicators (c, t) with an item (c, j) whose error is not known."""
    return np.asarray(((u > 0) & unknown[:, None, :]).any(axis=2))


def _says_not_applicable(reduced: Reduced, member: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True (c, t) where an answer to an item of the indicator says that it does not apply."""
    answers, said = reduced.answers, np.zeros((len(reduced.at), len(member)), dtype=bool)
    absent = reduced.moments.some[:, : len(member)] == 0
    for j, item in enumerate(reduced.items):
        codes = [choice.value for choice in answers.instrument.item_choices(item) if choice.status == "not_applicable"]
        if codes and absent[:, member[:, j]].any():
            community = coded(answers.design["community"])[0]
            said[np.ix_(np.unique(community[answers.codes[item.id].isin(codes).to_numpy()]), member[:, j])] = True
    return said
