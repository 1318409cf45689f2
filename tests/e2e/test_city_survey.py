# ruff: noqa: E501  (a line of YAML is a line)
"""A city survey that nobody here wrote: six districts, 77 five-point items with 9 for don't know, priority picks with 99 for
none, three modes of interview. By YAML alone; expectations by pandas from the raw file.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation import decide, open_round, rule_of, score_round

ITEMS, DISTRICTS, N = 77, 6, 1_200
PARTS = 11   # items of a dimension


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """The folder with round.yaml, rubric, form and a CSV of codes, and the raw table."""
    folder = tmp_path_factory.mktemp("city")
    rng = np.random.default_rng(77)
    table = pd.DataFrame({"ID": np.arange(1, N + 1), "District": rng.integers(1, DISTRICTS + 1, N),
                          "Mode": rng.choice(["mail", "web", "phone"], N), "wt": rng.uniform(0.4, 2.5, N).round(3)})
    mood = rng.normal(3.6, 0.7, N) + 0.1 * (table["District"] - 3.5)
    for item in range(ITEMS):
        answer = np.clip(np.round(mood + rng.normal(0, 0.9, N)), 1, 5).astype(int)
        table[f"Q{item + 1:02d} - Overall satisfaction"] = np.where(rng.random(N) < 0.08, 9, answer)
    for pick in (1, 2, 3):
        table[f"Priority {pick}"] = rng.choice([*range(1, 12), 99], N)
    table.to_csv(folder / "city.csv", index=False)
    (folder / "city").mkdir()
    points = 100 / ITEMS
    rubric = ["rubric: city", 'version: "1"', "title: City survey", "languages: [en]", "pass_mark: 60", "dimensions:"]
    for part in range(ITEMS // PARTS):
        rubric += [f"  - id: d{part}", f"    label: Part {part}", "    indicators:"]
        rubric += [f"      - {{id: i{item + 1}, label: Item {item + 1}, points: {points!r}, evidence: {{questionnaire: 1}}}}"
                   for item in range(part * PARTS, (part + 1) * PARTS)]
    form = ["instrument: city", "method: questionnaire", 'version: "1"', "title: City survey", "languages: [en]", "choices:", "  five:"]
    form += [f"    - {{value: {value}, score: {(value - 1) * 25}, label: {value} of 5}}" for value in range(1, 6)]
    form += ["    - {value: 9, status: dont_know, label: Don't know}", "  picks:"]
    form += [f"    - {{value: {value}, label: Service {value}}}" for value in range(1, 12)]
    form += ["    - {value: 99, label: None chosen}", "items:"]
    form += [f"  - {{id: q{item + 1}, type: select_one five, indicator: i{item + 1}, label: Item {item + 1}}}" for item in range(ITEMS)]
    form += [f"  - {{id: p{pick}, type: select_one picks, label: Priority {pick}}}" for pick in (1, 2, 3)]
    columns = {f"q{item + 1}": f"Q{item + 1:02d} - Overall satisfaction" for item in range(ITEMS)}
    columns |= {f"p{pick}": f"Priority {pick}" for pick in (1, 2, 3)}
    told = ["round: city", "title: City survey", "programme: city", "communities: {from: answers, minimum_answers: 10}", "answers:",
            "  questionnaire:", "    file: city.csv", "    respondent: ID", "    community: District", "    stratum: Mode",
            "    weight: wt", "    columns:", *(f"      {name}: {header}" for name, header in columns.items())]
    for name, lines in (("city/rubric.yaml", rubric), ("city/form.yaml", form), ("round.yaml", told)):
        (folder / name).write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder, table


def test_every_item_and_total_is_what_pandas_says(survey):
    folder, table = survey
    scores = score_round(open_round(folder))
    items = [name for name in table if name.startswith("Q")]
    points = table[items].where(table[items] != 9).sub(1).mul(25)
    for district in range(1, DISTRICTS + 1):
        own = table["District"] == district
        weight = table.loc[own, "wt"]
        means = {name: np.average(points.loc[own, name].dropna(), weights=weight[points.loc[own, name].notna()]) for name in items}
        found = scores[(scores["community"] == str(district)) & (scores["level"] == "indicator")]
        assert found["value"].to_numpy() == pytest.approx(list(means.values()))
        assert found["n"].tolist() == points.loc[own, items].notna().sum().tolist()
        total = scores[(scores["community"] == str(district)) & (scores["level"] == "total")].iloc[0]
        assert total["value"] == pytest.approx(np.mean(list(means.values())))
        assert 0.3 < total["se"] < 3


def test_the_error_of_an_item_is_the_stratified_ratio_estimate(survey):
    """By hand in one district, modes as strata: the answered-only correction aside, which is 1 + O(1/n)."""
    folder, table = survey
    scores = score_round(open_round(folder))
    own = table[table["District"] == 2]
    y = own["Q05 - Overall satisfaction"].where(lambda answer: answer != 9).sub(1).mul(25)
    there = y.notna()
    mean = np.average(y[there], weights=own.loc[there, "wt"])
    z = (own["wt"] * (y - mean)).where(there, 0.0) / own.loc[there, "wt"].sum()
    variance = sum(len(part) / (len(part) - 1) * ((part - part.mean()) ** 2).sum() for _, part in z.groupby(own["Mode"]))
    row = scores[(scores["community"] == "2") & (scores["level"] == "evidence") & (scores["id"] == "i5")].iloc[0]
    assert row["se"] == pytest.approx(np.sqrt(variance), rel=2e-3)


def test_verdicts_are_given(survey):
    folder, _ = survey
    opened = open_round(folder)
    verdicts = decide(score_round(opened), rule_of(opened))
    assert len(verdicts) == DISTRICTS
    assert verdicts["p_pass"].between(0, 1).all()
    assert {warning.code for warning in opened.warnings} <= {"L20"}
