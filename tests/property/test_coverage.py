"""95% intervals of simulated communities with known truth hold it about as often as they say."""

from dataclasses import replace
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

COMMUNITIES, HOUSEHOLDS, ITEMS = 1_500, 300, 6
SCORES = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
CUTS = np.array([-1.6, -0.9, -0.1, 0.8])


def programme():
    """Two dimensions of three indicators; each indicator rests on one item by questionnaire and one by phone."""
    indicators = [{"id": f"{k}", "label": "x", "points": points, "evidence": {"questionnaire": 0.6, "phone": 0.4}}
                  for k, points in enumerate((10, 20, 15, 25, 20, 10))]
    dimensions = [{"id": "A", "label": "x", "indicators": indicators[:3]},
                  {"id": "B", "label": "x", "indicators": indicators[3:]}]
    rubric = Rubric.model_validate({"rubric": "r", "version": "1", "title": "x", "languages": ["en"], "pass_mark": 60,
                                    "dimensions": dimensions})
    five = [{"value": value, "score": score, "label": "x"} for value, score in enumerate(SCORES, 1)]
    instruments = {method: Instrument.model_validate({
        "instrument": method, "method": method, "version": "1", "title": "x", "languages": ["en"], "choices": {"five": five},
        "items": [{"id": f"q{k}", "type": "select_one five", "label": "x", "indicator": f"{k}"} for k in range(ITEMS)]})
        for method in ("questionnaire", "phone")}
    return Programme(rubric, instruments, (), ())


def simulated(n, seed, communities=COMMUNITIES):
    """A round with n questionnaires and n phone answers a community, and every community's true dimension means and total."""
    rng = np.random.default_rng(seed)
    made = programme()
    names = [f"c{number}" for number in range(communities)]
    quality = rng.normal(0.6, 0.4, (communities, 1, 1))
    answers, truth = {}, np.zeros((communities, ITEMS))
    for method, weight in (("questionnaire", 0.6), ("phone", 0.4)):
        person = quality + rng.normal(0, 0.7, (communities, HOUSEHOLDS, 1))
        category = np.searchsorted(CUTS, person + rng.normal(0, 0.8, (communities, HOUSEHOLDS, ITEMS)))
        truth += weight * SCORES[category].mean(axis=1)
        rows = np.argsort(rng.random((communities, HOUSEHOLDS)), axis=1)[:, :n]
        drawn = np.take_along_axis(category, rows[:, :, None], axis=1).reshape(-1, ITEMS)
        given = np.where(rng.random(drawn.shape) < 0.1, "", (drawn + 1).astype(str))
        codes = pd.DataFrame(given, columns=[f"q{k}" for k in range(ITEMS)])
        design = pd.DataFrame({"community": np.repeat(names, n), "stratum": "", "weight": 1.0})
        design["psu"] = np.arange(len(codes)).astype(str)
        answers[method] = Answers(made.instruments[method], design, codes, codes.notna())
    files = {method: {"file": "x.csv", "population": "households"} for method in answers}
    declared = RoundFile.model_validate({"round": "s", "title": "x", "programme": "x", "answers": files})
    table = pd.DataFrame({"households": HOUSEHOLDS}, index=pd.Index(names, name="id"))
    points = np.array([indicator.points for indicator in made.rubric.indicators])
    parts = {"total": slice(None), "A": slice(0, 3), "B": slice(3, 6)}
    true = {name: truth[:, part] @ points[part] / points[part].sum() for name, part in parts.items()}
    opened = Round(Path(), declared, made, table.sort_index(), answers, None, "", ())
    return opened, pd.DataFrame(true, index=names).sort_index()


def coverage(n, seed):
    round_, true = simulated(n, seed)
    scores = score_round(round_)
    shares = {}
    for name in true:
        rows = scores[(scores["id"] == name) & scores["level"].isin(["total", "dimension"])]
        rows = rows.set_index("community").loc[true.index]
        shares[name] = float(((rows["ci_low"] <= true[name]) & (true[name] <= rows["ci_high"])).mean())
    return shares


@pytest.mark.parametrize(("n", "seed"), [(8, 1), (20, 2), (60, 3), (200, 4)])
def test_coverage(n, seed):
    for name, share in coverage(n, seed).items():
        assert 0.93 <= share <= 0.97, (name, share)


def test_a_census_has_no_error():
    round_, true = simulated(HOUSEHOLDS, 5)
    complete = {method: Answers(given.instrument, given.design, given.codes.replace("", "5"), given.asked)
                for method, given in round_.answers.items()}
    scores = score_round(replace(round_, answers=complete))
    assert (scores["se"] == 0).all()
    assert len(true) == COMMUNITIES
