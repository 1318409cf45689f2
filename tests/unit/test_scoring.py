"""Scores by hand: a rubric of two indicators, three methods, and every kind of missing value."""

from pathlib import Path

import numpy as np
import pytest

from evaluation import open_round, score_round

RUBRIC = """\
rubric: small
version: "1"
title: {en: Small}
languages: [en]
pass_mark: 60
aims: [{id: all, label: {en: All}}]
missing: {not_assessed: RULE}
dimensions:
  - id: d1
    label: {en: One}
    indicators:
      - {id: a, label: {en: A}, points: 60, aim: all, evidence: {questionnaire: 0.5, meeting: 0.3, records: 0.2}}
      - {id: b, label: {en: B}, points: 40, aim: all, evidence: {questionnaire: 1}, missing: {dont_know: zero}}
"""
CHOICES = """\
version: "1"
title: {en: Form}
languages: [en]
choices:
  five:
    - {value: 1, score: 0, label: {en: "1"}}
    - {value: 2, score: 25, label: {en: "2"}}
    - {value: 3, score: 50, label: {en: "3"}}
    - {value: 5, score: 100, label: {en: "5"}}
    - {value: dk, status: dont_know, label: {en: dk}}
    - {value: pns, status: prefer_not_to_say, label: {en: pns}}
    - {value: na, status: not_applicable, label: {en: na}}
items:
"""
ITEMS = {
    "questionnaire": ["{id: q1, type: select_one five, indicator: a, label: {en: q1}}",
                      "{id: q2, type: select_one five, indicator: a, reverse: true, weight: 3, label: {en: q2}}",
                      "{id: q3, type: select_one five, indicator: b, label: {en: q3}}"],
    "meeting": ["{id: m1, type: select_one five, indicator: a, label: {en: m1}}"],
    "records": ["{id: r1, type: select_one five, indicator: a, label: {en: r1}}"],
}


def scored(folder: Path, questionnaire, meeting, records, rule="redistribute", communities="id\nc1\nc2\n"):
    programme = folder / "small"
    programme.mkdir()
    (programme / "rubric.yaml").write_text(RUBRIC.replace("RULE", rule), encoding="utf-8")
    answers = {"questionnaire": ("q1,q2,q3", questionnaire), "meeting": ("psu,m1", meeting), "records": ("r1", records)}
    told = ""
    for method, (header, rows) in answers.items():
        form = f"instrument: {method}\nmethod: {method}\n{CHOICES}" + "".join(f"  - {item}\n" for item in ITEMS[method])
        (programme / f"{method}.yaml").write_text(form, encoding="utf-8")
        if rows:
            lines = [f"{method}{number},{row}" for number, row in enumerate(rows)]
            (folder / f"{method}.csv").write_text("\n".join([f"respondent,community,{header}", *lines, ""]), encoding="utf-8")
            told += f"  {method}: {{file: {method}.csv}}\n"
    (folder / "communities.csv").write_text(communities, encoding="utf-8")
    (folder / "round.yaml").write_text(f"round: r\ntitle: R\nprogramme: small\nanswers:\n{told}", encoding="utf-8")
    table = score_round(open_round(folder))
    return table.set_index(["community", "level", "id", "evidence"]).sort_index()


ANSWERS = ["c1,5,1,3", "c1,3,2,5", "c1,,5,1", "c2,5,5,5", "c2,1,1,1"]
MEETING = ["c1,m1,3", "c1,m1,5", "c1,m2,2", "c2,n1,5", "c2,n2,3"]
RECORDS = ["c1,2", "c2,5"]
# c1: q1 = 100, 50 -> 75; q2 reversed = 100, 75, 0 -> 175/3; a by questionnaire (75 + 3 x 175/3)/4 = 62.5
# meeting (50 + 100 + 25)/3 = 175/3; records 25; a = 31.25 + 17.5 + 5 = 53.75; b = (50 + 100 + 0)/3 = 50
A, B, MEET = 53.75, 50.0, 175 / 3


def test_values_by_hand(tmp_path):
    table = scored(tmp_path, ANSWERS, MEETING, RECORDS)
    c1 = table.loc["c1"]["value"]
    assert c1["evidence", "a", "questionnaire"] == pytest.approx(62.5)
    assert c1["evidence", "a", "meeting"] == pytest.approx(MEET)
    assert c1["evidence", "a", "records"] == 25
    assert c1["indicator", "a", "meeting+questionnaire+records"] == pytest.approx(A)
    assert c1["indicator", "b", "questionnaire"] == pytest.approx(B)
    for level, name in (("total", "total"), ("dimension", "d1"), ("aim", "all")):
        assert c1[level, name, ""] == pytest.approx(0.6 * A + 0.4 * B)


