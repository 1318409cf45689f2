"""A paper form as a document to be edited and printed. Same form, same bytes."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from evaluation.reporting.paper.docx_styles import INDENT, MADE, QUIET, set_styles
from evaluation.reporting.paper.docx_tables import BOX, WIDTH, add_fields, add_grid
from evaluation.reporting.paper.form import PaperForm, Question

BLANK, GAP = "\u3000" * 12, "\u3000 "
LINE = 76                                  # letters that fit beside a number, Chinese ones counted twice


def paper_docx(form: PaperForm) -> bytes:
    """The bytes of the .docx."""
    document = Document()
    set_styles(document, form)
    document.add_paragraph(form.title, "Title")
    document.add_paragraph(" · ".join(form.about), "Note")
    add_fields(document, form.fields)
    if form.consent:
        document.add_heading(form.before, 2)
        document.add_paragraph(form.consent, "Read out")
    document.add_heading(form.heading, 2)
    if form.legend:
        document.add_paragraph(form.legend, "Note")
    for block in form.blocks:
        if block.instruction:
            document.add_paragraph(block.instruction, "Routing")
        if block.grid:
            document.add_paragraph(form.words["tick_one"], "Note").paragraph_format.keep_with_next = True
            add_grid(document, (form.words["column_number"], form.words["column_text"]), block)
        else:
            for question in block.questions:
                _question(document, question)
    _page_numbers(document, form.words["page"])
    stream = io.BytesIO()
    document.save(stream)
    return _same_bytes(stream.getvalue())


def _question(document: Doc, question: Question) -> None:
    if question.kind == "note":
        document.add_paragraph(question.text, "Read out").paragraph_format.space_before = Pt(8)
        if question.note:
            document.add_paragraph(question.note, "Note")
        return
    asked = document.add_paragraph(style="Question")
    asked.paragraph_format.tab_stops.add_tab_stop(INDENT)
    asked.add_run(f"{question.number}\t{question.text}")
    if question.note:
        _indented(document, "Note").add_run(question.note)
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    if question.kind in BOX:
        first, apart = (GAP.join(f"{BOX[question.kind]}\u00a0{choice}" for choice in listed)
                        for listed in (question.choices, question.apart))
        answers = _indented(document, "Normal")
        answers.add_run(first)
        if apart and _width(first + apart) > LINE:
            answers.paragraph_format.keep_with_next = True
            answers = _indented(document, "Normal")
        elif apart:
            answers.add_run("\u3000｜\u3000")
        answers.add_run(apart).font.color.rgb = QUIET
    elif question.kind == "number":
        answers = _indented(document, "Normal")
        answers.add_run(BLANK).underline = True
        told = answers.add_run(f"\u3000{question.space}")
        told.font.color.rgb, told.font.size = QUIET, Pt(9)
    else:
        for _ in range(2):
            line = _indented(document, "Normal")
            line.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH))
            line.paragraph_format.space_before = Pt(8)
            line.add_run("\t").underline = True


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _indented(document: Doc, style: str) -> Any:
    paragraph = document.add_paragraph(style=style)
    paragraph.paragraph_format.left_indent = INDENT
    paragraph.paragraph_format.keep_together = True
    return paragraph


def _page_numbers(document: Doc, words: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.style = document.styles["Note"]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    before, _, rest = words.partition("{page}")
    between, _, after = rest.partition("{pages}")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        paragraph.add_run(text)
        if field:
            simple = OxmlElement("w:fldSimple")
            simple.set(qn("w:instr"), field)
            paragraph._p.append(simple)


def _same_bytes(made: bytes) -> bytes:
    """The zip with a fixed time in place of now."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return stream.getvalue()
