# ruff: noqa: E501  (a row of a table is a line)
"""Whatever stands in the cells of a workbook: a draft or faults that are told; and what is accepted loads again from its YAML."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xlsforms import cells, write_book

from evaluation.core.errors import EvaluationError
from evaluation.declare.programme import load_instrument
from evaluation.fieldwork.forms.drafts import Draft, checked
from evaluation.fieldwork.forms.xlsform import read_xlsform
from evaluation.fieldwork.forms.yamlout import instrument_yaml

GOOD = {
    "survey": cells("""
type | name | label::English (en) | label::中文 (zh) | hint | relevant | constraint | constraint_message | calculation | required | appearance | parameters | choice_filter
start | start
select_one yes_no | q1 | Do you come? | 您来吗？ | | | | | | yes
begin group | g | Part | 部分 | | ${q1} = 'yes'
integer | q2 | How often? | 几次？ | in a week | | . < 40 | Too many
range | q3 | How good? | 好不好？ | | | | | | | | start=0;end=10
end group
begin repeat | r | Rooms
text | room | Which?
end repeat
select_multiple when or_other | q4 | When? | 何时？ | | ${q2} > 1 and selected(${q1}, 'yes') | not(selected(., '1') and selected(., '2'))
calculate | q5 | | | | | | | ${q2} * 2
note | q6 | Thank you, ${q5} | 谢谢
"""),
    "choices": cells("""
list_name | name | label::English (en) | label::中文 (zh) | image
yes_no | yes | Yes | 是
yes_no | no | No | 否
when | 1 | Morning | 上午 | a.png
when | 2 | Evening | 晚上
when | -99 | Don't know | 不知道
"""),
    "settings": cells("""
form_title | form_id | version | default_language
Visits | visits | 3 | English (en)
"""),
}
HEADERS = ["type", "name", "value", "label", "label:english", "label::中文", "LABEL :: Deutsch (de)", "hint", "relevance", "bind::relevant", "bind:jr:constraintMsg",
           "media::image::en", "list name", "listname", "caption", "calculation", "required", "role", "method", "score", "status", "aliases", "weight", "range_low",
           "range_high", "reverse", "indicator", "topics", "declared_constraint", "title::en", "minutes", "disabled", "trigger", "::", ":", "bind", "ｌａｂｅｌ", "&nbsp;name"]
TYPES = ["select_one yes_no", "select one from when", "select_multiple yes_no or_other", "select_one ${q1}", "select1 nothing", "select_one_from_file ../x.csv",
         "begin group", "end group", "begin_repeat", "end repeat", "begin loop over when", "end loop", "begin score", "calculate", "note", "text", "range", "caseid",
         "rank when", "acknowledge", "begin", "select_one", "integer", "username", "hidden", "date", "TEXT"]
EXPRESSIONS = ["${q1} = 'yes'", "${q1}='maybe'", "${q5} > 1", "${r} = 1", "${} = 1", "${q 1} = 1", "pulldata('a','b','c',${q1})", ". > .5", "${q2} = null", "yes", "TRUE",
               "selected(${q4}, '1')", "‘a’ = ${q1}", "(((", "${q2} + ${q2}", "${q5}", "if(${q1} = 'yes', 1, 0)", "not(" * 120, "1 and " * 500, "${q4} = '-99'", "${q2} * 2", "regex(., 'x')"]
NUMBERS: list[object] = [0, 1, -99, 1.0, 1.5, 1e300, 99, True, False, "1.0", "012", "-0", "1e5", "١٢", "NaN", "0.0000000001"]
TEXTS = ["", " ", "\xa0", "\u200b", "a b", "_x", "1.1", "FALSE", "role", "consent_text", "x" * 200, "长" * 90, "意见", "😀", "${q1}", "a;b", "yes", "YES", "no", "other", "q1", "weight",
         "&nbsp;", "\x01", "a\nb", "- a", "{a: b}", "questionnaire", "dont_know", "..", "=1+1", "²", "ﬁ", "İ"]
anything = st.one_of(st.sampled_from(HEADERS), st.sampled_from(TYPES), st.sampled_from(EXPRESSIONS), st.sampled_from(NUMBERS), st.sampled_from(TEXTS),
                     st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
changes = st.lists(st.tuples(st.sampled_from(["survey", "survey", "survey", "choices", "choices", "settings"]), st.integers(0, 14), st.integers(0, 13), anything), min_size=1, max_size=12)
QUICK = settings(max_examples=250, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def ends_well(folder: Path, sheets: dict[str, list[list[object]]]) -> None:
    file = write_book(folder / "form.xlsx", sheets)
    try:
        draft = read_xlsform(file)
        assert isinstance(draft, Draft)
        again = read_xlsform(file)
        assert (again.data, again.doubts, again.places) == (draft.data, draft.doubts, draft.places)
        for doubt in draft.doubts:
            assert doubt.warning
            assert doubt.text("en")
            assert doubt.text("zh")
        instrument, _ = checked(draft.named("form"))
    except EvaluationError as error:
        if not error.problems or not str(error):
            raise
        return
    written = folder / "form.yaml"
    written.write_text(instrument_yaml(instrument.model_dump(exclude_defaults=True), draft.doubts), encoding="utf-8", newline="\n")
    assert load_instrument(written) == instrument


@QUICK
@given(changes=changes, gone=st.sets(st.sampled_from(["choices", "settings", ""]), max_size=1))
@example(changes=[("survey", 2, 1, "q2")], gone=set())
@example(changes=[("choices", 3, 1, "2"), ("choices", 4, 1, "2")], gone=set())
@example(changes=[("survey", 0, 9, "weight"), ("survey", 4, 9, "0.00000000000000000001")], gone=set())
def test_any_change_of_cells_ends_in_a_draft_or_in_told_faults(folder: Path, changes: list[tuple[str, int, int, object]], gone: set[str]) -> None:
    sheets = {name: [[*row] for row in rows] for name, rows in GOOD.items()}
    for name, at, column, cell in changes:
        rows: list[list[object]] = sheets[name]                 # type: ignore[assignment]  # text so far, anything from here on
        rows += [[] for _ in range(at + 1 - len(rows))]
        rows[at] += [""] * (column + 1 - len(rows[at]))
        rows[at][column] = cell
    ends_well(folder, {name: rows for name, rows in sheets.items() if name not in gone})  # type: ignore[misc]


def test_the_good_workbook_is_taken(folder: Path) -> None:
    draft = read_xlsform(write_book(folder / "good.xlsx", GOOD))
    assert [item["id"] for item in draft.data["items"]] == ["q1", "g", "q2", "q3", "q4", "q4_other", "q5", "q6"]
    assert draft.data["items"][4]["relevant"] == "${q2} > 1 and selected(${q1}, 'yes')"
    assert [item.get("relevant") for item in draft.data["items"][1:4]] == ["${q1} = 'yes'"] * 3
    checked(draft.named("form"))
