"""Agreement between raters, on published tables, on numbers of R, and on identities that hold whatever the ratings are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.core.errors import DesignError
from evaluation.estimation import cronbach_alpha, reliability
from evaluation.estimation.agreement import icc, krippendorff_alpha, variance_components, weighted_kappa

NONE = float("nan")
LEVELS = ("nominal", "ordinal", "interval", "ratio")

#: Shrout and Fleiss (1979), table 2: six targets, four judges
SHROUT = pd.DataFrame({"a": [9, 6, 8, 7, 10, 6], "b": [2, 1, 4, 1, 5, 2], "c": [5, 3, 6, 2, 6, 4], "d": [8, 2, 8, 6, 9, 7]})

#: eight subjects whose raters agree less than by chance
WEAK = pd.DataFrame({"a": [3, 5, 2, 4, 3, 5, 1, 4], "b": [4, 3, 4, 2, 3, 4, 3, 5], "c": [2, 4, 3, 5, 1, 2, 4, 3]})

#: Shrout and Fleiss less five ratings: subjects have 4, 3, 4, 2, 4, 2
GAPS = SHROUT.assign(c=[5, 3, 6, NONE, 6, NONE], d=[8, NONE, 8, NONE, 9, NONE])

#: Krippendorff (2011), section D: four observers, twelve units
UNITS = pd.DataFrame({"A": [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE], "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
                      "C": [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE], "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE]})

#: Boyd's 85 mammograms, two radiologists, four categories (Stata Base Reference Manual, kappa)
MAMMOGRAMS = [[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]]

#: twenty subjects of Uebersax's page on kappa in SAS; one rater never gives the first category
UEBERSAX = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]


def pairs(table):
    """Answers of two raters, categories 1, 2, …, that a table counts."""
    answers = [(i + 1, j + 1) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [a for a, _ in answers], [b for _, b in answers]


def by_name(ratings, **asked):
    return icc(ratings, **asked).set_index("coefficient")


def made(subjects=40, raters=4, seed=2, missing=0.0):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(subjects, 1)) + 0.5 * rng.normal(size=raters) + rng.normal(size=(subjects, raters))
    y[rng.random(y.shape) < missing] = np.nan
    return pd.DataFrame(y, columns=list("abcdefgh"[:raters]))


def test_shrout_and_fleiss():
    """Their table 4."""
    found = by_name(SHROUT)["icc"].round(2).to_dict()
    assert found == {"ICC(1)": 0.17, "ICC(A,1)": 0.29, "ICC(C,1)": 0.71, "ICC(k)": 0.44, "ICC(A,k)": 0.62, "ICC(C,k)": 0.91}


#: R 4.2.2, psych 2.2.9: ICC(x, lmer = FALSE, alpha = 1 - confidence)$results, in the order of its rows
PSYCH = [
    (SHROUT, 0.95, [
        ("ICC(1)", 0.165741768405476, 1.79467849223947, 5, 18, -0.1329323248747509, 0.722560062328121),
        ("ICC(A,1)", 0.289763779527559, 11.02724795640327, 5, 15, 0.0187865133747120, 0.761084369648953),
        ("ICC(C,1)", 0.714840714840715, 11.02724795640327, 5, 15, 0.3424647650339254, 0.945858259955360),
        ("ICC(k)", 0.442797133679269, 1.79467849223947, 5, 18, -0.8844421552381190, 0.912415420340776),
        ("ICC(A,k)", 0.620050547598989, 11.02724795640327, 5, 15, 0.0711368153025035, 0.927232040167722),
        ("ICC(C,k)", 0.909315542377069, 11.02724795640327, 5, 15, 0.6756747138163047, 0.985891678169062)]),
    (WEAK, 0.9, [
        ("ICC(1)", -0.0836820083682012, 0.768339768339767, 7, 16, -0.310527659454293, 0.359643818560836),
        ("ICC(A,1)", -0.1212121212121216, 0.703180212014133, 7, 14, -0.374995159815541, 0.351688570455609),
        ("ICC(C,1)", -0.1098039215686278, 0.703180212014133, 7, 14, -0.330737865239015, 0.330609013820317),
        ("ICC(k)", -0.3015075376884438, 0.768339768339767, 7, 16, -2.458361404307850, 0.627545637150506),
        ("ICC(A,k)", -0.4800000000000020, 0.703180212014133, 7, 14, -4.499767680141735, 0.619396424917633),
        ("ICC(C,k)", -0.4221105527638208, 0.703180212014133, 7, 14, -2.930996933006158, 0.597048084572985)])]


@pytest.mark.parametrize(("ratings", "confidence", "expected"), PSYCH)
def test_icc_against_psych(ratings, confidence, expected):
    found = icc(ratings, confidence)
    assert found.columns.tolist() == ["coefficient", "icc", "f", "df1", "df2", "ci_low", "ci_high"]
    assert found["coefficient"].tolist() == [row[0] for row in expected]
    np.testing.assert_allclose(found.iloc[:, 1:].to_numpy(dtype=float), [row[1:] for row in expected], rtol=1e-9)


def test_consistency_of_a_mean_is_cronbachs_alpha():
    """And its limits are Feldt's."""
    ratings = made()
    row, alpha = by_name(ratings, confidence=0.9).loc["ICC(C,k)"], reliability(ratings, confidence=0.9).iloc[0]
    assert row["icc"] == pytest.approx(cronbach_alpha(ratings))
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx(alpha[["ci_low", "ci_high"]].tolist())


