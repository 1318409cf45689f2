"""Flags that are kept: reviewed ones stay quiet, excluding ones leave a form out, stale ones are a fault."""

from __future__ import annotations

import json
import threading
from contextlib import suppress

import pandas as pd
import pytest
from conftest import make_round
from test_quality_checks import GRID, HEAD, PARA, ROUND, para, row

from evaluation import CommunityReport, open_round, verbs
from evaluation.core.errors import EvaluationError
from evaluation.fieldwork.parts import open_parts
from evaluation.fieldwork.quality import rounds

EXCLUDE = "quality: {exclude: [too_short, constraint]}\n"


def quality(folder, *reviewed, note=None, method=None, back_check=None, lang="en"):
    verbs.check_quality(folder, method, lang, back_check, list(reviewed), note)
    return pd.read_csv(folder / "quality" / "flags.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)


@pytest.fixture
def folder(tmp_path):
    """x is too short, y breaks a constraint and is too short, z is of a stale version."""
    rows = row("x") + row("y", rooms="9") + row("z", s1="2") + row("w", s2="2")
    paradata = para("x", end="09:01") + para("y", end="09:01") + para("z", version="1") + para("w")
    return make_round(tmp_path / "round", form=GRID, answers=HEAD + rows, paradata=PARA + paradata, round=ROUND + EXCLUDE)


def forms_of(folder):
    return len(open_round(folder).answers["questionnaire"].design)


def codes(folder):
    with pytest.raises(EvaluationError) as caught:
        open_round(folder)
    return [told.code for told in caught.value.problems]


def test_excluding_flags_leave_forms_out_and_are_counted_once(folder):
    assert codes(folder) == ["J10"]
    flags = quality(folder)
    assert sorted(zip(flags["respondent"], flags["check"], strict=True)) == [
        ("x", "too_short"), ("y", "constraint"), ("y", "too_short"), ("z", "stale_version")]
    opened = open_round(folder)
    assert opened.answers["questionnaire"].design.index.tolist() == [4, 5]     # rows of z and w in the file
    (told,) = [told for told in opened.warnings if told.code.startswith("J")]
    assert told.code == "J12"
    assert dict(told.values) == {"count": "2", "checks": "too_short 2, constraint 1"}


def test_the_community_page_says_how_many_were_left_out(folder):
    quality(folder)
    report = CommunityReport.open(folder, "c1", "en")
    assert "2 forms (too_short 2, constraint 1)" in report.data_quality().body


def test_without_exclude_flags_change_nothing(tmp_path, folder):
    quality(folder)
    before = open_round(folder).inputs
    (folder / "round.yaml").write_text(ROUND, encoding="utf-8")
    assert forms_of(folder) == 4
    (folder / "quality" / "flags.csv").unlink()
    assert forms_of(folder) == 4
    assert open_round(folder).inputs != before


def test_two_who_review_at_the_same_moment_are_both_kept(folder, monkeypatch):
    checked = rounds.check_round(folder)
    met, read = threading.Barrier(2), rounds.read_reviewed

    def both_have_read(place):
        known = read(place)
        with suppress(threading.BrokenBarrierError):
            met.wait(1)
        return known

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "read_reviewed", both_have_read)
        threads = [threading.Thread(target=rounds.reviewed_as, args=(checked, [name], "fine"))
                   for name in checked.flags["id"][:2]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert rounds.check_round(folder).flags["reviewed"].sum() == 2


def test_a_reviewed_flag_is_quiet_and_takes_its_form_in_again(folder):
    flags = quality(folder)
    inputs = open_round(folder).inputs
    ids = flags.set_index(["respondent", "check"])["id"]
    again = quality(folder, ids["x", "too_short"], ids["z", "stale_version"], note="looked at it\nagain")
    assert again.set_index(["respondent", "check"])["reviewed"].to_dict() == {
        ("x", "too_short"): "yes", ("y", "constraint"): "", ("y", "too_short"): "", ("z", "stale_version"): "yes"}
    assert forms_of(folder) == 3
    assert open_round(folder).inputs != inputs
    kept = pd.read_csv(folder / "quality" / "reviewed.csv", encoding="utf-8-sig", dtype=str)
    assert kept.columns.tolist() == ["id", "method", "respondent", "check", "note"]
    assert kept["note"].unique().tolist() == ["looked at it again"]
    bytes_before = (folder / "quality" / "flags.csv").read_bytes(), (folder / "quality" / "flags.json").read_bytes()
    quality(folder)
    assert ((folder / "quality" / "flags.csv").read_bytes(), (folder / "quality" / "flags.json").read_bytes()) == bytes_before
    quality(folder, ids["x", "too_short"], note="=other words")
    kept = pd.read_csv(folder / "quality" / "reviewed.csv", encoding="utf-8-sig", dtype=str)
    assert len(kept) == 2
    assert kept.set_index("id").at[ids["x", "too_short"], "note"] == "'=other words"     # no formula for a spreadsheet
    paradata = folder / "paradata" / "questionnaire.csv"
    paradata.write_text(paradata.read_text(encoding="utf-8").replace("T09:01:00", "T09:01:30", 1), encoding="utf-8")
    anew = quality(folder).set_index(["respondent", "check"])
    assert anew.at[("x", "too_short"), "reviewed"] == ""             # another duration is another flag
    assert anew.at[("z", "stale_version"), "reviewed"] == "yes"


STALE = {
    "answers": lambda folder: _replace(folder / "answers.csv", "yes,2", "yes,1"),
    "paradata": lambda folder: _replace(folder / "paradata" / "questionnaire.csv", "T09:20", "T09:21"),
    "instrument": lambda folder: _replace(folder / "garden" / "form.yaml", 'version: "2"', 'version: "3"'),
    "limits": lambda folder: _replace(folder / "round.yaml", "quality: {", "quality: {unanswered: 0.5, "),
    "flags": lambda folder: _replace(folder / "quality" / "flags.csv", "x,too_short", "w,too_short"),
    "reviewed": lambda folder: (folder / "quality" / "reviewed.csv").write_text("id,method,respondent,check,note\n", "utf-8"),
    "record": lambda folder: (folder / "quality" / "flags.json").write_text("{", "utf-8"),
    "other record": lambda folder: (folder / "quality" / "flags.json").write_text('{"schema": 1, "inputs": []}', "utf-8"),
    "paradata gone": lambda folder: (folder / "paradata" / "questionnaire.csv").unlink(),
}


def _replace(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8", newline="")


@pytest.mark.parametrize("changed", STALE)
def test_flags_made_of_something_else_are_a_fault(folder, changed):
    quality(folder)
    assert forms_of(folder) == 2
    STALE[changed](folder)
    assert codes(folder) == ["J11"]
    quality(folder)
    assert forms_of(folder) == (3 if changed == "paradata gone" else 2)


def test_which_checks_exclude_makes_no_flags_stale(folder):
    quality(folder)
    _replace(folder / "round.yaml", "too_short, constraint", "stale_version")
    assert open_round(folder).answers["questionnaire"].design.index.tolist() == [2, 3, 5]


def test_where_nothing_is_left_that_is_said(folder):
    _replace(folder / "round.yaml", "exclude: [too_short, constraint]", "exclude: [too_short], too_short: {minutes: 60}")
    quality(folder)
    assert codes(folder) == ["J13"]


def test_a_round_opened_by_parts_leaves_out_the_same(folder):
    table = pd.read_csv(folder / "answers.csv", dtype=str, keep_default_na=False)
    table.assign(community=["c1", "c2", "c1", "c2"]).to_parquet(folder / "answers.parquet")
    _replace(folder / "round.yaml", "answers.csv", "answers.parquet")
    quality(folder)
    whole, parts = open_round(folder), open_parts(folder, 1)
    assert parts is not None
    told = [told.code for told in parts.whole.warnings if told.code.startswith("J")]
    rows = [len(parts.open(number).answers["questionnaire"].design) for number in range(len(parts.plan))]
    assert (sum(rows), told) == (len(whole.answers["questionnaire"].design), ["J12"]) == (2, ["J12"])


def test_the_record_says_what_the_flags_are_of(folder):
    quality(folder)
    record = json.loads((folder / "quality" / "flags.json").read_text(encoding="utf-8"))
    assert record["schema"] == "evaluation/flags/1"
    assert record["flags"] == {"too_short": 2, "constraint": 1, "stale_version": 1}
    assert set(record["inputs"]) == {"answers.csv", "paradata/questionnaire.csv", "instrument questionnaire", "round.yaml"}


def test_answers_and_paradata_are_never_changed(folder):
    files = [file for file in folder.rglob("*") if file.is_file()]
    before = {file: file.read_bytes() for file in files}
    quality(folder)
    assert {file: file.read_bytes() for file in files} == before


def test_a_respondent_that_looks_like_a_formula_is_left_out_too(tmp_path):
    rows = row("-1") + row("w", s2="2")
    folder = make_round(tmp_path, form=GRID, answers=HEAD + rows, paradata=PARA + para("-1", end="09:01") + para("w"),
                        round=ROUND + EXCLUDE)
    quality(folder)
    assert open_round(folder).answers["questionnaire"].design.index.tolist() == [3]


def test_paradata_may_lie_anywhere(folder, tmp_path):
    elsewhere = tmp_path / "elsewhere.csv"
    (folder / "paradata" / "questionnaire.csv").rename(elsewhere)
    _replace(folder / "round.yaml", "file: answers.csv", f'file: answers.csv, paradata: "{elsewhere.as_posix()}"')
    assert len(quality(folder)) == 4
    assert forms_of(folder) == 2
