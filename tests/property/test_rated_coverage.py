"""Intervals of scores by raters hold the truth about as often as they say, where raters differ and where they do not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation import score_round
from evaluation.declare.instrument import Instrument
from evaluation.declare.programme import Programme
from evaluation.declare.round import RoundFile
from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.answers import Answers
from evaluation.fieldwork.opening import Round

COMMUNITIES, ITEMS = 600, 3


def simulated(things, raters, sd_rater, seed):
    """Activities by raters, on a scale of 21 steps, each community with raters and activities of its own; true means."""
    rng = np.random.default_rng(seed)
    indicators = [{"id": f"{k}", "label": "x", "points": points, "evidence": {"activity": 1}}
                  for k, points in enumerate((30, 30, 40))]
    rubric = Rubric.model_validate({"rubric": "r", "version": "1", "title": "x", "languages": ["en"], "pass_mark": 60,
                                    "dimensions": [{"id": "A", "label": "x", "indicators": indicators}]})
    items = [{"id": f"q{k}", "type": "integer", "label": "x", "indicator": f"{k}", "range": {"low": 0, "high": 100}}
             for k in range(ITEMS)]
    instrument = Instrument.model_validate({"instrument": "a", "method": "activity", "version": "1", "title": "x",
                                            "languages": ["en"], "items": items})
    truth = rng.normal(60, 5, (COMMUNITIES, 1, 1, 1)) + rng.normal(0, 2, (1, 1, 1, ITEMS))
    scores = (truth + rng.normal(0, 6, (COMMUNITIES, things, 1, 1)) + rng.normal(0, sd_rater, (COMMUNITIES, 1, raters, 1))
              + rng.normal(0, 3, (COMMUNITIES, things, raters, ITEMS)))
    codes = pd.DataFrame(np.clip(np.rint(scores), 0, 100).astype(int).astype(str).reshape(-1, ITEMS),
                         columns=[f"q{k}" for k in range(ITEMS)])
    names = [f"c{number:04d}" for number in range(COMMUNITIES)]
    community, thing, rater = np.indices(scores.shape[:3]).reshape(3, -1)
    design = pd.DataFrame({"community": np.array(names)[community], "psu": thing.astype(str), "rater": rater.astype(str)})
    declared = RoundFile.model_validate({"round": "s", "title": "x", "programme": "x",
                                         "answers": {"activity": {"file": "x.csv"}}})
    table = pd.DataFrame(index=pd.Index(names, name="id"))
    answers = {"activity": Answers(instrument, design, codes, codes.notna())}
    opened = Round(Path(), declared, Programme(rubric, {"activity": instrument}, (), ()), table, answers, None, "", ())
    return opened, truth[:, 0, 0] @ np.array([0.3, 0.3, 0.4])


@pytest.mark.parametrize(("things", "raters", "sd_rater"), [(4, 3, 5.0), (3, 2, 5.0), (5, 2, 0.0), (2, 4, 8.0)])
def test_coverage(things, raters, sd_rater):
    round_, truth = simulated(things, raters, sd_rater, seed=things * 10 + raters)
    total = score_round(round_)
    total = total[total["level"] == "total"]
    share = ((total["ci_low"] <= truth) & (truth <= total["ci_high"])).mean()
    ratio = total["se"].mean() / (total["value"].to_numpy() - truth).std()
    print(f"\n{things} things, {raters} raters, sd {sd_rater:g}: coverage {share:.3f}, se over true spread {ratio:.3f}")
    assert 0.925 <= share <= 0.975
    assert ratio == pytest.approx(1, abs=0.1)


def test_without_the_rater_column_the_raters_are_not_seen():
    """The error that the column is for: with it, half as large again or more."""
    round_, _ = simulated(4, 3, 8.0, seed=9)
    given = round_.answers["activity"]
    with_raters = score_round(round_)
    blind = Round(**{**round_.__dict__, "answers": {"activity": Answers(
        given.instrument, given.design.drop(columns="rater"), given.codes, given.asked)}})
    without = score_round(blind)
    both = [table.loc[table["level"] == "total", "se"].mean() for table in (with_raters, without)]
    assert both[0] > 1.5 * both[1]