def test_a_missing_rating_leaves_the_one_way_form():
    """R 4.2.2: anova(lm(y ~ s)); limits (U/W/q - 1)/(U/W/q + h - 1), U <- h * var(tapply(y, s, mean)), h <- 1/mean(1/n),
    q <- qf(c(.975, .025), 5, 13). n0 = (19 - (4² + 3² + 4² + 2² + 4² + 2²)/19)/5.
    """
    found, between, within, n0 = by_name(GAPS), 8.792982456140342, 7.435897435897430, (19 - 65 / 19) / 5
    row = found.loc["ICC(1)"]
    assert row["icc"] == pytest.approx((between - within) / (between + (n0 - 1) * within), rel=1e-9)
    assert row[["f", "df1", "df2"]].tolist() == pytest.approx([1.182504537205081, 5, 13], rel=1e-9)
    assert row[["ci_low", "ci_high"]].tolist() == pytest.approx([-0.3287008948033598, 0.6766323968787317], rel=1e-9)
    assert found.drop("ICC(1)").isna().all(axis=None)


def test_limits_of_unbalanced_tables_cover():
    """400 tables: a 95% interval misses 20 on average, over 34 or under 8 once in several hundred runs."""
    rng, missed = np.random.default_rng(4), 0
    there = np.arange(8) < np.array([1, 1, 2, 2, 3, 8] * 4)[:, None]
    for _ in range(400):
        y = np.sqrt(0.6) * rng.normal(size=(24, 1)) + np.sqrt(0.4) * rng.normal(size=(24, 8))
        row = icc(pd.DataFrame(np.where(there, y, np.nan))).iloc[0]
        missed += not row["ci_low"] <= 0.6 <= row["ci_high"]
    assert 8 <= missed <= 34


@pytest.mark.parametrize("ratings", [SHROUT, WEAK, GAPS, made(missing=0.3)])
def test_order_does_not_matter(ratings):
    turned = ratings.iloc[::-1, [2, 0, *range(3, ratings.shape[1]), 1]]
    pd.testing.assert_frame_equal(icc(turned), icc(ratings), rtol=1e-10)
    assert variance_components(turned) == pytest.approx(variance_components(ratings))
    for level in LEVELS[: 4 if (ratings.min() >= 0).all() else 3]:
        assert krippendorff_alpha(turned, level) == pytest.approx(krippendorff_alpha(ratings, level))


def test_units_and_levels_of_raters():
    """In other units nothing changes; a rater who is stricter throughout lowers agreement, not consistency."""
    ratings = made()
    before, after = by_name(ratings), by_name(ratings.assign(a=ratings["a"] + 5))
    pd.testing.assert_frame_equal(icc(1e6 - 25 * ratings), icc(ratings), rtol=1e-8)
    for name in ("ICC(C,1)", "ICC(C,k)"):
        assert after.loc[name].tolist() == pytest.approx(before.loc[name].tolist())
    for name in ("ICC(1)", "ICC(A,1)", "ICC(k)", "ICC(A,k)"):
        assert after.at[name, "icc"] < before.at[name, "icc"] - 0.1
    assert krippendorff_alpha(25 * ratings + 3, "interval") == pytest.approx(krippendorff_alpha(ratings, "interval"))
    assert variance_components(25 * ratings + 3) == pytest.approx([625 * part for part in variance_components(ratings)])


