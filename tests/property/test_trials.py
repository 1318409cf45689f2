"""Designs tried on frames whose truth is known: unbiased, intervals that hold, and worth what they should be worth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.sampling import Design, Frame
from evaluation.scoring.trials import judged, trials

SCHOOLS = Path(__file__).resolve().parents[3] / "shared" / "data" / "frames" / "api_pop.csv"


@pytest.fixture(scope="module")
def town():
    """600 households in 10 buildings that differ."""
    rng = np.random.default_rng(3)
    building = np.repeat([f"b{number}" for number in range(10)], 60)
    table = pd.DataFrame({"unit": [f"h{number:03d}" for number in range(600)], "building": building,
                          "adults": rng.integers(1, 6, 600)})
    shift = dict(zip(sorted(set(building)), rng.normal(0, 8, 10), strict=True))
    scores = 80 + table["building"].map(shift) + rng.normal(0, 8, 600) + 2 * table["adults"]
    return Frame(table), scores.to_numpy()


@pytest.mark.parametrize("design", [
    Design(60), Design(60, strata="building"), Design(60, method="systematic", order_by="building"),
    Design(60, method="brewer", size="adults"), Design(8, clusters="building", within=10),
], ids=lambda design: f"{design.method}-{design.strata}-{design.clusters}")
def test_unbiased_and_covered(town, design):
    frame, scores = town
    found = trials(frame, scores, design, simulations=300, seed=1)
    verdict = judged(found, scores.mean(), threshold=84)
    assert abs(verdict["bias"]) < 4 * found["value"].std() / np.sqrt(300)
    assert verdict["coverage"] > 0.9
    assert verdict["n"] == pytest.approx(60 if design.clusters is None else 80)


def test_strata_that_differ_are_worth_their_while(town):
    frame, scores = town
    plain, spread = (judged(trials(frame, scores, Design(60, strata=strata), 200, 1), scores.mean())
                     for strata in ((), "building"))
    assert spread["rmse"] < 0.85 * plain["rmse"]


def test_nonresponse_costs_interviews(town):
    frame, scores = town
    verdict = judged(trials(frame, scores, Design(100), 100, 1, response_rate=0.4), scores.mean())
    assert verdict["n"] == pytest.approx(40, abs=3)
    assert abs(verdict["bias"]) < 1


def test_the_same_seed_the_same_trials(town):
    frame, scores = town
    pd.testing.assert_frame_equal(trials(frame, scores, Design(20), 5, 3), trials(frame, scores, Design(20), 5, 3))


def test_strata_with_one_answer_are_joined(town):
    frame, scores = town
    assert trials(frame, scores, Design(12, strata="building"), 20, 1)["se"].notna().all()


def test_a_hand_made_verdict():
    found = pd.DataFrame({"value": [84.0, 86, 88, np.nan], "se": [1.0, 1, 1, np.nan], "df": 9, "n": [20, 20, 20, 0],
                          "ci_low": [82.0, 84, 86.5, np.nan], "ci_high": [86.0, 88, 89.5, np.nan]})
    verdict = judged(found, truth=86, threshold=85)
    assert (verdict["bias"], verdict["coverage"], verdict["p_wrong"]) == (0, pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert verdict["rmse"] == pytest.approx(np.sqrt(8 / 3))


@pytest.mark.skipif(not SCHOOLS.is_file(), reason=f"the frame is not at {SCHOOLS}")
def test_californian_schools():
    """6,194 schools, mean api00 664.7126; a stratified sample of 200 as Lumley draws it."""
    schools = pd.read_csv(SCHOOLS, dtype={"cds": str})
    frame = Frame(schools, unit="cds")
    truth = schools["api00"].mean()
    for design in (Design(200), Design({"E": 100, "H": 50, "M": 50}, strata="stype", allocation="fixed"),
                   Design(200, strata="stype", allocation="neyman", sd=schools.groupby("stype")["api00"].std().to_dict())):
        verdict = judged(trials(frame, schools["api00"], design, 300, 1), truth)
        assert abs(verdict["bias"]) < 4 * verdict["rmse"] / np.sqrt(300)
        assert 0.91 < verdict["coverage"] < 0.985
        assert 0.9 < verdict["se_ratio"] < 1.1
