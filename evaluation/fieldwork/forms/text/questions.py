"""What the lines of one question turn out to be: its text, its kind, conditions, and choices, a row of numbers or a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from evaluation.fieldwork.forms.text.conditions import Condition, without_conditions
from evaluation.fieldwork.forms.text.kinds import Kind
from evaluation.fieldwork.forms.text.lines import Line
from evaluation.fieldwork.forms.text.notes import Notes
from evaluation.fieldwork.forms.text.numbering import Block
from evaluation.fieldwork.forms.text.options import Options
from evaluation.fieldwork.forms.text.scales import AnswerList
from evaluation.fieldwork.forms.text.tables import Table, number_row, row_label

ALL_TEXT = ("text", "note", "slider", "left out")        # kinds that have no choices: every line is the question's text
CHOSEN = ("select_one", "select_multiple", "scale")


@dataclass
class Question:
    """A question as it is read. after_tag: lines below the tag, which are choices if nothing marks any others as such."""

    block: Block
    kind: Kind
    stem: list[str] = field(default_factory=list)
    after_tag: list[Line] = field(default_factory=list)
    options: Options = field(default_factory=Options)
    table: Table = field(default_factory=Table)
    numbers: AnswerList | None = None
    conditions: list[Condition] = field(default_factory=list)

    @property
    def in_stem(self) -> bool:
        """Whether neither choices nor a table have begun."""
        return not (self.options.found or self.table.columns or self.table.rows or self.numbers)


def question_of(block: Block, notes: Notes) -> Question:
    """Read the lines of a question."""
    question = Question(block, Kind(required=block.required))
    has_table = any(row_label(text) for _, text in block.lines[1:])
    for at, (line, told) in enumerate(block.lines):
        text, conditions = without_conditions(line, told)
        question.conditions += conditions
        had_kind = bool(question.kind.name)
        if question.in_stem:
            text = question.kind.take(text)
        if text and not _take(question, line, text, below=at > 0, in_table=has_table, had_kind=had_kind):
            notes.doubt("X75", line, block.id, text=told[:60])
    if len(question.after_tag) > 1 and question.in_stem and question.kind.name in CHOSEN:
        notes.doubt("X79", question.after_tag[0][0], block.id, first=question.after_tag[0][1][:60])
        question.options.add_lines(question.after_tag)
    else:
        question.stem += [text for _, text in question.after_tag]
    for code, line, text in question.options.doubts:
        notes.doubt(code, line, block.id, text=text)
    return question


def _take(question: Question, line: int, text: str, *, below: bool, in_table: bool, had_kind: bool) -> bool:
    """Put a line where it belongs; False if it belongs nowhere. below: it is not the first line of its question."""
    kind, in_stem = question.kind.name, question.in_stem
    if kind in ALL_TEXT:
        question.stem.append(text)
    elif below and (in_table or kind.startswith("matrix")):
        if not question.table.take(line, text, headless=kind == "matrix text"):
            question.stem.append(text)
    elif below and in_stem and (numbers := number_row(text, kind == "scale")):
        question.numbers = numbers
    elif (before := question.options.take(line, text, coded=kind in CHOSEN)) is not None:
        if before:
            question.stem += [*(above for _, above in question.after_tag), before]
            question.after_tag = []
    elif in_stem and had_kind:
        question.after_tag.append((line, text))
    elif in_stem:
        question.stem.append(text)
    else:
        return question.options.take_jump(text)
    return True