def test_subjects_and_raters_without_ratings_are_left_out():
    wider = SHROUT.astype(object).assign(e=None)
    wider.loc[9] = None
    pd.testing.assert_frame_equal(icc(wider), icc(SHROUT), check_dtype=False)
    assert variance_components(wider) == variance_components(SHROUT)
    assert krippendorff_alpha(wider) == krippendorff_alpha(SHROUT)


def test_full_agreement_and_none_at_all():
    same = pd.DataFrame({rater: [1.1, 2.3, 3.7, 0.4] for rater in "abc"})
    found = icc(same)
    assert (found[["icc", "ci_low", "ci_high"]] == 1).all(axis=None)
    assert (found["f"] == np.inf).all()
    stricter = by_name(pd.DataFrame(np.add.outer(np.random.default_rng(0).normal(size=7), [0, 1 / 3, 0.7])))
    assert stricter.loc["ICC(C,1)", ["icc", "ci_low", "ci_high"]].tolist() == pytest.approx([1, 1, 1])
    assert stricter.at["ICC(C,1)", "f"] == np.inf
    assert stricter.at["ICC(A,1)", "ci_low"] < stricter.at["ICC(A,1)", "icc"] < 1
    opposed = by_name(pd.DataFrame([[1, 2], [2, 1], [1, 2]]))
    assert opposed.at["ICC(1)", "icc"] == -1
    assert opposed.at["ICC(k)", "icc"] == -np.inf
    constant = icc(SHROUT * 0 + 0.1)
    assert constant[["icc", "f", "ci_low", "ci_high"]].isna().all(axis=None)
    assert by_name(pd.DataFrame([[1, NONE], [NONE, 2], [3, NONE]]))[["icc", "f", "ci_low", "ci_high"]].isna().all(axis=None)


def test_components_of_shrout_and_fleiss():
    """Their mean squares, in R 4.2.2 anova(lm(y ~ s + r)): 11.24, 32.49, 1.02; the ICCs are shares of the components."""
    subject, rater, rest = variance_components(SHROUT)
    assert rest == pytest.approx(1.01944444444)
    assert subject == pytest.approx((11.24166666667 - 1.01944444444) / 4)
    assert rater == pytest.approx((32.48611111111 - 1.01944444444) / 6)
    found = by_name(SHROUT)["icc"]
    assert found["ICC(A,1)"] == pytest.approx(subject / (subject + rater + rest))
    assert found["ICC(C,1)"] == pytest.approx(subject / (subject + rest))


def test_components_of_an_incomplete_table_by_hand():
    """Three subjects by two raters, 0 3 | 3 6 | 3 -, with a mean of 3; N = 5, n_i 2 2 1, n_j 3 2, Σn_i²/N 9/5, Σn_j²/N 13/5.

    Squares of subjects 9, of raters 15/2, of all 18. What they are expected to be: 16/5 s + 2/5 r + 2 e, 1/5 s + 12/5 r + e,
    16/5 s + 12/5 r + 4 e. Hence s = 1, r = 2, e = 5/2.
    """
    assert variance_components(pd.DataFrame([[0, 3], [3, 6], [3, NONE]])) == pytest.approx((1, 2, 2.5))


@pytest.mark.parametrize("ratings", [GAPS, UNITS, made(missing=0.3), made(12, 6, seed=8, missing=0.5), SHROUT])
def test_components_are_what_sums_of_squares_are_expected_to_be(ratings):
    """E y'Qy = trace(Q V): each projection's sum of squares, rebuilt from the components, is the one observed."""
    y = ratings.stack().dropna()
    one = np.ones((len(y), 1))
    subject, rater = (pd.get_dummies(y.index.get_level_values(level)).to_numpy(dtype=float) for level in (0, 1))
    mean = one @ one.T / len(y)
    forms = [design @ np.linalg.pinv(design) - mean for design in (subject, rater)] + [np.eye(len(y)) - mean]
    covariances = [subject @ subject.T, rater @ rater.T, np.eye(len(y))]
    solved = np.linalg.solve([[np.trace(form @ v) for v in covariances] for form in forms],
                             [y.to_numpy() @ form @ y.to_numpy() for form in forms])
    assert variance_components(ratings) == pytest.approx(np.maximum(solved, 0), rel=1e-9)
    assert (solved > 0).sum() >= 2


