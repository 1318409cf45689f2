# ruff: noqa: E501  (a row of a table is a line)
"""The many ways to write the same XLSForm, and what becomes of groups, references, languages and choices: expected by hand."""

from __future__ import annotations

import pytest
from xlsforms import cells, write_book, write_form

from evaluation.core.errors import DeclarationError
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.export.checks import export_problems
from evaluation.fieldwork.forms.xlsform import read_xlsform
from evaluation.fieldwork.forms.xlsform.statuses import status_of
from evaluation.fieldwork.forms.xlsform.types import kind_of

PLAIN = """
type | name | label | relevant | constraint | constraint_message | required
select_one yn | q1 | Here? | | | | yes
integer | q2 | How many? | ${q1} = '1' | . < 9 | Too many | yes
"""
CHOICES = """
list_name | name | label
yn | 1 | Yes
yn | 0 | No
"""
SETTINGS = """
form_title | default_language
Here | English (en)
"""
WANTED = [
    {"id": "q1", "type": "select_one yn", "label": {"en": "Here?"}, "required": True},
    {"id": "q2", "type": "integer", "label": {"en": "How many?"}, "required": True, "relevant": "${q1} = '1'", "constraint": ". < 9",
     "constraint_message": {"en": "Too many"}},
]


@pytest.mark.parametrize(("sheet", "old", "new"), [
    ("survey", "type | name | label | relevant | constraint | constraint_message | required", "Type |  NAME | Label :: English (en) | Relevance | bind::constraint | bind:jr:constraintMsg | ｒｅｑｕｉｒｅｄ"),
    ("survey", "name | label | relevant", "&nbsp;value | label:english | bind : relevant"),
    ("survey", "constraint_message | required", "constraint message | Required"),
    ("survey", "type | name", "command | tag"),
    ("survey", "label", "caption"),
    ("survey", "required\n", "required\n\n"),
    ("survey", "type | name", "My survey\n\ntype | name"),
    ("survey", "select_one yn", "select one from yn"),
    ("survey", "select_one yn", "Select1  yn"),
    ("survey", "select_one yn", "add select one prompt using yn"),
    ("survey", "integer", "INT"),
    ("survey", "${q1} = '1'", "${q1} = ‘1’"),
    ("survey", "${q1} = '1'", "${ q1 } = '1'"),
    ("survey", ". < 9", "  . < 9&nbsp;"),
    ("survey", "| yes\ninteger", "| true()\ninteger"),
    ("choices", "list_name | name | label", "List  Name | Value | LABEL::English"),
    ("choices", "list_name | name | label\n", "listname | name | caption\n\n\n"),
    ("settings", "form_title | default_language", "Form Title | Default  Language"),
    ("settings", "English (en)", "english"),
])
def test_dialects_say_the_same(sheet, old, new, tmp_path):
    tables = {"survey": PLAIN, "choices": CHOICES, "settings": SETTINGS}
    assert old in tables[sheet]
    tables[sheet] = tables[sheet].replace(old, new, 1)
    draft = read_xlsform(write_form(tmp_path / "form.xlsx", **tables))
    expected = [dict(item) for item in WANTED]
    if "‘" in new:
        expected[1]["relevant"] = "${q1} = '1'"
    assert draft.data["items"] == expected
    assert draft.data["choices"] == {"yn": [{"value": "1", "label": {"en": "Yes"}}, {"value": "0", "label": {"en": "No"}}]}
    assert draft.data["title"] == {"en": "Here"}
    assert draft.doubts == ()


def test_names_of_sheets_and_cells_that_are_numbers_or_truth(tmp_path):
    book = {" SURVEY ": [["type", "name", "label", "required"], ["select_one yn", "q1", "Here?", True], ["integer", 2, 3, 0]],
            "Choices": [["list_name", "name", "label"], ["yn", 1.0, "Yes"], ["yn", 0, "No"]]}
    draft = read_xlsform(write_book(tmp_path / "form.xlsx", book))
    assert [(item["id"], item["label"]["en"], item.get("required")) for item in draft.data["items"]] == [("q1", "Here?", True), ("2", "3", None)]
    assert [choice["value"] for choice in draft.data["choices"]["yn"]] == ["1", "0"]
    assert draft.places["items", 1] == (" SURVEY ", 3)
    assert draft.data["title"] == {"en": "form"}


