# ruff: noqa: E501  (a row of an export is a line)
"""Exports as other programs really write them, with what a form has beside the instrument's items; expectations by hand."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from conftest import BASE, ROUND, make_round
from exports import write_bytes, write_json

from evaluation import verbs
from evaluation.core.errors import DataError

FORM = BASE["form"].replace("    - {value: b, score: 50,", "    - {value: other, label: {zh: 其他, en: Other}}\n    - {value: b, score: 50,") \
    + "  - {id: q4_other, type: text, relevant: \"selected(${q4}, 'other')\", label: {zh: 哪里, en: Where else}}\n" \
    + "  - {id: q6, type: select_one way, label: {zh: 怎么来, en: How do you come}}\n"
FORM = FORM.replace("items:\n", "  way:\n    - {value: foot, label: {zh: 步行, en: On foot}}\n    - {value: other, label: {zh: 其他, en: Other}}\nitems:\n")
LIME = "id,submitdate,lastpage,startlanguage,startdate,community,q1,q4[a],q4[b],q4[other],q6,q6[other]\n"
KOBO = "community,{more},_id,_uuid,_submission_time\n"


def brought(folder: Path, text: str, form: str = FORM, mapping: str | None = None) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Answers and paradata after the import of a CSV."""
    made_round = make_round(folder / "round", answers=None, round=ROUND.replace(", weight: weight", ""), form=form)
    map_ = None if mapping is None else write_bytes(folder / "map.yaml", mapping.encode())
    verbs.import_answers(made_round, "questionnaire", [write_bytes(folder / "f.csv", text.encode())], map_, "en")
    return rows(made_round / "answers.csv"), rows(made_round / "paradata/questionnaire.csv")


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("group", ["", "main/", "outer/main/"])
def test_a_text_called_like_an_other_choice_is_not_that_choice(tmp_path: Path, group: str) -> None:
    head = KOBO.format(more=f"{group}q4,{group}q4/a,{group}q4/b,{group}q4/other,{group}q4_other")
    answers, _ = brought(tmp_path, head + "c1,a other,1,0,1,the bakery,11,u1,2026-05-01T08:30:00\n")
    assert (answers[0]["q4"], answers[0]["q4_other"]) == ("a other", "the bakery")


def test_words_beside_other_that_no_item_asks_for_are_left_alone(tmp_path: Path) -> None:
    form = "\n".join(line for line in FORM.splitlines() if "q4_other" not in line)
    answers, _ = brought(tmp_path, KOBO.format(more="q4,q4_other") + "c1,a other,the bakery,11,u1,2026-05-01T08:30:00\n", form)
    assert answers[0]["q4"] == "a other"
    assert "bakery" not in str(answers)


def test_other_of_limesurvey_has_words_in_place_of_a_tick(tmp_path: Path) -> None:
    answers, _ = brought(tmp_path, LIME + "1,2026-05-01 08:30:00,3,en,2026-05-01 08:20:00,c1,5,Y,,the bakery,-oth-,by boat\n"
                         "2,2026-05-01 08:31:00,3,en,2026-05-01 08:20:00,c1,5,,Y,,foot,\n")
    by_q4 = {row["q4"]: row for row in answers}
    assert (by_q4["a other"]["q4_other"], by_q4["a other"]["q6"]) == ("the bakery", "other")
    assert (by_q4["b"]["q4_other"], by_q4["b"]["q6"]) == ("", "foot")
    assert "boat" not in str(answers)


def test_limesurvey_with_whole_questions_and_answers(tmp_path: Path) -> None:
    answers, paradata = brought(tmp_path, "Response ID;Date submitted;Last page;Start language;community;How is the reception;Have you come by;Where have you been [Square];Where have you been [Library]\n"
                                "1;1980-01-01 00:00:00;3;en;c1;Good;Yes;Yes;No\n2;;3;en;c1;Good;Yes;Yes;No\n")
    assert [(row["q1"], row["q2"], row["q4"]) for row in answers] == [("5", "yes", "a")]
    assert paradata[0]["submitted"] == ""           # what LimeSurvey writes where it keeps no times


@pytest.mark.parametrize(("label", "role", "value", "kept"), [
    ("Community", "community", "c1", "c1"), ("Main/Community", "community", "Alder", "c1"), ("社区", "community", "甲", "c1")])
def test_the_community_is_found_by_the_label_that_our_forms_give_it(tmp_path: Path, label: str, role: str, value: str, kept: str) -> None:
    answers, paradata = brought(tmp_path, f"{label},How is the reception,Interviewer's code,_id,_uuid,_submission_time\n{value},Good,f03,11,u1,2026-05-01T08:30:00\n")
    assert (answers[0][role], answers[0]["q1"], paradata[0]["interviewer"]) == (kept, "5", "f03")


