"""The score sheet as a workbook: numbers as numbers, text as text whatever it begins with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from evaluation.declare.model import label
from evaluation.signoff.forms import all_evidence, earned, facts, finding_rows, form_words, identity
from evaluation.signoff.sheet import Amount, Sheet

MADE = datetime(2000, 1, 1)  # xlsxwriter takes a time without zone; a fixed one, for equal bytes
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Cell = str | float | None
FINE, LONGEST = 10_000, 32_767     # of a share; characters that a cell takes
LINE, MOST_LINES = 15, 27          # points; a row takes 409


def sheet_xlsx(sheet: Sheet, langs: tuple[str, ...] = ("zh",)) -> bytes:
    """The workbook: result, dimensions, indicators, evidence and follow-up, in each language. Points with two decimals."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": identity(sheet, langs[0])["title"], "created": MADE})
        bold = book.add_format({"bold": True, "font_color": "#1b4f72", "bottom": 1, "text_wrap": True, "valign": "top"})
        figure = book.add_format({"num_format": "0.00", "valign": "top"})
        beside = book.add_format({"num_format": "0.00", "valign": "top", "align": "left"})      # a figure among texts
        text = book.add_format({"text_wrap": True, "valign": "top"})
        for lang in langs:
            end = f" {lang}" if len(langs) > 1 else ""
            for name, head, rows, widths in _tables(sheet, lang):
                page = book.add_worksheet(f"{name}{end}")
                _fill(page, head, rows, widths, (bold, beside if len(head) == 2 else figure, text))
    return stream.getvalue()


def _tables(sheet: Sheet, lang: str) -> list[tuple[str, list[str], list[Sequence[Cell]], list[int]]]:
    """Name, headers, rows and column widths of each table."""
    word, told = form_words(lang), identity(sheet, lang)
    about = [(word["names"], told["names"]), (word["community_id"], sheet.community), (word["round"], told["round"]),
             (word["sheet"], told["version"]), *([("", told["corrects"])] if told["corrects"] else [])]
    proof = [(word["sha"], told["sha256"]), *(("", told[name]) for name in ("ledger", "inputs", "withheld", "scope"))]
    figures = {word["total"]: sheet.total.earned, word["se"]: sheet.total.se, word["declared"]: sheet.total.declared}
    result = [(name, value if figures.get(name) is None else _figure(figures[name])) for name, value in facts(sheet, lang)]
    amounts = [word["points"], word["earned"], word["se"], word["low"], word["high"], word["declared"]]
    labels = {part.id: label(part.label, lang) for part in sheet.indicators}
    follow: list[Sequence[Cell]] = [["", word["follow_up"], *row] for row in finding_rows(sheet, lang)]
    follow += [["", word["good_practice"], f"{one.indicator} {labels.get(one.indicator, '')}", one.practice, "", "", ""]
               for one in sheet.good_practice]
    return [
        (word["result_tab"], [word["item"], word["content"]], [*about, *result, *proof], [28, 92]),
        (word["dimensions_tab"], ["", word["dimension"], *amounts],
         [[part.id, label(part.label, lang), *_amounts(part, lang)] for part in sheet.dimensions], [8, 36, *[12] * 6]),
        (word["indicators_tab"], ["", word["indicator"], *amounts, word["evidence"]],
         [[part.id, label(part.label, lang), *_amounts(part, lang), all_evidence(part, lang)]
          for part in sheet.indicators], [8, 36, *[12] * 6, 60]),
        (word["evidence_tab"], ["", word["indicator"], word["evidence"], word["weight"], word["score"], word["se"], word["n"]],
         [[part.id, label(part.label, lang), word[one.method], None if one.weight is None else one.weight / FINE,
           earned(one, one.score, lang) if one.score is None else _figure(one.score), _figure(one.se), one.n]
          for part in sheet.indicators for one in part.evidence], [8, 36, 20, *[12] * 4]),
        (word["findings_tab"], ["", word["kind"], word["indicator"], word["text"], word["who"], word["due"], word["state"]],
         follow, [4, 14, 36, 60, 20, 14, 12]),
    ]  # fmt: skip


def _figure(hundredths: int | None) -> float | None:
    return None if hundredths is None else hundredths / 100


def _amounts(part: Amount, lang: str) -> list[Cell]:
    first: Cell = earned(part, None, lang) if part.earned is None else _figure(part.earned)
    return [_figure(part.points), first, *(_figure(value) for value in (part.se, part.low, part.high, part.declared))]


def _fill(page: Worksheet, head: list[str], rows: list[Sequence[Cell]], widths: list[int], formats: tuple[Format, ...]) -> None:
    bold, figure, text = formats
    for column, (name, width) in enumerate(zip(head, widths, strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, name, bold)
    for number, row in enumerate(rows, start=1):
        page.set_row(number, LINE * max(_lines(value, width) for value, width in zip(row, widths, strict=True)))
        for column, value in enumerate(row):
            _write(page, number, column, value, figure, text)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)


def _lines(value: Cell, width: int) -> int:
    """Lines that a text takes in a column so many characters wide; not every program finds the height of a row by itself."""
    if not isinstance(value, str):
        return 1
    wide = sum(2 if east_asian_width(char) in "WF" else 1 for char in value)
    return min(MOST_LINES, max(1, -(-wide * 11 // (width * 10))))       # a tenth more: words are not broken


def _write(page: Worksheet, row: int, column: int, value: Any, figure: Format, text: Format) -> None:
    if isinstance(value, str):
        page.write_string(row, column, value if len(value) <= LONGEST else f"{value[:LONGEST - 1]}…", text)
    elif isinstance(value, int):
        page.write_number(row, column, value, text)
    elif value is not None:
        page.write_number(row, column, value, figure)