def test_components_below_nothing_and_beyond_reach():
    found = variance_components(WEAK)
    assert found.subject == found.rater == 0 < found.residual
    nested = variance_components(pd.DataFrame([[1, NONE], [NONE, 2], [3, NONE], [NONE, 5]]))
    assert np.isnan(nested).all()


@pytest.mark.parametrize(("table", "weights", "printed"), [
    (UEBERSAX, "none", (0.4842, 0.1380, 0.2137, 0.7547)),  # SAS: proc freq; tables Rater1 * Rater2 / agree
    (UEBERSAX, "linear", (0.4701, 0.1457, 0.1845, 0.7558)),
])
def test_kappa_of_the_sas_example(table, weights, printed):
    assert weighted_kappa(*pairs(table), weights=weights) == pytest.approx(printed, abs=5e-5)


#: R 4.2.2, psych 2.2.9: cohen.kappa(t, w = 1 - abs(outer(1:4, 1:4, "-"))^p / 3^p), kappa without weights, linear, quadratic.
#: Its error of a weighted kappa is not taken: for the sums over the first rater it has rowSums(w * rs), not colSums.
@pytest.mark.parametrize(("weights", "kappa"), [("none", 0.47278911564625864), ("linear", 0.56839904420549581),
                                                ("quadratic", 0.67137057800116029)])
def test_kappa_against_psych(weights, kappa):
    assert weighted_kappa(*pairs(MAMMOGRAMS), weights=weights).kappa == pytest.approx(kappa, rel=1e-9)


def test_interval_of_kappa_against_psych():
    """sqrt(var.kappa) and confid of the same call, and with alpha = .1."""
    asked = {"weights": "none"}
    assert weighted_kappa(*pairs(MAMMOGRAMS), **asked)[1:] == pytest.approx(
        (0.07271537817064762, 0.33026959330957928, 0.61530863798293800), rel=1e-9)
    assert weighted_kappa(*pairs(MAMMOGRAMS), **asked, confidence=0.9)[2:] == pytest.approx(
        (0.3531829621271210, 0.5923952691653963), rel=1e-9)


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("table", [MAMMOGRAMS, UEBERSAX])
def test_error_of_weighted_kappa_by_the_delta_method(table, power):
    """Variance of the slopes of kappa over the cells, the slopes by small steps."""
    share = np.array(table) / np.sum(table)
    distance = np.abs(np.subtract.outer(range(len(table)), range(len(table)))) ** power

    def kappa(p):
        return 1 - (distance * p).sum() * p.sum() / (distance * np.outer(p.sum(axis=1), p.sum(axis=0))).sum()

    slopes = np.zeros(share.shape)
    for cell in np.ndindex(share.shape):
        step = np.zeros(share.shape)
        step[cell] = 1e-5
        slopes[cell] = (kappa(share + step) - kappa(share - step)) / 2e-5
    variance = ((slopes**2 * share).sum() - (slopes * share).sum() ** 2) / np.sum(table)
    found = weighted_kappa(*pairs(table), weights=("linear", "quadratic")[power - 1])
    assert found.se == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_quadratic_kappa_is_a_correlation_of_places():
    """2 cov / (var + var + (difference of means)²), with n below: Fleiss and Cohen (1973), 2 x 2: kappa 0.4 by hand."""
    one, two = (np.array(answers) for answers in pairs(MAMMOGRAMS))
    expected = 2 * np.cov(one, two, ddof=0)[0, 1] / (one.var() + two.var() + (one.mean() - two.mean()) ** 2)
    assert weighted_kappa(one, two).kappa == pytest.approx(expected)
    for weights in ("none", "linear", "quadratic"):
        assert weighted_kappa(*pairs([[20, 5], [10, 15]]), weights=weights).kappa == pytest.approx(0.4)


