"""Cells of the columns that are this toolkit's own: numbers, truth, lists; what is none of these is left out and told."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.names import NAME
from evaluation.fieldwork.forms.xlsform.tables import Row

TRUE = ("yes", "true", "true()", "1")
FALSE = ("", "no", "false", "false()", "0")
NUMBER = re.compile(r"-?\d{1,300}(?:\.\d{1,400})?", re.ASCII)


def number_of(text: str) -> float | int | None:
    """The number that a text is; None if it is none."""
    if not NUMBER.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def number_in(row: Row, column: str, doubts: Doubts, least: float = -math.inf, most: float = math.inf) -> float | int | None:
    """The number of a cell, from `least` to `most`; None if the cell is blank, or is told."""
    text = row.get(column)
    number = number_of(text)
    if text and (number is None or not least <= number <= most):
        _not_taken(row, column, text, doubts)
        return None
    return number


def one_of(row: Row, column: str, known: Sequence[str], doubts: Doubts) -> str | None:
    """The word of a cell, if it is one of those known; None if the cell is blank, or is told."""
    text = row.get(column)
    return text if _holds(text, text in known, row, column, doubts) else None


def name_in(row: Row, column: str, doubts: Doubts) -> str | None:
    """The name of a cell; None if the cell is blank, or is told."""
    text = row.get(column)
    return text if _holds(text, bool(NAME.fullmatch(text)), row, column, doubts) else None


def truth_in(row: Row, column: str, doubts: Doubts) -> bool:
    """Whether a cell says yes; what is neither yes nor no is told, and is no."""
    text = row.get(column).lower().replace(" ", "")
    if text not in TRUE + FALSE:
        _not_taken(row, column, row.get(column), doubts)
    return text in TRUE


def listed(row: Row, column: str) -> list[str] | None:
    """The parts of a cell between ";"; None if there is none."""
    return [part.strip() for part in row.get(column).split(";") if part.strip()] or None


def _holds(text: str, fits: bool, row: Row, column: str, doubts: Doubts) -> bool:
    if text and not fits:
        _not_taken(row, column, text, doubts)
    return fits


def _not_taken(row: Row, column: str, text: str, doubts: Doubts) -> None:
    doubts.tell("X19", row.sheet, row.number, column, text=text)
    doubts.leave_out(row.sheet, row.number, [text])
