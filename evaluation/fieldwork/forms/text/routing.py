"""Who is asked: conditions that stand at a question, and jumps that stand at a choice, as `relevant`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.fieldwork.forms.text.conditions import LEFT
from evaluation.fieldwork.forms.text.notes import Notes
from evaluation.fieldwork.forms.text.numbering import PART
from evaluation.fieldwork.forms.text.options import JUMPS, TO_THE_END
from evaluation.fieldwork.forms.text.questions import Question

MOST = 20                 # jumps that pass over one question, and choices that its own conditions name: longer is not read
def route(questions: Sequence[Question], made: Mapping[float, Sequence[dict[str, Any]]], notes: Notes) -> None:
    """Say of each item when it is asked: its own conditions, and the jumps that pass over it. made: the items by number."""
    passing: list[tuple[float, str]] = []                # where a jump goes to, and the condition under which nobody jumps
    for question in questions:
        number, id_ = question.block.number, question.block.id
        passing = [(target, text) for target, text in passing if target > number]
        own = _own(question, notes)
        conditions = own + [text for _, text in passing if not any(_implies(condition, text) for condition in own)]
        for item in made[number] if conditions else ():
            item["relevant"] = " and ".join(dict.fromkeys(conditions))
        if left := next((text for text in question.stem if JUMPS.search(text)), None):
            notes.doubt("X71", question.block.line, id_, text=left[:60])
        if left := next((text for text in question.stem if LEFT.search(text)), None):
            notes.doubt("X72", question.block.line, id_, text=left[:60])
        base = number // PART * PART
        for at, option in enumerate(question.options.found):
            target = None if option.goes_to is None else option.goes_to + base
            known = target is not None and (target == TO_THE_END or (target > number and target in made))
            if target is not None and known and number in notes.asked and len(passing) < MOST:
                passing.append((target, notes.asked[number].holds(at, negated=True)))
            elif target is not None or JUMPS.search(option.label):
                notes.doubt("X71", option.line, id_, text=option.label)


def _implies(condition: str, other: str) -> bool:
    """Whether `${q02} = 'yes'` says all that `${q02} != 'no'` says."""
    item, equals, _ = condition.partition(" = ")
    return bool(equals) and other.startswith(f"{item} != ") and other != condition.replace(" = ", " != ", 1)


def _own(question: Question, notes: Notes) -> list[str]:
    """The conditions that stand at a question itself."""
    texts: list[str] = []
    named = 0
    base = question.block.number // PART * PART
    for condition in question.conditions:
        asked = notes.asked.get(condition.number + base)
        places = list(dict.fromkeys(condition.places))
        if asked is None or condition.number + base >= question.block.number \
                or named + len(places) > MOST or not all(0 < place <= len(asked.values) for place in places):
            notes.doubt("X72", condition.line, question.block.id, text=condition.text[:60])
        else:
            named += len(places)
            chosen = [asked.holds(place - 1) for place in places]
            texts.append(chosen[0] if len(chosen) == 1 else f"({' or '.join(chosen)})")
    return texts