def made(folder, survey, choices=CHOICES, settings=SETTINGS):
    draft = read_xlsform(write_form(folder / "form.xlsx", survey, choices, settings))
    instrument, _ = checked(draft.named("form"))
    return draft, {item.id: item for item in instrument.items}, [doubt.code for doubt in draft.doubts]


def test_conditions_of_groups_are_joined_to_those_of_their_members(tmp_path):
    _, items, codes = made(tmp_path, """
type | name | label | relevant
select_one yn | a | A?
begin group | g | Part | ${a} = 1
integer | b | B? | ${a} != 0 or ${a} = ''
begin_group | h | | now() > 3
integer | c | C? | ${b} > 2
integer | d | D?
end_group
end group | | |
integer | e | E?
""")
    assert {name: item.relevant for name, item in items.items()} == {
        "a": None, "g": "${a} = 1", "b": "(${a} = 1) and (${a} != 0 or ${a} = '')", "c": "(${a} = 1) and (${b} > 2)", "d": "${a} = 1", "e": None}
    assert items["g"].type == "note"
    assert codes == ["X12", "X15"]                                # the condition of h is told once, though two items lose it


def test_of_conditions_that_hold_together_those_that_can_be_read_stay_and_of_others_none(tmp_path):
    draft, items, _ = made(tmp_path, """
type | name | label | relevant | constraint
select_one yn | a | A?
integer | b | B? | ${a} = 1 and now() > 3 and (${a} != 0 or ${a} = '') | . > 0 and . < pulldata('x', 'y', 'z', 1)
integer | c | C? | ${a} = 1 or now() > 3
integer | d | D? | not(${a} = 1 and now() > 3)
integer | e | E? | (${a} = 1 and now() > 3) or ${b} = 2
""")
    assert (items["b"].relevant, items["b"].constraint) == ("(${a} = 1) and ((${a} != 0 or ${a} = ''))", ". > 0")
    assert [items[name].relevant for name in "cde"] == [None] * 3
    assert [(doubt.path, dict(doubt.values)["text"]) for doubt in draft.doubts if doubt.line == 3] == [
        ("b.relevant", "now() > 3"), ("b.constraint", ". < pulldata('x', 'y', 'z', 1)")]


def test_what_looks_at_an_item_that_is_left_out_loses_its_condition_and_a_calculation_goes(tmp_path):
    draft, items, codes = made(tmp_path, """
type | name | label | relevant | calculation
geopoint | place | Where?
integer | b | B? | ${place} != ''
calculate | c | | | ${place}
calculate | d | | | ${c} + ${b}
integer | e | E? | ${d} > 1
""")
    assert list(items) == ["b", "e"]
    assert items["b"].relevant is None
    assert items["e"].relevant is None
    assert codes == ["X08", "X16", "X16", "X16", "X16"]
    assert [dict(doubt.values).get("word") for doubt in draft.doubts] == [None, "place", "place", "c", "d"]
    assert ("survey", 2, "Where?") in draft.left_out


def test_calculations_stand_after_what_they_look_at_and_circles_go(tmp_path):
    _, items, codes = made(tmp_path, """
type | name | label | relevant | calculation
calculate | s | | | ${t} * 2
calculate | t | | | ${a} + ${b}
calculate | x | | | ${y}
calculate | y | | | ${x}
integer | a | A?
integer | b | B?
integer | c | C? | ${s} > 4
""")
    assert list(items) == ["a", "b", "t", "s", "c"]
    assert items["c"].relevant == "${s} > 4"
    assert codes == ["X16", "X16"]