def test_kobos_time_of_submission_is_in_utc(tmp_path: Path) -> None:
    _, paradata = brought(tmp_path, "start,end," + KOBO.format(more="q1") + "2026-05-01T16:20:00.000+08:00,2026-05-01 16:25:00,c1,5,11,u1,2026-05-01T08:30:00\n")
    assert [paradata[0][name] for name in ("started", "ended", "submitted")] == [
        "2026-05-01T16:20:00+08:00", "2026-05-01T16:25:00", "2026-05-01T08:30:00+00:00"]


@pytest.mark.parametrize("name", ["Li Wei", "张伟", "zhang_wei", "wei@example.org", "13812345678"])
@pytest.mark.parametrize("column", ["interviewer", "_submitted_by"])
def test_names_of_interviewers_become_codes(tmp_path: Path, column: str, name: str, capsys) -> None:
    _, paradata = brought(tmp_path, f"{column}," + KOBO.format(more="q1") + "".join(
        f"{who},c1,5,{n},u{n},2026-05-01T08:30:00\n" for n, who in enumerate([name, name, "f03"], 1)))
    codes = {row["instance"]: row["interviewer"] for row in paradata}
    assert codes["1"] == codes["2"] != codes["3"] == "f03"
    assert codes["1"].startswith("u-")
    assert name not in (tmp_path / "round/paradata/questionnaire.csv").read_text(encoding="utf-8")
    assert "[I36]" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["f03", "7", "enum_12", "Team-2", "访员7", "AB"])
def test_codes_of_interviewers_stay(tmp_path: Path, code: str) -> None:
    assert brought(tmp_path, "interviewer," + KOBO.format(more="q1") + f"{code},c1,5,1,u1,2026-05-01T08:30:00\n")[1][0]["interviewer"] == code


def test_raters_who_wrote_their_names_are_codes_in_the_answers(tmp_path: Path) -> None:
    mapping = "mapping: m\nrater: Who\n"
    answers, _ = brought(tmp_path, "Who," + KOBO.format(more="q1") + "Li Wei,c1,5,1,u1,2026-05-01T08:30:00\n", mapping=mapping)
    assert answers[0]["rater"].startswith("u-")


@pytest.mark.parametrize(("cell", "made"), [("0,5", "0.5"), ("0,125", "0.125"), ("1,0", "1")])
def test_a_decimal_comma(tmp_path: Path, cell: str, made: str) -> None:
    head = KOBO.format(more="q5").replace(",", ";")
    assert brought(tmp_path, head + f"c1;{cell};1;u1;2026-05-01T08:30:00\n")[0][0]["q5"] == made


WORDS = FORM + "  - {id: q7, type: text, label: {zh: 还有什么, en: Anything else}}\n"


@pytest.mark.parametrize("words", ["wechat: lili88", "微信 lili88", "QQ 12345678", "31.2304, 121.4737", "http://example.org/lili", "10.0.0.1",
                                   "li@example.org", "１３９１２３４５６７８", "139 1234 5678"])
def test_words_by_which_somebody_is_found_are_cut(tmp_path: Path, words: str) -> None:
    answers, _ = brought(tmp_path, KOBO.format(more="q7") + f'c1,"well {words} thanks",11,u1,2026-05-01T08:30:00\n', WORDS)
    assert answers[0]["q7"].replace("[…]thanks", "[…] thanks") == "well […] thanks"


@pytest.mark.parametrize("words", ["I asked 12 times in 2026", "open 9:00-17:00", "version 2.5 of 10", "微信群很好", "qq group is fine"])
def test_other_words_stay(tmp_path: Path, words: str) -> None:
    answers, _ = brought(tmp_path, KOBO.format(more="q7") + f'c1,"{words}",11,u1,2026-05-01T08:30:00\n', WORDS)
    assert answers[0]["q7"] == words


@pytest.mark.parametrize("mapping", [
    "columns: {q7: deviceid}", "columns: {q7: _geolocation}", "columns: {q7: _submitted_by}", "columns: {q5: simserial}", "version: deviceid",
    "psu: GPS", "stratum: Contact", "instance: Contact", "version: Contact", "weight: phonenumber", "instance: phonenumber"])
def test_no_mapping_brings_devices_places_or_addresses_in(tmp_path: Path, mapping: str) -> None:
    head = "deviceid,phonenumber,_geolocation,_submitted_by,simserial,GPS,Contact," + KOBO.format(more="q1")
    with pytest.raises(DataError) as told:
        brought(tmp_path, head + "1,139,31 121,zw,8,31 121,li@example.org,c1,5,11,u1,2026-05-01T08:30:00\n", WORDS, f"mapping: m\n{mapping}\n")
    assert {problem.code for problem in told.value.problems} == {"S04"}
    assert not (tmp_path / "round/answers.csv").exists()


def test_excels_line_about_the_delimiter_is_no_header(tmp_path: Path) -> None:
    head = KOBO.format(more="q1").replace(",", ";")
    assert brought(tmp_path, "\ufeffsep=;\r\n" + head + "c1;5;1;u1;2026-05-01T08:30:00\n")[0][0]["q1"] == "5"


