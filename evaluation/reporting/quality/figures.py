"""Interviewers beside each other, with limits that are wide where there are few forms; and how alike one's forms are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.declare.quality import Quality
from evaluation.declare.rubric import Rubric
from evaluation.estimation.funnel import dispersion, funnel_limits
from evaluation.estimation.workload import Effect, interviewer_effect
from evaluation.fieldwork.quality.checks import runs_on
from evaluation.fieldwork.quality.figures import by_interviewer, share_of
from evaluation.fieldwork.quality.forms import Forms
from evaluation.fieldwork.quality.unanswered import shares
from evaluation.scoring.respondents import respondent_scores

LIMITS = (0.95, 0.998)
ITEM_RATES = ("unanswered", "dont_know", "refused")


def interviewers(forms: Forms, flags: pd.DataFrame, limits: Quality, rubric: Rubric, minimum: int) -> pd.DataFrame:
    """`by_interviewer`, with rate_<check> and rate_flagged of forms, rate_unanswered, rate_dont_know and rate_refused of items
    asked, score (mean, 0-100; NaN below `minimum` forms: it is what residents said), and low_95, high_95, low_998, high_998,
    the funnel limits of rate_flagged around the rate of all.
    """
    table = by_interviewer(forms, flags, limits)
    if table.empty:
        return table
    for name in ("flagged", *runs_on(forms, limits)):
        table[f"rate_{name}"] = table[name] / table["n"]
    for name in ITEM_RATES:
        table[f"items_rate_{name}"] = share_of(table[f"items_{name}"], table["items_asked"])
    scores = _scores(forms, rubric).groupby(forms.column("interviewer")).mean()
    table["score"] = table["interviewer"].map(scores).where(table["n"] >= minimum)
    return with_limits(table, "flagged")


def with_limits(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table with funnel limits of a column of counts: low_95, high_95, low_998, high_998, and outside: 0, 95 or 99.8."""
    rate = float(table[name].sum() / table["n"].sum())
    made = table.copy()
    made["outside"] = 0.0
    share = table[name] / table["n"]
    for confidence in LIMITS:
        low, high = funnel_limits(table["n"], rate, confidence)
        mark = f"{confidence * 100:g}".replace(".", "")
        made[f"low_{mark}"], made[f"high_{mark}"] = low, high
        made.loc[(share < low - 1e-12) | (share > high + 1e-12), "outside"] = confidence * 100
    return made


def beyond(table: pd.DataFrame, forms: Forms, limits: Quality) -> pd.DataFrame:
    """Where a rate of one check lies outside the 99.8% limits: interviewer, check, n, count, low_998, high_998."""
    found = []
    for name in runs_on(forms, limits):
        far = with_limits(table, name)
        far = far[far["outside"] > 99]
        far = far.assign(check=name, count=far[name])
        found.append(far[["interviewer", "check", "n", "count", "low_998", "high_998"]])
    return pd.concat(found).sort_values(["interviewer", "check"], ignore_index=True)


def spread(table: pd.DataFrame, name: str) -> tuple[float, float]:
    """Dispersion of a rate over interviewers, and its p-value (see estimation.dispersion)."""
    return dispersion(table[name], table["n"])


def effects(forms: Forms, limits: Quality, rubric: Rubric) -> dict[str, Effect]:
    """Interviewers' effects on the score, the share of don't know, and log(minutes), within communities."""
    if forms.paradata is None:
        return {}
    made = shares(forms, limits)
    minutes = forms.minutes
    values = {"score": _scores(forms, rubric), "dont_know": share_of(made["dont_know"], made["asked"]),
              "minutes": np.log(minutes.where(minutes > 0))}
    return {name: interviewer_effect(column, forms.column("interviewer"), forms.community) for name, column in values.items()}


def _scores(forms: Forms, rubric: Rubric) -> pd.Series:
    table = respondent_scores(forms.answers, rubric)
    return pd.Series(table["score"].to_numpy(), index=forms.index)
