"""Replicates by hand: what is left out, how it scales, and that the bootstrap's factors have the moments they must."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.estimation import SurveyDesign, mean, quantile, replicate, total

ROWS = pd.DataFrame({"stratum": list("aaaabbb"), "psu": [1, 1, 2, 3, 4, 4, 5], "w": [2.0, 2, 3, 1, 4, 4, 2],
                     "y": [3.0, 1, 4, 1, 5, 9, 2], "N": [6] * 4 + [8] * 3})
DRAWN = SurveyDesign(ROWS, weights="w", strata="stratum", psu="psu", fpc="N")


def test_jackknife_by_hand():
    """a: totals 8, 12, 1 of three PSUs; leave one out, the others times 3/2; 2/3 (1 - 3/6) on the squares about the mean."""
    thetas_a = np.array([(12 + 1) * 1.5, (8 + 1) * 1.5, (8 + 12) * 1.5]) + 60
    thetas_b = np.array([2 * 4, 2 * 56]) + 21
    about = np.r_[thetas_a, thetas_b]
    scales = np.r_[[2 / 3 * 0.5] * 3, [1 / 2 * 0.75] * 2]
    for mse, centre in ((False, about.mean()), (True, 81)):
        expected = (scales * (about - centre) ** 2).sum()
        assert total(replicate(DRAWN, "jkn", mse=mse), "y").at[0, "se"] ** 2 == pytest.approx(expected)


def test_jk1_is_the_variance_of_a_simple_mean():
    simple = SurveyDesign(ROWS)
    row = mean(replicate(simple, "jk1"), "y").iloc[0]
    assert row["se"] == pytest.approx(ROWS["y"].std() / np.sqrt(7))
    assert row["df"] == 6


def test_given_replicates_are_those_made():
    made = replicate(DRAWN, "jkn")
    matrix = np.column_stack(list(made.replicates.weights(DRAWN.weight)))
    for given, combined in ((matrix, True), (matrix / DRAWN.weight[:, None], False)):
        of = SurveyDesign.from_replicates(ROWS, "w", given, rscales=made.replicates.rscales, combined=combined)
        for ask in (mean, total):
            columns = ["value", "se", "ci_low", "df"]
            pd.testing.assert_frame_equal(ask(of, "y")[columns], ask(made, "y")[columns])
    named = ROWS.join(pd.DataFrame(matrix, columns=["r1", "r2", "r3", "r4", "r5"]))
    by_name = SurveyDesign.from_replicates(named, "w", ["r1", "r2", "r3", "r4", "r5"], rscales=made.replicates.rscales)
    assert mean(by_name, "y").at[0, "se"] == pytest.approx(mean(made, "y").at[0, "se"])


def test_bootstrap_factors_have_the_right_moments():
    """Mean 1, sum n within a stratum, and variance (1 - f) (n/(n - 1))² (n - 1)/n (1 - 1/n) = 1 - f."""
    factors = replicate(DRAWN, "bootstrap", replicates=20_000, seed=3).replicates.factors(0, 20_000)
    for units, n, f in ((slice(0, 3), 3, 0.5), (slice(3, 5), 2, 0.25)):
        part = factors[units]
        np.testing.assert_allclose(part.sum(axis=0), n)
        np.testing.assert_allclose(part.mean(axis=1), 1, atol=0.02)
        np.testing.assert_allclose(part.var(axis=1), (1 - f), rtol=0.05)
        assert part.min() >= 0


def test_the_bootstrap_comes_near_taylor():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"y": rng.normal(size=400), "psu": np.arange(400) // 4, "stratum": np.arange(400) // 40, "N": 30})
    design = SurveyDesign(table, strata="stratum", psu="psu", fpc="N")
    found = mean(replicate(design, "bootstrap", replicates=2_000, seed=1), "y").at[0, "se"]
    assert found == pytest.approx(mean(design, "y").at[0, "se"], rel=0.08)  # 5 times 1/sqrt(2 x 2,000)


def test_seeds():
    one, same, other = (mean(replicate(DRAWN, "bootstrap", replicates=50, seed=seed), "y").at[0, "se"] for seed in (1, 1, 2))
    assert one == same != other
    few, many = (replicate(DRAWN, "bootstrap", replicates=n, seed=1).replicates.factors(0, 10) for n in (10, 50))
    np.testing.assert_array_equal(few, many)


def test_domains_and_quantiles_over_replicates():
    made = replicate(DRAWN, "jkn")
    by = mean(made, "y", by="stratum")
    assert by["value"].tolist() == pytest.approx([21 / 8, 60 / 10])
    thetas = np.array([13 / 4, 9 / 5, 20 / 7, 21 / 8, 21 / 8])  # leaving out a PSU of b leaves the mean of a
    expected = ([2 / 3 * 0.5] * 3 + [1 / 2 * 0.75] * 2) @ (thetas - thetas.mean()) ** 2
    assert by.at[0, "se"] ** 2 == pytest.approx(expected)
    assert quantile(made, "y", 0.5)["value"].tolist() == quantile(DRAWN, "y", 0.5)["value"].tolist()


def test_a_census_has_replicates_of_no_variance():
    table = ROWS.assign(N=[3] * 4 + [2] * 3)
    census = SurveyDesign(table, strata="stratum", psu="psu", fpc="N")
    for kind in ("jkn", "bootstrap"):
        assert mean(replicate(census, kind, replicates=10), "y").at[0, "se"] == 0
        assert mean(replicate(census, kind, replicates=10), "y", by="stratum")["se"].tolist() == [0, 0]