def test_limesurveys_words_in_a_column_of_spss_tick_other(tmp_path: Path) -> None:
    answers, _ = brought(tmp_path, "id,submitdate,community,q1,q4_a,q4_b,q4_other\n1,2026-05-01 08:30:00,c1,5,1,0,the bakery\n2,2026-05-01 08:30:00,c1,5,0,1,\n")
    assert {(row["q4"], row["q4_other"]) for row in answers} == {("a other", "the bakery"), ("b", "")}


@pytest.mark.parametrize("turned", [False, True])
def test_two_tables_of_odata_in_two_files_are_joined(tmp_path: Path, turned: bool) -> None:
    system = {"submissionDate": "2026-05-01T08:30:00.000Z", "submitterId": "7", "edits": 0, "formVersion": "1"}
    forms = [{"__id": f"uuid:{name}", "__system": system, "community": "c1", "visit@odata.navigationLink": "…"} for name in "ab"]
    visits = [{"__id": "x1", "__Submissions-id": "uuid:a", "q1": "5"}, {"__id": "x2", "__Submissions-id": "uuid:b", "q1": "1"}]
    whole = [{**{name: cell for name, cell in each.items() if "@" not in name}, "visit": [visit]} for each, visit in zip(forms, visits, strict=True)]
    found = []
    for n, files in enumerate(([("Submissions.json", forms), ("Submissions.visit.json", visits)], [("whole.json", whole)])):
        folder = make_round(tmp_path / f"round{n}", answers=None, round=ROUND.replace(", weight: weight", ""))
        paths = [write_json(tmp_path / name, {"value": records}) for name, records in files]
        verbs.import_answers(folder, "questionnaire", paths[::-1] if turned else paths, None, "en")
        found.append(rows(folder / "answers.csv"))
    assert found[0] == found[1]
    assert {(row["community"], row["q1"]) for row in found[0]} == {("c1", "5"), ("c1", "1")}


def test_limesurveys_codes_of_yes_and_no(tmp_path: Path) -> None:
    answers, _ = brought(tmp_path, "id,submitdate,community,q2\n1,2026-05-01 08:30:00,c1,Y\n2,2026-05-01 08:30:00,c2,N\n3,2026-05-01 08:30:00,c2,no\n")
    assert sorted((row["community"], row["q2"]) for row in answers) == [("c1", "yes"), ("c2", "no"), ("c2", "no")]


@pytest.mark.parametrize("unit", ["x", "q", "qq ", "1.2345 ", "1.234" + " " * 995, "@", "a.", "7 ", "http://"])
def test_a_cell_of_a_million_characters_is_read_in_one_pass(tmp_path: Path, unit: str) -> None:
    """Patterns that look again from each character on would need hours."""
    text = (unit * 1_000_000)[:999_000]
    assert len(brought(tmp_path, "interviewer," + KOBO.format(more="q7") + f"{text},c1,{text},11,u1,2026-05-01T08:30:00\n", WORDS)[0]) == 1


@pytest.mark.parametrize("unit", ["-", "a/", "q4_"])
def test_a_header_of_half_a_million_characters_is_of_nothing(tmp_path: Path, unit: str) -> None:
    answers, _ = brought(tmp_path, f"{(unit * 500_000)[:499_999]},community,q1,KEY\nx,c1,5,uuid:1\n")
    assert answers[0]["q1"] == "5"


@pytest.mark.parametrize(("cell", "made"), [
    ("2026/5/3 8:30", "2026-05-03T08:30:00"), ("2026-5-3 8:30:05", "2026-05-03T08:30:05"), ("2026年5月3日 14:02", "2026-05-03T14:02:00"),
    ("2026/05/03", "2026-05-03"), ("2026-05-03", "2026-05-03"), ("May 3, 2026 8:30:05 AM", "2026-05-03T08:30:05"), ("Dec 13, 2026 12:00:01\u202fPM", "2026-12-13T12:00:01"),
    ("2026/13/3 8:30", ""), ("2026/5/3 25:00", ""), ("3/5/2026 8:30", "")])
def test_times_as_spreadsheets_and_surveycto_write_them(tmp_path: Path, cell: str, made: str) -> None:
    mapping = "mapping: m\ninstance: KEY\nstarted: began\ncommunity: community\n"
    _, paradata = brought(tmp_path, f'KEY,community,began,q1\nuuid:1,c1,"{cell}",5\n', mapping=mapping)
    assert paradata[0]["started"] == made


@pytest.mark.parametrize("words", ["the bakery", ""])
def test_surveyctos_tick_of_other_is_not_taken_for_its_words(tmp_path: Path, words: str, capsys) -> None:
    head, row = "KEY,community,q4,q4_a,q4_b,q4_other,q4_other\n", f"uuid:1,c1,a other,1,0,1,{words}\nuuid:2,c1,,,,,\n"
    answers, _ = brought(tmp_path, head + row)
    assert sorted((answer["q4"], answer["q4_other"]) for answer in answers) == [("", ""), ("a other", words)]
    assert "I33" not in capsys.readouterr().err
