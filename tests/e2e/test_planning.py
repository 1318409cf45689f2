"""The methodologist's commands: plan, sample with a frozen plan of looks, look; samples that keep to their frame."""

from __future__ import annotations

import json
import re
import shutil

import pandas as pd
import pytest

from evaluation.core.errors import DeclarationError, DesignError
from evaluation.sampling import SequentialPlan
from evaluation.verbs import check, plan, sample, show_looks


def edit(folder, old, new, file="round.yaml"):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def rows(printed):
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in printed.splitlines() if line.startswith("│")]


def test_the_plan_of_a_round(folder, capsys):
    edit(folder, "design:", "goal: {wrong: 0.05, sd: 10, response_rate: 0.4, eligibility: 0.9}\ndesign:")
    plan(folder, "en")
    table = rows(capsys.readouterr().out)
    assert len(table) == 24
    assert [row[0] for row in table][:2] == ["c01", "c02"]
    assert all(float(row[5].rstrip("%")) <= 5 for row in table)
    plan(folder, "zh", margin=2.5, sd=12.0)
    wider = rows(capsys.readouterr().out)
    assert all(float(row[4]) <= 2.5 for row in wider)
    with pytest.raises(DesignError, match="P03"):
        plan(folder, "en", margin=0.2)


def test_looks_are_frozen_with_the_sample(folder, capsys):
    with pytest.raises(DeclarationError, match="G03"):
        show_looks(folder, "en")
    edit(folder, "phone: {n: 110,", "phone: {n: 110, sequential: {sd: 10, low: 83, high: 87},")
    sample(folder)
    file = folder / "sample" / "phone.sequential.json"
    frozen = file.read_bytes()
    made = SequentialPlan.from_dict(json.loads(frozen))
    assert (made.sd, made.threshold, made.looks[0]) == (10, 85, 10)
    sample(folder)
    assert file.read_bytes() == frozen
    capsys.readouterr()
    show_looks(folder, "en")
    table = rows(capsys.readouterr().out)
    assert {row[5] for row in table} <= {"pass", "fail", "continue"}
    for row in table:
        assert (row[5] == "continue") == (row[6] != "")
    edit(folder, "sd: 10", "sd: 9")
    with pytest.raises(DesignError, match="G25"):
        sample(folder)


def test_few_interviews_are_not_shown(folder, capsys):
    edit(folder, "phone: {n: 110,", "phone: {n: 110, sequential: {sd: 10, low: 83, high: 87},")
    sample(folder)
    answers = folder / "answers" / "phone.csv"
    lines = answers.read_text(encoding="utf-8").splitlines()
    few = [line for line in lines[1:] if ",c01," in line][:9]
    others = [line for line in lines[1:] if ",c01," not in line]
    answers.write_text("\n".join([lines[0], *few, *others]) + "\n", encoding="utf-8")
    capsys.readouterr()
    show_looks(folder, "en")
    first = rows(capsys.readouterr().out)[0]
    assert (first[0], first[1], first[2], first[5]) == ("c01", "9", "–", "continue")


def test_a_sample_keeps_to_its_frame_and_design(folder):
    check(folder, [])
    edit(folder, "c01-0001,c01", "c01-9001,c01", "frame/frame.csv")
    for verb in (lambda: check(folder, []), lambda: sample(folder)):
        with pytest.raises(DesignError, match="G24"):
            verb()
    edit(folder, "c01-9001,c01", "c01-0001,c01", "frame/frame.csv")
    edit(folder, "10000004333", "10000009999", "frame/frame.csv")  # a corrected phone number is no other frame
    check(folder, [])
    for old, new in (("n: 110", "n: 90"), ("seed: 20", "seed: 21")):
        edit(folder, old, new)
        with pytest.raises(DesignError, match="G25"):
            sample(folder)
        edit(folder, new, old)


def test_a_design_with_strata(folder, capsys):
    shutil.rmtree(folder / "sample")
    (folder / "sample").mkdir()
    edit(folder, "calls:", "#calls:")
    edit(folder, "questionnaire: {n: 120}", "questionnaire: {n: 120, strata: building, minimum: 2}")
    sample(folder)
    drawn = (folder / "sample" / "questionnaire.csv").read_text(encoding="utf-8").splitlines()[1:]
    strata = [line.split(",")[1] for line in drawn]
    assert all(re.fullmatch(r"c\d\d/B\d\d", stratum) for stratum in strata)
    assert len(drawn) == 24 * 120
    frame = pd.read_csv(folder / "frame" / "frame.csv")
    there = (frame["community"] + "/" + frame["building"]).value_counts()
    assert all(strata.count(stratum) >= min(2, there[stratum]) for stratum in there.index)


def test_fixed_sizes_and_adults_by_kish(folder, capsys):
    shutil.rmtree(folder / "sample")
    (folder / "sample").mkdir()
    edit(folder, "calls:", "#calls:")
    edit(folder, "phone: {n: 110, replicate: 20, apart_from: questionnaire}",
         "phone: {fixed: {B01: 7, B02: 3}, strata: building, adult: kish}")
    sample(folder)
    drawn = pd.read_csv(folder / "sample" / "phone.csv")
    assert drawn["stratum"].str.split("/").str[1].value_counts().to_dict() == {"B01": 24 * 7, "B02": 24 * 3}
    assert set(drawn["kish"]) <= {"A", "B1", "B2", "C", "D", "E1", "E2", "F"}
    edit(folder, "fixed: {B01: 7, B02: 3}, ", "")
    with pytest.raises(DeclarationError, match="G03"):
        sample(folder)
