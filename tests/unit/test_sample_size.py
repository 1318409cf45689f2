"""Sample sizes against textbook numbers and against the goal itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.core.errors import DesignError
from evaluation.sampling import sample_size


def test_a_proportion_within_five_points():
    """z² p q / d² = 1.96² / 4 / 0.05² = 384.1, with t a little more; N = 500 makes 217.5 of it; Cochran (1977), section 4.4."""
    assert sample_size(margin=0.05, confidence=0.95, p=0.5).at[0, "n"] in (385, 386, 387)
    small = sample_size(margin=0.05, confidence=0.95, p=0.5, population=500).at[0, "n"]
    assert small == pytest.approx(384.1 / (1 + 384.1 / 500), abs=2)


def test_the_goal_is_reached_and_one_fewer_does_not():
    for population in (np.inf, 60, 300, 5000):
        row = sample_size(margin=3, confidence=0.9, sd=15, population=population, deff=1.3).iloc[0]

        def half_width(n, N=population):
            return stats.t.ppf(0.95, n - 1) * 15 * np.sqrt(1.3 / n * (1 - n / N))

        assert half_width(row["n"]) <= 3 < half_width(row["n"] - 1)
        assert row["margin"] == pytest.approx(half_width(row["n"]))


def test_a_small_chance_of_a_wrong_verdict():
    """Truth 2 points from the mark, sd 12, 5%: (1.645 x 12 / 2)² = 97.4."""
    row = sample_size(wrong=0.05, sd=12).iloc[0]
    assert row["n"] == 98
    assert row["p_wrong_low"] == pytest.approx(stats.norm.sf(2 / (12 / np.sqrt(98))))
    assert max(row["p_wrong_low"], row["p_wrong_high"]) <= 0.05
    assert sample_size(wrong=0.05, sd=12, at=(84, 90)).at[0, "n"] == np.ceil((1.6448536 * 12) ** 2)


def test_cases_to_draw_are_rounded_once():
    row = sample_size(wrong=0.05, sd=12, response_rate=0.45, eligibility=0.9).iloc[0]
    assert row["cases"] == np.ceil(98 / 0.405)


def test_one_row_a_community():
    sizes = pd.Series({"c01": 400, "c02": 3000})
    table = sample_size(margin=3, sd=15, population=sizes, response_rate=0.5)
    assert table.index.tolist() == ["c01", "c02"]
    for name, size in sizes.items():
        alone = sample_size(margin=3, sd=15, population=size, response_rate=0.5).iloc[0]
        assert table.loc[name].tolist() == alone.tolist()
    assert (table["n"] < sample_size(margin=3, sd=15).at[0, "n"]).all()


def test_a_census_of_a_small_community():
    row = sample_size(margin=0.1, sd=15, population=12).iloc[0]
    assert (row["n"], row["margin"], row["p_wrong_low"]) == (12, 0, 0)


@pytest.mark.parametrize(("code", "goal"), [
    ("P01", {"sd": 12}), ("P01", {"margin": 3}), ("P01", {"margin": 3, "wrong": 0.05, "sd": 12}),
    ("P01", {"margin": 3, "sd": 1, "p": 0.5}),
    ("P02", {"margin": -3, "sd": 12}), ("P02", {"margin": 3, "sd": 0}), ("P02", {"margin": 3, "p": 1.2}),
    ("P02", {"margin": 3, "sd": 12, "response_rate": 0}), ("P02", {"margin": 3, "sd": 12, "eligibility": 1.1}),
    ("P02", {"wrong": 0.6, "sd": 12}), ("P02", {"wrong": 0.05, "sd": 12, "at": (86, 87)}),
    ("P02", {"margin": 3, "sd": 12, "confidence": 90}),
    ("P02", {"margin": 3, "sd": [12, 13], "population": [100, 200, 300]}),
    ("P03", {"margin": 1, "sd": 15, "population": 300, "response_rate": 0.4}),
])
def test_refused(code, goal):
    with pytest.raises(DesignError) as caught:
        sample_size(**goal)
    assert caught.value.problems[0].code == code


def test_all_communities_that_fall_short_are_told():
    with pytest.raises(DesignError) as caught:
        sample_size(margin=1, sd=15, population=pd.Series({"a": 300, "b": 100_000, "c": 200}), response_rate=0.4)
    assert [problem.path for problem in caught.value.problems] == ["a", "c"]