def test_references_follow_names_and_values_that_had_to_be_changed(tmp_path):
    _, items, _ = made(tmp_path, """
type | name | label | relevant | constraint
select_multiple v | _a | A? | | not(selected(., 'in the day'))
integer | b | B? | selected(${_a}, "in the day") and 'one' != ${_a}
integer | c | C? | 'in the day' = concat('in ', 'the day')
""", """
list_name | name | label
v | in the day | By day
v | one | One
""")
    assert items["a"].constraint == "not(selected(., 'in_the_day'))"
    assert items["b"].relevant == "selected(${a}, \"in_the_day\") and 'one' != ${a}"
    assert items["c"].relevant is None                            # nobody knows which of the two values is meant


def test_a_value_that_was_blank_does_not_change_comparisons_with_a_blank(tmp_path):
    draft, items, _ = made(tmp_path, "type | name | label | relevant\nselect_one v | a | A?\ninteger | b | B? | ${a} = '' or ${a} = 'x'",
                           "list_name | name | label\nv | | None of these\nv | x | X")
    assert [choice["value"] for choice in draft.data["choices"]["v"]] == ["None_of_these", "x"]
    assert items["b"].relevant == "${a} = '' or ${a} = 'x'"


def test_other_is_added_once_and_only_where_it_is_asked_for(tmp_path):
    draft, items, _ = made(tmp_path, "type | name | label\nselect_one v or_other | a | A?\nselect_one v | b | B?\nselect_multiple w or specify other | c | C?",
                           "list_name | name | label\nv | x | X\nv | y | Y\nw | x | X\nw | Other | Something else")
    assert {name: [choice["value"] for choice in choices] for name, choices in draft.data["choices"].items()} == {
        "v": ["x", "y"], "v_or_other": ["x", "y", "other"], "w": ["x", "Other"]}
    assert [(item.id, item.type) for item in items.values()] == [
        ("a", "select_one v_or_other"), ("a_other", "text"), ("b", "select_one v"), ("c", "select_multiple w"), ("c_other", "text")]
    assert (items["a_other"].relevant, items["c_other"].relevant) == ("selected(${a}, 'other')", "selected(${c}, 'Other')")


def test_languages_by_code_by_name_and_without(tmp_path):
    draft, items, codes = made(tmp_path, """
type | name | label | label::中文 | label::Deutsch (de) | hint::German
integer | a | A? | 甲？ | A-de? | Zahl
integer | b | B? | | B-de? |
""", choices="")
    assert draft.data["languages"] == ["en", "zh", "de"]
    assert items["b"].label == {"en": "B?", "zh": "B?", "de": "B-de?"}
    assert items["a"].hint == {"en": "Zahl", "zh": "Zahl", "de": "Zahl"}
    assert [(doubt.code, dict(doubt.values)) for doubt in draft.doubts] == [
        ("X25", {"rows": "2", "count": "1", "language": "en"}), ("X25", {"rows": "2, 3", "count": "2", "language": "zh"})]
    assert codes == ["X25", "X25"]


@pytest.mark.parametrize(("first", "second", "languages"), [
    ("English (US)", "Spanish (US)", ["en", "es"]), ("中文 (CN)", "English (GB)", ["zh", "en"]),
    ("English (US)", "English (UK)", ["en-US", "en-UK"]), ("English (EN)", "French (FR)", ["en", "fr"]),
])
def test_a_country_in_brackets_is_no_language(first, second, languages, tmp_path):
    draft, items, _ = made(tmp_path, f"type | name | label::{first} | label::{second}\ninteger | a | one | two", "", "form_title\nT")
    assert draft.data["languages"] == languages
    assert items["a"].label == dict(zip(languages, ("one", "two"), strict=True))


def test_line_breaks_of_windows_and_control_characters_do_not_keep_the_form_from_going_out_again(tmp_path):
    survey = [["type", "name", "label"], ["integer", "a", "one\r\ntwo\rthree\x07."], ["text", "b", "B", "${a} > 1\r\nand ${a} < 5"]]
    survey[0].append("relevant")
    draft = read_xlsform(write_book(tmp_path / "form.xlsx", {"survey": survey}))
    instrument, _ = checked(draft.named("form"))
    assert instrument.items[0].label == {"en": "one\ntwo\nthree ."}
    assert instrument.items[1].relevant == "${a} > 1\nand ${a} < 5"
    assert export_problems(instrument, tmp_path / "form.yaml") == []


