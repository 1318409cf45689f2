"""One score a respondent, by hand; and the standard deviation pooled over communities."""

import numpy as np
import pandas as pd
import pytest

from evaluation.core.resources import shipped
from evaluation.fieldwork import open_round
from evaluation.scoring import score_round
from evaluation.scoring.item_scores import keyed_items
from evaluation.scoring.respondents import pooled_sd, respondent_scores


@pytest.fixture(scope="module")
def opened():
    return open_round(shipped("data_samples") / "autumn-2026")


def test_a_respondent_s_score_by_hand(opened):
    """Every item weighs points x share of the phone / items of the indicator; answered items alone count."""
    answers, rubric = opened.answers["phone"], opened.programme.rubric
    items = keyed_items(answers, rubric)
    indicator_of = {item.id: item.indicator for item in answers.instrument.items}
    per = pd.Series(dict.fromkeys(items, 1.0)).groupby(indicator_of).transform("size")
    points = {known.id: known.points * known.evidence["phone"] for known in rubric.indicators if "phone" in known.evidence}
    weights = pd.Series({name: points[indicator_of[name]] / per[name] for name in items})
    found = respondent_scores(answers, rubric)
    for row in (0, 7, 100, 500):
        held = items.iloc[row].dropna()
        assert found["score"].iloc[row] == pytest.approx((held * weights[held.index]).sum() / weights[held.index].sum())
    assert found["score"].between(-1e-9, 100 + 1e-9).sum() == found["score"].notna().sum()
    assert found["community"].tolist() == answers.design["community"].tolist()


def test_the_mean_goes_with_the_total(opened):
    scores = respondent_scores(opened.answers["questionnaire"], opened.programme.rubric).groupby("community")["score"].mean()
    totals = score_round(opened).query("level == 'total'").set_index("community")["value"]
    assert scores.corr(totals) > 0.9


def test_the_pooled_standard_deviation():
    scores = pd.DataFrame({"community": list("aaabbc"), "score": [1.0, 2, 3, 4, 8, 5]})
    assert pooled_sd(scores) == pytest.approx(np.sqrt((2 * 1 + 1 * 8) / 3))
    assert np.isnan(pooled_sd(scores.iloc[[0, 3, 5]]))
