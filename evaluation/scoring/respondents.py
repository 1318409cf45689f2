"""One score a respondent: what planning and early stopping look at."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.answers import Answers
from evaluation.scoring.item_scores import item_scores, scored_items


def respondent_scores(answers: Answers, rubric: Rubric) -> pd.DataFrame:
    """Community and score (0-100) of every respondent of one method, in the order of the answers.

    The score is the mean of the respondent's scored answers, an item weighted by its indicator's points times the method's
    share of the evidence, spread over the indicator's items by their weights. NaN where no answer carries a score. It is not
    the community's score, which takes the other methods in; but its mean is what this method says of the total.
    """
    items = scored_items(answers.instrument, rubric)
    scores = item_scores(answers, rubric, items)
    indicators = {indicator.id: indicator for indicator in rubric.indicators}
    within = pd.Series([item.weight for item in items]).groupby([item.indicator for item in items]).transform("sum").to_numpy()
    asked = [indicators[str(item.indicator)] for item in items]
    weights = np.array([indicator.points * indicator.evidence[answers.instrument.method] * item.weight
                        for indicator, item in zip(asked, items, strict=True)]) / within
    answered = ~np.isnan(scores)
    beneath = answered @ weights
    with np.errstate(invalid="ignore"):
        score = np.where(beneath > 0, np.where(answered, scores, 0.0) @ weights / np.where(beneath > 0, beneath, 1.0), np.nan)
    return pd.DataFrame({"community": answers.design["community"].to_numpy(), "score": score})


def pooled_sd(scores: pd.DataFrame) -> float:
    """Standard deviation of respondents' scores within communities, pooled by degrees of freedom; NaN without any."""
    groups = scores.dropna().groupby("community")["score"]
    freedom = groups.size() - 1
    total = freedom.sum()
    return float(np.sqrt((groups.var().fillna(0.0) * freedom).sum() / total)) if total > 0 else float("nan")
