"""Scores of answers whose weights are brought to known totals: equal to the survey estimate, and kind to small groups."""

import numpy as np
import pandas as pd
import pytest
from conftest import make_round

from evaluation import open_round, score_round
from evaluation.core.errors import DataError
from evaluation.estimation import SurveyDesign, mean, rake
from evaluation.scoring.calibrated import calibrated

FORM = """\
instrument: form
method: questionnaire
version: "1"
title: Form
languages: [en]
choices:
  five: [{value: 1, score: 0, label: a}, {value: 2, score: 25, label: b}, {value: 3, score: 50, label: c}, {value: 5, score: 100, label: e}]
  age: [{value: young, label: Young}, {value: old, label: Old}, {value: pns, status: prefer_not_to_say, label: x}]
  floor: [{value: low, label: Low}, {value: high, label: High}]
items:
  - {id: q, type: select_one five, indicator: a, label: Q}
  - {id: age, type: select_one age, label: Age}
  - {id: floor, type: select_one floor, label: Floor}
"""  # noqa: E501
RUBRIC = """\
rubric: small
version: "1"
title: Small
languages: [en]
pass_mark: 60
dimensions: [{id: d, label: D, indicators: [{id: a, label: A, points: 100, evidence: {questionnaire: 1}}]}]
"""
SCORE = {1: 0, 2: 25, 3: 50, 5: 100}
MARGINS = [("c1", "age", "young", 60), ("c1", "age", "old", 140), ("c1", "floor", "low", 120), ("c1", "floor", "high", 80)]


def write(folder, rows, margins=MARGINS):
    (folder / "small").mkdir()
    (folder / "small" / "rubric.yaml").write_text(RUBRIC, encoding="utf-8")
    (folder / "small" / "form.yaml").write_text(FORM, encoding="utf-8")
    pd.DataFrame(rows, columns=["respondent", "community", "q", "age", "floor"]).to_csv(folder / "a.csv", index=False)
    pd.DataFrame(margins, columns=["community", "item", "answer", "total"]).to_csv(folder / "m.csv", index=False)
    (folder / "communities.csv").write_text("id\nc1\nc2\n", encoding="utf-8")
    answers = "answers: {questionnaire: {file: a.csv, margins: m.csv}}"
    (folder / "round.yaml").write_text(f"round: r\ntitle: R\nprogramme: small\n{answers}\n", encoding="utf-8")
    return folder


def invented(seed=1, n=40):
    rng = np.random.default_rng(seed)
    return [(f"r{c}{i}", f"c{c}", rng.choice([1, 2, 3, 5]), rng.choice(["young", "old"]), rng.choice(["low", "high"]))
            for c in (1, 2) for i in range(n)]


def totals(folder):
    scores = score_round(open_round(folder))
    return scores[scores["level"] == "total"].set_index("community")


def test_the_score_is_the_raked_estimate_with_its_error(tmp_path):
    rows = invented()
    found = totals(write(tmp_path, rows))
    table = pd.DataFrame(rows, columns=["r", "community", "q", "age", "floor"]).assign(weight=1.0)
    table = table[table["community"] == "c1"].reset_index(drop=True).assign(y=lambda t: t["q"].map(SCORE))
    known = [{"age": {"young": 60, "old": 140}}, {"floor": {"low": 120, "high": 80}}]
    raked = rake(SurveyDesign(table, weights="weight"), known)
    expected = mean(raked, "y").iloc[0]
    assert found.loc["c1", "value"] == pytest.approx(expected["value"], rel=1e-9)
    assert found.loc["c1", "se"] == pytest.approx(expected["se"], rel=1e-6)
    plain = pd.Series([SCORE[row[2]] for row in rows if row[1] == "c2"])
    assert found.loc["c2", "value"] == pytest.approx(plain.mean())      # no margins are known there
    assert found.loc["c2", "se"] == pytest.approx(plain.std() / np.sqrt(40))


def test_margins_are_met_and_those_who_did_not_say_keep_their_share(tmp_path):
    rows = invented()
    rows[:4] = [(*row[:3], "pns", row[4]) for row in rows[:4]]
    answers = open_round(write(tmp_path, rows)).answers["questionnaire"]
    weight = pd.Series(calibrated(answers).weight)
    table = pd.DataFrame(rows, columns=["r", "community", "q", "age", "floor"]).assign(w=weight)
    c1 = table[table["community"] == "c1"]
    assert c1["w"].sum() == pytest.approx(200)
    assert c1.iloc[:4]["w"].tolist() == pytest.approx([5] * 4)
    said = c1.iloc[4:]
    assert said.groupby("age")["w"].sum().to_dict() == pytest.approx({"young": 54, "old": 126})
    assert said.groupby("floor")["w"].sum().to_dict() == pytest.approx({"low": 108, "high": 72})


def test_a_total_of_an_answer_that_nobody_gave_is_told_and_goes_to_the_others(tmp_path):
    rows = [(*row[:3], "old", row[4]) for row in invented()]
    opened = open_round(write(tmp_path, rows))
    assert [warning.code for warning in opened.warnings] == ["A14", "L20", "L20"]
    weight = calibrated(opened.answers["questionnaire"]).weight
    assert weight[:40].sum() == pytest.approx(200)


@pytest.mark.parametrize(("margin", "code"), [
    (("c9", "age", "old", 5), "A12"), (("c1", "q9", "old", 5), "A13"), (("c1", "age", "ancient", 5), "A10"),
    (("c1", "age", "old", 5), "A06"), (("c2", "age", "old", "many"), "A09"), (("c2", "age", "old", 0), "A09"),
])
def test_faults_of_the_file_of_margins(tmp_path, margin, code):
    with pytest.raises(DataError) as error:
        open_round(write(tmp_path, invented(), [*MARGINS, margin]))
    assert [(problem.code, problem.line) for problem in error.value.problems] == [(code, 6)]


def test_a_round_without_margins_has_none(tmp_path):
    assert calibrated(open_round(make_round(tmp_path)).answers["questionnaire"]) is None
