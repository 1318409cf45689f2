"""Reliability of a scale, on numbers worked out by hand and on parallel items."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.core.errors import DesignError
from evaluation.estimation import cronbach_alpha, item_total, reliability
from evaluation.estimation.omega import _information

#: three items of four respondents; variances 5/3, 5/3, 2/3, covariances 1, 1/3, 2/3: sum of all 4 + 4 = 8
SMALL = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 1, 4, 3], "c": [2, 2, 2, 3]})

#: twelve respondents, one answer of each item missing
GAPS = pd.DataFrame({"a": [1, 2, 3, 4, 5, None, 4, 2, 3, 5, 1, 4], "b": [3, 1, None, 4, 2, 3, 5, 2, 4, 4, 2, 3],
                     "c": [2, 4, 2, 5, None, 1, 3, 4, 3, 5, 1, 2], "d": [2, 3, 1, None, 4, 3, 2, 1, 5, 4, 3, 3]})

#: R 4.2.2, psych 2.2.9 on GAPS: alpha(x)$item.stats$r.drop, r.con(r.drop, 11), alpha.drop; r_total is
#: rowSums(C) / sqrt(diag(C) * sum(C)), C <- cov(x, use = "pairwise")
PSYCH = {
    "n": [11, 11, 11, 11],
    "r_total": [0.8789184833110, 0.6406942188240, 0.6761770665930, 0.5961248792612],
    "r_drop": [0.7190748772438, 0.3901644712558, 0.3671476750029, 0.3111446210537],
    "ci_low": [0.2096208961692, -0.2737913959754, -0.2984612564999, -0.3549881862741],
    "ci_high": [0.9214694070584, 0.8022685880122, 0.7924838849622, 0.7677253270284],
    "alpha_without": [0.3568382576911, 0.6196863392489, 0.6415827996340, 0.6667671893848],
}


def parallel(n=400, items=4, seed=5):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(n, 1)) + rng.normal(size=(n, items)), columns=list("abcd"[:items]))


def test_item_total_by_hand():
    covariance = SMALL.cov().to_numpy()
    found = item_total(SMALL).set_index("item")
    for item, others in [("a", ["b", "c"]), ("b", ["a", "c"]), ("c", ["a", "b"])]:
        rest = SMALL[others].sum(axis=1)
        assert found.at[item, "r_drop"] == pytest.approx(SMALL[item].corr(rest))
        assert found.at[item, "r_total"] == pytest.approx(SMALL[item].corr(SMALL.sum(axis=1)))
        assert found.at[item, "alpha_without"] == pytest.approx(cronbach_alpha(SMALL[others]))
    assert reliability(SMALL[["a", "b"]]).at[0, "value"] == pytest.approx(2 * 2 * covariance[0, 1] / covariance[:2, :2].sum())


def test_fishers_interval_by_hand():
    row = item_total(parallel(103)).iloc[0]
    half = 1.959963984540054 / 10
    assert row["ci_low"] == pytest.approx(np.tanh(np.arctanh(row["r_drop"]) - half))
    assert row["ci_high"] == pytest.approx(np.tanh(np.arctanh(row["r_drop"]) + half))


def test_omega_is_alpha_where_items_are_parallel():
    """Equal variances and covariances: one factor fits without rest, omega = alpha = k r / (1 + (k - 1) r)."""
    rng = np.random.default_rng(1)
    raw = rng.normal(size=(200, 4))
    white = (raw - raw.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T))).T
    items = pd.DataFrame(white @ np.linalg.cholesky(np.full((4, 4), 0.4) + 0.6 * np.eye(4)).T)
    alpha, omega = reliability(items).to_dict("records")
    assert alpha["value"] == pytest.approx(4 * 0.4 / 2.2)
    assert omega["value"] == pytest.approx(alpha["value"], abs=1e-5)


def test_units_and_keys():
    items = parallel()
    scaled = reliability(items * 25 + 3)
    pd.testing.assert_frame_equal(scaled, reliability(items), rtol=1e-4)
    assert reliability(items.assign(d=-items["d"])).at[0, "value"] < reliability(items).at[0, "value"]


def test_missing_answers():
    items = parallel().astype(object)
    items.loc[:9, "a"] = None
    items = items.astype(float)
    pairwise, listwise = reliability(items), reliability(items, "listwise")
    assert (pairwise["n"] == 390).all()
    assert (listwise["n"] == 390).all()
    assert listwise.at[0, "value"] == pytest.approx(cronbach_alpha(items, "listwise"))
    assert pairwise.at[0, "value"] == pytest.approx(cronbach_alpha(items))
    assert item_total(items)["n"].tolist() == [390, 400, 400, 400]
    assert item_total(items, "listwise")["n"].tolist() == [390] * 4


def test_pairwise_item_total_against_psych():
    found = item_total(GAPS)
    for column, expected in PSYCH.items():
        assert found[column].tolist() == pytest.approx(expected, rel=1e-11), column


def test_two_items_have_no_omega():
    found = reliability(parallel(items=2)).set_index("coefficient")
    assert found.loc["omega", ["value", "ci_low", "ci_high"]].isna().all()
    assert item_total(parallel(items=2))["alpha_without"].isna().all()


@pytest.mark.parametrize(("items", "code"), [
    (SMALL[["a"]], "E40"),
    (SMALL.assign(b=["x", "y", "x", "y"]), "E41"),
    (SMALL.assign(c=2), "E41"),
    (SMALL[["a"]].assign(b=-SMALL["a"]), "E42"),
    (SMALL.assign(b=[1, 2, 3, np.inf]), "E41"),
    (pd.DataFrame({"a": [1, 2, 3, None, None], "b": [None, None, 1, 2, 3.0]}), "E42"),
])
def test_what_cannot_be_told(items, code):
    with pytest.raises(DesignError) as caught:
        reliability(items)
    assert caught.value.problems[0].code == code


@pytest.mark.parametrize("items", [
    SMALL.assign(c=SMALL["a"] * 2), pd.DataFrame({"a": [1, 2, 3.0], "b": [3, 2, 1.0], "c": [3, 2, 1.0]})])
def test_alpha_stands_where_no_factor_fits(items):
    with pytest.warns(UserWarning, match="E42"):
        alpha, omega = reliability(items).to_dict("records")
    assert alpha["value"] == pytest.approx(cronbach_alpha(items))
    assert np.isnan(omega["value"])


@pytest.mark.parametrize("function", [reliability, item_total])
def test_faults_of_the_question(function):
    for asked, code in [({"missing": "listwise"}, "E42"), ({"confidence": 95}, "E17"), ({"missing": "Listwise"}, "E11")]:
        with pytest.raises(DesignError) as caught:
            function(SMALL.astype(float).mask(np.eye(4, 3) + np.eye(4, 3, -1) > 0), **asked)
        assert caught.value.problems[0].code == code


def test_item_total_shows_what_no_factor_can_be_fitted_to():
    """An item that repeats another, and one that mirrors it: found here, where `reliability` gives up."""
    assert item_total(SMALL[["a"]].assign(b=SMALL["a"]))["r_drop"].tolist() == pytest.approx([1, 1])
    mirrored = item_total(SMALL[["a"]].assign(b=-SMALL["a"]))
    assert mirrored["r_drop"].tolist() == pytest.approx([-1, -1])
    assert mirrored["r_total"].isna().all()


def test_the_same_table_gives_the_same_digits():
    pd.testing.assert_frame_equal(reliability(parallel()), reliability(parallel()), rtol=0, atol=0)


def test_feldts_limits_by_hand():
    """Limits of 1 - (1 - alpha) F are exact where F has its definition: at the upper limit, alpha is the 2.5% point."""
    row = reliability(parallel(41)).iloc[0]
    for limit, tail in [("ci_low", 0.975), ("ci_high", 0.025)]:
        assert stats.f.cdf((1 - row[limit]) / (1 - row["value"]), 40, 120) == pytest.approx(tail)


def test_intervals_cover():
    """300 samples of 150: a 95% interval misses 15 on average, over 27 once in a thousand runs."""
    rng = np.random.default_rng(1)
    loadings = np.array([0.6, 0.7, 0.5, 0.8, 0.4])
    unique = 1 - loadings**2
    truth = {"omega": loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())}
    truth["alpha"] = 5 / 4 * (1 - 5 / (loadings.sum() ** 2 + unique.sum()))
    missed = dict.fromkeys(truth, 0)
    for _ in range(300):
        items = pd.DataFrame(rng.normal(size=(150, 1)) * loadings + rng.normal(size=(150, 5)) * np.sqrt(unique))
        for row in reliability(items).to_dict("records"):
            missed[row["coefficient"]] += not row["ci_low"] <= truth[row["coefficient"]] <= row["ci_high"]
    assert all(3 <= count <= 27 for count in missed.values()), missed


def test_information_is_the_formula():
    """(n - 1)/2 trace(S⁻¹ S_i S⁻¹ S_j), with the derivatives of S = loadings loadings' + diag(unique) taken one by one."""
    loadings, unique = np.array([0.6, 1.7, -0.5]), np.array([0.3, 0.9, 2.0])
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(unique))
    unit = np.eye(3)
    slopes = [np.outer(e, loadings) + np.outer(loadings, e) for e in unit] + [np.outer(e, e) for e in unit]
    expected = [[20 / 2 * np.trace(inverse @ a @ inverse @ b) for b in slopes] for a in slopes]
    np.testing.assert_allclose(_information(loadings, unique, 21), expected, rtol=1e-12)
