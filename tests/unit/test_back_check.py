"""Interviews made again: matched, compared by type, with tolerance; and what the report shows of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import make_round
from test_quality_checks import GRID, HEAD, PARA, ROUND, para, row

from evaluation import Fieldwork, verbs
from evaluation.fieldwork.quality.again import read_again
from evaluation.fieldwork.quality.rounds import check_round
from evaluation.reporting.quality.backcheck import compared, read_back_check

TYPES = "quality: {back_check: {type1: [where], type2: [rooms, words], type3: [s1], tolerance: {rooms: 1}}}\n"
FIRST = [("a", "park", "", "1", "1"), ("b", "park", "", "2", "2"), ("c", "other", "mill", "3", "3"),
         ("d", "park", "", "4", "dk"), ("e", "park", "", "", "3")]
AGAIN = """respondent,where,rooms,words,s1,remark
e,park,2,,2,late
a,park,2,,1,
b,other,4,,3,
c,other,3,Mill,3,
d,,4,,1,
"""


@pytest.fixture
def folder(tmp_path):
    rows = "".join(row(name, where=where, words=words, rooms=rooms, s1=s1) for name, where, words, rooms, s1 in FIRST)
    paradata = "".join(para(name).replace("i1", "i2" if name in "ce" else "i1") for name, *_ in FIRST)
    made = make_round(tmp_path / "round", form=GRID, answers=HEAD + rows, paradata=PARA + paradata, round=ROUND + TYPES)
    (made / "again.csv").write_text(AGAIN, encoding="utf-8")
    return made


def table_of(folder, text=None):
    if text is not None:
        (folder / "again.csv").write_text(text, encoding="utf-8")
    checked = check_round(folder)
    asked = checked.declared.quality.back_check
    pairs, warnings = read_again(folder / "again.csv", checked.forms, asked)
    return compared(pairs, asked), warnings


def test_error_rates_by_item_and_interviewer(folder):
    """where: a, b, c, e answered twice, b differs; rooms: a and b by 1 and 2, c, d equal, e blank before; words: c, but for
    a capital.
    """
    table, warnings = table_of(folder)
    assert table[["part", "name", "n", "errors"]].to_numpy().tolist() == [
        ["item", "where", 4, 1], ["item", "rooms", 4, 1], ["item", "words", 1, 0], ["item", "s1", 5, 3],
        ["interviewer", "i1", 5, 2], ["interviewer", "i2", 4, 0]]
    assert table["rate"].tolist() == pytest.approx([1 / 4, 1 / 4, 0, 3 / 5, 2 / 5, 0])
    assert [told.code for told in warnings] == ["J21"]
    stable = table.set_index("name").loc["s1"]
    differences, first, again = np.array([0, 1, 0, -1.0]), np.array([1, 2, 3, 3.0]), np.array([1, 3, 3, 2.0])   # a, b, c, e
    assert stable["ratio"] == pytest.approx(1 - differences.var() / (first.var() + again.var()))
    assert stable["shift"] == 0
    assert table.loc[table["name"] != "s1", "ratio"].isna().all()


def test_the_order_of_rows_and_the_key_do_not_matter(folder):
    table, _ = table_of(folder)
    head, *rows = AGAIN.splitlines()
    turned, _ = table_of(folder, "\n".join([head, *reversed(rows)]) + "\n")
    instances = [head.replace("respondent", "instance"), *("u" + line for line in rows)]
    by_instance, _ = table_of(folder, "\n".join(instances) + "\n")
    pd.testing.assert_frame_equal(table, turned)
    pd.testing.assert_frame_equal(table, by_instance)
    as_odk_has_them, _ = table_of(folder, "\n".join([instances[0], *("uuid:" + line for line in instances[1:])]) + "\n")
    pd.testing.assert_frame_equal(table, as_odk_has_them)


def test_what_is_kept_is_read_back_and_knows_its_answers(folder, capsys):
    verbs.check_quality(folder, None, "en", folder / "again.csv", [], None)
    printed = capsys.readouterr().out
    assert "Error rates by item" in printed
    assert "back_check.csv" in printed
    first = (folder / "quality" / "back_check.csv").read_bytes()
    answers = check_round(folder).inputs["answers.csv"]
    kept, current = read_back_check(folder, "questionnaire", answers)
    assert kept is not None
    assert current
    assert kept["rate"].tolist() == pytest.approx(table_of(folder)[0]["rate"].tolist())
    assert read_back_check(folder, "phone", answers)[0] is None
    assert read_back_check(folder, "questionnaire", "other")[1] is False
    verbs.check_quality(folder, None, "en", folder / "again.csv", [], None)
    assert (folder / "quality" / "back_check.csv").read_bytes() == first


def test_the_report_shows_them_and_says_when_they_are_old(folder):
    assert "No back-check" in Fieldwork.of_round(folder, "questionnaire", "en").back_checks().body
    verbs.check_quality(folder, None, "en", folder / "again.csv", [], None)
    body = Fieldwork.of_round(folder, "questionnaire", "en").back_checks().body
    assert "Stability" in body
    rows = [line for line in body.split("<tr>") if ">where<" in line or ">rooms<" in line]
    assert [line.count(">yes<") for line in rows] == [1, 0]          # of type 1, of type 2
    assert "compare again" not in body
    answers = folder / "answers.csv"
    answers.write_text(answers.read_text(encoding="utf-8") + row("z"), encoding="utf-8")
    assert "compare again" in Fieldwork.of_round(folder, "questionnaire", "en").back_checks().body


def test_two_choices_worth_the_same_are_different_answers(folder):
    """where: park and other both count 50: whoever says the other one the second time says something else."""
    form = GRID.replace("value: park,", "value: park, score: 50,").replace("value: other,", "value: other, score: 50,")
    assert form.count("score: 50,") >= GRID.count("score: 50,") + 2
    (folder / "garden" / "form.yaml").write_text(form, encoding="utf-8")
    table, _ = table_of(folder)
    assert table.set_index("name").loc["where", ["n", "errors"]].tolist() == [4, 1]
