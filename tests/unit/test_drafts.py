# ruff: noqa: E501  (a row of a table is a line)
"""A draft is checked by declare's own machinery, and told where the source says it; contact data is left out, the scope refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.core.errors import DeclarationError, problem
from evaluation.fieldwork.forms.contact import asks_contact_data, without_contact
from evaluation.fieldwork.forms.drafts import Draft, checked

BOOK = Path("form.xlsx")
CHOICES = [{"value": "yes", "label": {"en": "Yes"}}, {"value": "no", "label": {"en": "No"}}]


def draft(*items, choices=None, places=None, **more):
    data = {"title": {"en": "Form"}, "languages": ["en"], "choices": {} if choices is None else choices,
            "items": [{"type": "text", "label": {"en": "Anything?"}} | item for item in items]} | more
    told = {("items", at): ("survey", at + 2) for at in range(len(items))} | {("choices", name, at): ("choices", at + 2) for name in data["choices"] for at in range(9)}
    return Draft(BOOK, data, told | (places or {})).named("form")


def faults(one):
    with pytest.raises(DeclarationError) as error:
        checked(one)
    return [(told.code, told.file, told.line, told.path) for told in error.value.problems]


#: what is wrong -> code and place
WRONG = [
    (draft({"id": "a", "relevant": "${b} = '1'"}), [("L07", "form.xlsx [survey]", 2, "relevant")]),
    (draft({"id": "a", "relevant": "what?"}), [("L06", "form.xlsx [survey]", 2, "relevant")]),
    (draft({"id": "a"}, {"id": "a"}), [("L01", "form.xlsx [survey]", 3, "id")]),
    (draft({"id": "a b"}), [("D08", "form.xlsx [survey]", 2, "id")]),
    (draft({"id": "a", "type": "geopoint"}), [("D13", "form.xlsx [survey]", 2, "type")]),
    (draft({"id": "a", "type": "select_one nowhere"}), [("L03", "form.xlsx [survey]", 2, "type")]),
    (draft({"id": "a", "label": {"fr": "Quoi?"}}), [("L02", "form.xlsx [survey]", 2, "label"), ("L14", "form.xlsx [survey]", 2, "label.fr")]),
    (draft({"id": "a", "colour": "red"}), [("D02", "form.xlsx [survey]", 2, "colour")]),
    (draft({"id": "a", "type": "select_one c"}, choices={"c": [*CHOICES, {"value": "yes", "label": {"en": "Yes!"}}]}), [("L01", "form.xlsx [choices]", 4, "value")]),
    (draft({"id": "a", "type": "select_one c"}, choices={"c": CHOICES[:1]}), [("D10", "form.xlsx", 0, "choices.c")]),
    (draft({"id": "a"}, method="visit"), [("D03", "form.xlsx", 0, "method")]),
    (draft({"id": "a"}, method="visit", places={("method",): ("settings", 2)}), [("D03", "form.xlsx [settings]", 2, "method")]),
    (draft({"id": "a", "constraint": "("}, places={("items", 0, "constraint"): ("survey", 77)}), [("L06", "form.xlsx [survey]", 77, "constraint")]),
    (draft(), [("X21", "form.xlsx", 0, "")]),
]


@pytest.mark.parametrize(("one", "expected"), WRONG)
def test_a_fault_is_told_where_the_source_says_it(one, expected):
    assert faults(one) == expected


def test_a_fault_reads_as_a_sentence_with_sheet_and_row():
    with pytest.raises(DeclarationError) as error:
        checked(draft({"id": "a", "relevant": "${b} = '1'"}))
    assert str(error.value).startswith("form.xlsx [survey]:2: relevant: ")
    text = Draft(Path("form.txt"), {"title": "T", "languages": ["zh"], "items": [{"id": "q", "type": "text", "label": ""}]}, {("items", 0): ("", 12)})
    with pytest.raises(DeclarationError) as error:
        checked(text.named("form"))
    assert str(error.value).startswith("form.txt:12: label")


def test_all_faults_at_once_and_scope_among_them():
    one = draft({"id": "a", "label": {"en": "Your religion?"}}, {"id": "b", "relevant": "${c} = '1'"}, {"id": "d", "topics": ["ethnicity"]},
                {"id": "e", "type": "select_one c"}, choices={"c": [*CHOICES, {"value": "x", "label": {"en": "Muslim"}}]})
    assert faults(one) == [("S02", "form.xlsx [choices]", 4, "label.en"), ("S02", "form.xlsx [survey]", 2, "label.en"),
                           ("L07", "form.xlsx [survey]", 3, "relevant"), ("S01", "form.xlsx [survey]", 4, "topics[0]")]


def test_the_scope_holds_for_what_is_left_out_too():
    one = draft({"id": "a"})
    outside = Draft(one.file, one.data, one.places, left_out=(("survey", 8, "您的民族？"), ("survey", 9, "fine"), ("", 3, "political views")))
    assert faults(outside) == [("S02", "form.xlsx", 3, ""), ("S02", "form.xlsx [survey]", 8, "")]


def test_a_place_outside_the_scope_is_told_once():
    one = draft({"id": "a", "label": {"en": "Your religion?"}})
    assert faults(Draft(one.file, one.data, one.places, left_out=(("survey", 2, "Your religion?"),))) == [("S02", "form.xlsx [survey]", 2, "label.en")]


def test_items_without_an_indicator_are_told_once():
    instrument, warnings = checked(draft({"id": "a"}, {"id": "b"}, {"id": "n", "type": "note"}, {"id": "c", "relevant": "${a} = '1'"}))
    assert [item.id for item in instrument.items] == ["a", "b", "n", "c"]
    assert warnings == [problem("X22", BOOK, warning=True, count=2)]
    assert "2 items" in warnings[0].text("en")
    assert "2 个" in warnings[0].text("zh")


def test_other_warnings_stay():
    _, warnings = checked(draft({"id": "a", "indicator": None}, choices={"c": CHOICES}))
    assert [(told.code, told.warning) for told in warnings] == [("X22", True), ("L05", True)]


def test_a_draft_takes_name_method_and_version_only_where_the_form_does_not_say_them():
    one = Draft(BOOK, {"version": "7", "method": "phone", "items": []})
    assert one.named("x").data == {"instrument": "x", "method": "phone", "version": "7", "items": []}
    assert one.named("x", "meeting").data["method"] == "meeting"
    assert Draft(BOOK, {"instrument": "own"}).named("x").data == {"instrument": "own", "method": "questionnaire", "version": "1"}
    assert Draft(BOOK, {"instrument": "own"}).renamed("x").data == {"instrument": "x"}


ASKED = ["您的姓名", "您的姓名：", "姓名", "联系电话", "您的手机号码是多少？", "请填写您的手机号", "请留下您的联系方式，以便回访", "您家的详细地址", "您的家庭住址", "户主姓名", "您的微信号",
         "您贵姓？", "如何称呼您的家人和您本人，您怎么称呼？", "您住在哪栋楼？", "请输入电子邮箱", "证件号码", "电话", "姓名 电话", "手机号（必填）", "访问员姓名", "受访者电话", "门牌号",
         "name", "Full name", "Phone number", "What is your phone number?", "E-mail", "Home address", "National ID", "WhatsApp number", "Respondent's name",
         "Name and phone of the facility in-charge", "Village head's name", "Name of school head teacher", "Clinic manager's phone number",
         "Nom du répondant", "Nombre del encuestado", "Teléfono", "Votre nom ?", "Nome completo"]
NOT_ASKED = ["您对社区热线电话满意吗？", "您希望社区通过哪种方式联系您？", "社区是否公布了联系方式？请说说您的看法", "您对小区门牌标识有什么建议？", "您知道社区的地址吗？", "您从微信群里看到过通知吗？",
             "您对社区还有什么建议？", "学校的名字", "您为什么不用手机缴费？", "您在社区住了多少年？", "Village name", "Name of the school", "Do neighbours know the phone number of the office?",
             "What do you call the new park?", "How do you rate the address signs in the streets here?",
             "Name of the river", "Crop name", "What is the name of the water point?", "Committee name", "¿Hay un teléfono público en la plaza?", "Nom de la commune", "¿Número de hogares?",
             "How many staff members name the plan?", "How many members contact the office?", "Name of the head office", "Name three good things about the head"]


@pytest.mark.parametrize(("label", "asked"), [*((label, True) for label in ASKED), *((label, False) for label in NOT_ASKED)])
def test_which_questions_ask_for_contact_data(label, asked):
    assert asks_contact_data({"id": "q1", "type": "text", "label": {"zh": label}}) == asked
    assert asks_contact_data({"id": "q1", "type": "text", "label": label}) == asked
    assert not asks_contact_data({"id": "q1", "type": "select_one c", "label": label})


@pytest.mark.parametrize(("id_", "asked"), [("name", True), ("phone_number", True), ("respondentName", True), ("village_name", False), ("q12", False), ("age", False)])
def test_ids_that_say_contact_data(id_, asked):
    assert asks_contact_data({"id": id_, "type": "text", "label": {"en": "Write it down"}}) == asked


def test_contact_data_is_left_out_with_what_refers_to_it():
    one = draft({"id": "a"}, {"id": "tel", "type": "integer", "label": {"en": "Phone number"}}, {"id": "b", "relevant": "${a} = '1'"}, {"id": "c", "relevant": "${ tel } != ''"},
                {"id": "d", "type": "calculate", "calculation": "concat(${c}, 'x')"}, {"id": "e", "type": "select_one once", "relevant": "${tel} > 1"},
                {"id": "f", "type": "select_one both", "relevant": "${tel} > 1"}, {"id": "g", "type": "select_one both"},
                choices={"once": CHOICES, "both": CHOICES}, places={("items", 7, "type"): ("survey", 99)})
    left = without_contact(one)
    assert [item["id"] for item in left.data["items"]] == ["a", "b", "g"]
    assert set(left.data["choices"]) == {"both"}
    assert [left.places["items", at] for at in range(3)] == [("survey", 2), ("survey", 4), ("survey", 9)]
    assert left.places["items", 2, "type"] == ("survey", 99)
    assert ("items", 3) not in left.places
    assert [(told.code, told.file, told.line, told.path, told.warning) for told in left.doubts] == [
        ("X20", "form.xlsx [survey]", 3, "tel", True), ("X23", "form.xlsx [survey]", 5, "c", True), ("X23", "form.xlsx [survey]", 6, "d", True),
        ("X23", "form.xlsx [survey]", 7, "e", True), ("X23", "form.xlsx [survey]", 8, "f", True)]
    assert "Phone number" in left.doubts[0].text("en")
    assert "tel" in left.doubts[1].text("zh")
    assert left.doubts[2].text("en") != left.doubts[2].text("zh")
    checked(left)


def test_a_form_without_contact_data_is_left_as_it_is():
    one = draft({"id": "a"})
    assert without_contact(one) is one


def test_an_id_number_is_outside_the_scope_and_not_only_left_out():
    assert faults(draft({"id": "a", "label": {"en": "您的身份证号"}}))[0][0] == "S02"
