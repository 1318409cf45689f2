"""Sensitivity of totals: effects that are known by hand, the same for a seed, and nothing said where nothing moves."""

import numpy as np
import pandas as pd
import pytest

from evaluation import open_round, rule_of, score_round
from evaluation.scoring.sensitivity import _effects, sensitivity

RUNS = 32


@pytest.fixture(scope="module")
def found(sample_folder):
    round_ = open_round(sample_folder)
    return round_, sensitivity(round_, rule_of(round_), runs=RUNS)


@pytest.fixture(scope="module")
def sample_folder():
    from evaluation.core.resources import shipped

    return shipped("data_samples") / "autumn-2026"


def test_effects_of_a_sum_are_the_shares_of_its_variance():
    """y = 3 a + 1 b with a, b uniform: 9/10 and 1/10 of the variance, total effects the same."""
    from scipy.stats import qmc

    points = qmc.Sobol(4, seed=1).random(1024)
    a, b = points[:, :2], points[:, 2:]

    def y(x):
        return 3 * x[:, 0] + x[:, 1]

    mixed = [np.column_stack([b[:, 0], a[:, 1]]), np.column_stack([a[:, 0], b[:, 1]])]
    blocks = np.array([[y(a), y(b), *map(y, mixed)], np.full((4, 1024), 7.0)])
    first, whole = _effects(blocks)
    assert first[0] == pytest.approx([0.9, 0.1], abs=0.01)
    assert whole[0] == pytest.approx([0.9, 0.1], abs=0.01)
    assert np.isnan(first[1]).all()    # a total that does not move has no effects


def test_the_base_is_the_score_and_without_is_computed_by_hand(found):
    round_, made = found
    scores = score_round(round_)
    totals = scores[scores["level"] == "total"].set_index("community")["value"]
    assert made.base == pytest.approx(totals.loc[made.communities].to_numpy(), nan_ok=True)
    own = scores[(scores["community"] == "c01") & (scores["level"] == "indicator")]
    left = own.iloc[1:]
    assert made.without[0, 0] == pytest.approx(np.average(left["value"], weights=left["points"]))


def test_counts_and_effects_hang_together(found):
    _, made = found
    assert made.factors == ["1", "2", "3", "4", "5", "evidence", "missing", "scaling", "aggregation"]
    assert (made.reached.drop(columns="community").sum(axis=1) == 2 * RUNS).all()
    effects = made.effects()
    assert effects["whole"].between(-0.05, 1.2).all()
    assert (effects["first"] <= effects["whole"] + 0.1).all()
    assert made.totals.shape == (24, 2 * RUNS)
    assert np.nanmin(made.totals) >= 0
    assert np.nanmax(made.totals) <= 100


def test_the_same_seed_gives_the_same_runs(found):
    round_, made = found
    again = sensitivity(round_, rule_of(round_), runs=RUNS)
    np.testing.assert_array_equal(again.totals, made.totals)
    pd.testing.assert_frame_equal(again.effects(), made.effects())


def test_no_spread_and_no_other_choice_moves_nothing(found):
    """With spread 0 the factors of weights have no effect at all."""
    round_, _ = found
    still = sensitivity(round_, rule_of(round_), runs=16, spread=0.0).effects().set_index("factor")
    assert still.loc[["1", "2", "3", "4", "5", "evidence"], "whole"].abs().max() == pytest.approx(0, abs=1e-12)