def test_two_writings_of_one_language_stay_apart(tmp_path):
    draft, _, _ = made(tmp_path, "type | name | label::简体 (zh-Hans) | label::繁體 (zh-Hant)\ninteger | a | 数 | 數", "", "form_title\nT")
    assert draft.data["languages"] == ["zh-Hans", "zh-Hant"]


@pytest.mark.parametrize(("label", "status"), [
    ("Don’t know", "dont_know"), ("I don't know.", "dont_know"), ("99. Don't know (do not read out)", "dont_know"), ("不知道", "dont_know"),
    ("说不清", "dont_know"), ("Weiß nicht", "dont_know"), ("Don't know/Refused", "dont_know"), ("REFUSED", "prefer_not_to_say"),
    ("Prefer not to say", "prefer_not_to_say"), ("拒绝回答", "prefer_not_to_say"), ("Keine Angabe", "prefer_not_to_say"), ("N/A", "not_applicable"),
    ("不适用", "not_applicable"), ("I don't know the committee", None), ("99", None), ("Neither agree nor disagree", None), ("No", None), ("", None),
    ("Doesn't know the respondent", None), ("Trifft nicht zu", None), ("Refused a service", None), ("其他", None)])
def test_what_is_no_answer_is_known_by_the_whole_label(label, status):
    assert status_of([label]) == status


@pytest.mark.parametrize(("text", "what", "listed", "other"), [
    ("select_one a", "select_one", "a", False), ("select one a or_other", "select_one", "a", True), ("select all that apply from a or specify other", "select_multiple", "a", True),
    ("select_multiple  a_b", "select_multiple", "a_b", False), ("select_one or_other", "select_one", "or_other", False), ("select_one", "unknown", "", False),
    ("begin group", "begin", "group", False), ("Begin_Repeat", "begin", "repeat", False), ("end loop", "end", "loop", False), ("begin_kobomatrix", "begin", "kobomatrix", False),
    ("dateTime", "text", "", False), ("trigger", "note", "", False), ("uri:deviceid", "metadata", "", False), ("start-geopoint", "metadata", "", False),
    ("calculate_here", "unknown", "", False), ("text audit", "unknown", "", False), ("", "unknown", "", False), ("rank a", "unknown", "", False), ("range", "range", "", False)])
def test_types(text, what, listed, other):
    kind = kind_of(text)
    assert (kind.what, kind.list, kind.or_other) == (what, listed, other)


def test_a_slider_has_a_range_and_scores_are_never_guessed(tmp_path):
    _, items, _ = made(tmp_path, "type | name | label | parameters\nrange | a | A? | start=0 end=10 step=2\nrange | b | B? | start=1.5; end=0.5\nrange | c | C? | start=4;end=4")
    assert (items["a"].type, items["a"].range.low, items["a"].range.high) == ("integer", 0, 10)
    assert (items["b"].type, items["b"].range.low, items["b"].range.high) == ("decimal", 0.5, 1.5)
    assert items["c"].range is None


def test_own_columns_in_a_form_of_others_are_taken_exactly(tmp_path):
    draft, items, codes = made(tmp_path, """
type | name | label | indicator | weight | reverse | topics
select_one yn | a | A? | 1.2 | 0.5 | TRUE | service; place
select_one yn | b | B? | not a name | -1 | maybe |
""", """
list_name | name | label | score | status | aliases
yn | 1 | Don't know | 100 | | Yes; Yeah
yn | 0 | No | much | not_applicable |
""")
    assert (items["a"].indicator, items["a"].weight, items["a"].reverse, items["a"].topics) == ("1.2", 0.5, True, ("service", "place"))
    assert (items["b"].indicator, items["b"].weight, items["b"].reverse) == (None, 1, False)
    assert draft.data["choices"]["yn"] == [
        {"value": "1", "label": {"en": "Don't know"}, "score": 100, "aliases": ["Yes", "Yeah"]}, {"value": "0", "label": {"en": "No"}, "status": "not_applicable"}]
    assert codes == ["X19"] * 4


