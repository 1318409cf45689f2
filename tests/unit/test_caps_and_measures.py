"""Limits of dimensions, and what answers count as; by hand."""

import numpy as np
import pytest
from scipy.stats import norm
from test_rated import FORM

from evaluation import open_round, score_round
from evaluation.scoring.caps import capped

RUBRIC = """\
rubric: small
version: "1"
title: Small
languages: [en]
pass_mark: 60
caps: [{id: register, label: No register, when: {method: records, item: m1, below: 50}, dimension: d1, at_most: 60}]
dimensions:
  - {id: d1, label: One, indicators: [{id: a, label: A, points: 50, evidence: {questionnaire: 0.9, records: 0.1}EXTRA}]}
  - {id: d2, label: Two, indicators: [{id: b, label: B, points: 50, evidence: {questionnaire: 1}}]}
"""
ITEMS = """\
items:
  - {id: m1, type: select_one five, indicator: a, label: m1}
  - {id: m2, type: select_one five, indicator: b, label: m2}
"""


def scored(folder, questionnaire, records, extra=""):
    (folder / "small").mkdir()
    (folder / "small" / "rubric.yaml").write_text(RUBRIC.replace("EXTRA", extra), encoding="utf-8")
    for method, rows in (("questionnaire", questionnaire), ("records", records)):
        form = FORM.replace("METHOD", method)
        form = form[: form.index("items:")] + ITEMS if method == "questionnaire" else form
        (folder / "small" / f"{method}.yaml").write_text(form, encoding="utf-8")
        lines = [f"s{number},c1,{row}" for number, row in enumerate(rows)]
        header = "respondent,community,m1,m2" if method == "questionnaire" else "respondent,community,m1"
        (folder / f"{method}.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    (folder / "communities.csv").write_text("id\nc1\n", encoding="utf-8")
    answers = "answers: {questionnaire: {file: questionnaire.csv}, records: {file: records.csv}}"
    (folder / "round.yaml").write_text(f"round: r\ntitle: R\nprogramme: small\n{answers}\n", encoding="utf-8")
    return score_round(open_round(folder)).set_index(["level", "id", "evidence"])


ANSWERS = ["5,3", "5,5", "4,3", "5,1"]   # m1: 100 100 75 100, m2: 50 100 50 0


def test_a_missing_register_limits_its_dimension_and_the_total(tmp_path):
    table = scored(tmp_path, ANSWERS, ["1"])
    d1, total = table.loc[("dimension", "d1", "")], table.loc[("total", "total", "")]
    raw = 0.9 * 93.75
    assert (d1["value"], d1["cap"], total["cap"]) == (60, "register", "register")
    assert total["value"] == (60 + 50) / 2
    assert table.loc[("indicator", "a", "questionnaire+records"), "value"] == pytest.approx(raw)   # as found
    # d1 is so far above its limit that its error is nearly gone; d2's carries the total
    d2 = table.loc[("dimension", "d2", "")]
    assert d1["se"] < 0.02
    assert total["se"] == pytest.approx(d2["se"] / 2, rel=1e-3)


def test_a_register_that_is_there_limits_nothing(tmp_path):
    table = scored(tmp_path, ANSWERS, ["3"])     # 50 is not below 50
    assert table.loc[("dimension", "d1", ""), "value"] == pytest.approx(0.9 * 93.75 + 5)
    assert (table["cap"] == "").all()


def test_a_limit_that_nobody_looked_for_is_none(tmp_path):
    table = scored(tmp_path, ANSWERS, [""])
    assert (table["cap"] == "").all()


def test_the_error_under_a_limit_is_that_of_a_censored_normal_variable():
    value, se, limit = np.array([58.0, 60, 62, 40, 90, np.nan]), np.array([2.0, 2, 2, 2, 2, 2]), np.full(6, 60.0)
    found, factor = capped(value, se, limit)
    draws = np.minimum(value[:3, None] + se[:3, None] * norm.ppf((np.arange(200_000) + 0.5) / 200_000), 60)
    assert found[:3].tolist() == [58, 60, 60]
    assert factor[:3] == pytest.approx(draws.std(axis=1) / 2, abs=1e-4)
    assert factor[3:5] == pytest.approx([1, 0], abs=1e-9)
    assert np.isnan(found[5])
    assert capped(np.array([50.0, 70]), np.zeros(2), np.array([60.0, 60]))[1].tolist() == [1, 0]


@pytest.mark.parametrize(("extra", "value"), [
    ("", 93.75), (", measure: yes", 75), (", measure: top_two", 100), (", inverted: true", 6.25),
    (", measure: {phone: yes}", 93.75), (", measure: yes, inverted: true", 25),
])
def test_measures(tmp_path, extra, value):
    table = scored(tmp_path, ANSWERS, ["3"], extra.replace("yes", "'yes'"))
    assert table.loc[("evidence", "a", "questionnaire"), "value"] == pytest.approx(value)
    assert table.loc[("evidence", "a", "records"), "value"] == 50    # a word alone is for residents' answers
