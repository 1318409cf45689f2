"""Sheets of raters: variance components by the textbook, documents not seen by scipy, both in the score of a small round."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import betabinom

from evaluation import open_round, score_round
from evaluation.estimation.components import components, concentration, sums_of
from evaluation.estimation.unseen import with_unseen

FORM = """\
instrument: METHOD
method: METHOD
version: "1"
title: Form
languages: [en]
choices:
  five: [{value: 1, score: 0, label: a}, {value: 2, score: 25, label: b}, {value: 3, score: 50, label: c},
         {value: 4, score: 75, label: d}, {value: 5, score: 100, label: e}]
items: [{id: m1, type: select_one five, indicator: a, label: m1}]
"""
RUBRIC = """\
rubric: small
version: "1"
title: Small
languages: [en]
pass_mark: 60
dimensions: [{id: d, label: D, indicators: [{id: a, label: A, points: 100, evidence: {METHOD: 1}}]}]
"""


def scored(folder: Path, method: str, rows: list[str], declared: str, communities: str = "id\nc1\nc2\n"):
    (folder / "small").mkdir()
    (folder / "small" / "rubric.yaml").write_text(RUBRIC.replace("METHOD", method), encoding="utf-8")
    (folder / "small" / "form.yaml").write_text(FORM.replace("METHOD", method), encoding="utf-8")
    (folder / "answers.csv").write_text("\n".join([rows[0], *(f"s{n},{row}" for n, row in enumerate(rows[1:])), ""]))
    (folder / "communities.csv").write_text(communities, encoding="utf-8")
    answers = f"answers: {{{method}: {{file: answers.csv{declared}}}}}"
    (folder / "round.yaml").write_text(f"round: r\ntitle: R\nprogramme: small\n{answers}\n", encoding="utf-8")
    table = score_round(open_round(folder))
    return table[table["level"] == "total"].set_index("community")


def balanced(communities, objects, raters):
    """Codes of every object by every rater, objects and raters numbered anew in each community."""
    cells = [(c, o, r) for c in range(communities) for o in range(objects) for r in range(raters)]
    return np.array(cells).T


def test_components_of_a_balanced_table_are_those_of_the_mean_squares():
    """Two-way crossed: MS_o = σe² + b σo², MS_r = σe² + a σr², MS_e = σe² (Searle, ch. 4)."""
    community, objects, raters = balanced(1, 4, 3)
    x = np.array([9, 2, 5, 6, 1, 3, 8, 4, 6, 7, 1, 2], dtype=float)
    table = x.reshape(4, 3)
    grand = table.mean()
    ms_o = 3 * ((table.mean(axis=1) - grand) ** 2).sum() / 3
    ms_r = 4 * ((table.mean(axis=0) - grand) ** 2).sum() / 2
    left = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + grand
    ms_e = (left**2).sum() / 6
    found = components(sums_of((x - grand)[:, None], community, [objects, raters]))[:, 0, 0]
    assert found == pytest.approx([(ms_o - ms_e) / 3, (ms_r - ms_e) / 4, ms_e])
    assert concentration(community, objects, 1) == pytest.approx([1 / 4])


def test_components_of_many_unbalanced_communities_come_near_the_truth():
    rng = np.random.default_rng(1)
    community, objects, raters = balanced(800, 4, 3)
    kept = rng.random(len(community)) < 0.7
    effect_o, effect_r = rng.normal(0, [3, 1], (800, 4, 2)), rng.normal(0, [2, 2], (800, 3, 2))
    x = (effect_o[community, objects] + effect_r[community, raters] + rng.normal(0, 1.5, (len(community), 2)))[kept]
    community, objects, raters = np.unique(community[kept], return_inverse=True)[1], objects[kept], raters[kept]
    mean = np.stack([np.bincount(community, weights=x[:, j]) for j in range(2)], axis=1) / np.bincount(community)[:, None]
    found = components(sums_of(x - mean[community], community, [objects, raters]))
    assert found[:, 0, 0] == pytest.approx([9, 4, 2.25], rel=0.15)
    assert found[:, 1, 1] == pytest.approx([1, 4, 2.25], rel=0.15)
    assert found[:, 0, 1] == pytest.approx([0, 0, 0], abs=0.3)


def test_a_component_that_the_data_cannot_show_is_not_a_number():
    community, objects, raters = balanced(3, 4, 1)    # one rater in every community
    rng = np.random.default_rng(1)
    x = rng.normal(size=12)
    x -= np.repeat(x.reshape(3, 4).mean(axis=1), 4)
    assert np.isnan(components(sums_of(x[:, None], community, [objects, raters]))[1]).all()


def test_the_error_of_an_activity_score_holds_activities_raters_and_what_is_left(tmp_path):
    rows = ["respondent,community,psu,rater,m1", "c1,x,ana,5", "c1,x,bo,3", "c1,y,ana,4", "c1,y,bo,1",
            "c2,u,ana,2", "c2,u,bo,2", "c2,v,ana,5", "c2,v,bo,3"]
    total = scored(tmp_path, "activity", rows, ", psu: psu, rater: rater")
    # deviations, two communities of 2 x 2: mean squares pooled over both
    tables = np.array([[[100, 50], [75, 0]], [[25, 25], [100, 50]]], dtype=float)
    d = tables - tables.mean(axis=(1, 2), keepdims=True)
    ms_o, ms_r = (2 * (d.mean(axis=axis) ** 2).sum() / 2 for axis in (2, 1))
    left = d - d.mean(axis=2, keepdims=True) - d.mean(axis=1, keepdims=True)
    ms_e = (left**2).sum() / 2
    assert min(ms_o, ms_r) > ms_e    # nothing is cut off at 0
    expected = (ms_o - ms_e) / 2 / 2 + (ms_r - ms_e) / 2 / 2 + ms_e / 4
    assert total["se"].to_numpy() == pytest.approx(np.sqrt([expected, expected]))
    assert total["value"].tolist() == [56.25, 50]


def test_records_of_two_inspectors_have_an_error_and_of_one_have_none(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = scored(tmp_path / "a", "records", ["respondent,community,m1", "c1,5", "c2,3"], "")
    two = scored(tmp_path / "b", "records", ["respondent,community,rater,m1", "c1,ana,5", "c1,bo,3", "c2,ana,3", "c2,bo,3"],
                 ", rater: rater")
    assert (one["se"] == 0).all()
    # two inspectors: s2 = 1250 and 0, pooled 625, over two of them
    assert two["se"].to_numpy() == pytest.approx(np.sqrt([625 / 2, 625 / 2]))


@pytest.mark.parametrize(("good", "seen", "total"), [(3, 4, 10), (4, 4, 10), (0, 2, 50), (5, 5, 6)])
def test_documents_not_seen_are_beta_binomial(good, seen, total):
    value, variance = with_unseen(np.array(good / seen), np.array(float(seen)), np.array(float(total)))
    law = betabinom(total - seen, 0.5 + good, 0.5 + seen - good)
    assert value == pytest.approx((good + law.mean()) / total)
    assert variance == pytest.approx(law.var() / total**2)


def test_all_documents_seen_leave_no_error():
    value, variance = with_unseen(np.array([0.75, np.nan]), np.array([4.0, 0]), np.array([4.0, 4]))
    assert (value[0], variance[0]) == (0.75, 0)
    assert np.isnan([value[1], variance[1]]).all()


def test_a_sample_of_files_in_a_round(tmp_path):
    rows = ["respondent,community,m1", "c1,5", "c1,5", "c1,5", "c1,1", "c2,5", "c2,3"]
    total = scored(tmp_path, "records", rows, ", population: files", "id,files\nc1,10\nc2,2\n")
    law = betabinom(6, 3.5, 1.5)
    assert total.loc["c1", "value"] == pytest.approx((3 + law.mean()) * 10)
    assert total.loc["c1", "se"] == pytest.approx(law.std() * 10)
    assert total.loc["c2", ["value", "se"]].tolist() == [75, 0]


def test_more_meetings_than_the_round_knows_of_are_a_fault_but_more_sheets_are_not(tmp_path):
    rows = ["respondent,community,psu,m1", "c1,x,5", "c1,x,3", "c1,y,1", "c2,u,2", "c2,v,4"]
    total = scored(tmp_path, "meeting", rows, ", psu: psu, population: meetings", "id,meetings\nc1,2\nc2,8\n")
    assert total.loc["c1", "se"] == 0    # both meetings that there were
    assert total.loc["c2", "se"] > 0
