"""Statistics of interviewers and of answers given twice, against hand computation and against scipy."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.core.errors import DesignError
from evaluation.estimation.agreement import icc, variance_components
from evaluation.estimation.funnel import dispersion, funnel_limits
from evaluation.estimation.retest import error_rate, retest
from evaluation.estimation.workload import interviewer_effect


@pytest.mark.parametrize(("n", "rate", "confidence"), [(1, 0.2, 0.95), (7, 0.2, 0.95), (40, 0.1, 0.998), (100, 0.5, 0.998)])
def test_funnel_limits_are_where_the_binomial_tails_end(n, rate, confidence):
    """Added up term by term: what lies outside a limit has no more than its tail, and one count further in has more."""
    share = [comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n + 1)]
    low, high = (round(float(limit[0]) * n) for limit in funnel_limits([n], rate, confidence))
    tail = (1 - confidence) / 2
    assert sum(share[:low]) < tail <= sum(share[: low + 1])
    assert sum(share[high + 1:]) <= tail < sum(share[high:])


def test_funnel_limits_equal_scipys_and_are_wide_for_few():
    n = np.arange(1, 300)
    low, high = funnel_limits(n, 0.13, 0.95)
    assert low * n == pytest.approx(stats.binom.ppf(0.025, n, 0.13))
    assert high * n == pytest.approx(stats.binom.ppf(0.975, n, 0.13))
    assert high[2] - low[2] > 3 * (high[250] - low[250])
    assert [limit[0] for limit in funnel_limits([0], 0.13, 0.95)] == [0, 1]
    assert [limit.tolist() for limit in funnel_limits([5, 9], 0.0, 0.95)] == [[0, 0], [0, 0]]
    with pytest.raises(DesignError):
        funnel_limits([5], 1.2, 0.95)
    with pytest.raises(DesignError):
        funnel_limits([5], 0.2, 1)


def test_dispersion_is_pearsons_chi_square_over_its_degrees_of_freedom():
    """Rates 1/10, 3/10, 8/20: common rate 0.3; terms (1-3)²/2.1, 0, (8-6)²/4.2."""
    ratio, p = dispersion([1, 3, 8], [10, 10, 20])
    assert ratio == pytest.approx((4 / 2.1 + 4 / 4.2) / 2)
    counts = np.array([[1, 3, 8], [9, 7, 12]])
    assert p == pytest.approx(stats.chi2_contingency(counts, correction=False).pvalue)
    assert np.isnan(dispersion([0, 0], [5, 5])).all()
    assert np.isnan(dispersion([2], [5])).all()


FORMS = pd.DataFrame({"who": list("aaabbcccc"), "value": [3.0, 4, 5, 7, 9, 1, 2, 3, 2]})


def test_the_effect_of_interviewers_by_hand():
    """Means 4, 8, 2 of 3, 2, 4 forms; grand mean 4. SSB = 0 + 32 + 16 = 48, SSW = 2 + 2 + 2 = 6; n0 = (9 - 29/9)/2."""
    between, within, n0 = 48 / 2, 6 / 6, (9 - 29 / 9) / 2
    found = interviewer_effect(FORMS["value"], FORMS["who"])
    assert found.icc == pytest.approx((between - within) / (between + (n0 - 1) * within))
    assert found.deff == pytest.approx(1 + (29 / 9 - 1) * found.icc)
    assert (found.interviewers, found.forms) == (3, 9)


def test_the_effect_of_interviewers_is_estimations():
    wide = pd.DataFrame({0: [3, 7, 1], 1: [4, 9, 2], 2: [5, np.nan, 3], 3: [np.nan, np.nan, 2]})
    row = icc(wide).set_index("coefficient").loc["ICC(1)"]
    found = interviewer_effect(FORMS["value"], FORMS["who"])
    assert [found.icc, found.low, found.high] == pytest.approx(row[["icc", "ci_low", "ci_high"]].astype(float).tolist())
    shuffled = FORMS.sample(frac=1, random_state=1)
    assert interviewer_effect(shuffled["value"], shuffled["who"]) == pytest.approx(found)
    assert variance_components(wide).subject > 0


def test_communities_are_taken_out_and_what_is_not_known_is_left_out():
    """Interviewers differ by community alone: nothing is left of it within communities."""
    table = pd.DataFrame({"who": list("aabb") * 2, "value": [0.0, 1, 10, 11, 0, 1, 10, 11], "community": list("xxyy") * 2})
    assert interviewer_effect(table["value"], table["who"]).icc > 0.9
    assert interviewer_effect(table["value"], table["who"], table["community"]).icc < 0
    blank = pd.concat([table, pd.DataFrame({"who": ["", "a"], "value": [99.0, np.nan], "community": ["x", "x"]})])
    assert interviewer_effect(blank["value"], blank["who"]) == interviewer_effect(table["value"], table["who"])
    assert interviewer_effect(blank["value"], blank["who"]).deff > 1
    for few in (table[table["who"] == "a"], table.iloc[[0, 2]], table.iloc[:0]):
        assert np.isnan(interviewer_effect(few["value"], few["who"]).icc)


def test_error_rates_have_wilsons_interval():
    """3 of 20, by the formula: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    z, p, n = 1.959963984540054, 0.15, 20
    half = z * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    found = error_rate(3, 20)
    assert [found.low, found.high] == pytest.approx([(p + z**2 / (2 * n) + side * half) / (1 + z**2 / n) for side in (-1, 1)])
    exact = stats.binomtest(3, 20).proportion_ci(method="wilson")
    assert [found.low, found.high] == pytest.approx([exact.low, exact.high])
    assert error_rate(0, 5).low == 0
    assert np.isnan(error_rate(0, 0).rate)


def test_the_reliability_ratio_by_hand():
    """First 1, 2, 3, 4 (variance 5/3), again 2, 2, 4, 3 (variance 11/12); differences 1, 0, 1, -1: variance 11/12."""
    found = retest([1, 2, 3, 4, np.nan, 7], [2, 2, 4, 3, 5, np.nan])
    assert found.n == 4
    assert found.ratio == pytest.approx(1 - (11 / 12) / (2 * (5 / 3 + 11 / 12) / 2))
    assert found.shift == pytest.approx(0.25)
    assert found.p_t == pytest.approx(stats.ttest_rel([2, 2, 4, 3], [1, 2, 3, 4]).pvalue)
    assert found.p_sign == pytest.approx(1.0)                  # two up, one down
    assert found.low < found.ratio < found.high


def test_the_reliability_ratio_is_an_intraclass_correlation():
    rng = np.random.default_rng(1)
    first = rng.normal(size=50)
    again = first + rng.normal(0.3, 0.6, 50)
    row = icc(pd.DataFrame({"a": first, "b": again})).set_index("coefficient").loc["ICC(C,1)"]
    assert retest(first, again)[1:4] == pytest.approx(row[["icc", "ci_low", "ci_high"]].astype(float).tolist())
    assert retest(again, first).ratio == pytest.approx(retest(first, again).ratio)


def test_answers_that_do_not_vary():
    assert np.isnan(retest([2, 2, 2], [2, 2, 2]).ratio)
    assert retest([1, 2, 3], [1, 2, 3])[1] == pytest.approx(1)
    assert retest([1, 2, 3], [1, 2, 3]).p_t == retest([1, 2, 3], [1, 2, 3]).p_sign == 1
    assert retest([1, 2, 3], [2, 3, 4]).p_t == 0
    assert retest([0] * 8, [1] * 8).p_sign == pytest.approx(2 * 0.5**8)
    assert np.isnan(retest([1], [2]).ratio)
