# ruff: noqa: E501  (a row of a table is a line)
"""Every fault and warning of the quality checks: the change that brings it, where it is told, in both languages."""

from __future__ import annotations

import re

import pytest
from conftest import make_round
from test_quality_checks import GRID, HEAD, PARA, ROUND, para, row

from evaluation import open_round, verbs
from evaluation.core.errors import EvaluationError, catalogue
from evaluation.fieldwork.quality.rounds import check_round

BASE = {"form": GRID, "answers": HEAD + row("x", rooms="9") + row("y"), "paradata": PARA + para("x") + para("y"), "round": ROUND}
BACK = "quality: {back_check: {type1: [consent], type3: [rooms]}}\n"
PHONE = {"phone": GRID.replace("method: questionnaire", "method: phone"), "round": ROUND + "  phone: {file: phone.csv}\n"}
REVIEWED = "id,method,respondent,check,note\n"


def check(folder, **options):
    given = {"method": None, "lang": "en", "back_check": None, "reviewed": [], "note": None} | options
    if isinstance(given["back_check"], str):
        (folder / "again.csv").write_text(given["back_check"], encoding="utf-8")
        given["back_check"] = folder / "again.csv"
    return lambda: verbs.check_quality(folder, **given)


# code: (what is changed, how it is run, exit code or "warning", file, line, path, a word of the message)
FAULTS = {
    "J01 consent": ("J01", {"round": ROUND + "quality: {consent: {item: agree}}\n"}, {}, 10, "round.yaml", 7, "quality.consent.item", "agree"),
    "J01 type": ("J01", {"round": ROUND + "quality: {back_check: {type1: [s9]}}\n"}, {}, 10, "round.yaml", 7, "quality.back_check.type1[0]", "s9"),
    "J01 tolerance": ("J01", {"round": ROUND + "quality: {back_check: {tolerance: {s9: 1}}}\n"}, {}, 10, "round.yaml", 7, "quality.back_check.tolerance.s9", "s9"),
    "J02": ("J02", {"round": ROUND + "quality: {back_check: {type1: [s1], type2: [s1]}}\n"}, {}, 10, "round.yaml", 7, "quality.back_check.type2[0]", "type1"),
    "J05": ("J05", {"paradata": PARA + para("q")}, {}, 11, "questionnaire.csv", 2, "respondent", "1 rows"),
    "J06": ("J06", {"paradata": PARA + para("x") + para("q") + para("y")}, {}, "warning", "questionnaire.csv", 3, "respondent", "rows 3"),
    "J07": ("J07", {"paradata": PARA + para("x")}, {}, "warning", "questionnaire.csv", 0, "respondent", "1 forms"),
    "J08": ("J08", {"paradata": PARA + para("x") + para("y").replace("2026-10-12T09:00", "noon")}, {}, "warning", "questionnaire.csv", 3, "started", "noon"),
    "J10": ("J10", {"round": ROUND + "quality: {exclude: [constraint]}\n"}, "open", 11, "flags.csv", 0, "quality.exclude", "none were made"),
    "J11": ("J11", {"round": ROUND + "quality: {exclude: [constraint]}\n"}, "stale", 11, "flags.csv", 0, "quality.exclude", "answers.csv"),
    "J12": ("J12", {"round": ROUND + "quality: {exclude: [constraint]}\n"}, "flagged", "warning", "flags.csv", 0, "quality.exclude", "constraint 1"),
    "J13": ("J13", {"round": ROUND + "quality: {exclude: [too_short], too_short: {minutes: 99}}\n"}, "flagged", 11, "answers.csv", 0, "quality.exclude", "every form"),
    "J14": ("J14", {}, {"reviewed": ["abc"], "note": "seen"}, 2, "", 0, "--reviewed", "abc"),
    "J15 note": ("J15", {}, {"reviewed": ["abc"]}, 2, "", 0, "--reviewed", "note"),
    "J15 ids": ("J15", {}, {"note": "seen"}, 2, "", 0, "--note", "ids"),
    "J15 blank": ("J15", {}, {"reviewed": ["abc"], "note": " "}, 2, "", 0, "--reviewed", "note"),
    "J16": ("J16", {}, {"reviewed": ["abc"], "note": "ring 139 1234 5678"}, 11, "", 0, "--note", "reached"),
    "J17": ("J17", {"reviewed": REVIEWED + "1,questionnaire,x,speeding,ok\n"}, {}, 11, "reviewed.csv", 2, "check", "speeding"),
    "J20": ("J20", {}, {"back_check": "respondent,rooms\nx,2\n"}, 11, "again.csv", 1, "", "rooms"),
    "J21": ("J21", {"round": ROUND + BACK}, {"back_check": "respondent,rooms,where\nx,2,park\n"}, "warning", "again.csv", 1, "", "where"),
    "J22": ("J22", {"round": ROUND + BACK}, {"back_check": "respondent,rooms\nq,2\n"}, 11, "again.csv", 2, "respondent", "no row"),
    "J23": ("J23", {"round": ROUND + BACK}, {"back_check": "instance,rooms\nux,2\nuq,2\n"}, "warning", "again.csv", 3, "instance", "rows 3"),
    "J24": ("J24", {"round": ROUND + BACK}, {"back_check": "id,rooms\nx,2\n"}, 11, "again.csv", 1, "respondent", "instance"),
    "J25": ("J25", {"round": ROUND + "quality: {back_check: {type3: [where]}}\n"}, {"back_check": "respondent,where\nx,park\n"}, 11, "again.csv", 1, "where", "type 3"),
    "J26": ("J26", {}, {"method": "phone"}, 2, "", 0, "--method", "phone"),
    "J27 warning": ("J27", PHONE, {}, "warning", "phone.csv", 0, "answers.phone.file", "phone yet"),
    "J27 asked for": ("J27", PHONE, {"method": "phone"}, 11, "phone.csv", 0, "answers.phone.file", "phone yet"),
    "F01 of all": ("F01", {"answers": None}, {}, 11, "answers.csv", 0, "", "No such file"),
    "F09 of all": ("F09", {"answers": HEAD}, {}, 11, "answers.csv", 0, "", "no row"),
    "S04 contact": ("S04", {"round": ROUND + BACK}, {"back_check": "respondent,phone,rooms\nx,13912345678,2\n"}, 11, "again.csv", 1, "phone", "phone"),
    "A10 off the list": ("A10", {"round": ROUND + BACK}, {"back_check": "respondent,rooms\nx,many\n"}, 11, "again.csv", 2, "rooms", "many"),
    "A01 paradata": ("A01", {"paradata": PARA.replace("ended", "end") + para("x")}, {}, 11, "questionnaire.csv", 1, "ended", "ended"),
    "S04 paradata": ("S04", {"paradata": PARA.replace("\n", ",phone\n") + para("x").replace("\n", ",1\n")}, {}, 11, "questionnaire.csv", 1, "phone", "phone"),
    "A01 reviewed": ("A01", {"reviewed": "id,method,respondent,note\n1,questionnaire,x,ok\n"}, {}, 11, "reviewed.csv", 1, "check", "check"),
    "F01 paradata": ("F01", {"round": ROUND.replace("answers.csv", "answers.csv, paradata: gone.csv")}, {}, 11, "gone.csv", 0, "", "No such file"),
    "D03": ("D03", {"round": ROUND + "quality: {exclude: [speeders]}\n"}, {}, 10, "round.yaml", 7, "quality.exclude[0]", "speeders"),
}


