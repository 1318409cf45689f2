"""What an answer is worth: the score, 0-100, of every answer to every item, as the instrument and the rubric say."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats
from evaluation.estimation.moments import Column
from evaluation.fieldwork.answers import Answers

FULL = 100.0
BEST = {"top_two": 2, "yes": 1}   # how many of the best answers a measure counts


def scored_items(instrument: Instrument, rubric: Rubric) -> list[Item]:
    """Items that feed an indicator which takes evidence from the instrument's method."""
    takes = {indicator.id for indicator in rubric.indicators if instrument.method in indicator.evidence}
    return [item for item in instrument.items if item.indicator in takes]


def score_columns(answers: Answers, rubric: Rubric, items: Iterable[Item]) -> list[Column]:
    """The code of every row's answer to each item, and the score of each code; NaN where an answer carries none.

    A reversed item scores 100 minus its choice's score. The measure of the item's indicator then counts the mean (the score
    itself), or 100 for one of the two best answers (top_two) or the best one (yes) and 0 for the others; an inverted
    indicator takes 100 minus that. Don't know is NaN, or 0 where the indicator's rule says so; a refusal, a blank and an item
    that was not asked are NaN always.
    """
    columns = []
    for item in items:
        code, values = _coded(answers.codes[item.id])
        columns.append(Column(code, _scores(answers.instrument, item, rubric, values)))
    return columns


def item_scores(answers: Answers, rubric: Rubric, items: list[Item]) -> Floats:
    """The same as a table of numbers: one row a respondent, one column an item."""
    scores = np.full((len(answers.codes), len(items)), np.nan)
    for j, column in enumerate(score_columns(answers, rubric, items)):
        scores[:, j] = column.value[column.code]
    return scores


def keyed_items(answers: Answers, rubric: Rubric, ids: list[str] | None = None) -> pd.DataFrame:
    """Scores of the scored items (or those named), as a table; the form that reliability coefficients take."""
    items = [item for item in scored_items(answers.instrument, rubric) if ids is None or item.id in ids]
    return pd.DataFrame(item_scores(answers, rubric, items), index=answers.codes.index,
                        columns=[item.id for item in items])


def _coded(column: pd.Series) -> tuple[NDArray[np.integer], list[str]]:
    """A number for each answer and the answers that the numbers stand for; a missing one reads as a blank."""
    categories = column.astype("category").cat
    codes = categories.codes.to_numpy()
    values = [*(str(value) for value in categories.categories), ""]
    return np.where(codes < 0, len(values) - 1, codes) if (codes < 0).any() else codes, values


def _scores(instrument: Instrument, item: Item, rubric: Rubric, codes: list[str]) -> Floats:
    indicator = next(known for known in rubric.indicators if known.id == item.indicator)
    score = _plain(instrument, item, codes)
    score = FULL - score if item.reverse else score
    best = BEST.get(indicator.measure_of(instrument.method))
    if best is not None:
        least = sorted(_possible(instrument, item))[-best:][0]
        score = np.where(np.isnan(score), np.nan, np.where(score >= least - 1e-9, FULL, 0.0))
    score = FULL - score if indicator.inverted else score
    if item.range is None and rubric.missing_rule(indicator).dont_know == "zero":
        status = {choice.value: choice.status for choice in instrument.item_choices(item)}
        score[[status.get(code) == "dont_know" for code in codes]] = 0.0
    return score


def _plain(instrument: Instrument, item: Item, codes: list[str]) -> Floats:
    """Scores as the list of choices or the range gives them."""
    if item.range is not None:
        low, high = item.range.low, item.range.high
        return np.array([(float(code) - low) / (high - low) * FULL if code else np.nan for code in codes])
    choices = {choice.value: choice for choice in instrument.item_choices(item)}
    scored = {value: choice.score for value, choice in choices.items() if choice.score is not None}
    if item.kind != "select_multiple":
        return np.array([scored.get(code, np.nan) for code in codes], dtype=float)
    said = {value for value, choice in choices.items() if choice.status is None}
    return np.array([min(FULL, sum(scored.get(part, 0.0) for part in code.split())) if said & set(code.split()) else np.nan
                     for code in codes])


def _possible(instrument: Instrument, item: Item) -> set[float]:
    """The scores, after reversal, that an item's single answers can have."""
    if item.range is not None:
        whole = range(int(np.ceil(item.range.low)), int(np.floor(item.range.high)) + 1)
        found = _plain(instrument, item, [str(number) for number in whole])
    else:
        found = np.array([choice.score for choice in instrument.item_choices(item) if choice.score is not None])
    return {float(score) for score in (FULL - found if item.reverse else found)}
