"""Tables with a column of numbers (序号): taken off below a question; else each row is a question of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from string import ascii_uppercase

from evaluation.fieldwork.forms.text.lines import Line
from evaluation.fieldwork.forms.text.numbering import QUESTION
from evaluation.fieldwork.forms.text.tables import TICKED, cells_of

NUMBER = re.compile(r"\d{1,3}[.．、]?")
LEAST = 3                 # cells of a row: its number, its text, one to tick


def without_number(cells: Sequence[str]) -> Sequence[str]:
    """The cells of a row to tick without the number before its text; all of them if there is no such number."""
    is_row = len(cells) > LEAST and NUMBER.fullmatch(cells[0]) and not TICKED.fullmatch(cells[1]) \
        and all(map(TICKED.fullmatch, cells[2:]))
    return cells[1:] if is_row else cells


def with_numbered_tables(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines, with tables that have a column of numbers as tables without, or as questions if none stands before them."""
    asked = False
    for is_table, group in groupby(lines, lambda line: line[1].startswith("|")):
        part = list(group)
        rows = [(line, cells_of(text)) for line, text in part]
        bare = [without_number(cells) for _, cells in rows]
        head = rows[0][1]
        fits = len(rows) > 1 and len(head) - 2 <= len(ascii_uppercase)
        if not is_table or not fits or any(len(cells) != len(head) - 1 for cells in bare[1:]):
            yield from part
        elif asked and _number(rows[1][1]) == 1:
            for (line, _), cells in zip(rows, [head[1:], *bare[1:]], strict=True):
                yield line, f"| {' | '.join(cells)} |"
        else:
            for line, cells in rows[1:]:
                yield line, f"{_number(cells)}、{cells[1]} [单选题]"
                yield from ((line, f"{letter}. {choice}") for letter, choice in zip(ascii_uppercase, head[2:], strict=False))
        asked = asked or any(QUESTION.match(text) for _, text in part)


def _number(cells: Sequence[str]) -> int:
    return int(cells[0].rstrip(".．、"))