def test_standard_errors_by_hand(tmp_path):
    table = scored(tmp_path, ANSWERS, MEETING, RECORDS)
    # each respondent's share in the total: 0.6 x 0.5 x (q1 part 1/4 over 2 answers + q2 part 3/4 over 3) + 0.4 x q3 over 3
    q1 = np.array([100 - 75, 50 - 75, 0]) / 2 * np.sqrt((2 / 1) / (3 / 2))   # m/(m-1) over the two who answered
    q2 = (np.array([100, 75, 0]) - 175 / 3) / 3
    q3 = (np.array([50, 100, 0]) - 50) / 3
    share = 0.6 * 0.5 * (q1 / 4 + 3 * q2 / 4) + 0.4 * q3
    questionnaire = 3 / 2 * (share**2).sum()          # the shares sum to 0
    meeting = 2 * ((np.array([150, 25]) - np.array([2, 1]) * MEET) ** 2).sum() / 9 * (0.6 * 0.3) ** 2
    assert table.loc[("c1", "total", "total", ""), "se"] == pytest.approx(np.sqrt(questionnaire + meeting))
    df = (questionnaire + meeting) ** 2 / (questionnaire**2 / 2 + meeting**2 / 1)
    assert table.loc[("c1", "total", "total", ""), "df"] == pytest.approx(df)
    assert table.loc[("c1", "evidence", "a", "records"), "se"] == 0


def test_dont_know_refusal_and_blank_are_three_things(tmp_path):
    table = scored(tmp_path, [*ANSWERS, "c1,dk,pns,dk", "c1,pns,,pns"], MEETING, RECORDS)
    assert table.loc[("c1", "evidence", "a", "questionnaire"), "value"] == pytest.approx(62.5)   # excluded
    assert table.loc[("c1", "indicator", "b", "questionnaire"), "value"] == pytest.approx(150 / 4)   # don't know is 0 here
    assert table.loc[("c1", "indicator", "b", "questionnaire"), "n"] == 4


@pytest.mark.parametrize(("rule", "value", "state"), [
    ("redistribute", (0.5 * 62.5 + 0.2 * 25) / 0.7, "scored"),
    ("zero", 0.5 * 62.5 + 0.2 * 25, "scored"),
    ("withhold", np.nan, "incomplete"),
])
def test_a_method_that_was_not_assessed(tmp_path, rule, value, state):
    meeting = [row for row in MEETING if row.startswith("c2")]
    table = scored(tmp_path, ANSWERS, meeting, RECORDS, rule)
    row = table.loc["c1"].loc["indicator"].loc["a"].iloc[0]
    assert row["value"] == pytest.approx(value, nan_ok=True)
    total = table.loc[("c1", "total", "total", "")]
    assert total["state"] == state
    assert total["value"] == pytest.approx(B if rule == "withhold" else 0.6 * value + 0.4 * B)


def test_not_applicable_evidence_gives_its_weight_to_the_others_even_under_zero(tmp_path):
    table = scored(tmp_path, ANSWERS, MEETING, ["c1,na", "c2,5"], "zero")
    row = table.loc["c1"].loc["indicator"].loc["a"].iloc[0]
    assert row["value"] == pytest.approx((0.5 * 62.5 + 0.3 * MEET) / 0.8)
    assert table.loc[("c1", "evidence", "a", "records"), "state"] == "not_applicable"


def test_an_indicator_that_does_not_apply_leaves_the_base(tmp_path):
    communities = "id,not_applicable,declared_a,declared_b\nc1,b,90,10\nc2,,80,60\n"
    table = scored(tmp_path, ANSWERS, MEETING, RECORDS, communities=communities)
    total = table.loc[("c1", "total", "total", "")]
    assert total["value"] == pytest.approx(A)
    assert total["points"] == 60
    assert total["declared"] == 90
    assert total["state"] == "scored"
    assert table.loc[("c2", "total", "total", ""), "declared"] == pytest.approx(72)


def test_a_community_without_any_answer_has_no_score(tmp_path):
    table = scored(tmp_path, ANSWERS, MEETING, RECORDS, communities="id\nc1\nc2\nc3\n")
    row = table.loc[("c3", "total", "total", "")]
    assert np.isnan(row["value"])
    assert np.isnan(row["se"])
    assert row["state"] == "not_assessed"


def test_answers_that_are_all_alike_are_no_certainty(tmp_path):
    same = [row.rsplit(",", 1)[0] + ",5" if row.startswith("c1") else row for row in ANSWERS]   # c1: q3 is 100 throughout
    table = scored(tmp_path, same, MEETING, RECORDS)
    # q3 borrows c2's variance between respondents (100 and 0: s2 = 5000) over c1's three answers; pooled with c1's own 0:
    # (1 x 5000 + 2 x 0) / 3
    row = table.loc[("c1", "evidence", "b", "questionnaire")]
    assert row["value"] == 100
    assert row["se"] == pytest.approx(np.sqrt(5000 / 3 / 3))


def test_one_answer_among_many_forms_is_no_certainty(tmp_path):
    rows = [*ANSWERS, "c3,5,,5", *["c3,,,"] * 9]
    table = scored(tmp_path, rows, MEETING, RECORDS, communities="id\nc1\nc2\nc3\n")
    b = table.loc[("c3", "evidence", "b", "questionnaire")]
    # q3 varies in c1 (50, 100, 0: s2 = 2500, 2 df) and c2 (100, 0: s2 = 5000, 1 df); one answer carries it whole
    assert b["se"] == pytest.approx(np.sqrt((2 * 2500 + 5000) / 3))
    assert b["n"] == 1


def test_order_of_rows_does_not_matter(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    first = scored(tmp_path / "x", ANSWERS, MEETING, RECORDS)
    second = scored(tmp_path / "y", ANSWERS[::-1], MEETING[::-1], RECORDS[::-1])
    numbers = ["value", "se", "df", "ci_low", "ci_high", "n"]
    np.testing.assert_allclose(first[numbers].to_numpy(dtype=float), second[numbers].to_numpy(dtype=float))