def test_places_of_categories():
    """1, 2 and 4 are neighbours unless 3 is named; words need an order, an ordered column has one."""
    one, two = [4, 1, 2, 1, 4, 2], [4, 1, 2, 2, 2, 2]
    by_place = weighted_kappa(one, two)
    assert by_place == weighted_kappa([3, 1, 2, 1, 3, 2], [3, 1, 2, 2, 2, 2])
    named = weighted_kappa(one, two, categories=[1, 2, 3, 4])
    assert named.kappa == pytest.approx(2 * np.cov(one, two, ddof=0)[0, 1] / (
        np.var(one) + np.var(two) + (np.mean(one) - np.mean(two)) ** 2))
    words = {1: "poor", 2: "fair", 4: "good"}
    first, second = ([words[answer] for answer in answers] for answers in (one, two))
    order = pd.CategoricalDtype(list(words.values()), ordered=True)
    assert weighted_kappa(first, second, categories=words.values()) == by_place
    assert weighted_kappa(pd.Series(first, dtype=order), pd.Series(second, dtype=order)) == by_place
    assert weighted_kappa(first, second, weights="none") == pytest.approx(weighted_kappa(one, two, weights="none"))
    assert weighted_kappa(one, two, categories=[4, 2, 1]) == pytest.approx(by_place)
    assert weighted_kappa(two, one) == pytest.approx(by_place)


def test_pairs_of_kappa():
    """A pair with a NaN is left out; a Series with the same labels in another order is put right."""
    one, two = pd.Series([1, 1, 2, 4, 4, 2], index=list("uvwxyz")), pd.Series([1, 2, 2, 4, 2, 2], index=list("uvwxyz"))
    expected = weighted_kappa(one, two)
    assert weighted_kappa(one, two.iloc[::-1]) == expected
    assert weighted_kappa([*one, 1, None, None], [*two, None, 4, None]) == expected


def test_kappa_at_its_ends():
    assert weighted_kappa([3, 1, 2, 1, 2, 1, 3], [3, 1, 2, 1, 2, 1, 3]) == pytest.approx((1, 0, 1, 1), abs=1e-12)
    assert weighted_kappa([1, 2, 1, 2, 1, 2, 1], [2, 1, 2, 1, 2, 1, 1]).ci_low == -1
    assert weighted_kappa([1, 1, 1], [2, 2, 2]).kappa == 0
    assert weighted_kappa([1, 2, 3, 1, 2, 3, 1], [1, 2, 3, 1, 2, 3, 2]).ci_high == 1
    assert np.isnan(weighted_kappa([1, 1, 1], [1, 1, 1])).all()
    assert np.isnan(weighted_kappa([1, 1, 1], [1, 1, 1], categories=[1, 2, 3], weights="none")).all()


@pytest.mark.parametrize(("level", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)])
def test_krippendorffs_own_example(level, printed):
    assert krippendorff_alpha(UNITS, level) == pytest.approx(printed, abs=5e-4)


def test_krippendorffs_examples_of_two_observers():
    """Krippendorff (2011), sections A and B; in words, and with a unit that one observer alone has coded."""
    binary = pd.DataFrame({"Meg": [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], "Owen": [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]})
    words = pd.DataFrame({"Ben": list("aabbdcccedda"), "Gerry": list("babbbccceddd")})
    assert krippendorff_alpha(binary) == pytest.approx(0.095, abs=5e-4)
    assert krippendorff_alpha(words) == pytest.approx(0.692, abs=5e-4)
    words.loc[12] = ["f", None]
    assert krippendorff_alpha(words) == pytest.approx(0.692, abs=5e-4)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("ratings", [UNITS, SHROUT, WEAK - 1, GAPS])
def test_alpha_from_the_coincidence_matrix(ratings, level):
    """o_ck cell by cell, and the differences as Krippendorff writes them: for ranks, a sum from c to k."""
    units = [row[~np.isnan(row)] for row in ratings.to_numpy(dtype=float)]
    values = np.unique(np.concatenate([unit for unit in units if len(unit) > 1]))
    o = np.zeros((len(values), len(values)))
    for unit in units:
        for i, one in enumerate(unit):
            for j, other in enumerate(unit):
                if i != j:
                    o[np.searchsorted(values, one), np.searchsorted(values, other)] += 1 / (len(unit) - 1)
    n = o.sum(axis=1)

    def difference(c, k):
        one, other = values[c], values[k]
        return {"nominal": 1, "ordinal": n[min(c, k): max(c, k) + 1].sum() - (n[c] + n[k]) / 2, "interval": one - other,
                "ratio": (one - other) / (one + other)}[level]

    cells = [(c, k) for c in range(len(values)) for k in range(c)]
    observed = sum(o[c, k] * difference(c, k) ** 2 for c, k in cells)
    expected = sum(n[c] * n[k] * difference(c, k) ** 2 for c, k in cells)
    assert krippendorff_alpha(ratings, level) == pytest.approx(1 - (n.sum() - 1) * observed / expected)


