"""Looks and boundaries: what a plan holds, what a look says, and that the chances asked are kept in fresh simulations."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evaluation.core.errors import DesignError
from evaluation.sampling import SequentialPlan, look, sequential_plan
from evaluation.sampling.sequential import follow
from evaluation.sampling.simulated import respondent_scores

MADE = SequentialPlan(85, 83, 87, 0.05, 0.05, 12.0, (3, 6), (90.0, 85.0), (80.0, 85.0), 5, 0, 0)


@pytest.fixture(scope="module")
def plan():
    return sequential_plan(sd=12, simulations=20_000, seed=4)


def test_a_plan_by_hand(plan):
    """Fixed size ((1.645 + 1.645) 12 / 4)² = 97.4; the cap is the look after 1.3 times that."""
    assert plan.fixed == 98
    assert plan.looks == tuple(range(10, 131, 10))
    assert plan.pass_at[-1] == plan.fail_at[-1] == 85
    assert all(a > b for a, b in zip(plan.pass_at, plan.pass_at[1:], strict=False))
    assert all(a < b for a, b in zip(plan.fail_at, plan.fail_at[1:], strict=False))


def test_a_plan_goes_through_json_and_back(plan):
    assert SequentialPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


def test_the_same_seed_the_same_plan():
    assert sequential_plan(12, simulations=2_000, seed=9) == sequential_plan(12, simulations=2_000, seed=9)


@pytest.mark.parametrize(("scores", "verdict", "n", "following"), [
    ([], "continue", 0, 3), ([100, 100], "continue", 2, 3), ([100, 100, 70], "pass", 3, None), ([80, 80, 80], "fail", 3, None),
    ([85, 85, 85], "continue", 3, 6), ([85, np.nan, 85, 85, np.nan], "continue", 3, 6), ([85] * 5, "continue", 5, 6),
    ([85] * 6, "pass", 6, None), ([85] * 5 + [84], "fail", 6, None), ([100] * 9, "pass", 9, None),
])
def test_looks_by_hand(scores, verdict, n, following):
    found = look(MADE, scores)
    assert (found.verdict, found.n, found.next_look) == (verdict, n, following)


def test_many_communities_as_each_alone(plan):
    scores = respondent_scores(85, 12, (40, plan.looks[-1]), np.random.default_rng(3))
    passed, n = follow(plan, scores)
    for row in range(40):
        for reached in plan.looks:
            found = look(plan, scores[row, :reached])
            if found.verdict != "continue":
                break
        assert (found.verdict == "pass", reached) == (passed[row], n[row])


@pytest.mark.parametrize("sd", [9.0, 15.0])
def test_chances_are_kept_in_fresh_simulations(sd):
    """8,000 communities at each truth: 5% plus four simulation errors of both."""
    plan = sequential_plan(sd, simulations=20_000, seed=2)
    rng = np.random.default_rng(77)
    for truth, wrong in ((83, True), (87, False)):
        passed, n = follow(plan, respondent_scores(truth, sd, (8_000, plan.looks[-1]), rng))
        rate = (passed == wrong).mean()
        assert 0.03 < rate < 0.05 + 4 * np.sqrt(0.05 * 0.95 * (1 / 8_000 + 1 / 20_000))
        assert n.mean() < 0.65 * plan.fixed


def test_simulated_scores_have_the_moments_asked():
    for mean, sd in ((83, 12), (87, 9), (50, 20)):
        scores = respondent_scores(mean, sd, (100_000,), np.random.default_rng(1))
        assert scores.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(100_000))
        assert scores.std() == pytest.approx(sd, rel=0.02)
        assert np.isin(np.round(scores * 12 / 25, 9) % 1, 0).all()


@pytest.mark.parametrize(("code", "work"), [
    ("Q01", lambda: sequential_plan(12, low=86)), ("Q01", lambda: sequential_plan(0)),
    ("Q01", lambda: sequential_plan(12, alpha=0.5)), ("Q01", lambda: sequential_plan(12, every=1)),
    ("Q02", lambda: sequential_plan(12, cap=40, simulations=2_000)),
    ("Q03", lambda: look(MADE, [101])), ("Q04", lambda: respondent_scores(99, 30, (2,), np.random.default_rng(1))),
])
def test_refused(code, work):
    with pytest.raises(DesignError) as caught:
        work()
    assert caught.value.problems[0].code == code
