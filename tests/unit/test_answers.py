# ruff: noqa: E501  (a row of a table is a line)
"""Answers, communities and calls of a tiny round: what is read, what is counted, what is refused, and with which row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import ANSWERS, COMMUNITIES, ROUND, make_round, told, told_as

from evaluation.core.errors import EvaluationError
from evaluation.fieldwork import Round, open_round

HEADER = ANSWERS.split("\n")[0]
CALLS = ROUND + "calls: {file: calls.csv}\n"


def opened(folder: Path, **changes: Any) -> Round:
    return open_round(make_round(folder, **changes))


def test_the_round_is_free_of_faults_and_read_as_it_stands(tmp_path: Path) -> None:
    round_ = opened(tmp_path)
    assert round_.warnings == ()
    answers = round_.answers["questionnaire"]
    assert answers.codes.to_numpy().tolist() == [["5", "yes", "3", "a b", "0.5"], ["1", "no", "", "", "1"],
                                                 ["dk", "yes", "0", "b", "0"], ["5", "", "", "a", ""]]
    assert answers.asked["q3"].tolist() == [True, False, True, False]
    assert answers.asked.drop(columns="q3").all(axis=None)
    assert answers.design["weight"].tolist() == [1.5, 2, 1, 1]
    assert answers.design["community"].tolist() == ["c1", "c1", "c2", "c2"]
    assert list(answers.design) == ["community", "weight"]   # every row a unit
    assert round_.population("questionnaire").to_dict() == {"c1": 40, "c2": 50}  # type: ignore[union-attr]
    assert round_.communities.at["c1", "declared_1.1"] == 90
    assert pd.isna(round_.communities.at["c2", "declared_1.1"])
    assert round_.pass_mark == 60


@pytest.mark.parametrize(("item", "written", "code"), [
    *(("q1", text, "5") for text in ("5", "5.0", " 5 ", "５", "５.０", "Good", "GOOD", "good\xa0", "好", "great", "Great")),
    *(("q1", text, "dk") for text in ("dk", "DK", "Don't know", "don’t know", "DON'T  KNOW", "不知道")),
    *(("q1", text, None) for text in ("2", "50", "-5", "5.5", "05", "goods", "nan", "NA", "五")),
    *(("q2", text, "no") for text in ("no", "No", "NO", "否", "ｎｏ")),
    *(("q2", text, None) for text in ("n", "false", "0")),
    *(("q3", text, "3") for text in ("3", "3.0", "03", "３", " 3", "+3")),
    *(("q3", text, None) for text in ("3.5", "11", "-1", "nan", "inf", "1e999", "three", "3 4", "1_0", "0x3")),
    ("q3", "10", "10"), ("q3", "0", "0"),
    *(("q4", text, "a b") for text in ("a b", "b a", "a;b", "b; a", "A B", "a a b", "ａ ｂ")),
    *(("q4", text, None) for text in ("c", "a c", "ab", "a|b")),
    ("q5", ".5", "0.5"), ("q5", "0.50", "0.5"), ("q5", "1", "1"), ("q5", "1.01", None), ("q5", "0,5", None),
    *((item, text, "") for item in ("q1", "q2", "q3", "q4", "q5") for text in ("", "  ", "　")),
])
def test_an_answer_is_matched_or_refused_with_its_row(tmp_path: Path, item: str, written: str, code: str | None) -> None:
    cells = {"q1": "5", "q2": "yes", "q3": "3", "q4": "a", "q5": "0", item: f'"{written}"'}
    make_round(tmp_path, answers=f"{HEADER}\nr0,c1,1,5,yes,3,a,0\nr1,c1,1,{','.join(cells.values())}\n")
    if code is None:
        assert [(kind, row, column) for kind, _, row, column in told_as(tmp_path)] == [("A10", 3, item)]
    else:
        answers = open_round(tmp_path).answers["questionnaire"]
        assert answers.codes[item].tolist()[1] == code


WEIGHTS = [("answers", ("r2,c1,2,", f"r2,c1,{text},"), "A09", "answers.csv", 3, "weight", "above 0")
           for text in ("0", "-1", "nan", "inf", "-inf", "", "x", "1e400")]
SIZES = [("communities", ("Birch,50", f"Birch,{text}"), "C04", "communities.csv", 3, "households", "1, 2, 3")
         for text in ("0", "-5", "50.5", "nan", "inf", "", "many", "1e400")]
DECLARED = [("communities", ("40,90", f"40,{text}"), "C04", "communities.csv", 2, "declared_1.1", "0–100") for text in ("101", "-1", "nan", "A")]
TABLE = [  # file changed, change, code, file told, row, column, word
    *WEIGHTS, *SIZES, *DECLARED,
    ("answers", b"", "F05", "answers.csv", 0, "", "empty"),
    ("answers", None, "F01", "answers.csv", 0, "", "Check the path"),
    ("answers", HEADER + "\n", "F09", "answers.csv", 0, "", "no row"),
    ("answers", ("respondent,", "respondant,"), "A01", "answers.csv", 1, "respondent", "Did you mean 'respondant'?"),
    ("answers", (",q3,", ",Q3,"), "A01", "answers.csv", 1, "q3", "'q3' is missing"),
    ("answers", (",weight,", ",wieght,"), "A01", "answers.csv", 1, "weight", "'wieght'"),
    ("answers", ("r3,c2", "r3,c3"), "A12", "answers.csv", 4, "community", "'c3' is not in the list"),
    ("answers", ("r3,c2", "r3,"), "A12", "answers.csv", 4, "community", "1 rows: 4"),
    ("answers", ("r4,c2,1,5", "r4,c2,1,6"), "A10", "answers.csv", 5, "q1", "'6' is not an answer to this item (1 times, rows 5)"),
    ("answers", ("r3,c2,1,dk", "r3,c2,1,goood"), "A10", "answers.csv", 4, "q1", "1 times, rows 4"),
    ("answers", ("r3,c2", "r1,c2"), "A06", "answers.csv", 4, "respondent", "'r1' stands in rows 2, 4"),
    ("answers", ("r3,c2", "r1 ,c2"), "A06", "answers.csv", 4, "respondent", "rows 2, 4"),
    ("answers", ("r3,c2", ",c2"), "A05", "answers.csv", 4, "respondent", "random id"),
    ("answers", ("r2,c1,2,1,no,,,1", "r2,c1,2,1,no,,1"), "F08", "answers.csv", 3, "", "8 cells"),
    ("answers", (",q4,q5", ",q4,q4"), "F07", "answers.csv", 1, "", "q4"),
    ("answers", ("r1,c1", "r\0,c1"), "F06", "answers.csv", 2, "", "CSV"),
    ("answers", (",q4", ",phone,q4"), "F08", "answers.csv", 2, "", "9"),
    ("answers", ANSWERS.replace("\n", ",1\n").replace(",q5,1", ",q5,Phone number"), "S04", "answers.csv", 1, "Phone number", "frame/"),
    ("answers", ANSWERS.replace("\n", ",1\n").replace(",q5,1", ",q5,ethnicity"), "S03", "answers.csv", 1, "ethnicity", "Delete the column"),
    ("communities", (",乙", ",乙,"), "F08", "communities.csv", 3, "", "5"),
    ("communities", ("id,", "idd,"), "C01", "communities.csv", 1, "id", "'idd'"),
    ("communities", ("households", "housholds"), "C01", "communities.csv", 1, "households", "'housholds'"),
    ("communities", ("\nc2,", "\n../c2,"), "C02", "communities.csv", 3, "id", "'../c2'"),
    ("communities", ("\nc2,", "\nC1,"), "C03", "communities.csv", 3, "id", "capitals do not count"),
    ("communities", ("declared_1.1", "declared_1.3"), "C05", "communities.csv", 1, "declared_1.3", "'declared_1."),
    ("communities", ("declared_1.1", "religion"),
     "S03", "communities.csv", 1, "religion", "may not be stored"),
    ("communities", (",Alder,40", ",Alder,1"), "C08", "communities.csv", 0, "households", "size 1, but answers.csv has 2 rows"),
    ("communities", None, "F01", "communities.csv", 0, "", "Check the path"),
]


@pytest.mark.parametrize(("file", "change", "code", "where", "row", "column", "word"), TABLE, ids=[f"{row[2]}-{row[6][:16]}" for row in TABLE])
def test_a_fault_in_the_data_is_told_with_row_and_column(tmp_path: Path, file: str, change: Any, code: str, where: str, row: int,
                                                         column: str, word: str) -> None:
    make_round(tmp_path, **{file: change})
    with pytest.raises(EvaluationError) as error:
        open_round(tmp_path)
    assert (code, where, row, column) in told_as(tmp_path)
    assert word in "\n".join(problem.text("en") for problem in error.value.problems if problem.code == code)
    assert error.value.exit_code == 11


@pytest.mark.parametrize(("file", "change", "code", "row", "column", "word"), [
    ("answers", ("r2,c1,2,1,no,,", "r2,c1,2,1,no,4,"), "A08", 3, "q3", "1 answers to a question that was not asked"),
    ("answers", ("r1,c1,1.5,5,yes,3", "r1,c1,1.5,５,yes,3"), "A07", 2, "q1", "1 values were written in full-width"),
    ("answers", ANSWERS.replace("\n", ",z\n").replace(",q5,z", ",q5,start"), "A02", 1, "", "1 columns belong to no item and are not read: start"),
    ("communities", ("Alder,40", "Alder,４０"), "A07", 2, "households", "full-width"),
    ("round", ("{file: answers.csv,", "{file: answers.csv, community: {column: community, pattern: c1},"), "A03", 4, "community", "2 rows name no"),
])
def test_what_is_counted_rather_than_refused(tmp_path: Path, file: str, change: Any, code: str, row: int, column: str, word: str) -> None:
    round_ = opened(tmp_path, **{file: change})
    assert [(told.code, told.line, told.path, told.warning) for told in round_.warnings] == [(code, row, column, True)]
    assert word in round_.warnings[0].text("en")
    codes = round_.answers["questionnaire"].codes
    assert codes["q3"].tolist()[:2] == ["3", ""]  # the answer to what was not asked is blanked
    assert codes["q1"].tolist()[0] == "5"
    assert round_.communities.at["c1", "households"] == 40


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_labels_in_other_encodings_give_the_same_codes(tmp_path: Path, encoding: str) -> None:
    text = ANSWERS.replace(",5,yes", ",好,是").replace("dk", "不知道")
    round_ = opened(tmp_path, answers=text.encode(encoding), communities=COMMUNITIES.encode(encoding))
    assert round_.answers["questionnaire"].codes["q1"].tolist() == ["5", "1", "dk", "5"]
    assert round_.communities["name_zh"].tolist() == ["甲", "乙"]


def test_a_western_file_is_refused_with_advice_until_its_encoding_is_declared(tmp_path: Path) -> None:
    answers = ANSWERS.replace("dk", "Don’t know").encode("cp1252")
    (problem,) = told(make_round(tmp_path / "no", answers=answers))
    assert (problem.code, problem.line) == ("F04", 4)
    assert "encoding: cp1252" in problem.text("en")
    declared = opened(tmp_path / "yes", answers=answers, round=("{file: answers.csv,", "{file: answers.csv, encoding: cp1252,"))
    assert declared.answers["questionnaire"].codes["q1"].tolist() == ["5", "1", "dk", "5"]


def test_parquet_gives_the_same_codes_and_rows_as_csv(tmp_path: Path) -> None:
    make_round(tmp_path, round=("answers.csv", "answers.parquet"))
    table = pd.read_csv(tmp_path / "answers.csv")  # numbers, NaN and text, as a survey tool would export them
    table.to_parquet(tmp_path / "answers.parquet", index=False)
    codes = open_round(tmp_path).answers["questionnaire"].codes
    assert codes.to_numpy().tolist() == opened(tmp_path / "csv").answers["questionnaire"].codes.to_numpy().tolist()
    table.assign(q2=["maybe", "no", "yes", ""]).to_parquet(tmp_path / "answers.parquet", index=False)
    assert ("A10", "answers.parquet", 2, "q2") in told_as(tmp_path)


def test_the_numeric_condition_routes_too(tmp_path: Path) -> None:
    round_ = opened(tmp_path, form=("relevant: \"${q2} = 'yes'\"", 'relevant: "${q1} = 5"'))
    assert round_.answers["questionnaire"].asked["q3"].tolist() == [True, False, False, True]


@pytest.mark.parametrize(("change", "code"), [
    (("weight: weight", "weight: weight, columns: {q1: q1}"), "S05"),  # somebody else's file: told, never read
    (("weight: weight", "weight: weight, respondent: Phone number"), "S04"),
])
def test_contact_columns_are_not_let_in_by_naming_columns(tmp_path: Path, change: tuple[str, str], code: str) -> None:
    answers = ANSWERS.replace("\n", ",1\n", 1).replace(",q5,1", ",q5,Phone number")
    for n in range(1, 5):
        answers = "\n".join(f"{line},{n}" if line.startswith(f"r{n},") else line for line in answers.split("\n"))
    assert code in {told for told, *_ in told_as(make_round(tmp_path, answers=answers, round=change))}


@pytest.mark.parametrize(("calls", "expected"), [
    ("case,community,disposition\nk1,c1,1.1\nk2,c2,2.1\n", []),
    ("case,community,disposition\nk1,c1,9.9\nk2,c2,2.1\n", [("A11", 2, "disposition")]),
    ("case,community,disposition\nk1,c1,1.1\nk1,c2,2.1\n", [("A06", 3, "case")]),
    ("case,community,disposition\nk1,c1,1.1\nk2,c9,2.1\n", [("A12", 3, "community")]),
    ("case,community,dispositon\nk1,c1,1.1\n", [("A01", 1, "disposition")]),
    ("case,community,disposition,phone\nk1,c1,1.1,123\n", [("S04", 1, "phone")]),
    ("case,community,disposition,religion\nk1,c1,1.1,x\n", [("S03", 1, "religion")]),
])
def test_calls(tmp_path: Path, calls: str, expected: list[tuple[str, int, str]]) -> None:
    make_round(tmp_path, round=CALLS, calls=calls)
    assert [(code, row, column) for code, _, row, column in told_as(tmp_path)] == expected


def test_blank_columns_at_the_end_as_spreadsheets_write_them(tmp_path: Path) -> None:
    trailing = {"communities": COMMUNITIES.replace("\n", ",,\n"), "answers": ANSWERS.replace("\n", ",,\n")}
    assert opened(tmp_path, **trailing).warnings == ()


def test_communities_from_answers(tmp_path: Path) -> None:
    text = ROUND.replace("{file: communities.csv}", "{from: answers, minimum_answers: 2}").replace(", population: households", "")
    answers = ANSWERS + "r5,c9,1,5,no,,,\n"
    round_ = opened(tmp_path / "some", round=text, communities=None, answers=answers)
    assert list(round_.communities.index) == ["c1", "c2"]
    assert [(told.code, told.path) for told in round_.warnings] == [("C07", "community")]
    assert "1 rows of 1 communities with fewer than 2" in round_.warnings[0].text("en")
    assert told(make_round(tmp_path / "sizes", round=ROUND.replace("{file: communities.csv}", "{from: answers}"), communities=None))  # sizes: from where?


def test_faults_of_all_data_files_are_told_in_one_go(tmp_path: Path) -> None:
    make_round(tmp_path, answers=("r4,c2,1,5", "r4,c2,0,6"), communities=("Birch,50", "Birch,0"), round=CALLS,
               calls="case,community,disposition\nk1,c1,9\n")
    assert {code for code, *_ in told_as(tmp_path)} == {"A09", "A10", "C04", "A11"}


@pytest.mark.parametrize(("name", "code"), [("c9", "U02"), ("../c1", "U01"), ("", "U01"), ("c1\n", "U01")])
def test_a_community_is_asked_for_by_its_id(tmp_path: Path, name: str, code: str) -> None:
    round_ = opened(tmp_path)
    assert round_.require("c1") == "c1"
    with pytest.raises(EvaluationError) as error:
        round_.require(name)
    assert [problem.code for problem in error.value.problems] == [code]


def test_the_digest_of_the_inputs_does_not_depend_on_how_the_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = opened(tmp_path).inputs
    monkeypatch.chdir(tmp_path.parent)
    assert open_round(tmp_path.name).inputs == digest
    (tmp_path / "answers.csv").write_text(ANSWERS.replace("r4,c2,1,5", "r4,c2,1,1"), encoding="utf-8")
    assert open_round(tmp_path.name).inputs != digest
