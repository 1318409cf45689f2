"""Tables of a paper form as a document: lines to write on at its head, and grids of ratings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.document import Document as Doc
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from evaluation.reporting.paper.form import Block

BOX = {"one": "○", "many": "□"}            # both are in every Chinese font
WIDTH = 176                                # of the page's text, mm
FIELDS = (46, 40, 50, 40)                  # what is written at the head, and the line for it, twice; mm
NUMBER, STATEMENT, CHOICE = 10, 60, 18     # columns of a grid, mm: the second at least, the others at most
SHADE = "EDEDED"


def add_fields(document: Doc, fields: Sequence[str]) -> None:
    """Two to a row: what it is, and a line to write on."""
    rows = (len(fields) + 1) // 2
    table = document.add_table(rows, 4)
    table.autofit = False
    for number, field in enumerate(fields):
        row, side = divmod(number, 2)
        table.cell(row, 2 * side).text = field
        table.cell(row, 2 * side).vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
        _line(table.cell(row, 2 * side + 1))
    _widths(table, FIELDS)
    for row in table.rows:
        row.height = Mm(9)


def _line(cell: Any) -> None:
    borders = OxmlElement("w:tcBorders")
    edge = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)
    cell._tc.get_or_add_tcPr().append(borders)


def add_grid(document: Doc, words: Sequence[str], block: Block) -> None:
    """A row a question, a column a choice; the head comes again on every page. words: heads of number and statement."""
    first = block.questions[0]
    heads = [*words, *first.choices, *first.apart]
    table = document.add_table(1, len(heads), "Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        _cell(cell, head, bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for question in block.questions:
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        _cell(row.cells[0], str(question.number))
        row.cells[1].paragraphs[0].add_run(question.text)
        if question.note:
            row.cells[1].add_paragraph(question.note, "Note")
        for cell in row.cells[2:]:
            _cell(cell, BOX["one"])
    for row in table.rows:
        for cell in row.cells[2 + len(first.choices):]:
            _shaded(cell)
    narrow = min(CHOICE, (WIDTH - NUMBER - STATEMENT) / (len(heads) - 2))
    _widths(table, (NUMBER, WIDTH - NUMBER - narrow * (len(heads) - 2), *[narrow] * (len(heads) - 2)))


def _shaded(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().insert_element_before(shade, "w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign")


def _cell(cell: Any, text: str, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold = bold
    if text not in BOX.values():
        run.font.size = Pt(8)


def _widths(table: Any, widths: Sequence[float]) -> None:
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Mm(wide)
        for cell in column.cells:
            cell.width = Mm(wide)
