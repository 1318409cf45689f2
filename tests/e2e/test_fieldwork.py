"""Fieldwork of the sample round, whose defects are known: the command, the notebook by stock papermill, the page offline."""

from __future__ import annotations

import re
import shutil
import warnings

import nbformat
import pandas as pd
import papermill
import pytest

from evaluation import Fieldwork, open_round, verbs
from evaluation.core.resources import shipped
from evaluation.fieldwork.quality.rounds import check_round
from evaluation.reporting.quality.figures import beyond

SAMPLE = shipped("data_samples") / "autumn-2026"
BACK = """quality:
  exclude: [too_short, starts_late]
  back_check: {type1: [p06], type2: [p03, p11], type3: [p01], tolerance: {p11: 1}}
"""


@pytest.fixture
def mine(tmp_path):
    made = tmp_path / "my round 轮次"
    shutil.copytree(SAMPLE, made)
    return made


def test_all_planted_defects_are_found_and_few_others():
    """45 planted; one more questionnaire is so short by chance, and nothing else is flagged."""
    planted = {tuple(row) for row in pd.read_csv(SAMPLE / "planted.csv", dtype=str).to_numpy().tolist()}
    flags = check_round(SAMPLE).flags
    found = {tuple(row) for row in flags[["method", "respondent", "check"]].to_numpy().tolist()}
    assert len(planted) == 45
    assert planted <= found
    assert len(found - planted) <= 2
    assert {check for _, _, check in found - planted} <= {"too_short"}


def test_the_interviewer_who_straight_lines_stands_out_and_nobody_else():
    checked = check_round(SAMPLE)
    report = Fieldwork.of_round(SAMPLE, "questionnaire", "en")
    far = beyond(report.interviewer_table, checked.forms["questionnaire"], checked.declared.quality)
    assert far[["interviewer", "check", "count"]].to_numpy().tolist() == [["f09", "straight_line", 5]]
    assert report.interviewer_table["n"].sum() == 2048


def test_paradata_and_flags_change_no_input_of_scores(mine):
    before = open_round(mine).inputs
    verbs.check_quality(mine, None, "en", None, [], None)
    shutil.rmtree(mine / "paradata")
    assert open_round(mine).inputs == before


def test_the_same_inputs_give_the_same_bytes(mine, tmp_path):
    verbs.check_quality(mine, "phone", "zh", None, [], None)
    first = {file.name: file.read_bytes() for file in (mine / "quality").iterdir()}
    other = tmp_path / "other"
    shutil.copytree(SAMPLE, other)
    verbs.check_quality(other, None, "en", None, [], None)
    assert {file.name: file.read_bytes() for file in (other / "quality").iterdir()} == first
    assert set(first) == {"flags.csv", "flags.json"}


@pytest.mark.parametrize(("lang", "method"), [("zh", "questionnaire"), ("en", "phone"), ("en", "records")])
def test_the_notebook_runs(mine, tmp_path, lang, method):
    file = mine / "round.yaml"
    file.write_text(file.read_text(encoding="utf-8") + BACK, encoding="utf-8")
    answers = pd.read_csv(mine / "answers" / "phone.csv", dtype=str, keep_default_na=False).head(40)
    answers[["respondent", "p06", "p03", "p11", "p01"]].to_csv(tmp_path / "again.csv", index=False)
    verbs.check_quality(mine, None, lang, tmp_path / "again.csv", [], None)
    out = tmp_path / "out.ipynb"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        papermill.execute_notebook(shipped("notebooks") / "fieldwork.ipynb", out, progress_bar=False,
                                   parameters={"round": str(mine), "lang": lang, "method": method})
    made = nbformat.read(out, as_version=4)
    shown = [output.data["text/html"] for cell in made.cells if cell.cell_type == "code" for output in cell.outputs
             if "data" in output and "text/html" in output.data]
    assert len(shown) == 7
    page = (mine / "results" / "fieldwork.html").read_text(encoding="utf-8")
    assert page.count("<section>") == 7
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert all(len(alt) > 20 or method == "records" for alt in re.findall(r'<img[^>]* alt="([^"]*)"', page))
    assert page.count("<table>") == page.count("<caption>")
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in page
    if method == "phone":
        assert page.count("<img") == 5             # checks, interviewers, days, durations, outcome
        assert "Error rates by item" in page
    if method == "questionnaire":
        assert "f09" in page


def test_no_answer_of_a_form_is_shown(mine):
    """Of forms the page shows ids alone: their flags' details and the words of residents stay in the file."""
    report = Fieldwork.of_round(mine, "questionnaire", "en")
    body = "".join(str(section().body) for section in (report.result_card, report.flags_by_check, report.by_interviewer,
                                                       report.by_day, report.durations, report.outcome, report.back_checks))
    details = [detail for detail in report.flags["detail"] if "min" in detail or "–" in detail or "→" in detail]
    assert len(details) > 15
    assert not [detail for detail in details if detail in re.sub("<[^>]*>", "\n", body)]


def test_mean_scores_of_few_forms_are_withheld(mine):
    paradata = mine / "paradata" / "phone.csv"
    table = pd.read_csv(paradata, dtype=str)
    table.loc[:8, "interviewer"] = "t99"
    table.to_csv(paradata, index=False)
    rows = Fieldwork.of_round(mine, "phone", "en").interviewer_table.set_index("interviewer")
    assert rows.at["t99", "n"] == 9
    assert pd.isna(rows.at["t99", "score"])
    assert rows["score"].drop("t99").notna().all()
    assert rows.at["t99", "high_998"] > rows["high_998"].drop("t99").max()
