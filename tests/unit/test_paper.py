# ruff: noqa: E501  (a row of a table is a line)
"""Forms on paper: routing in words by hand, what stands on the page and in the document, and what does not."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import html
from visit_form import FORM, form

from evaluation.core.resources import shipped
from evaluation.declare.instrument import Instrument
from evaluation.declare.programme import load_instrument
from evaluation.reporting.paper.docx import paper_docx
from evaluation.reporting.paper.form import paper_form
from evaluation.reporting.paper.html import paper_html

PROGRAMME = shipped("questionnaires") / "neighbourly"
ROUTED = {
    "instrument": "r", "method": "questionnaire", "version": "1", "title": {"zh": "问", "en": "R"}, "languages": ["zh", "en"],
    "choices": {"yn": [{"value": "y", "label": {"zh": "是", "en": "Yes"}}, {"value": "n", "label": {"zh": "否", "en": "No"}}, {"value": "9", "status": "dont_know", "label": {"zh": "不知", "en": "Unsure"}}],
                "five": [{"value": str(n), "label": {"zh": f"{n}级", "en": f"Level {n}"}} for n in range(1, 6)]},
    "items": [{"id": "a", "type": "select_one yn", "label": {"zh": "甲", "en": "A"}}, {"id": "f", "type": "select_one five", "label": {"zh": "乙", "en": "F"}},
              {"id": "m", "type": "select_multiple yn", "label": {"zh": "丙", "en": "M"}}, {"id": "n", "type": "integer", "label": {"zh": "丁", "en": "N"}},
              {"id": "c", "type": "calculate", "label": {"zh": "和", "en": "Sum"}, "calculation": "${n} + 1"}]}  # fmt: skip


@pytest.mark.parametrize(("relevant", "en", "zh"), [
    ("${a} = 'y'", "question 1 is “Yes”", "第 1 题选“是”"),
    ("'y' = ${a}", "question 1 is “Yes”", "第 1 题选“是”"),
    ("${a} != 'y'", "question 1 is not “Yes”", "第 1 题没有选“是”"),
    ("not(${a} = 'y')", "question 1 is not “Yes”", "第 1 题没有选“是”"),
    ("${a} = 'y' or ${a} = 'n'", "question 1 is “Yes” or “No”", "第 1 题选“是”或“否”"),
    ("selected(${m}, 'n')", "“No” is ticked in question 3", "第 3 题所选中有“否”"),
    ("not(selected(${m}, 'n'))", "“No” is not ticked in question 3", "第 3 题所选中没有“否”"),
    ("${f} >= 4", "question 2 is “Level 4” or “Level 5”", "第 2 题选“4级”或“5级”"),
    ("3 > ${f}", "question 2 is “Level 1” or “Level 2”", "第 2 题选“1级”或“2级”"),
    ("${n} > 3", "question 4 is more than 3", "第 4 题大于 3"),
    ("${n} <= -2", "question 4 is -2 or less", "第 4 题不大于 -2"),
    ("${n} != ''", "question 4 has an answer", "第 4 题有回答"),
    ("${n} = ''", "question 4 has no answer", "第 4 题没有回答"),
    ("${m} = ''", "question 3 has no answer", "第 3 题没有回答"),
    ("count-selected(${m}) >= 2", "the number ticked in question 3 is 2 or more", "第 3 题所选项数不小于 2"),
    ("not(selected(${m}, 'n')) and count-selected(${m}) < 2", "“No” is not ticked in question 3 and the number ticked in question 3 is less than 2",
     "第 3 题所选中没有“否”，并且第 3 题所选项数小于 2"),
    ("${a} = 'y' and ${n} < 5", "question 1 is “Yes” and question 4 is less than 5", "第 1 题选“是”，并且第 4 题小于 5"),
    ("${a} = 'y' or ${n} < 5", "question 1 is “Yes”, or question 4 is less than 5", "第 1 题选“是”，或者第 4 题小于 5"),
    ("(${a} = 'y' or ${n} < 5) and ${f} = '1'", "(question 1 is “Yes”, or question 4 is less than 5) and question 2 is “Level 1”", "（第 1 题选“是”，或者第 4 题小于 5），并且第 2 题选“1级”"),
    ("${c} > 2", "“Sum” is more than 2", "“和”大于 2"),
])
def test_routing_in_words(relevant: str, en: str, zh: str) -> None:
    made = Instrument.model_validate(ROUTED | {"items": [*ROUTED["items"], {"id": "z", "type": "text", "relevant": relevant, "label": {"zh": "末", "en": "Last"}}]})
    assert paper_form(made, "en").blocks[-1].instruction == f"Question 5: only if {en}."
    assert paper_form(made, "zh").blocks[-1].instruction == f"第 5 题：{zh}时填写。"


@pytest.mark.parametrize(("relevant", "shown"), [
    ("${n} + 1 > 3", "question 4 + 1 > 3"), ("${n} > 3 + 1", "question 4 > 3 + 1"), ("count-selected(${m}) > ${n}", "count-selected(question 3) > question 4"),
    ("${m} = 'y'", "question 3 = 'y'"), ("${m} != 'y'", "question 3 != 'y'"), ("'y' = ${m}", "'y' = question 3"), ("${m} > 8", "question 3 > 8"),
    ("${a} = ${f}", "question 1 = question 2"), ("not(${n} > 3)", "not(question 4 > 3)"), ("${f} > 9", "question 2 > 9"),
    ("(${n} + 1) * 2 > 3 or ${a} = 'y'", "(question 4 + 1) * 2 > 3 or question 1 = 'y'"),
])
def test_what_is_not_said_in_words_is_shown(relevant: str, shown: str) -> None:
    made = Instrument.model_validate(ROUTED | {"items": [*ROUTED["items"], {"id": "z", "type": "text", "relevant": relevant, "label": {"zh": "末", "en": "Last"}}]})
    assert paper_form(made, "en").blocks[-1].instruction == f"Question 5: only if this holds: {shown}"


def test_questions_in_a_row_share_their_routing() -> None:
    phone = paper_form(load_instrument(PROGRAMME / "phone.yaml"), "en")
    assert [block.instruction for block in phone.blocks] == ["", "Questions 2–12: only if question 1 is “Yes”."]
    assert [question.number for block in phone.blocks for question in block.questions] == list(range(1, 13))
    assert phone.blocks[1].questions[0].apart == ("Don't know", "Prefer not to say")


def test_what_stands_on_a_question() -> None:
    paper = paper_form(form(), "en")
    one, often, several = paper.blocks[0].questions + paper.blocks[1].questions + paper.blocks[2].questions
    assert (one.kind, one.choices, one.apart) == ("one", ("Bad", "Good"), ("Don't know",))
    assert (often.text, often.space, often.note) == ("How often? [answer to question 1] ${zz}", "Write a number from 0 to 60", "Not 13")
    assert (several.kind, several.note) == ("many", "Hint\nTick all that apply")
    assert paper.about == ("Version 012", "About 5 minutes")
    assert paper.fields == ("Community", "Date", "Form number", "Interviewer's code (not a name)")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["phone", "resident", "meeting", "activity", "records"])
def test_page_and_document_say_the_same(name: str, lang: str) -> None:
    instrument = load_instrument(PROGRAMME / f"{name}.yaml")
    page, document = paper_html(paper_form(instrument, lang)), paper_docx(paper_form(instrument, lang))
    assert page == paper_html(paper_form(instrument, lang))
    assert document == paper_docx(paper_form(instrument, lang))
    seen = html.fromstring(page.encode())
    written = Document(io.BytesIO(document))
    told = "\n".join([*(line.text for line in written.paragraphs), *(cell.text for table in written.tables for row in table.rows for cell in row.cells)])
    shown = seen.text_content()
    for item in instrument.items:
        for text in (item.label[lang], *([] if item.hint is None else [item.hint[lang]])):
            assert text in shown
            assert text in told
    if instrument.consent is not None:
        assert " ".join(instrument.consent[lang].split()) in " ".join(told.split())
    assert seen.get("lang") == lang
    assert "http" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert next(node.tag for node in seen.iter("h1", "h2")) == "h1"


def test_no_score_is_on_paper() -> None:
    scored = FORM | {"choices": {"grade": [{"value": value, "score": score, "label": {"zh": value, "en": value}} for value, score in (("x", 37.5), ("y", 62.5))]}}
    paper = Instrument.model_validate(scored)
    for lang in ("zh", "en"):
        text = html.fromstring(paper_html(paper_form(paper, lang)).encode()).find("body").text_content()
        assert "37" not in text
        assert "62" not in text


def test_ratings_are_a_grid_with_its_codes() -> None:
    instrument = load_instrument(PROGRAMME / "meeting.yaml")
    paper = paper_form(instrument, "en")
    assert [block.grid for block in paper.blocks] == [True]
    assert paper.blocks[0].questions[0].choices[0] == "0\nNot at all"  # the hints speak of 0, 2 and 4
    assert paper.fields == ("Community", "Number of the meeting", "Date", "Form number", "Rater's code (not a name)")
    page = html.fromstring(paper_html(paper).encode())
    assert len(page.findall(".//tbody/tr")) == len(instrument.items)
    assert {len(row) for row in page.findall(".//tr")} == {9}
    table = Document(io.BytesIO(paper_docx(paper))).tables[-1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in list(table.rows)[1:])


def test_a_document_has_a_chinese_font_and_no_clock() -> None:
    made = paper_docx(paper_form(form(), "zh"))
    document = Document(io.BytesIO(made))
    for name in ("Normal", "Title", "Heading 2", "Question", "Routing", "Note", "Read out"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei", name
        assert fonts.get(qn("w:eastAsiaTheme")) is None, name
    assert document.core_properties.created.year == 2000
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert {info.date_time for info in opened.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_text_is_escaped() -> None:
    page = paper_html(paper_form(form(title={"zh": "题", "en": "<script>alert(1)</script>"}), "en"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_another_language_gets_english_words() -> None:
    made = Instrument.model_validate({"instrument": "f", "method": "phone", "version": "1", "title": "F", "languages": ["fr"],
                                      "items": [{"id": "q", "type": "text", "label": "Quoi ?"}, {"id": "t", "type": "note", "label": "Merci", "relevant": "${q} != ''"}]})
    paper = paper_form(made, "fr")
    assert paper.fields[0] == "Community"
    assert paper.blocks[1].instruction == "Only if question 1 has an answer."
    assert paper_html(paper).startswith('<!DOCTYPE html>\n<html lang="fr">')


def test_what_is_calculated_stands_on_paper_where_something_needs_it() -> None:
    more = [{"id": "d", "type": "calculate", "label": "Twice", "calculation": "${c} * 2", "relevant": "${a} = 'y'"},
            {"id": "idle", "type": "calculate", "label": "Idle", "calculation": "${d} * 3"},
            {"id": "z", "type": "text", "relevant": "${d} > 2", "label": "Last"}, {"id": "e", "type": "note", "label": "Sums to ${c}"}]
    paper = paper_form(Instrument.model_validate(ROUTED | {"items": [*ROUTED["items"], *more]}), "en")
    assert [(block.instruction, question.kind, question.text) for block in paper.blocks for question in block.questions][4:] == [
        ("", "note", "Work out “Sum”: question 4 + 1"), ("Only if question 1 is “Yes”.", "note", "Work out “Twice”: “Sum” * 2"),
        ("Question 5: only if “Twice” is more than 2.", "text", "Last"), ("", "note", "Sums to [answer to “Sum”]")]
    assert "Idle" not in paper_html(paper)
    assert not [item for item in paper_form(Instrument.model_validate(ROUTED), "en").blocks[0].questions if item.id == "c"]
