"""Tables (矩阵题) and rows of numbers (量表): a head, and a row for each thing that is asked about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from evaluation.fieldwork.forms.text.lines import Line
from evaluation.fieldwork.forms.text.options import marked
from evaluation.fieldwork.forms.text.scales import AnswerList, number_list

BULLET = re.compile(r"[○●□◯☐◎◇☆★]|\[ ?\]")
ROW_MARK = re.compile(r"[（(]?\d{1,2}[）).、．]\s?")
TICKED = re.compile(r"[\s○●□◯☐◎◇]*|\[ ?\]|\d{1,2}")     # a cell to tick, or with the number to circle
MOST_POINTS = 101


@dataclass
class Table:
    """What is known of a table. circles: how many there are in its rows."""

    columns: list[Line] = field(default_factory=list)
    rows: list[Line] = field(default_factory=list)
    circles: set[int] = field(default_factory=set)

    def take(self, line: int, text: str, headless: bool = False) -> bool:
        """Take a line as head or row; False if it is neither yet. headless: rows need no head, they are written into."""
        text = text.replace("_", " ").strip()
        piped = cells_of(text) if "|" in text else []
        if not self.columns and not self.rows and not row_label(text):
            inside = [label for _, _, label in marked(text)]
            cells = piped[1:] or (inside if len(inside) > 1 else BULLET.split(text) if BULLET.search(text) else
                                  text.split("\t") if "\t" in text else text.split())
            cells = [cell.strip() for cell in cells if cell.strip()]
            if len(cells) > 1:
                self.columns = [(line, cell) for cell in cells]
            elif headless and cells:
                self.rows.append((line, cells[0]))
            return len(cells) > 1 or headless
        label = piped[0] if piped else re.split(BULLET if BULLET.search(text) else r"\t|\s\s", text, maxsplit=1)[0]
        label = (ROW_MARK.sub("", label.strip(), count=1) or label).strip()
        if label:
            self.rows.append((line, label))
            self.circles.add(len(BULLET.findall(text)))
        return True

    def heads(self) -> list[Line]:
        """The columns, without the head of the rows' labels."""
        return self.columns[1:] if self.circles == {len(self.columns) - 1} else self.columns


def cells_of(text: str) -> list[str]:
    """The cells of a line that has `|` between them."""
    return [cell.strip() for cell in text.removeprefix("|").removesuffix("|").split("|")]


def row_label(text: str) -> str:
    """The label of a table's row: text, then cells to tick and nothing else; blank for any other line."""
    if "|" in text:
        label, *cells = cells_of(text)
        return label if len(cells) > 1 and all(TICKED.fullmatch(cell) for cell in cells) and not TICKED.fullmatch(label) else ""
    first = BULLET.search(text)
    if not first or len(BULLET.findall(text)) < 2 or BULLET.sub("", text[first.start():]).strip(" \t"):
        return ""
    return "" if re.search("[☆★]", text) else text[:first.start()].strip(" \t")


def number_row(text: str, is_scale: bool) -> AnswerList | None:
    """Choices from a line such as `非常不满意 ○1 ○2 ○3 非常满意`; none if it is no such line."""
    if not is_scale and not BULLET.search(text):
        return None
    words = [word for word in re.findall(r"\d+|[^\d\s*|]+", BULLET.sub(" ", text)) if word != "分"]
    places = [at for at, word in enumerate(words) if word.isdecimal()]
    if not 3 <= len(places) <= MOST_POINTS or places[-1] - places[0] != len(places) - 1:
        return None
    if any(len(words[at]) > 3 for at in places):
        return None
    numbers = [int(words[at]) for at in places]
    if {b - a for a, b in pairwise(numbers)} not in ({1}, {-1}):
        return None
    found = number_list(numbers, "".join(words[:places[0]]), "".join(words[places[-1] + 1:]))
    return found if is_scale or found.kind == "scale" else None
