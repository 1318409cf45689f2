"""Evidence: what one method says of each indicator in each community, with every respondent's share in its error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats, Grouped, answering_correction, flat_variance
from evaluation.fieldwork.answers import Answers

FULL = 100.0


@dataclass(frozen=True)
class Evidence:
    """One method's evidence. Arrays over the round's communities (c), its indicators (k) and the method's rows (n).

    value: mean of the indicator's items on 0-100, NaN where nobody gave a scored answer. n: respondents with at least
    one. declined: True where residents were asked and none gave a scored answer. not_applicable: True where there is no
    value and an answer said that it does not apply. shares: (n, k), each row's share in the error of `value`, and
    answered (n, k), both in the order of `grouped`. fewest: the smallest number of answers to one of its items. borrowed:
    variance for item means that show no spread of their own. at: the community number of each group.
    """

    method: str
    value: Floats
    n: NDArray[np.int64]
    declined: NDArray[np.bool_]
    not_applicable: NDArray[np.bool_]
    shares: Floats
    answered: NDArray[np.bool_]
    fewest: NDArray[np.int64]
    borrowed: Floats
    grouped: Grouped
    at: NDArray[np.int64]


def item_scores(answers: Answers, rubric: Rubric, items: list[Item]) -> Floats:
    """Scores on 0-100, one row a respondent, one column an item; NaN where the answer carries none.

    A reversed item scores 100 minus its choice's score. Don't know is NaN, or 0 where the indicator's rule says so;
    a refusal, a blank and an item that was not asked are NaN always.
    """
    scores = np.full((len(answers.codes), len(items)), np.nan)
    for column, item in enumerate(items):
        codes, values = pd.factorize(answers.codes[item.id])
        table = _score_of(answers.instrument, item, rubric, [str(value) for value in values])
        scores[:, column] = table[codes]
    return scores


def _score_of(instrument: Instrument, item: Item, rubric: Rubric, codes: list[str]) -> Floats:
    if item.range is not None:
        low, high = item.range.low, item.range.high
        values = [(float(code) - low) / (high - low) * FULL if code else np.nan for code in codes]
    else:
        choices = {choice.value: choice for choice in instrument.item_choices(item)}
        scored = {value: choice.score for value, choice in choices.items() if choice.score is not None}
        if item.kind == "select_multiple":
            said = {value for value, choice in choices.items() if choice.status is None}
            values = [min(FULL, sum(scored.get(part, 0.0) for part in code.split())) if said & set(code.split()) else np.nan
                      for code in codes]
        else:
            values = [scored.get(code, np.nan) for code in codes]
    score = np.array(values, dtype=float)
    score = FULL - score if item.reverse else score
    indicator = next(known for known in rubric.indicators if known.id == item.indicator)
    if item.range is None and rubric.missing_rule(indicator).dont_know == "zero":
        score[[code in choices and choices[code].status == "dont_know" for code in codes]] = 0.0
    return score


def keyed_items(answers: Answers, rubric: Rubric, ids: list[str] | None = None) -> pd.DataFrame:
    """Scores of the scored items (or those named), as a table; the form that reliability coefficients take."""
    items = [item for item in scored_items(answers.instrument, rubric) if ids is None or item.id in ids]
    return pd.DataFrame(item_scores(answers, rubric, items), index=answers.codes.index,
                        columns=[item.id for item in items])


def scored_items(instrument: Instrument, rubric: Rubric) -> list[Item]:
    """Items that feed an indicator which takes evidence from the instrument's method."""
    takes = {indicator.id for indicator in rubric.indicators if instrument.method in indicator.evidence}
    return [item for item in instrument.items if item.indicator in takes]


def evidence_of(answers: Mapping[str, Answers], rubric: Rubric, communities: list[str]) -> list[Evidence]:
    """The evidence of every method that has answers."""
    return [_evidence(method, given, rubric, communities) for method, given in answers.items() if len(given.design)]


def _evidence(method: str, answers: Answers, rubric: Rubric, communities: list[str]) -> Evidence:
    items = scored_items(answers.instrument, rubric)
    grouped = Grouped.of(answers.design)
    scores = item_scores(answers, rubric, items)[grouped.order]
    means, beneath = grouped.item_means(scores)
    there = ~np.isnan(scores)
    answering = grouped.psus_with(there)
    shares = grouped.linearised(scores, means, beneath) * answering_correction(grouped, answering)[grouped.community]
    flat = flat_variance(grouped, grouped.variance(shares)[0], answering)
    item_n = grouped.sums(there.astype(np.int64))
    number = {name: index for index, name in enumerate(communities)}
    at = np.array([number[name] for name in grouped.names], dtype=np.int64)
    indicators = [indicator.id for indicator in rubric.indicators]
    value = np.full((len(communities), len(indicators)), np.nan)
    n, fewest = np.zeros(value.shape, dtype=np.int64), np.zeros(value.shape, dtype=np.int64)
    borrowed = np.zeros((len(grouped.starts), len(indicators)))
    not_applicable = np.zeros(value.shape, dtype=bool)
    indicator_shares = np.zeros((len(scores), len(indicators)))
    answered = np.zeros(indicator_shares.shape, dtype=bool)
    for k, name in enumerate(indicators):
        columns = [index for index, item in enumerate(items) if item.indicator == name]
        if not columns:
            continue
        weight = np.where(beneath[:, columns] > 0, [items[index].weight for index in columns], 0.0)
        with np.errstate(invalid="ignore"):
            weight = weight / weight.sum(axis=1, keepdims=True)
        here = np.where(weight > 0, weight * np.nan_to_num(means[:, columns]), 0.0).sum(axis=1)
        value[at, k] = np.where(np.isfinite(weight).all(axis=1), here, np.nan)
        indicator_shares[:, k] = (shares[:, columns] * np.nan_to_num(weight)[grouped.community]).sum(axis=1)
        borrowed[:, k] = np.where(weight > 0, np.nan_to_num(weight) ** 2 * flat[:, columns], 0.0).sum(axis=1)
        fewest[at, k] = np.where(item_n[:, columns] > 0, item_n[:, columns], len(scores) + 1).min(axis=1)
        answered[:, k] = there[:, columns].any(axis=1)
        n[at, k] = grouped.sums(answered[:, [k]].astype(np.int64))[:, 0]
        said = _says_not_applicable(answers, [items[index] for index in columns])[grouped.order]
        not_applicable[at, k] = (grouped.sums(said.astype(np.int64)[:, None])[:, 0] > 0) & (n[at, k] == 0)
    reached = np.isin(np.arange(len(communities)), at)[:, None] & (method in RESPONDENT_METHODS)
    declined = reached & (n == 0) & ~not_applicable
    return Evidence(method, value, n, declined, not_applicable, indicator_shares, answered,
                    np.where(n > 0, fewest, 0), borrowed, grouped, at)


def _says_not_applicable(answers: Answers, items: list[Item]) -> NDArray[np.bool_]:
    said = np.zeros(len(answers.codes), dtype=bool)
    for item in items:
        codes = [choice.value for choice in answers.instrument.item_choices(item) if choice.status == "not_applicable"]
        said |= answers.codes[item.id].isin(codes).to_numpy()
    return said
