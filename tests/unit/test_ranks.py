"""Ranks with their uncertainty: by hand, against tables of the studentized range, and simulated."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, studentized_range

from evaluation.scoring import ranks
from evaluation.scoring.ranks import _critical, rank_intervals


def totals(values, se=1.0, df=np.inf):
    return pd.DataFrame({"community": [f"c{n:04d}" for n in range(len(values))], "value": values, "se": se, "df": df})


def intervals(*arguments, **named):
    found = rank_intervals(totals(*arguments), **named)
    return list(zip(found["rank_low"].tolist(), found["rank_high"].tolist(), found["band"].tolist(), strict=True))


def test_two_far_apart_two_near_one_alone_and_none():
    assert intervals([90.0, 70]) == [(1, 1, "upper"), (2, 2, "lower")]
    assert intervals([90.0, 89.5]) == [(1, 2, "middle"), (1, 2, "middle")]
    assert intervals([90.0]) == [(1, 1, "middle")]
    assert rank_intervals(totals([])).empty


def test_three_in_a_row_by_hand():
    # c of three equal communities is 2.34 (studentized range 3.31 / sqrt 2): apart by more than 2.34 x sqrt 2 = 3.31
    assert intervals([90.0, 87, 84]) == [(1, 2, "middle"), (1, 3, "middle"), (2, 3, "middle")]
    assert intervals([90.0, 86, 82]) == [(1, 1, "upper"), (2, 2, "middle"), (3, 3, "lower")]


def test_what_is_not_known():
    found = intervals([90.0, np.nan, 70, 50], [0.1, 0.1, np.nan, 0.1])
    assert found[0] == (1, 2, "middle")    # above the last for sure; of the third nothing is known
    assert found[1][2] == ""
    assert found[1][0] is pd.NA
    assert found[2] == (1, 3, "middle")
    assert found[3] == (2, 3, "middle")


@pytest.mark.parametrize("df", [np.nan, 0.0])
def test_a_standard_error_without_degrees_of_freedom_says_nothing(df):
    assert intervals([90.0, 70], 1.0, df) == [(1, 2, "middle")] * 2
    assert intervals([90.0, 70], 0.0, df) == [(1, 1, "upper"), (2, 2, "lower")]    # but 0 needs none


def test_no_error_at_all_is_the_plain_order_with_ties():
    assert intervals([3.0, 2, 2, 1], 0.0) == [(1, 1, "upper"), (2, 3, "middle"), (2, 3, "middle"), (4, 4, "lower")]


def test_the_critical_value_of_two_is_the_normal_quantile():
    assert _critical(np.ones(2), np.full(2, np.inf), 0.95, 1, 100_000) == pytest.approx(norm.ppf(0.975), abs=0.03)


@pytest.mark.parametrize("count", [3, 10])
def test_the_critical_value_of_equal_communities_is_of_the_studentized_range(count):
    expected = studentized_range.ppf(0.95, count, 10_000) / np.sqrt(2)
    assert _critical(np.ones(count), np.full(count, np.inf), 0.95, 2, 60_000) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(("se", "df"), [
    (np.random.default_rng(1).uniform(0.5, 3, 40), np.full(40, 20.0)),
    (np.repeat([10, 0.5], 20), np.repeat([3.0, 100], 20)),     # here the range over sqrt(2) would be narrower
    (np.exp(np.random.default_rng(1).normal(0, 1, 40)), np.full(40, 4.0)),
    (np.repeat([1.0, 0], 20), np.full(40, np.inf)),
])
def test_the_bound_for_many_is_never_narrower(monkeypatch, se, df):
    exact = _critical(se, df, 0.95, 3, 4000)
    monkeypatch.setattr(ranks, "PAIRWISE", 10)
    assert _critical(se, df, 0.95, 3, 4000) >= exact


def test_in_parts_or_at_once_the_bound_is_the_same(monkeypatch):
    monkeypatch.setattr(ranks, "PAIRWISE", 10)
    whole = _critical(np.ones(40), np.full(40, np.inf), 0.95, 3, 20_000)
    monkeypatch.setattr(ranks, "CELLS", 4000)
    assert _critical(np.ones(40), np.full(40, np.inf), 0.95, 3, 20_000) == pytest.approx(whole, abs=0.05)


def test_all_true_ranks_lie_inside_as_often_as_claimed():
    rng = np.random.default_rng(5)
    truth = np.sort(rng.normal(80, 3, 12))[::-1]
    se = rng.uniform(0.5, 2, 12)
    held = 0
    for seed in range(400):
        found = rank_intervals(totals(truth + rng.normal(0, se), se), seed=seed, draws=400)
        place = np.arange(1, 13)
        held += bool(((found["rank_low"] <= place) & (place <= found["rank_high"])).all())
    assert held / 400 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


def test_order_of_rows_does_not_matter():
    table = totals(np.random.default_rng(2).normal(80, 4, 20), 1.5, 30.0)
    first = rank_intervals(table).set_index("community")
    second = rank_intervals(table.iloc[::-1]).set_index("community").loc[first.index]
    pd.testing.assert_frame_equal(first, second)


def test_five_thousand_at_once():
    table = totals(np.random.default_rng(2).normal(80, 4, 5000), 1.5, 30.0)
    found = rank_intervals(table, draws=500)
    assert (found["rank_low"] <= found["rank_high"]).all()
    assert found["rank_low"].min() == 1
