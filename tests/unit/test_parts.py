"""A round scored by parts has the numbers of the round scored whole, whatever the parts."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from evaluation import open_round
from evaluation.core.errors import DataError
from evaluation.fieldwork.parts import open_parts
from evaluation.reporting.many import score_parts
from evaluation.reporting.processes import local_executor
from evaluation.reporting.results import gated_scores, write_score_files, write_scores
from evaluation.verbs import run_batch

KEY = ["community", "level", "id", "evidence"]


@pytest.fixture
def large(folder):
    """The sample round with its answers in Parquet, the phone's as a folder of partitions, the records still in CSV."""
    for method in ("questionnaire", "phone", "meeting", "activity"):
        file = folder / "answers" / f"{method}.csv"
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        if method == "meeting":    # one meeting in some communities: they borrow from the whole round
            table = table[~table["community"].isin(["c03", "c04"]) | table["psu"].str.endswith("1")]
        if method == "phone":
            for name, part in table.groupby(table["community"].str[-1]):
                (folder / "answers" / "phone" / f"district=d{name}").mkdir(parents=True)
                part.to_parquet(folder / "answers" / "phone" / f"district=d{name}" / "part.parquet", index=False)
        else:
            table.to_parquet(file.with_suffix(".parquet"), index=False, row_group_size=70)
        file.unlink()
    text = (folder / "round.yaml").read_text(encoding="utf-8").replace("answers/phone.csv", "answers/phone")
    for method in ("questionnaire", "meeting", "activity"):
        text = text.replace(f"answers/{method}.csv", f"answers/{method}.parquet")
    (folder / "round.yaml").write_text(text, encoding="utf-8")
    return folder


def test_parts_add_up_to_the_whole(large):
    whole = open_round(large)
    scores = gated_scores(whole)
    write_scores(whole, scores)
    write_score_files(whole, scores)
    json_whole = json.loads((large / "results" / "c03" / "score.json").read_text(encoding="utf-8"))
    parts = open_parts(large, size=5)
    assert [len(part) for part in parts.plan] == [5, 5, 5, 5, 4]
    done = []
    with local_executor(2) as workers:
        file = score_parts(parts, workers, files=True, advance=done.append)
    assert sum(done) == 24
    found = pd.read_parquet(file).set_index(KEY)
    expected = scores.set_index(KEY).loc[found.index]
    assert len(found) == len(scores)
    for name in expected:
        if expected[name].dtype == float:
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-9, atol=1e-9)
        else:
            assert (found[name] == expected[name]).all()
    assert json.loads((large / "results" / "c03" / "score.json").read_text(encoding="utf-8")) == json_whole
    assert not list((large / "results").glob(".scores*"))
    assert gated_scores(whole)["value"].equals(pd.read_parquet(file)["value"])   # taken as it is: marked as of these inputs


def test_csv_alone_has_no_parts(folder):
    assert open_parts(folder) is None


def test_a_community_that_the_round_does_not_have_is_told_with_its_rows(large):
    file = large / "answers" / "questionnaire.parquet"
    table = pd.read_parquet(file)
    table.loc[[3, 90], "community"] = "c99"
    table.to_parquet(file, index=False, row_group_size=70)
    with pytest.raises(DataError) as error:
        open_parts(large)
    told = [problem for problem in error.value.problems if problem.code == "A12"]
    assert [(problem.line, dict(problem.values)["id"]) for problem in told] == [(5, "c99"), (92, "c99")]


def test_faults_of_a_part_name_the_row_of_the_file(large):
    file = large / "answers" / "questionnaire.parquet"
    table = pd.read_parquet(file)
    table.loc[100, "q01"] = "never heard of"
    table.to_parquet(file, index=False, row_group_size=70)
    parts = open_parts(large, size=5)
    number = next(number for number, plan in enumerate(parts.plan) if table.loc[100, "community"] in plan)
    with pytest.raises(DataError) as error:
        parts.open(number)
    assert [(problem.code, problem.line) for problem in error.value.problems] == [("A10", 102)]


def test_a_fault_in_one_part_ends_it_all_and_leaves_nothing(large):
    file = large / "answers" / "questionnaire.parquet"
    table = pd.read_parquet(file)
    table.loc[100, "q01"] = "never heard of"
    table.to_parquet(file, index=False, row_group_size=70)
    done = []
    with pytest.raises(DataError) as error, local_executor(1) as workers:
        score_parts(open_parts(large, size=2), workers, files=False, advance=done.append)
    assert [(problem.code, problem.line) for problem in error.value.problems] == [("A10", 102)]
    assert sum(done) < 24
    assert list((large / "results").iterdir()) == []


def test_a_method_that_is_nowhere_in_a_part_is_not_assessed_there(large):
    whole = open_round(large)
    parts = open_parts(large, size=5)
    gone = replace(parts, small={**parts.small, "records": whole.answers["records"].of("nowhere")})
    assert len(gone.open(0).answers["records"].design) == 0
    with local_executor(1) as workers:
        found = pd.read_parquet(score_parts(gone, workers, files=False, advance=lambda _: None))
    rows = found[(found["level"] == "evidence") & (found["evidence"] == "records")]
    assert set(rows["state"]) == {"not_assessed"}
    assert len(rows) == 24 * 13


def test_notebooks_of_a_large_round_are_run_part_by_part(large, monkeypatch, capsys):
    """Five parts: each opened, scored and kept in turn; the notebooks say the same as those of the whole round."""
    monkeypatch.setattr("evaluation.verbs.portions.PART", 5)
    limits = {"cell_seconds": 300, "notebook_seconds": 900, "memory_mb": 0}
    asked = {"community": None, "every": True, "district": False, "resume": False, "notebook": None, "parameters": (),
             "executor": "local", "scheduler": None, "store": None, "jobs": 2}
    run_batch(large, "en", limits, **asked)
    log = json.loads((large / "results" / "batch.json").read_text(encoding="utf-8"))
    assert log["counts"]["done"] == 24
    assert not list(large.glob(".opened*"))
    by_parts = (large / "results" / "c03" / "score.json").read_bytes()
    page = (large / "results" / "c03" / "community.html").read_bytes()
    (large / "results" / "scores.parquet").unlink()
    run_batch(large, "en", limits, **{**asked, "every": False, "community": "c03"})
    assert (large / "results" / "c03" / "score.json").read_bytes() == by_parts
    assert (large / "results" / "c03" / "community.html").read_bytes() == page
    run_batch(large, "en", limits, **{**asked, "resume": True})
    log = json.loads((large / "results" / "batch.json").read_text(encoding="utf-8"))
    assert log["counts"]["skipped"] == 24
