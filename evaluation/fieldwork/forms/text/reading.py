"""From lines to a draft of an instrument. Nothing in a text is an error: what had to be guessed or left out is a doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import MappingProxyType

from evaluation.fieldwork.forms.drafts import Draft
from evaluation.fieldwork.forms.text.documents import lines_of_file
from evaluation.fieldwork.forms.text.items import items_of
from evaluation.fieldwork.forms.text.lines import Line, joined, tidied
from evaluation.fieldwork.forms.text.notes import Notes
from evaluation.fieldwork.forms.text.numbered import with_numbered_tables
from evaluation.fieldwork.forms.text.numbering import blocks_of
from evaluation.fieldwork.forms.text.questions import question_of
from evaluation.fieldwork.forms.text.routing import route

UNTITLED = "未命名问卷"
OTHER_NUMBER = re.compile(r"[A-Za-z]{1,2}\d{1,3}\s?[.．、:：]")     # S1., a question numbered in another way than the rest
VOLUNTARY = re.compile("自愿|匿名|保密|不记名")


def read_text(file: Path) -> Draft:
    """A draft of the questionnaire in a .txt, .md or .docx file. Raises DataError if it cannot be read."""
    return read_questions(lines_of_file(file), file)


def read_questions(lines: Iterable[Line], file: Path) -> Draft:
    """A draft of the questionnaire in numbered lines, with the doubts about it; no items where no question is found.

    It has no name, method and version. Every line is held against the scope, also where the draft leaves it out.
    """
    tidy = list(tidied(lines))
    notes = Notes(str(file), {"title": {"zh": UNTITLED}, "languages": ["zh"], "choices": {}, "items": []})
    opening, blocks = blocks_of(list(with_numbered_tables(tidy)), notes)
    _open(opening, notes)
    questions = [question_of(block, notes) for block in blocks]
    route(questions, {question.block.number: items_of(question, notes) for question in questions}, notes)
    for kind, found in notes.guessed.items():
        notes.doubt("X64", 0, kind=kind, names=found)
    places = MappingProxyType({path: ("", line) for path, line in notes.lines.items()})
    return Draft(file, notes.data, places, tuple(sorted(notes.doubts)), tuple(("", line, text) for line, text in tidy))


def _open(opening: Sequence[Line], notes: Notes) -> None:
    """Title and consent from what stands before the first question."""
    title = opening[0][1].lstrip("# ").rstrip() if opening else ""
    if title:
        notes.data["title"] = {"zh": title}
        notes.lines["title",] = opening[0][0]
    else:
        notes.doubt("X60", opening[0][0] if opening else 1, title=UNTITLED)
    told = opening[1:]
    end = next((at for at, (_, text) in enumerate(told) if OTHER_NUMBER.match(text)), len(told))
    for line, text in told[end:]:
        notes.doubt("X75", line, text=text[:60])
    said = joined([text for _, text in told[:end]])
    if said and VOLUNTARY.search(said):
        notes.data["consent"] = {"zh": said}
        notes.lines["consent",] = opening[1][0]
    elif said:
        notes.doubt("X61", opening[1][0], text=said[:60])