def test_disabled_rows_and_role_words_of_others(tmp_path):
    _, items, _ = made(tmp_path, "type | name | label | disabled | role\ninteger | a | A? | yes |\ninteger | b | B? | | head of team\nbegin group | g | | yes\ninteger | c | C?\nend group\ninteger | d | D?")
    assert list(items) == ["b", "d"]


def test_what_is_left_out_is_held_against_the_scope(tmp_path):
    for survey in ("type | name | label\ninteger | a | A?\nbegin repeat | r | Rooms\ntext | b | What is your religion?\nend repeat",
                   "type | name | label | guidance_hint\ninteger | a | A? | ask about religion first",
                   "type | name | label\ninteger | a | A?\ngeopoint | mosque | Where?",
                   "type | name | label\ninteger | a | A?\ntext | 宗教 | B?"):
        with pytest.raises(DeclarationError) as told:
            made(tmp_path, survey)
        assert {fault.code for fault in told.value.problems} == {"S02"}


def test_a_form_of_thousands_of_rows_is_read(tmp_path):
    rows = [["type", "name", "label", "relevant"], *[["integer", f"q{number}", f"Number {number}", f"${{q{number - 1}}} > 1" if number else ""] for number in range(3000)]]
    draft = read_xlsform(write_book(tmp_path / "form.xlsx", {"survey": rows, "settings": cells(SETTINGS)}))
    assert len(draft.data["items"]) == 3000
    assert draft.doubts == ()


def test_the_rows_of_a_rating_of_kobo_choose_from_its_list(tmp_path):
    survey = """
type | name | label | required | relevant | kobo--score-choices
select_one yn | here | Here? | | |
begin_score | rate | How good are | | ${here} = '1' | marks
score__row | park | the park | true | |
score__row | pool | the pool | false | |
end_score | | | | |
score__row | lost | the rest | | |
"""
    choices = CHOICES + "marks | 1 | Bad\nmarks | 2 | Good\n"
    draft = read_xlsform(write_form(tmp_path / "form.xlsx", survey, choices, SETTINGS))
    assert [(item["id"], item["type"], item.get("relevant"), item.get("required")) for item in draft.data["items"]] == [
        ("here", "select_one yn", None, None), ("rate", "note", "${here} = '1'", None),
        ("park", "select_one marks", "${here} = '1'", True), ("pool", "select_one marks", "${here} = '1'", None)]
    assert [(doubt.code, doubt.line) for doubt in draft.doubts] == [("X12", 3), ("X08", 7)]


@pytest.mark.parametrize(("condition", "word"), [("jr:choice-name(${q1}, '${q1}') = 'x'", "jr:choice-name"), ("a_b(${q1}) = 1", "a_b"),
                                                 ("${q 1} = 'x' or indexed-repeat(${q1})", "indexed-repeat")])
def test_a_function_that_is_not_taken_is_told_by_its_whole_name(condition, word, tmp_path):
    draft = read_xlsform(write_form(tmp_path / "form.xlsx", PLAIN.replace("${q1} = '1'", condition), CHOICES, SETTINGS))
    told = [doubt for doubt in draft.doubts if doubt.code == "X15"]
    assert [dict(doubt.values)["word"] for doubt in told] == [word]


@pytest.mark.parametrize(("more", "kind"), [("calculate | c | | | | | ", "calculate + calculation —"), ("calculate | c | | | | | | ${q1} | ${q2}", "calculate + trigger ${q2}")])
def test_a_calculation_that_is_left_out_is_told_with_the_reason(more, kind, tmp_path):
    survey = PLAIN.replace("required\n", "required | calculation | trigger\n") + more + "\n"
    draft = read_xlsform(write_form(tmp_path / "form.xlsx", survey, CHOICES, SETTINGS))
    assert [(doubt.line, dict(doubt.values)["kind"]) for doubt in draft.doubts if doubt.code == "X08"] == [(4, kind)]
