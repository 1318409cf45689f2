"""Files of text, Markdown and Word as numbered lines: of Word, the paragraphs and the rows of tables in their order."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.table import Table
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph

from evaluation.core.archive import opened_archive
from evaluation.core.csvfile import decode
from evaluation.core.errors import DataError, problem
from evaluation.fieldwork.forms.text.lines import Line, lines_of
from evaluation.fieldwork.forms.text.numbered import without_number
from evaluation.fieldwork.forms.text.tables import TICKED
from evaluation.fieldwork.forms.text.wordnumbers import WordNumbers

MOST_BYTES = 5_000_000


def lines_of_file(file: Path) -> Iterator[Line]:
    """Numbered lines of a .txt, .md or .docx file. Raises DataError if it cannot be read, or is too large."""
    if file.suffix.lower() == ".docx":
        return iter(list(enumerate(_word_lines(file), 1)))
    if file.is_file() and (size := file.stat().st_size) > MOST_BYTES:
        raise DataError(problem("F16", file, size=f"{size / 1e6:,.0f} MB", most=f"{MOST_BYTES / 1e6:,.0f} MB"))
    return lines_of(decode(file))


def _word_lines(file: Path) -> Iterator[str]:
    with opened_archive(file):                           # refuses bombs, entities and names that climb
        try:
            document = docx.Document(str(file))
            _unwrap(document.element.body)
        except (OpcError, KeyError, ValueError, SyntaxError, AttributeError, zipfile.BadZipFile) as error:
            raise DataError(problem("F10", file, reason=error)) from None
    numbers = WordNumbers(document)
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            yield from _paragraph(part, numbers)
        elif isinstance(part, Table):
            yield from _table(part, numbers)


def _unwrap(body: Any) -> None:
    """Bring out what python-docx passes over: the content of controls, smart tags and insertions, and boxes set as symbols."""
    for symbol in list(body.iter(qn("w:sym"))):
        symbol.tag = qn("w:t")
        symbol.text = chr(int(symbol.get(qn("w:char"), "F0A8")[-4:], 16))
    for wrapper in list(body.iter(*map(qn, ("w:sdt", "w:ins", "w:moveTo", "w:smartTag", "w:customXml")))):
        inside = wrapper.find(qn("w:sdtContent")) if wrapper.tag == qn("w:sdt") else wrapper
        for child in list(() if inside is None else inside):
            wrapper.addprevious(child)
        wrapper.getparent().remove(wrapper)


def _paragraph(paragraph: Any, numbers: WordNumbers) -> Iterator[str]:
    """A paragraph's lines, with the number that Word shows before it and its text does not have."""
    first, *rest = paragraph.text.split("\n")
    yield numbers.shown(paragraph) + first if first.strip() else first
    yield from rest


def _table(table: Any, numbers: WordNumbers) -> Iterator[str]:
    """A line a row with `|` between cells if it is a table to tick; the cells one by one if it only lays out the page."""
    rows = [[Cell(cell, table) for cell in row._tr.tc_lst] for row in table.rows]      # merged cells once
    texts = [[" ".join(cell.text.split()).replace("|", "/") for cell in cells] for cells in rows]
    if any(len(cells) > 2 and not TICKED.fullmatch(cells[0]) and all(map(TICKED.fullmatch, cells[1:]))
           for cells in map(without_number, texts)):
        yield from (f"| {' | '.join(cells)} |" for cells in texts)
        return
    for cells in rows:
        for cell in cells:
            for paragraph in cell.paragraphs:
                yield from _paragraph(paragraph, numbers)