def told_by(folder, changes, run, capsys):
    make_round(folder, **{**BASE, **changes})
    work = check(folder, **(run if isinstance(run, dict) else {}))
    if run in ("stale", "flagged"):
        work()
    if run == "stale":
        file = folder / "answers.csv"
        file.write_text(file.read_text(encoding="utf-8") + row("z"), encoding="utf-8")
    if isinstance(run, str):
        def work():
            return open_round(folder)
    try:
        opened = work()
    except EvaluationError as error:
        return error.problems, error.exit_code
    return list(opened.warnings if opened is not None else check_round(folder).warnings), "warning"


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_told_with_its_place(tmp_path, capsys, name):
    code, changes, run, kind, file, line, path, word = FAULTS[name]
    problems, how = told_by(tmp_path, changes, run, capsys)
    printed = capsys.readouterr().err
    if kind == "warning" and code in ("J21", "J23"):       # told while the back-check is read
        assert f"[{code}]" in printed
        assert word in printed
        return
    (told,) = [problem for problem in problems if problem.code == code]
    assert (how, told.warning) == (kind, kind == "warning")
    assert (told.file.replace("\\", "/").split("/")[-1], told.line, told.path) == (file, line, path)
    assert word in told.text("en")
    for lang in ("zh", "en"):
        assert set(re.findall(r"(?<!{){(\w+)}(?!})", "".join(catalogue()[code][lang]))) <= dict(told.values).keys()
    assert re.search("[一-鿿]", told.text("zh"))


def test_every_code_has_a_row():
    rows = {row[0] for row in FAULTS.values()}
    assert {code for code in catalogue() if code[0] == "J"} == {code for code in rows if code[0] == "J"}


def test_all_faults_of_reading_are_told_at_once(tmp_path):
    folder = make_round(tmp_path, **{**BASE, "paradata": PARA + para("q"), "reviewed": "id,note\n1,ok\n"})
    with pytest.raises(EvaluationError) as caught:
        check_round(folder)
    assert {told.code for told in caught.value.problems} == {"J05", "A01"}
