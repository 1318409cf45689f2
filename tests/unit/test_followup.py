"""Findings and good practice: read strictly, kept to services, joined with what the scores show to be weak, exported safely."""

import json

import pandas as pd
import pytest

from evaluation import open_round
from evaluation.core.csvout import guarded, write_csv
from evaluation.core.errors import DataError
from evaluation.reporting.followup import register, write_follow_up
from evaluation.reporting.results import gated_scores, write_score_file
from evaluation.scoring.weakest import weakest

FINDINGS = "community,indicator,problem,who,due,state\nc01,1.1,No plan of the year is posted,community office,2026-12-31,open\n"
PRACTICE = "community,indicator,practice\nc01,2.1,=A reading corner that neighbours run\n"


def written(folder, findings=FINDINGS, practice=PRACTICE):
    (folder / "findings.csv").write_text(findings, encoding="utf-8")
    (folder / "good.csv").write_text(practice, encoding="utf-8")
    file = folder / "round.yaml"
    if "follow_up" not in file.read_text(encoding="utf-8"):
        with file.open("a", encoding="utf-8") as stream:
            stream.write("follow_up: {findings: findings.csv, good_practice: good.csv, target: 80}\n")
    return open_round(folder)


def test_findings_and_weak_indicators_go_into_the_register_and_the_score_file(folder):
    opened = written(folder)
    scores = gated_scores(opened)
    table = register(opened, scores)
    first = table[table["community"] == "c01"].iloc[0]
    assert (first["source"], first["who"], first["state"]) == ("inspector", "community office", "open")
    assert not table.duplicated(["community", "indicator"]).any()    # named once, whoever named it
    weak = table[table["source"] == "score"]
    assert (weak["p_below"] >= 0.8).all()
    assert (weak["value"] < 80).all()
    assert (table.groupby("community").size() <= 6).all()
    made = json.loads(write_score_file(opened, "c01", scores).read_text(encoding="utf-8"))
    assert made["findings"][0]["problem"] == "No plan of the year is posted"
    assert made["good_practice"] == [{"indicator": "2.1", "practice": "=A reading corner that neighbours run"}]
    assert len(made["findings"]) == (table["community"] == "c01").sum()


def test_the_export_is_safe_in_a_spreadsheet(folder):
    opened = written(folder)
    findings, practice = write_follow_up(opened, gated_scores(opened))
    assert practice.read_bytes().startswith(b"\xef\xbb\xbfcommunity,indicator,practice\nc01,2.1,'=A reading")
    assert len(pd.read_csv(findings)) == len(register(opened, gated_scores(opened)))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "  =cmd", "\n=1+1", "＝1+1", "＠SUM(A1)"])
def test_formulas_stay_text(tmp_path, text):
    assert guarded(text) == f"'{text}"
    file = write_csv(tmp_path / "t.csv", pd.DataFrame({"text": [text], "number": [-1.5]}))
    assert pd.read_csv(file)["number"].tolist() == [-1.5]
    assert guarded("a = b") == "a = b"


@pytest.mark.parametrize(("old", "new", "code", "column"), [
    ("c01,1.1", "c99,1.1", "A12", "community"), ("c01,1.1", "c01,9.9", "C12", "indicator"),
    (",open", ",opened", "C10", "state"),
    ("2026-12-31", "31.12.2026", "C11", "due"), ("2026-12-31", "2026-02-30", "C11", "due"),
    ("community office", "call 139 0000 0000", "C13", "who"), ("community office", "li@example.org", "C13", "who"),
    ("No plan of the year is posted", "", "C14", "problem"),
    ("No plan of the year is posted", "residents of one religion complain", "S02", "problem"),
])
def test_faults(folder, old, new, code, column):
    with pytest.raises(DataError) as error:
        written(folder, FINDINGS.replace(old, new))
    assert [(told.code, told.line, told.path) for told in error.value.problems] == [(code, 2, column)]


def test_nothing_found_yet_is_no_fault(folder):
    opened = written(folder, FINDINGS.splitlines()[0] + "\n", PRACTICE.splitlines()[0] + "\n")
    assert opened.findings.empty
    assert set(register(opened, gated_scores(opened))["source"]) == {"score"}


def test_a_column_of_names_is_refused(folder):
    with pytest.raises(DataError) as error:
        written(folder, FINDINGS.replace("who,due", "who,phone,due").replace("office,", "office,,"))
    assert [told.code for told in error.value.problems] == ["S04"]


def test_weakest_by_hand():
    rows = [("a", 70.0, 2.0), ("b", 78.0, 2.0), ("c", 79.9, 2.0), ("d", 60.0, 0.0), ("e", 50.0, float("nan"))]
    table = pd.DataFrame(rows, columns=["id", "value", "se"]).assign(community="x", level="indicator", df=float("inf"))
    found = weakest(table, 80)
    assert found["indicator"].tolist() == ["d", "a", "b"]    # c may well be 80, of e nothing is known
    assert found["p_below"].tolist() == pytest.approx([1, 0.9999997, 0.8413447])
    assert weakest(table, 80, most=1)["indicator"].tolist() == ["d"]
