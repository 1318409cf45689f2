"""Item statistics of the Toronto survey against R: toronto_per_likert_R.json (R 4.2.2, psych 2.2.9).

R: psych's raw alpha with q3.4, q3.6 and q3.11 reversed, on labels recoded 1..5 whatever their case, blank = missing, all
962 rows: pairwise, and listwise on the rows with all 11. Our scores are 0..100, reversed where the item is: 1..5 is
1 + score / 25. Limits of alpha on complete rows: psych's alpha.ci(n.obs=667, n.var=11); omega there: stats::factanal (ML, one
factor, loadings times the sd) and its standard error from lavaan 0.6.14's cfa, each printed to 8 digits.
"""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.declare.programme import load_round_file
from evaluation.declare.round import CommunityColumn
from evaluation.estimation import cronbach_alpha, item_total, reliability
from evaluation.fieldwork import open_round
from evaluation.fieldwork.answers import read_answers
from evaluation.scoring.item_scores import keyed_items

PROJECT = Path(__file__).resolve().parents[2]
SCENARIO = PROJECT / "tests" / "scenarios" / "toronto"
DATA = PROJECT.parent / "shared" / "data"
SURVEY = DATA / "surveys" / "toronto_per_public_survey" / "per_public_survey_trimmed_cp1252.csv"
ORACLE = DATA / "oracles" / "toronto_per_likert_R.json"
GRID = [f"q3_{number}" for number in range(1, 12)]
REVERSED = {"q3_4", "q3_6", "q3_11"}
CLOSE = {"rel": 1e-9, "abs": 1e-9}

pytestmark = pytest.mark.skipif(not (SURVEY.is_file() and ORACLE.is_file()), reason=f"the survey is not in {DATA}")


@pytest.fixture(scope="module")
def oracle():
    return json.loads(ORACLE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def everyone():
    """Keyed scores of all 962 respondents and their postal area: no pattern, so nobody is left out."""
    declared, programme = load_round_file(SCENARIO)
    file = declared.answers["questionnaire"]
    area = CommunityColumn(column=file.community.column, case="upper", first=3)
    file = file.model_copy(update={"file": str(SURVEY), "community": area})
    answers, warnings = read_answers(SCENARIO, file, programme.instruments["questionnaire"])
    assert warnings == []
    return keyed_items(answers, programme.rubric, GRID).assign(area=answers.design["community"].to_numpy())


@pytest.fixture(scope="module")
def keyed(everyone):
    return everyone[GRID]


def on_five(scores):
    """0..100 to 1..5."""
    return 1 + scores / 25


def as_worded(item, mean):
    """The mean of the item as it was asked: R's item means are not reversed."""
    return 6 - mean if item in REVERSED else mean


def test_nobody_is_lost_and_the_reversed_items_are_those_of_r(everyone, oracle):
    _, programme = load_round_file(SCENARIO)
    items = programme.instruments["questionnaire"].items
    assert len(everyone) == 962
    assert {item.id.replace("_", ".") for item in items if item.reverse and item.id in GRID} == set(oracle["reverse_keyed"])


@pytest.mark.parametrize("item", GRID)
def test_n_mean_and_sd_of_an_item(keyed, oracle, item):
    name = item.replace("_", ".")
    scores = keyed[item]
    assert scores.count() == oracle["item_n"][name]
    assert as_worded(item, on_five(scores.mean())) == pytest.approx(oracle["item_mean"][name], **CLOSE)
    assert scores.std() / 25 == pytest.approx(oracle["item_sd"][name], **CLOSE)


def test_alpha_from_pairs_and_from_complete_rows(keyed, oracle):
    assert cronbach_alpha(keyed) == pytest.approx(oracle["alpha_pairwise_raw"], **CLOSE)
    assert cronbach_alpha(keyed, "listwise") == pytest.approx(oracle["alpha_listwise_raw"], **CLOSE)


def test_alpha_has_no_unit_and_needs_the_key(keyed, oracle):
    assert cronbach_alpha(on_five(keyed)) == pytest.approx(oracle["alpha_pairwise_raw"], **CLOSE)
    unkeyed = keyed.assign(**{item: 100 - keyed[item] for item in REVERSED})
    assert cronbach_alpha(unkeyed) < oracle["alpha_pairwise_raw"] - 0.1


def test_items_with_the_rest_of_the_scale(keyed, oracle):
    found = item_total(keyed).set_index("item")["r_drop"]
    expected = {name.rstrip("-").replace(".", "_"): r for name, r in oracle["item_total_r_drop"].items()}
    assert found.to_dict() == pytest.approx(expected, **CLOSE)


def test_intervals_of_alpha_and_omega(keyed):
    alpha, omega = reliability(keyed, "listwise").to_dict("records")
    assert (alpha["ci_low"], alpha["ci_high"]) == pytest.approx((0.726207319031, 0.781471097078), rel=1e-11)
    assert omega["value"] == pytest.approx(0.7634477821, rel=1e-6)
    half = math.log(omega["ci_high"] / (1 - omega["ci_high"])) - math.log(omega["value"] / (1 - omega["value"]))
    assert half / 1.959964 * omega["value"] * (1 - omega["value"]) == pytest.approx(0.01348971, rel=1e-3)
    assert (alpha["n"], alpha["items"]) == (667, 11)


def test_the_scale_over_complete_rows(keyed, oracle):
    scale = on_five(keyed.dropna()).mean(axis=1)
    assert len(scale) == oracle["n_listwise"]
    assert scale.mean() == pytest.approx(oracle["listwise_scale_mean"], **CLOSE)
    assert scale.std() == pytest.approx(oracle["listwise_scale_sd"], **CLOSE)


def test_first_item_by_postal_area(everyone, oracle):
    """R lists the areas with at least 8 answers to 3.1; those who gave no area are one of them."""
    by_area = on_five(everyone["q3_1"]).groupby(everyone["area"]).agg(["count", "mean", "std"])
    found = by_area[by_area["count"] >= 8]
    expected = pd.DataFrame(oracle["q3.1_by_fsa_n8"]).set_index("fsa").sort_index()
    assert found.index.tolist() == expected.index.tolist()
    assert found["count"].tolist() == expected["n"].tolist()
    np.testing.assert_allclose(found["mean"], expected["mean"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["std"], expected["sd"], rtol=0, atol=1e-9)


def test_the_round_has_the_same_areas(tmp_path, oracle):
    """The round as it is declared: areas with 10 rows or more; their answers to 3.1 are those that R saw."""
    folder = shutil.copytree(SCENARIO, tmp_path / "toronto")
    (folder / "answers").mkdir()
    shutil.copy(SURVEY, folder / "answers" / "per_public_survey.csv")
    opened = open_round(folder)
    expected = {row["fsa"]: row for row in oracle["q3.1_by_fsa_n8"]}
    both = sorted(expected.keys() & set(opened.communities.index))
    assert len(both) >= 15
    for name in both:
        scores = keyed_items(opened.answers["questionnaire"].of(name), opened.programme.rubric, ["q3_1"])["q3_1"]
        assert scores.count() == expected[name]["n"]
        assert on_five(scores.mean()) == pytest.approx(expected[name]["mean"], **CLOSE)
