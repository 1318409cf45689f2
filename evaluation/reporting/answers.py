"""Answers on their way to a report: shares of choices and rates of missing answers, each behind the gate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from evaluation.declare.instrument import Choice, Instrument, Item
from evaluation.declare.model import RESPONDENT_METHODS, label
from evaluation.fieldwork.answers import Answers
from evaluation.fieldwork.opening import Round
from evaluation.reporting.report import percent, words

FEW, STEPS = 30, 5


def _scored(instrument: Instrument, item: Item) -> list[Choice]:
    """Choices with a score, from worst to best as the item counts them."""
    choices = [choice for choice in instrument.item_choices(item) if choice.score is not None]
    return sorted(choices, key=lambda choice: (-1 if item.reverse else 1) * float(choice.score or 0))


def _counted(answers: Answers, item: Item, weights: np.ndarray | None = None) -> dict[str, float]:
    """How many rows, or how much weight, each answer to an item has."""
    column = answers.codes[item.id].array
    if not isinstance(column, pd.Categorical):
        column = pd.Categorical(column)
    held = column.codes >= 0
    weight = None if weights is None else weights[held]
    found = np.bincount(column.codes[held], weight, minlength=len(column.categories))
    return dict(zip(column.categories.tolist(), found.tolist(), strict=True))


def _shares(answers: Answers, item: Item, hidden: set[str], minimum: int) -> tuple[list[float], int]:
    """Weighted shares of the scored choices and the number of answers; NaN and 0 under the minimum, or where hidden."""
    values = [choice.value for choice in _scored(answers.instrument, item)]
    rows = _counted(answers, item)
    n = int(sum(rows.get(value, 0) for value in values))
    if n < minimum or item.indicator in hidden:
        return [np.nan] * len(values), 0
    given = _counted(answers, item, answers.design["weight"].to_numpy(dtype=float)) if "weight" in answers.design else rows
    total = sum(given.get(value, 0.0) for value in values)
    return [given.get(value, 0.0) / total for value in values], n


def hidden_indicators(scores: pd.DataFrame, method: str) -> set[str]:
    """Indicators whose evidence by a method is withheld: the shares of its items would give it away."""
    rows = scores[(scores["level"] == "evidence") & (scores["evidence"] == method) & scores["withheld"]]
    return {str(name) for name in rows["id"]}


def five_step_items(instrument: Instrument) -> list[Item]:
    """The items of a resident method that are answered on a scale of five steps."""
    if instrument.method not in RESPONDENT_METHODS:
        return []
    return [item for item in instrument.items
            if item.is_scored and item.kind == "select_one" and len(_scored(instrument, item)) == STEPS]


def likert_shares(answers: Answers, steps: Sequence[str], hidden: set[str], minimum: int, lang: str) -> pd.DataFrame:
    """One row a five-step item of a resident method: item (label), n, and a share for each step, worst to best."""
    rows = []
    for item in five_step_items(answers.instrument):
        shares, n = _shares(answers, item, hidden, minimum)
        rows.append({"item": label(item.label, lang), "n": n, **dict(zip(steps, shares, strict=True))})
    return pd.DataFrame(rows, columns=["item", "n", *steps])


def other_shares(answers: Answers, hidden: set[str], minimum: int, lang: str) -> list[tuple[str, int, str]]:
    """(label, n, shares as text) of the resident methods' other scored select_one items; n = 0 where withheld."""
    told = []
    if answers.instrument.method in RESPONDENT_METHODS:
        for item in answers.instrument.items:
            choices = _scored(answers.instrument, item)
            if not item.is_scored or item.kind != "select_one" or len(choices) in (0, 5):
                continue
            shares, n = _shares(answers, item, hidden, minimum)
            said = zip((label(choice.label, lang) for choice in choices), shares, strict=True)
            text = "; ".join(f"{choice} {percent(share)}" for choice, share in said)
            told.append((label(item.label, lang), n, text if n else "–"))
    return told


def quality_rows(round_: Round, scores: pd.DataFrame, lang: str) -> tuple[list[list[str]], list[str]]:
    """Table rows (method, forms, shares of blank, don't know, prefer not to say among items asked) and notes, of a round with
    one community.
    """
    word = words(lang)
    cells, notes = [], []
    minimum = round_.declared.disclosure.minimum
    used = {method for indicator in round_.programme.rubric.indicators for method in indicator.evidence}
    for method in [method for method in round_.programme.instruments if method in used]:
        answers = round_.answers.get(method)
        if answers is None or answers.design.empty:
            notes.append(word["method_missing"].format(method=word[method]))
            cells.append([word[method], "0", "–", "–", "–"])
            continue
        resident = method in RESPONDENT_METHODS
        n = len(answers.design)
        shown = not resident or n >= minimum
        cells.append([word[method], str(n) if shown else f"< {minimum}",
                      *(percent(share) if shown else word["withheld_mark"] for share in _missing_shares(answers))])
        if resident and n < FEW:
            notes.append(word["few_answers"].format(method=word[method], n=n if shown else f"< {minimum}"))
        if method != "records" and answers.design.get("psu", pd.Series(answers.design.index)).nunique() == 1:
            notes.append(word["pooled"].format(method=word[method]))
    if (scores.loc[scores["level"] == "total", "state"] == "incomplete").any():
        notes.append(word["incomplete"])
    notes += [word["left_out"].format(**dict(told.values)) for told in round_.warnings if told.code == "J12"]
    data = [warning for warning in round_.warnings if warning.code.startswith(("A", "C"))]
    if data:
        seen = sorted({f"{warning.path} [{warning.code}]" for warning in data})
        notes.append(f"{word['round_warnings']}: {'; '.join(seen)}")
    return cells, notes


def _missing_shares(answers: Answers) -> list[float]:
    """Shares of blank, don't know and prefer not to say among the scored items that were asked."""
    asked = blank = 0
    said = {"dont_know": 0, "prefer_not_to_say": 0}
    rows = len(answers.design)
    for item in answers.instrument.items:
        if item.is_scored:
            counted = _counted(answers, item)
            skipped = rows - int(answers.asked[item.id].to_numpy().sum())   # an item that was not asked is blank
            asked += rows - skipped
            blank += int(counted.get("", 0)) - skipped
            for choice in answers.instrument.item_choices(item):
                if choice.status in said:
                    said[choice.status] += int(counted.get(choice.value, 0))
    return [count / asked if asked else np.nan for count in (blank, *said.values())]
