# ruff: noqa: E501  (a row of a table is a line)
"""What stands in the sheets of a form, by hand; and everything that a form cannot carry, one fault a row, in both languages."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from visit_form import EN, FORM, ZH, form

from evaluation.core.errors import DeclarationError, catalogue
from evaluation.declare.instrument import Instrument
from evaluation.fieldwork.forms.export.checks import export_problems
from evaluation.fieldwork.forms.export.expressions import plain_number, quoted
from evaluation.fieldwork.forms.export.rows import survey_rows
from evaluation.fieldwork.forms.export.workbook import workbook
from evaluation.fieldwork.forms.export.xform import xform
from evaluation.fieldwork.forms.names import form_names, item_logic


def rows(sheet: str, instrument: Instrument | None = None, places: Any = None) -> dict[str, dict[str, str]]:
    """Rows of a sheet by name, without what is blank."""
    found = getattr(survey_rows(instrument or form(), places), sheet)
    return {row.get("name", ""): {column: value for column, value in row.items() if value} for row in found}


def test_an_item_stands_in_every_language_with_what_the_instrument_says() -> None:
    survey = rows("survey")
    assert list(survey) == ["start", "end", "community", "interviewer", "consent_text", "_1.1", "n", "several", "double"]
    assert survey["_1.1"] == {
        "type": "select_one grade", "name": "_1.1", f"label::{ZH}": "如何？", f"label::{EN}": "How?", "required": "yes",
        f"required_message::{ZH}": "此题必答", f"required_message::{EN}": "Please answer this question", "indicator": "2.1", "reverse": "TRUE"}
    assert survey["n"] == {
        "type": "integer", "name": "n", f"label::{ZH}": "几次？", f"label::{EN}": "How often? ${_1.1} $\u2060{zz}", "relevant": "${_1.1} != 'dk'",
        "constraint": "(. != 13) and (. >= 0 and . <= 60)", "weight": "0.5", "range_low": "0", "range_high": "60",
        f"constraint_message::{ZH}": "不能是13；请填写 0 到 60 之间的数", f"constraint_message::{EN}": "Not 13; Please give a number from 0 to 60",
        "declared_constraint": ". != 13", f"declared_constraint_message::{ZH}": "不能是13", f"declared_constraint_message::{EN}": "Not 13"}
    assert survey["several"]["constraint"] == "not((selected(., 'dk')) and count-selected(.) > 1)"
    assert survey["several"][f"constraint_message::{ZH}"] == "“不知道”不能与其他选项同时选择"
    assert survey["several"][f"constraint_message::{EN}"] == "\"Don't know\" cannot be chosen together with other answers"
    assert survey["several"]["topics"] == "a;b"
    assert survey["double"]["calculation"] == "if(${_1.1} = 'dk', '', ${_1.1}) * 2"
    assert survey["double"]["declared_calculation"] == "${_1.1} * 2"


def test_choices_and_settings() -> None:
    choices = rows("choices")
    assert choices["5"] == {"list_name": "grade", "name": "5", f"label::{ZH}": "好", f"label::{EN}": "Good", "score": "100", "aliases": "fine;great"}
    assert choices["dk"]["status"] == "dont_know"
    assert "score" not in choices["dk"]
    assert rows("settings")[""] == {
        "form_title": "回访 / Visit", "form_id": "visit", "version": "012", "default_language": ZH, "clean_text_values": "no",
        f"instrument_title::{ZH}": "回访", f"instrument_title::{EN}": "Visit", "method": "phone", "minutes": "5"}


def test_rows_that_a_form_needs() -> None:
    typed, chosen = rows("survey"), rows("survey", places={"c2": {"zh": "乙", "en": "B"}, "c1": {"*": "A"}})
    assert typed["community"]["type"] == "text"
    assert chosen["community"]["type"] == "select_one communities"
    assert [row["role"] for row in typed.values() if "role" in row] == ["start", "end", "community", "interviewer", "consent_text"]
    places = rows("choices", places={"c2": {"zh": "乙", "en": "B"}, "c1": {"*": "A"}})
    assert list(places)[-2:] == ["c1", "c2"]
    assert (places["c1"][f"label::{ZH}"], places["c2"][f"label::{ZH}"]) == ("A", "乙")
    assert "not a name" in typed["interviewer"][f"hint::{EN}"]
    assert rows("survey", form(method="meeting"))["psu"]["required"] == "yes"
    assert "required" not in rows("survey", form(method="questionnaire"))["interviewer"]
    assert "consent_text" not in rows("survey", form(consent=None))


def test_a_list_of_the_instrument_keeps_its_name() -> None:
    taken = form(choices=FORM["choices"] | {"communities": FORM["choices"]["grade"]})
    assert rows("survey", taken, {"c1": {"*": "A"}})["community"]["type"] == "select_one communities_"


def test_one_language_and_labels_for_any_language_stand_in_columns_with_a_suffix() -> None:
    one = Instrument.model_validate({"instrument": "f", "method": "phone", "version": "1", "title": "F", "languages": ["fr"],
                                     "items": [{"id": "q", "type": "text", "label": "Quoi ?"}]})
    assert survey_rows(one).columns("survey") == ("type", "name", "label::fr (fr)", "hint::fr (fr)", "required", "required_message::fr (fr)", "role")
    assert rows("survey", one)["q"]["label::fr (fr)"] == "Quoi ?"


def test_selected_is_handed_a_number_as_text_for_javarosa_stops_at_numbers() -> None:
    made = form(items=[*FORM["items"], {"id": "z", "type": "text", "label": {"zh": "末", "en": "Z"},
                                        "relevant": "selected( ${n}, '1') or count-selected(${double}) = 1 or selected(${several}, 'dk') or '${n}' = 'x'"}])
    written = "selected( string(${n}), '1') or count-selected(string(${double})) = 1 or selected(${several}, 'dk') or '${n}' = 'x'"
    assert rows("survey", made)["z"]["relevant"] == written
    assert item_logic(written) == made.items[-1].relevant


@pytest.mark.parametrize(("ids", "names"), [
    (["q1", "a.b", "a-b"], ["q1", "a.b", "a-b"]),
    (["1.1", "3-a"], ["_1.1", "_3-a"]),
    (["q1", "Q1"], ["q1", "_Q1"]),  # some programs take no notice of capitals
    (["meta", "start", "Community", "data"], ["_meta", "_start", "_Community", "_data"]),
    (["1a", "1A"], ["_1a", "__1A"]),
])
def test_names(ids: list[str], names: list[str]) -> None:
    assert list(form_names(ids).values()) == names


@pytest.mark.parametrize(("value", "text"), [
    ("dk", "'dk'"), ("it's", "\"it's\""), ('"', "'\"'"), ("a'b\"c", "concat('a', \"'\", 'b\"c')"),
])
def test_a_text_of_xpath(value: str, text: str) -> None:
    assert quoted(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (-5.0, "-5"), (0.25, "0.25"), (1e-7, "0.0000001"), (1e20, "1" + "0" * 20)])
def test_a_number_without_exponent(value: float, text: str) -> None:
    assert plain_number(value) == text


def test_a_workbook_is_text_and_the_same_bytes() -> None:
    made = workbook(survey_rows(form(version="012", title={"zh": "=1+1", "en": "http://a.b"})))
    assert made == workbook(survey_rows(form(version="012", title={"zh": "=1+1", "en": "http://a.b"})))
    settings = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("settings").to_python()
    assert dict(zip(*settings, strict=True))["version"] == "012"
    assert dict(zip(*settings, strict=True))[f"instrument_title::{ZH}"] == "=1+1"
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert {info.date_time[0] for info in opened.infolist()} == {1980}
        for name in ("sheet1", "sheet2", "sheet3"):
            sheet = opened.read(f"xl/worksheets/{name}.xml").decode()
            assert "<f>" not in sheet
            assert "hyperlink" not in sheet
            assert 'state="frozen"' in sheet


def changed(**items: Any) -> Instrument:
    """The form with its first item changed."""
    return form(items=[FORM["items"][0] | items, *FORM["items"][1:]])


def valued(value: str, **more: Any) -> Instrument:
    return form(choices={"grade": [{"value": value, "label": {"zh": "值", "en": "Value"}, **more}, *FORM["choices"]["grade"]]})


@pytest.mark.parametrize(("made", "code", "path"), [
    (changed(label={"zh": "响\x07", "en": "Bell"}), "X32", "items[0].label.zh"),
    (changed(label={"zh": "长" * 30_001, "en": "Long"}), "X32", "items[0].label.zh"),
    (form(version="${1}"), "X32", "version"),
    (valued(" a"), "X33", "choices.grade[0].value"),
    (valued("a  b"), "X33", "choices.grade[0].value"),
    (valued("‘a’"), "X33", "choices.grade[0].value"),
    (valued("${a}"), "X33", "choices.grade[0].value"),
    (form(choices={**FORM["choices"], "a.csv": FORM["choices"]["grade"]}), "X34", "choices.a.csv"),
    (form(languages=["zh", "en::x"]), "X34", "languages[1]"),
    (changed(constraint=". != '“'"), "X35", "items[0].constraint"),
    (changed(constraint=". != '${n}'"), "X35", "items[0].constraint"),
    (valued("a", aliases=["x;y"]), "X36", "choices.grade[0].aliases[0]"),
    (changed(topics=[" x"]), "X36", "items[0].topics[0]"),
])
def test_what_a_form_cannot_carry(made: Instrument, code: str, path: str) -> None:
    assert [(fault.code, fault.path) for fault in export_problems(made, Path("visit.yaml"))] == [(code, path)]


def test_what_a_form_can_carry_is_not_told() -> None:
    assert export_problems(form(), Path("visit.yaml")) == []
    assert export_problems(changed(label={"zh": "“${不是}”", "en": "a\nb\tc 😀"}), Path("visit.yaml")) == []


def test_pyxform_refuses_with_its_own_words() -> None:
    with pytest.raises(DeclarationError, match="X37"):
        xform(workbook(survey_rows(form(choices={"other": FORM["choices"]["grade"]}))), Path("visit.yaml"))


def test_pyxforms_warnings_are_told() -> None:
    odd = form(languages=["zh", "qqqq"], title={"zh": "一", "qqqq": "One"})
    made, warnings = xform(workbook(survey_rows(odd)), Path("visit.yaml"))
    assert made.startswith("<?xml")
    assert [(told.code, told.warning) for told in warnings] == [("X38", True)]
    assert "qqqq" in str(warnings[0])


@pytest.mark.parametrize("code", [f"X{number}" for number in range(30, 40)])
def test_messages_are_in_both_languages(code: str) -> None:
    assert all(len(catalogue()[code][lang]) == 2 for lang in ("zh", "en"))
