"""The XLSForm as a workbook: text whatever it looks like, the header in sight, the same bytes for the same instrument."""

from __future__ import annotations

import io
from datetime import datetime

import xlsxwriter

from evaluation.fieldwork.forms.export.rows import Sheets

MADE = datetime(2000, 1, 1)      # a fixed time, for equal bytes
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDTHS = {"type": 24, "name": 16, "label": 48, "hint": 36, "relevant": 28, "constraint": 28, "constraint_message": 36,
          "calculation": 28, "list_name": 16, "form_title": 36, "instrument_title": 28}
WIDTH = 14


def workbook(sheets: Sheets) -> bytes:
    """The bytes of the .xlsx: sheets survey, choices and settings. Every cell is text, so that 012 stays 012."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": sheets.settings[0]["form_title"], "created": MADE})
        head = book.add_format({"bold": True, "font_color": "#1b4f72", "bottom": 1, "num_format": "@", "valign": "top"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        for name in ("survey", "choices", "settings"):
            page = book.add_worksheet(name)
            columns = sheets.columns(name)
            for column, title in enumerate(columns):
                wide = max(WIDTHS.get(title.partition("::")[0], WIDTH), len(title) + 2 if "::" not in title else WIDTH)
                page.set_column(column, column, wide, text)
                page.write_string(0, column, title, head)
            for number, row in enumerate(getattr(sheets, name), start=1):
                for column, title in enumerate(columns):
                    if row.get(title):
                        page.write_string(number, column, row[title], text)
            page.freeze_panes(1, 2 if name == "survey" else 0)
    return stream.getvalue()
