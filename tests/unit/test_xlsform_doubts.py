# ruff: noqa: E501  (a row of a table is a line)
"""Every doubt and refusal of an XLSForm: one fault a row, put into a form that is free of them; told with its sheet, row and word."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from xlsforms import write_book, write_form

from evaluation.core.errors import EvaluationError, Problem, catalogue
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.xlsform import read_xlsform

SURVEY = """
type               | name | label::English (en) | label::中文 (zh) | relevant | constraint | calculation | required | hint::English (en) | hint::中文 (zh)
select_one yes_no  | q1   | Do you come?        | 您来吗？
integer            | q2   | How often?          | 几次？           | ${q1} = 'yes' | . < 40
select_multiple when | q3 | When?               | 何时？
text               | q4   | Remarks?            | 意见？
calculate          | q5   |                     |                  |          |            | ${q2} * 2
"""
CHOICES = """
list_name | name | label::English (en) | label::中文 (zh)
yes_no    | yes  | Yes                 | 是
yes_no    | no   | No                  | 否
when      | 1    | Morning             | 上午
when      | 2    | Evening             | 晚上
"""
SETTINGS = """
form_title | form_id | version | default_language
Visits     | visits  | 3       | English (en)
"""
BASE = {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}


@dataclass(frozen=True)
class Row:
    """A change of one sheet, (old, new); the doubt that follows with its sheet and row; words of its message; other codes."""

    code: str
    sheet: str
    change: tuple[str, str]
    at: tuple[str, int]
    words: tuple[str, ...]
    also: tuple[str, ...] = ()


DOUBTS = [
    Row("X04", "choices", ("when      | 1    |", "when | in the day |"), ("choices", 4), ("in the day", "in_the_day")),
    Row("X04", "choices", ("yes_no    | no ", "yes_no | YES"), ("choices", 3), ("YES", "YES_2")),
    Row("X04", "choices", ("when      | 1    |", "when | 1.0 |"), ("choices", 4), ("1.0", "1")),
    Row("X04", "choices", ("when      | 1    |", "when |  |"), ("choices", 4), ("—", "Morning")),
    Row("X05", "survey", ("hint::English (en) | hint::中文 (zh)", "label::english\nselect_one yes_no | q0 | A | 甲 | | | | | B"), ("survey", 1), ("2",)),
    Row("X06", "survey", ("hint::English (en) | hint::中文 (zh)", "appearance\ninteger | q0 | A | 甲 | | | | | w4"), ("survey", 0), ("appearance",)),
    Row("X07", "choices", ("when      | 2 ", "when | 1 "), ("choices", 5), ("when", "5"), ("X13",)),
    Row("X08", "survey", ("text               | q4", "geopoint | q4"), ("survey", 5), ("geopoint",)),
    Row("X08", "survey", ("text               | q4", "speed violations count | q4"), ("survey", 5), ("speed violations count",)),
    Row("X08", "survey", ("text               | q4", " | q4"), ("survey", 5), ("—",)),
    Row("X08", "survey", ("${q2} * 2", ""), ("survey", 6), ("calculate",)),
    Row("X08", "survey", ("select_multiple when", "select_multiple ${q1}"), ("survey", 4), ("select_multiple ${q1}",)),
    Row("X09", "survey", ("text               | q4", "start | begun\ndeviceid | device\ntext | q4"), ("survey", 5), ("2", "begun", "device")),
    Row("X10", "survey", ("text               | q4   | Remarks?            | 意见？", "begin repeat | r | R | 组\ninteger | q4 | How many? | 几个？\nend repeat"), ("survey", 5), ("repeat", "1")),
    Row("X10", "survey", ("text               | q4   | Remarks?            | 意见？", "begin loop over yes_no | r\ninteger | q4 | How many? | 几个？\nend loop"), ("survey", 5), ("loop", "1")),
    Row("X11", "survey", ("text               | q4", "end group\ntext | q4"), ("survey", 5), ("end group",)),
    Row("X11", "survey", ("text               | q4", "begin group | g\ntext | q4"), ("survey", 5), ("group",)),
    Row("X12", "survey", ("text               | q4   | Remarks?            | 意见？", "begin group | g | Part two | 第二部分\ntext | q4 | Remarks? | 意见？\nend group"), ("survey", 5), ("1", "5")),
    Row("X13", "survey", ("text               | q4", "date | q4"), ("survey", 5), ("date", "text")),
    Row("X13", "survey", ("text               | q4", "select_one_from_file ../../etc/passwd | q4"), ("survey", 5), ("select_one_from_file ../../etc/passwd", "text")),
    Row("X13", "survey", ("text               | q4", "select_one nowhere | q4"), ("survey", 5), ("select_one nowhere", "text")),
    Row("X13", "survey", ("text               | q4", "acknowledge | q4"), ("survey", 5), ("acknowledge", "note")),
    Row("X13", "survey", ("text               | q4   | Remarks?            | 意见？", "text | q4 | Remarks? | 意见？ | | | ${q2} + 1"), ("survey", 5), ("text + calculation ${q2} + 1", "text")),
    Row("X14", "survey", ("text               | q4", "text | _q:4"), ("survey", 5), ("_q:4", "q_4")),
    Row("X14", "survey", ("text               | q4", "text | 意见"), ("survey", 5), ("意见", "q5_2")),
    Row("X14", "survey", ("text               | q4", "text | q2"), ("survey", 5), ("q2", "q2_2"), ("X16",)),
    Row("X14", "survey", ("text               | q4", "text | weight"), ("survey", 5), ("weight", "weight_2")),
    Row("X14", "survey", ("text               | q4", f"text | {'a' * 70}"), ("survey", 5), ("a" * 70, f"{'a' * 62}_2")),
    Row("X14", "settings", ("visits", "Visits to us"), ("settings", 2), ("Visits to us", "Visits_to_us")),
    Row("X15", "survey", ("${q1} = 'yes'", "pulldata('a', 'b', 'c', ${q1}) = 1"), ("survey", 3), ("pulldata", "pulldata('a', 'b', 'c', ${q1}) = 1")),
    Row("X15", "survey", ("${q1} = 'yes'", "${q1}"), ("survey", 3), ("${q1}",)),
    Row("X15", "survey", ("${q1} = 'yes'", ". = 1"), ("survey", 3), (".",)),
    Row("X15", "survey", (". < 40", "regex(., '[0-9]')"), ("survey", 3), ("regex",)),
    Row("X15", "survey", ("${q2} * 2", "now()"), ("survey", 6), ("now",)),
    Row("X16", "survey", ("${q1} = 'yes'", "${q3} = 1"), ("survey", 3), ("q3", "${q3} = 1")),
    Row("X16", "survey", ("${q1} = 'yes'", "${q4} != ''"), ("survey", 3), ("q4",)),
    Row("X16", "survey", ("${q1} = 'yes'", "${nobody} = 1"), ("survey", 3), ("nobody",)),
    Row("X16", "survey", ("${q2} * 2", "${q5} + 1"), ("survey", 6), ("q5",)),
    Row("X17", "survey", ("${q1} = 'yes'", "${q1} = 'maybe'"), ("survey", 3), ("maybe", "q1")),
    Row("X18", "survey", ("hint::English (en) | hint::中文 (zh)", "choice_filter\nselect_one when | q0 | A | 甲 | | | | | f = ${q1}"), ("survey", 2), ("f = ${q1}",)),
    Row("X19", "survey", (". < 40", ". < 40 | | ${q1} = 'yes'"), ("survey", 3), ("${q1} = 'yes'",)),
    Row("X24", "survey", ("Remarks?            | 意见？", "|"), ("survey", 5), ("1", "5")),
    Row("X25", "survey", ("Remarks?            | 意见？", "Remarks?"), ("survey", 5), ("1", "zh", "5")),
    Row("X26", "survey", ("Remarks?            | 意见？", "Remarks on ${q2}?  | 意见？"), ("survey", 5), ("1", "${…}", "5")),
    Row("X27", "settings", ("default_language", "x"), ("survey", 1), ("en",)),
    Row("X28", "survey", ("select_multiple when | q3", "select_multiple when or_other | q3"), ("survey", 4), ("other", "when", "q3_other")),
    Row("X29", "choices", ("when      | 2    | Evening             | 晚上", "when | -99 | Don't know | 不知道"), ("choices", 5), ("-99", "Don't know", "dont_know")),
    Row("X29", "choices", ("when      | 2    | Evening             | 晚上", "when | ref | Refused / no answer given | 拒绝回答"), ("choices", 5), ("ref", "prefer_not_to_say")),
    Row("X40", "choices", ("when      | 2 ", "when | 2 | Evening | 晚上\n | 3 | Night | 夜里\n | note |\nwhen | 4 "), ("choices", 6), ("2", "6, 7")),
    Row("X41", "survey", ("hint::English (en) | hint::中文 (zh)", "disabled\ninteger | q0 | A | 甲 | | | | | yes\nbegin group | g | G | 组 | | | | | yes\ntext | q9 | B | 乙\nend group"), ("survey", 2), ("2", "2, 3")),
]


def form_with(folder, sheet, change):
    """The base form with a change; without a language in it where default_language is gone."""
    old, new = change
    tables = dict(BASE)
    assert old in tables[sheet], f"{sheet} has no {old!r}"
    tables[sheet] = tables[sheet].replace(old, new, 1)
    if new == "x":
        tables = {name: text.replace("label::English (en)", "label").replace("hint::English (en)", "hint") for name, text in tables.items()}
    return write_form(folder / "form.xlsx", **tables)


def place(doubt: Problem) -> tuple[str, int]:
    return doubt.file.partition(" [")[2].rstrip("]"), doubt.line


def test_the_form_itself_is_free_of_doubts_and_loads(tmp_path):
    draft = read_xlsform(write_form(tmp_path / "form.xlsx", **BASE))
    assert draft.doubts == ()
    instrument, _ = checked(draft.named("x", None))
    assert (instrument.instrument, instrument.version, instrument.languages) == ("visits", "3", ("en", "zh"))
    assert instrument.title == {"en": "Visits", "zh": "Visits"}
    assert [(item.id, item.type, item.relevant, item.constraint, item.calculation) for item in instrument.items] == [
        ("q1", "select_one yes_no", None, None, None), ("q2", "integer", "${q1} = 'yes'", ". < 40", None),
        ("q3", "select_multiple when", None, None, None), ("q4", "text", None, None, None), ("q5", "calculate", None, None, "${q2} * 2")]
    assert [choice.value for choice in instrument.choices["when"]] == ["1", "2"]
    assert instrument.choices["yes_no"][0].label == {"en": "Yes", "zh": "是"}


@pytest.mark.parametrize("row", DOUBTS, ids=lambda row: f"{row.code} {row.words[0]}")
def test_each_doubt_is_told_with_sheet_row_and_word_and_the_rest_loads(row, tmp_path):
    draft = read_xlsform(form_with(tmp_path, row.sheet, row.change))
    mine = [doubt for doubt in draft.doubts if doubt.code == row.code and place(doubt) == row.at]
    assert len(mine) == 1, [str(doubt) for doubt in draft.doubts]
    assert {doubt.code for doubt in draft.doubts} - {row.code} <= {*row.also, "X25", "X06"}
    assert mine[0].warning
    for lang in ("en", "zh"):
        text = mine[0].text(lang)
        assert all(word in text for word in row.words), text
        assert "…" not in text.replace("${…}", "")
    checked(draft.named("x", None))


REFUSED = [
    ("X02", {"Tabelle1": [["a", "b"]]}, ("", 0), ("Tabelle1",)),
    ("X02", {"survey": [["frage", "name", "label"], ["x", "y", "z"]]}, ("survey", 1), ("frage",)),
    ("X02", {"survey": [[""]], "choices": [["list_name"]]}, ("survey", 1), ("—",)),
    ("X03", {"survey": [["type", "name", "label"]]}, ("survey", 1), ("0",)),
    ("X03", {" Survey ": [["", ""], ["Type", "Name", "Label"], ["begin repeat", "r", "R"], ["text", "a", "A"], ["end repeat"]]}, (" Survey ", 3), ("3",)),
]


@pytest.mark.parametrize(("code", "sheets", "at", "words"), REFUSED)
def test_what_is_no_form_or_has_nothing_to_ask_is_refused(code, sheets, at, words, tmp_path):
    with pytest.raises(EvaluationError) as told:
        read_xlsform(write_book(tmp_path / "form.xlsx", sheets))
    fault = next(problem for problem in told.value.problems if not problem.warning)
    assert (fault.code, place(fault)) == (code, at)
    for lang in ("en", "zh"):
        assert all(word in fault.text(lang) for word in words)


def test_every_code_of_this_reader_has_a_row():
    mine = {code for code in catalogue() if "X02" <= code <= "X29" or code in ("X40", "X41")} - {"X21", "X22", "X23", "X20"}
    assert {row.code for row in DOUBTS} | {row[0] for row in REFUSED} == mine