def test_ordinal_alpha_knows_ranks_alone():
    stretched = UNITS.replace({1: -7.5, 4: 4.5, 5: 400})
    assert krippendorff_alpha(stretched, "ordinal") == pytest.approx(krippendorff_alpha(UNITS, "ordinal"))
    assert krippendorff_alpha(stretched, "interval") != pytest.approx(krippendorff_alpha(UNITS, "interval"), abs=0.01)


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_of_nothing_to_compare(level):
    assert np.isnan(krippendorff_alpha(pd.DataFrame({"a": [1, NONE, 3], "b": [NONE, 2, NONE]}), level))
    assert np.isnan(krippendorff_alpha(pd.DataFrame({"a": [NONE, NONE], "b": [NONE, NONE]}), level))
    assert np.isnan(krippendorff_alpha(pd.DataFrame({"a": [1, 2, 3]}), level))
    assert np.isnan(krippendorff_alpha(pd.DataFrame({"a": [3, 3, 1], "b": [3, 3, NONE]}), level))
    assert np.isnan(krippendorff_alpha(SHROUT * 0 + 0.1, level))
    assert krippendorff_alpha(pd.DataFrame({"a": [0, 2, 3], "b": [0, 2, 3]}), level) == 1


@pytest.mark.parametrize(("ratings", "code"), [
    ([[1, 2], [3, 4]], "E04"),
    (SHROUT.iloc[:0], "E04"),
    (SHROUT[["a"]], "E18"),
    (SHROUT.iloc[:1], "E18"),
    (SHROUT.assign(b=NONE)[["a", "b"]], "E18"),
    (SHROUT[[]], "E18"),
    (SHROUT.assign(b=list("uvwxyz")), "E10"),
    (SHROUT.assign(b=np.inf), "E20"),
    (pd.concat([SHROUT, SHROUT], axis=1), "E21"),
])
@pytest.mark.parametrize("function", [icc, variance_components])
def test_faults_of_a_table(function, ratings, code):
    with pytest.raises(DesignError) as caught:
        function(ratings)
    assert caught.value.problems[0].code == code


@pytest.mark.parametrize(("call", "code"), [
    (lambda: icc(SHROUT, confidence=95), "E17"),
    (lambda: krippendorff_alpha(UNITS, "ordnal"), "E11"),
    (lambda: krippendorff_alpha(UNITS - 2, "ratio"), "D09"),
    (lambda: krippendorff_alpha(UNITS.assign(A="x"), "interval"), "E10"),
    (lambda: krippendorff_alpha(UNITS.iloc[:0]), "E04"),
    (lambda: krippendorff_alpha(UNITS.assign(A=np.inf), "interval"), "E20"),
    (lambda: weighted_kappa([1, 2, 1], [1, 2, 2], weights="squared"), "E11"),
    (lambda: weighted_kappa([1, 2, 1], [1, 2, 2], categories=[1, 3]), "E11"),
    (lambda: weighted_kappa([1, 2, 1], [1, 2]), "E12"),
    (lambda: weighted_kappa([1, 2, None], [1, None, 2]), "E18"),
    (lambda: weighted_kappa([], []), "E18"),
    (lambda: weighted_kappa(["a", "b"], ["a", "b"]), "G09"),
    (lambda: weighted_kappa([1, 2, 1], [1, 2, 2], confidence=0), "E17"),
    (lambda: weighted_kappa([1, 1], [1, 1], confidence=95), "E17"),
])
def test_faults_of_the_question(call, code):
    with pytest.raises(DesignError) as caught:
        call()
    assert caught.value.problems[0].code == code
    assert "…" not in str(caught.value)


def test_limits_of_consistency_by_hand():
    """At each limit F, divided by what it would then be, is F's own quantile: McGraw and Wong (1996), table 7."""
    row = by_name(SHROUT).loc["ICC(C,1)"]
    for limit, tail in [("ci_low", 0.975), ("ci_high", 0.025)]:
        ratio = 1 + 4 * row[limit] / (1 - row[limit])
        assert stats.f.cdf(row["f"] / ratio, 5, 15) == pytest.approx(tail)
