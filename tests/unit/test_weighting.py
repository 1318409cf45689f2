"""Steps of weighting by hand: what the weights become, what the variance becomes, what the history tells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.estimation import SurveyDesign, calibrate, mean, nonresponse, poststratify, rake, replicate, total, trim

ROWS = pd.DataFrame({"w": [2.0, 2, 4, 4, 3, 3], "y": [1.0, 3, 2, 4, 6, 8], "x": [1.0, 2, 1, 3, 2, 3], "sex": list("ffmmfm"),
                     "home": list("oroorr"), "answered": [True, False, True, True, True, True], "c": list("aaabbb")})
BASE = SurveyDesign(ROWS, weights="w")


def test_poststratification_scales_cells():
    step = poststratify(BASE, {"sex": {"f": 14, "m": 22}})
    assert step.weight.tolist() == [4, 4, 8, 8, 6, 6]
    assert BASE.weight.tolist() == ROWS["w"].tolist()
    joint = poststratify(BASE, {("sex", "home"): {("f", "o"): 1, ("f", "r"): 2, ("m", "o"): 3, ("m", "r"): 4}})
    assert joint.weight.tolist() == pytest.approx([1, 0.8, 1.5, 1.5, 1.2, 4])


def test_the_variance_after_poststratification_is_of_residuals():
    step = poststratify(BASE, {"sex": {"f": 14, "m": 22}})
    means = {"f": (2 * 1 + 2 * 3 + 3 * 6) / 7, "m": (4 * 2 + 4 * 4 + 3 * 8) / 11}
    rest = step.weight * (ROWS["y"] - ROWS["sex"].map(means))
    assert total(step, "y").at[0, "se"] == pytest.approx(np.sqrt(6 / 5 * ((rest - rest.mean()) ** 2).sum()))
    known = total(step, "y", by="sex")
    assert known["value"].tolist() == pytest.approx([14 * means["f"], 22 * means["m"]])


def test_a_margin_in_every_form():
    forms = [{"sex": {"f": 14, "m": 22}}, {"sex": pd.Series({"f": 14, "m": 22})},
             pd.Series({"f": 14, "m": 22}, name="sex"), pd.Series([14, 22], index=pd.Index(["f", "m"], name="sex"))]
    for form in forms:
        assert poststratify(BASE, form).weight.tolist() == [4, 4, 8, 8, 6, 6]
    crossed = ROWS.groupby(["sex", "home"])["w"].sum() * 2
    assert poststratify(BASE, crossed).weight.tolist() == pytest.approx((2 * ROWS["w"]).tolist())
    assert rake(BASE, [ROWS.groupby(name)["w"].sum() for name in ("sex", "home")]).weight.tolist() == ROWS["w"].tolist()


def test_raking_honours_the_weights_it_starts_from():
    """Two by two: the odds ratio of the table of weights is what raking keeps."""
    step = rake(BASE, [{"sex": {"f": 10, "m": 10}}, {"home": {"o": 8, "r": 12}}])
    sums = ROWS.assign(w=step.weight).pivot_table(index="sex", columns="home", values="w", aggfunc="sum")
    assert sums.sum(axis=1).tolist() == pytest.approx([10, 10], rel=1e-10)
    assert sums.sum(axis=0).tolist() == pytest.approx([8, 12], rel=1e-10)
    before = ROWS.pivot_table(index="sex", columns="home", values="w", aggfunc="sum")
    odds = [table.at["f", "o"] * table.at["m", "r"] / table.at["f", "r"] / table.at["m", "o"] for table in (before, sums)]
    assert odds[1] == pytest.approx(odds[0])


def test_linear_calibration_is_the_regression_estimator():
    step = calibrate(BASE, {"(Intercept)": 20, "x": 42})
    design = np.column_stack([np.ones(6), ROWS["x"]])
    weights = ROWS["w"].to_numpy()
    slope = np.linalg.solve(design.T @ (weights[:, None] * design), design.T @ (weights * ROWS["y"]))
    regression = (weights * ROWS["y"]).sum() + (np.array([20, 42]) - design.T @ weights) @ slope
    assert total(step, "y").at[0, "value"] == pytest.approx(regression)
    rest = step.weight * (ROWS["y"] - design @ slope)
    assert total(step, "y").at[0, "se"] == pytest.approx(np.sqrt(6 / 5 * ((rest - rest.mean()) ** 2).sum()))
    bounded = calibrate(BASE, {"(Intercept)": 20, "x": 42}, bounds=(0.8, 1.5))
    assert (bounded.weight / weights).min() >= 0.8
    assert (bounded.weight / weights).max() <= 1.5


def test_levels_may_be_named_as_r_names_them():
    one = calibrate(BASE, {"(Intercept)": 20, "sex": {"m": 12}})
    assert calibrate(BASE, {"1": 20, "sexm": 12}).weight.tolist() == pytest.approx(one.weight.tolist())
    assert one.weight.tolist() == pytest.approx(poststratify(BASE, {"sex": {"f": 8, "m": 12}}).weight.tolist())


def test_nonresponse_hands_weights_on_within_classes():
    step = nonresponse(BASE, "answered", "c")
    assert step.weight.tolist() == pytest.approx([2 * 8 / 6, 0, 4 * 8 / 6, 4, 3, 3])
    assert step.weight.sum() == ROWS["w"].sum()
    assert mean(step, "y").at[0, "n"] == 5
    assert mean(step, "y", by="answered")["answered"].tolist() == [True]
    weighted = poststratify(step, {"sex": {"f": 10, "m": 20}})
    assert weighted.weight[1] == 0
    assert weighted.weight.sum() == pytest.approx(30)


def test_trimming_keeps_the_sum_and_tells_what_it_did():
    """7 is cut to 5; the 2 go to the three others in equal parts."""
    heavy = SurveyDesign(ROWS.iloc[:4], weights=[1.0, 2, 2, 7])
    step = trim(heavy, upper=5)
    assert step.weight.tolist() == pytest.approx([1 + 2 / 3, 2 + 2 / 3, 2 + 2 / 3, 5])
    assert step.steps[-1].trimmed.tolist() == [3]
    assert step.history.at[1, "note"] == "1 weights trimmed to [0, 5], 2 moved"
    raised = trim(heavy, upper=6, lower=1.5)
    assert raised.weight.tolist() == pytest.approx([1.5, 2.25, 2.25, 6])


def test_the_history_of_the_weights():
    chain = rake(trim(nonresponse(BASE, "answered"), upper=5), [{"sex": {"f": 10, "m": 10}}, {"home": {"o": 8, "r": 12}}])
    told = chain.history
    assert told["step"].tolist() == ["base", "nonresponse", "trim", "rake"]
    assert told["n"].tolist() == [6, 5, 5, 5]
    assert told["sum"].tolist() == pytest.approx([18, 18, 18, 20])
    assert told.at[0, "weighting_effect"] == pytest.approx(6 * 58 / 18**2)
    assert [step.name for step in BASE.steps] == []


def test_replicates_do_the_steps_again():
    """The jackknife of a poststratified total: every replicate is poststratified anew, so that a known total has no error."""
    known = poststratify(BASE, {"sex": {"f": 14, "m": 22}})
    replicated = poststratify(replicate(BASE, "jk1"), {"sex": {"f": 14, "m": 22}})
    assert replicate(known, "jk1").weight.tolist() == known.weight.tolist()
    counted = poststratify(SurveyDesign(ROWS.assign(one=1.0), weights="w"), {"sex": {"f": 14, "m": 22}})
    assert total(replicate(counted, "jk1"), "one", by="sex")["se"].tolist() == pytest.approx([0, 0], abs=1e-10)
    assert total(replicated, "y").at[0, "se"] == pytest.approx(total(replicate(known, "jk1"), "y").at[0, "se"])
