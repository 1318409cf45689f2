"""Limits of a proportion: exact ones by counting, the others by textbook numbers; and what happens at the edges."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.estimation import SurveyDesign, mean, proportion
from evaluation.estimation.intervals import (
    effective_n,
    hypergeometric_interval,
    korn_graubard_interval,
    logit_interval,
    t_interval,
    t_quantile,
    wilson_interval,
)

KINDS = ("hypergeometric", "korn-graubard", "wilson", "logit")


@pytest.mark.parametrize("population", [1, 2, 5, 12])
def test_hypergeometric_by_counting(population):
    """Every K whose tails both hold more than 2.5%, tried one after the other."""
    for n in range(1, population + 1):
        for x in range(n + 1):
            kept = [k for k in range(population + 1) if stats.hypergeom.sf(x - 1, population, k, n) > 0.025
                    and stats.hypergeom.cdf(x, population, k, n) > 0.025 and x <= k <= population - n + x]
            low, high = hypergeometric_interval([x], [n], [population], 0.95)
            assert (round(low[0] * population), round(high[0] * population)) == (min(kept), max(kept)), (x, n)


def test_hypergeometric_by_hand():
    """2 of 3 drawn from 6: with K = 1 no 2 can be drawn, with K = 5 at most 2 of 3 in half of all draws, K = 6 never."""
    low, high = hypergeometric_interval([2, 0, 3, 6], [3, 3, 3, 6], [6, 6, 6, 8], 0.95)
    assert (low * [6, 6, 6, 8]).tolist() == [2, 0, 3, 6]
    assert (high * [6, 6, 6, 8]).tolist() == [5, 3, 6, 8]


def test_hypergeometric_nears_clopper_and_pearson():
    """Agresti and Coull's example, 0 of 10 and 1 of 10: [0, 0.3085] and [0.0025, 0.4450]."""
    low, high = hypergeometric_interval([0, 1], [10, 10], [10**7] * 2, 0.95)
    assert (low[0], high[0]) == pytest.approx((0, 0.3085), abs=1e-4)
    assert (low[1], high[1]) == pytest.approx((0.0025, 0.4450), abs=1e-4)
    same = korn_graubard_interval([0.0, 0.1], 10, 9, 9, 0.95)
    np.testing.assert_allclose(same, (low, high), atol=1e-5)


def test_wilson_by_hand():
    """5 of 20, z = 1.96: [0.1119, 0.4687]; Newcombe (1998) prints 81 of 263 as [0.2553, 0.3662], 0 of 20 as [0, 0.1611]."""
    low, high = wilson_interval([5 / 20, 81 / 263, 0.0], [20, 263, 20], np.inf, 0.95)
    assert low.tolist() == pytest.approx([0.1119, 0.2553, 0], abs=5e-5)
    assert high.tolist() == pytest.approx([0.4687, 0.3662, 0.1611], abs=5e-5)


def test_logit_and_t_by_hand():
    low, high = logit_interval(0.5, 0.1, np.inf, 0.95)
    assert (low, high) == pytest.approx((1 / (1 + np.exp(0.7839856)), 1 / (1 + np.exp(-0.7839856))))
    assert t_interval(10, 2, 4, 0.9) == pytest.approx((10 - 2 * 2.131847, 10 + 2 * 2.131847), rel=1e-6)
    assert t_quantile([1, np.inf, 0, -3], 0.95).tolist() == pytest.approx([12.7062047, 1.95996398, np.nan, np.nan], nan_ok=True)


def test_effective_n():
    assert effective_n(0.25, 0.1, 40, np.inf) == pytest.approx(18.75)
    assert effective_n([0.0, 1.0, 0.5], [0.0, np.nan, 0.0], 30, np.inf).tolist() == [30, 30, 30]
    assert effective_n([0.0, 0.0], 0.0, [30, 40], 40).tolist() == [30 * 39 / 10, np.inf]


def test_korn_and_graubard_give_up_respondents_for_degrees_of_freedom():
    """n_eff falls by (t(n - 1) / t(df))², and never rises."""
    factor = (stats.t.ppf(0.975, 99) / stats.t.ppf(0.975, 4)) ** 2
    narrow = korn_graubard_interval(0.3, 100 * factor, 99, 99, 0.95)
    np.testing.assert_allclose(korn_graubard_interval(0.3, 100, 4, 99, 0.95), narrow)
    same = korn_graubard_interval(0.3, 100, 99, 99, 0.95)
    np.testing.assert_allclose(korn_graubard_interval(0.3, 100, 500, 99, 0.95), same)


def drawn(n, population, yes):
    table = pd.DataFrame({"yes": np.r_[np.ones(yes), np.zeros(n - yes)], "N": population})
    return SurveyDesign(table, fpc="N")


@pytest.mark.parametrize(("ci", "n", "share"), list(product(KINDS, [1, 2, 5, 19, 20], [0, 0.5, 1])))
def test_every_kind_holds_at_the_edges(ci, n, share):
    """Limits that are numbers within [0, 1], around the proportion; of a census they are the proportion."""
    yes = round(n * share)
    row = proportion(drawn(n, 20, yes), "yes", ci=ci).iloc[0]
    assert 0 <= row["ci_low"] <= row["value"] <= row["ci_high"] <= 1
    assert row["value"] == pytest.approx(yes / n, rel=1e-14)
    if n == 20:
        assert row["ci_low"] == row["ci_high"] == row["value"]
    else:
        assert row["ci_high"] - row["ci_low"] > 0.01
    if 0 < yes < n:
        assert row["se"] == pytest.approx(mean(drawn(n, 20, yes), "yes").at[0, "se"])


@pytest.mark.parametrize("ci", KINDS)
def test_many_communities_each_with_its_population(ci):
    """As each community alone, with its own degrees of freedom."""
    rng = np.random.default_rng(3)
    sizes = [(n, n + int(rng.integers(0, 30))) for n in rng.integers(2, 12, 40)]
    table = pd.concat([pd.DataFrame({"yes": rng.integers(0, 2, n), "N": size, "community": number})
                       for number, (n, size) in enumerate(sizes)], ignore_index=True)
    together = proportion(SurveyDesign(table, strata="community", fpc="N"), "yes", by="community", ci=ci, df="domain")
    for number, rows in table.groupby("community"):
        alone = proportion(SurveyDesign(rows, fpc="N"), "yes", ci=ci)
        found = together[together["community"] == number].drop(columns="community").reset_index(drop=True)
        pd.testing.assert_frame_equal(found, alone)


@pytest.mark.parametrize("ci", KINDS)
def test_a_census_in_strata_and_clusters_has_no_width(ci):
    table = pd.DataFrame({"yes": [1, 0, 1, 1, 0, 1], "stratum": list("aaabbb"), "psu": [1, 1, 2, 3, 4, 4], "N": 2})
    census = SurveyDesign(table, strata="stratum", psu="psu", fpc="N")
    if ci != "hypergeometric":
        row = proportion(census, "yes", ci=ci).iloc[0]
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((4 / 6, 4 / 6))


def test_nobody_answered():
    table = pd.DataFrame({"yes": [np.nan, np.nan, 1.0], "c": ["a", "a", "b"], "N": [5, 5, 4]})
    for ci in KINDS:
        found = proportion(SurveyDesign(table, strata="c", fpc="N"), "yes", by="c", ci=ci).set_index("c")
        assert found.loc["a", ["value", "ci_low", "ci_high"]].isna().all()
        assert found.at["a", "n"] == 0
        assert found.at["b", "ci_low"] < 1 == found.at["b", "ci_high"]
