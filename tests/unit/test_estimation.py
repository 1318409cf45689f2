"""Grouped means and variances against hand computation and against the textbook, community by community."""

import numpy as np
import pandas as pd
import pytest

from evaluation.estimation.grouped import Grouped
from evaluation.estimation.moments import Column, moments
from evaluation.estimation.pooling import with_pool
from evaluation.estimation.reliability import cronbach_alpha


def design(community, stratum="", psu=None, weight=1.0):
    n = len(community)
    table = pd.DataFrame({"community": community, "stratum": stratum, "weight": weight})
    return table.assign(psu=[str(row) for row in range(n)] if psu is None else psu)


def mean_and_variance(table, values, population=None):
    grouped = Grouped.of(table)
    value, code = np.unique(np.asarray(values, dtype=float), return_inverse=True)
    made = moments(grouped, [Column(code, value)], np.ones((1, 1), dtype=bool), population)
    covariance, unknown, df = with_pool(made, made.pool)
    return made.mean[:, 0], np.where(unknown[:, 0], np.nan, covariance[:, 0, 0]), df


def test_simple_random_sample_by_hand():
    # 2, 4, 9: mean 5, s2 = 13; 13/3 x (1 - 3/30)
    means, variance, df = mean_and_variance(design(["a"] * 3), [2, 4, 9], np.array([30.0]))
    assert means[0] == 5
    assert variance[0] == pytest.approx(13 / 3 * 0.9)
    assert df[0] == 2


def test_communities_do_not_touch_each_other():
    alone = mean_and_variance(design(["b"] * 4), [0, 100, 50, 75])
    together = mean_and_variance(design(["a", "b", "a", "b", "b", "b", "a"]), [10, 0, 20, 100, 50, 75, 40])
    assert together[0][1] == alone[0][0]
    assert together[1][1] == pytest.approx(alone[1][0])


def test_strata_add_their_variances():
    # stratum x: 1, 3 (s2 = 2), stratum y: 10, 14 (s2 = 8); equal weights, mean over 4: (2*2 + 2*8) / 16
    table = design(["a"] * 4, stratum=["x", "x", "y", "y"])
    _, variance, df = mean_and_variance(table, [1, 3, 10, 14])
    assert variance[0] == pytest.approx((2 * 2 + 2 * 8) / 16)
    assert df[0] == 2


def test_meetings_are_the_clusters():
    # sums of (value - 6) / 6 by meeting: -6/6 and 6/6
    table = design(["a"] * 6, psu=["m1"] * 3 + ["m2"] * 3)
    means, variance, df = mean_and_variance(table, [3, 4, 5, 7, 8, 9])
    assert means[0] == 6
    assert variance[0] == pytest.approx(2 * (1**2 + 1**2))   # n/(n-1) times the squares of -1 and 1
    assert df[0] == 1


def test_item_nonresponse_is_a_ratio():
    # y/x with x = answered: residuals 0 where nothing was answered; m/(m - 1) over the three who answered
    means, variance, _ = mean_and_variance(design(["a"] * 4), [0, 50, 100, np.nan])
    residual = np.array([-50, 0, 50, 0]) / 3
    assert means[0] == 50
    assert variance[0] == pytest.approx(3 / 2 * (residual**2).sum())


def test_two_items_that_not_everybody_answered_in_a_finite_population():
    """Simple random response: the errors of two means have the covariance S_jk (m_jk / (m_j m_k) - 1/N)."""
    first, second = np.array([0.0, 50, 100, 50, np.nan]), np.array([0.0, 100, 50, np.nan, 25])
    columns = [Column(np.arange(5), values) for values in (first, second)]
    made = moments(Grouped.of(design(["a"] * 5)), columns, np.ones((1, 2), dtype=bool), np.array([20.0]))
    both = ((first - 50) * (second - 43.75))[:3].sum()
    assert made.covariance[0, 0, 0] == pytest.approx(np.nanvar(first, ddof=1) * (1 / 4 - 1 / 20))
    assert made.covariance[0, 0, 1] == pytest.approx(4 / 3 * both / 16 * (1 - 4 * 4 / (3 * 20)))


def test_weights_may_be_rescaled():
    weight = np.array([1.0, 2, 3, 4, 5, 6])
    values = [10, 20, 30, 5, 0, 100]
    first = mean_and_variance(design(["a"] * 6, weight=weight), values)
    second = mean_and_variance(design(["a"] * 6, weight=weight * 1e6), values)
    np.testing.assert_allclose(first[0], second[0])
    np.testing.assert_allclose(first[1], second[1])


def test_strata_have_their_own_finite_population():
    table = pd.DataFrame({"community": "a", "stratum": list("xxyy"), "psu": list("1234"), "weight": [1.0, 1, 9, 9]})
    # weighted values over 20: 1, -1, 3, -3, which add up to 0
    # N = 20: stratum x is 2 of 2 (a census), stratum y 2 of 18; within y: 2/1 x (9 + 9) x (1 - 2/18)
    _, variance, _ = mean_and_variance(table, [20, -20, 20 / 3, -20 / 3], np.array([20.0]))
    assert variance[0] == pytest.approx(2 * 18 * (1 - 2 / 18))


def test_a_census_has_no_error_and_a_single_answer_borrows_the_rounds():
    table = design(["a", "a", "b"])
    _, variance, df = mean_and_variance(table, [0, 100, 40], np.array([2.0, 50.0]))
    assert variance[0] == 0
    assert variance[1] == pytest.approx(5000 * (1 - 1 / 50))   # s2 of community a is 5000
    assert df[1] == 1


def test_a_single_answer_in_the_whole_round_has_no_known_error():
    _, variance, _ = mean_and_variance(design(["a"]), [40])
    assert np.isnan(variance[0])
    _, census, _ = mean_and_variance(design(["a"]), [40], np.array([1.0]))
    assert census[0] == 0


def test_alpha_by_hand():
    # two items: variances 1 and 1, covariance 0.5 -> 2 (1 - 2/3)
    items = pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 3, 2]})
    assert cronbach_alpha(items) == pytest.approx(2 * (1 - 2 / 3))
    assert np.isnan(cronbach_alpha(items[["a"]]))
    assert np.isnan(cronbach_alpha(items * 0))
    assert cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3, np.nan], "b": [1.0, 3, 2, 9]}), "listwise") == pytest.approx(2 / 3)
