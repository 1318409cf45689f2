"""Designs, domains and estimates, worked out by hand on six households."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from evaluation.core.errors import DesignError
from evaluation.estimation import SurveyDesign, categories, mean, quantile, ratio, total

#: strata a (2 of 10 PSUs, 4 rows) and b (2 of 4 PSUs, 2 rows); weights 5 and 2
ROWS = pd.DataFrame({
    "stratum": list("aaaabb"), "psu": [1, 1, 2, 2, 3, 4], "N": [10] * 4 + [4] * 2, "w": [5.0] * 4 + [2.0] * 2,
    "y": [1.0, 3, 2, 2, 10, 4], "x": [1.0, 1, 2, 2, 4, 2], "kind": list("pqpqpq"), "last": [np.nan] * 5 + [7.0],
})
DRAWN = SurveyDesign(ROWS, weights="w", strata="stratum", psu="psu", fpc="N")


def test_total_by_hand():
    """Totals of PSUs 20, 20 and 20, 8: only b varies, (1 - 2/4) 2/1 (6² + 6²) = 72."""
    row = total(DRAWN, "y").iloc[0]
    assert (row["value"], row["se"], row["df"], row["n"]) == (68, pytest.approx(math.sqrt(72)), 2, 6)
    assert row["ci_low"] == pytest.approx(68 - 4.30265273 * math.sqrt(72))


def test_mean_and_ratio_by_hand():
    """Mean 68/24; linearised totals of a: 5 (4 - 2 m) twice, of b: 2 (10 - m), 2 (4 - m), over 24."""
    row = mean(DRAWN, "y").iloc[0]
    assert row["value"] == pytest.approx(68 / 24)
    assert row["se"] == pytest.approx(math.sqrt(72) / 24)
    row = ratio(DRAWN, "y", "x").iloc[0]
    r = 68 / 42
    a, b = (5 * (4 - 2 * r), 5 * (4 - 4 * r)), (2 * (10 - 4 * r), 2 * (4 - 2 * r))
    variance = (0.8 * 2 * 2 * ((a[0] - a[1]) / 2) ** 2 + 0.5 * 2 * 2 * ((b[0] - b[1]) / 2) ** 2) / 42**2
    assert (row["item"], row["value"], row["se"]) == ("y/x", pytest.approx(r), pytest.approx(math.sqrt(variance)))


def test_a_domain_keeps_the_design():
    """Nobody of PSU 3 is in the domain; it still counts as drawn, with 0: (1 - 2/4) 2 (2 x 4/2)² x 2 = 32."""
    row = total(DRAWN, "y", where=lambda rows: rows["psu"] == 4).iloc[0]
    assert (row["value"], row["se"], row["n"]) == (8, pytest.approx(math.sqrt(32)), 1)
    by = total(DRAWN, "y", by="psu").set_index("psu")
    assert by.at[4, "se"] == pytest.approx(row["se"])
    assert by["value"].to_dict() == {1: 20, 2: 20, 3: 20, 4: 8}


@pytest.mark.parametrize("where", ["met", [False] * 5 + [True], pd.Series([False] * 5 + [True], index=range(9, 15)),
                                   np.array([0, 0, 0, 0, 0, 1]), lambda rows: rows["y"] == 4])
def test_forms_of_where(where):
    held = SurveyDesign(ROWS.assign(met=pd.array([False] * 4 + [None, True], dtype="boolean")), weights="w")
    assert mean(held, "y", where=where).at[0, "value"] == 4


def test_degrees_of_freedom():
    assert mean(DRAWN, "y", where=lambda rows: rows["stratum"] == "a").at[0, "df"] == 1
    by = mean(DRAWN, "y", by="stratum")
    assert by["df"].tolist() == [2, 2]
    assert mean(DRAWN, "y", by="stratum", df="domain")["df"].tolist() == [1, 1]
    normal = mean(DRAWN, "y", df=math.inf).iloc[0]
    assert normal["ci_high"] - normal["value"] == pytest.approx(1.959963985 * normal["se"])


def test_a_missing_answer_is_out_of_the_domain():
    row = mean(DRAWN, "last").iloc[0]
    assert (row["value"], row["n"]) == (7, 1)
    assert mean(DRAWN, "last", by="stratum").loc[0, ["value", "se", "n"]].tolist() == pytest.approx(
        [np.nan, np.nan, 0], nan_ok=True)


def test_weights_follow_from_the_population():
    assert SurveyDesign(ROWS, strata="stratum", psu="psu", fpc="N").weight.tolist() == [5] * 4 + [2] * 2
    shares = np.array([0.2] * 4 + [0.5] * 2)
    assert SurveyDesign(ROWS, strata="stratum", psu="psu", fpc=shares).weight.tolist() == pytest.approx([5] * 4 + [2] * 2)
    assert SurveyDesign(ROWS).weight.tolist() == [1] * 6


def test_two_stages_by_hand():
    """PSU 1 has 2 of its 4 rows in the sample, weighted values 5 and 15: 2/10 (1 - 2/4) 2 (5² + 5²) more."""
    rows = ROWS.assign(row=range(6), M=[4, 4, 2, 2, 1, 1])
    both = SurveyDesign(rows, weights="w", strata="stratum", psu=["psu", "row"], fpc=["N", "M"])
    assert total(both, "y").at[0, "se"] ** 2 == pytest.approx(72 + 0.2 * 0.5 * 2 * (5**2 + 5**2))


def test_a_certainty_is_not_lonely():
    alone = ROWS.iloc[:5].assign(N=[10] * 4 + [1])
    assert total(SurveyDesign(alone, weights="w", strata="stratum", psu="psu", fpc="N"), "y").at[0, "se"] == pytest.approx(0)
    with pytest.raises(DesignError, match="E09"):
        total(SurveyDesign(alone, weights="w", strata="stratum", psu="psu"), "y")


@pytest.mark.parametrize(("lonely_psu", "variance"), [
    ("remove", 400), ("certainty", 400), ("adjust", 400 + 20**2), ("average", 400 * 2)])
def test_a_lonely_psu(lonely_psu, variance):
    """Totals of PSUs: 10 and 30 in a, 2/(2 - 1) (10² + 10²) = 400; 20 alone in b."""
    alone = ROWS.iloc[:5].assign(y=[1.0, 1, 3, 3, 10])
    design = SurveyDesign(alone, weights="w", strata="stratum", psu="psu", lonely_psu=lonely_psu)
    assert total(design, "y").at[0, "se"] ** 2 == pytest.approx(variance)


def test_a_series_is_matched_by_its_labels():
    turned = ROWS.sample(frac=1, random_state=2)
    assert mean(DRAWN, "y", where=turned["x"] > 1).equals(mean(DRAWN, "y", where=ROWS["x"] > 1))
    assert SurveyDesign(ROWS, weights=turned["w"]).weight.tolist() == ROWS["w"].tolist()


def test_columns_of_any_kind():
    kinds = ROWS.assign(yes=ROWS["y"] > 2, whole=pd.array([1, 2, None, 4, 5, 6], dtype="Int64"), held=ROWS["y"].astype(object))
    design = SurveyDesign(kinds.rename(columns={"x": 7}), weights="w", strata="stratum", psu="psu", fpc="N")
    found = mean(design, ["yes", "whole", "held", 7]).set_index("item")
    assert found.at["held", "value"] == mean(DRAWN, "y").at[0, "value"]
    assert found.at[7, "se"] == mean(DRAWN, "x").at[0, "se"]
    assert found["n"].to_dict() == {"yes": 6, "whole": 5, "held": 6, 7: 6}
    assert mean(DRAWN, "y", by=[]).equals(mean(DRAWN, "y"))


def test_categories_are_all_of_them():
    found = categories(DRAWN, "kind")
    assert found[["item", "level"]].to_numpy().tolist() == [["kind", "p"], ["kind", "q"]]
    assert found["value"].sum() == pytest.approx(1)
    kinds = ROWS.assign(kind=pd.Categorical(ROWS["kind"], categories=["q", "p", "r"]))
    assert categories(SurveyDesign(kinds), "kind")["level"].tolist() == ["q", "p", "r"]


def test_quantiles_by_hand():
    """Weights 1, values 1 2 3 4."""
    four = SurveyDesign(pd.DataFrame({"y": [4, 2, 1, 3], "w": 7}), weights="w")
    asked = {"math": [1, 2, 3], "school": [1.5, 2.5, 3.5], "hf7": [1.75, 2.5, 3.25], "hf6": [1.25, 2.5, 3.75]}
    for rule, expected in asked.items():
        assert quantile(four, "y", [0.25, 0.5, 0.75], rule=rule)["value"].tolist() == expected, rule


def test_the_table_is_not_changed():
    before = ROWS.copy()
    mean(DRAWN, ["y", "x"], by="kind")
    pd.testing.assert_frame_equal(ROWS, before)


def test_columns_of_the_result():
    columns = ["item", "value", "se", "df", "ci_low", "ci_high", "n", "n_eff", "deff"]
    assert list(mean(DRAWN, "y").columns) == columns
    assert list(mean(DRAWN, ["y", "x"], by=["stratum", "kind"]).columns) == ["stratum", "kind", *columns]
    assert len(mean(DRAWN, ["y", "x"], by=["stratum", "kind"])) == 8
    assert "two" not in repr(DRAWN)
    assert repr(DRAWN).startswith("SurveyDesign(6 rows, 2 strata, 4 PSUs, 1 stage(s), weights sum to 24")
