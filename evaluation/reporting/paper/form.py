"""A paper form as plain values: what stands on it, in one language, for a page and a document alike. No scores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from ruamel.yaml import YAML

from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import RESPONDENT_METHODS, label
from evaluation.reporting.paper.routing import UnsaidError, condition_of, said

WORDS = Path(__file__).with_name("words.yaml")
REFERENCE = re.compile(r"\$\{\s*([A-Za-z0-9_.-]+)\s*\}")
KINDS = {"select_one": "one", "select_multiple": "many", "integer": "number", "decimal": "number"}
WHOLE = re.compile(r"-?[0-9]+")


@dataclass(frozen=True)
class Question:
    """One question. kind: one, many, number, text or note, which has no number. note: what helps to answer; apart: the choices
    that say why there is no answer.
    """

    number: int
    id: str
    kind: str
    text: str
    note: str
    choices: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    space: str = ""


@dataclass(frozen=True)
class Block:
    """Questions in a row that the same people are asked. grid: they share their choices, which head the columns."""

    instruction: str
    questions: tuple[Question, ...]
    grid: bool = False


@dataclass(frozen=True)
class PaperForm:
    """What stands on the form. about: version, minutes; fields: what is written at its head; words: of its language."""

    lang: str
    title: str
    about: tuple[str, ...]
    fields: tuple[str, ...]
    before: str
    consent: str
    heading: str
    legend: str
    blocks: tuple[Block, ...]
    words: Mapping[str, str]


@cache
def _words() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(WORDS.read_text(encoding="utf-8"))
    return loaded


def paper_form(instrument: Instrument, lang: str) -> PaperForm:
    """An instrument on paper. What is calculated is left out unless something on paper needs it: then a note says how to work
    it out. A language that the toolkit has no words in gets English ones.
    """
    word = _words().get(lang, _words()["en"])
    rated = instrument.method not in RESPONDENT_METHODS
    fields = [word["community"], word["date"], word["form_number"], word["rater" if rated else "interviewer"]]
    if instrument.method in ("meeting", "activity"):
        fields.insert(1, word[instrument.method])
    about = [word["version"].format(version=instrument.version)]
    if instrument.minutes is not None:
        about.append(word["minutes"].format(minutes=f"{instrument.minutes:g}"))
    blocks = _Layout(instrument, lang, word).blocks(rated)
    kinds = {question.kind for block in blocks if not block.grid for question in block.questions}
    return PaperForm(
        lang, label(instrument.title, lang), tuple(about), tuple(fields),
        word["read_first" if instrument.method == "questionnaire" else "read_out"],
        "" if instrument.consent is None else label(instrument.consent, lang), word["ratings" if rated else "questions"],
        word["choose"] if "many" in kinds else "", blocks, word)


class _Layout:
    """Questions numbered, in blocks."""

    def __init__(self, instrument: Instrument, lang: str, word: Mapping[str, str]) -> None:
        self.instrument, self.lang, self.word = instrument, lang, word
        answered = [item.id for item in instrument.items if item.is_answered]
        self.numbers = {name: number for number, name in enumerate(answered, start=1)}
        self.labels = {item.id: label(item.label, lang) for item in instrument.items}

    def blocks(self, rated: bool) -> tuple[Block, ...]:
        needed = self.needed()
        shown = [item for item in self.instrument.items if item.kind != "calculate" or item.id in needed]
        found = []
        for (relevant, listed), group in groupby(shown, lambda item: (item.relevant, self.grid_of(item) if rated else None)):
            items = list(group)
            questions = tuple(self.question(item, in_grid=listed is not None) for item in items)
            found.append(Block(self.instruction(relevant, questions) if relevant else "", questions, listed is not None))
        return tuple(found)

    def needed(self) -> set[str]:
        """What the items on paper refer to, in conditions and labels, and what that is worked out of."""
        found: set[str] = set()
        for item in reversed(self.instrument.items):
            if item.kind != "calculate" or item.id in found:
                texts = (item.relevant, item.calculation, label(item.label, self.lang))
                found.update(*(REFERENCE.findall(text) for text in texts if text))
        return found

    def grid_of(self, item: Item) -> str | None:
        return item.choice_list if item.kind == "select_one" else None

    def called(self, name: str) -> str:
        if name in self.numbers:
            return self.word["question"].format(number=self.numbers[name])
        return self.word["unnumbered"].format(label=self.labels.get(name, name))

    def instruction(self, relevant: str, questions: tuple[Question, ...]) -> str:
        try:
            condition = said(condition_of(relevant, self.instrument), self.instrument, self.word, self.called, self.lang)
            name = "if"
        except UnsaidError:
            condition, name = self.shown(relevant), "fallback"
        numbers = [question.number for question in questions if question.number]
        count = ("note", "one", "block")[min(len(numbers), 2)]
        first, last = min(numbers, default=0), max(numbers, default=0)
        return self.word[f"{count}_{name}"].format(first=first, last=last, condition=condition)

    def shown(self, expression: str) -> str:
        """An expression as it stands, its items called by their numbers."""
        return REFERENCE.sub(lambda found: self.called(found.group(1)), expression)

    def text(self, labels: Mapping[str, str] | None) -> str:
        """A label; an answer that it would show is spoken of."""
        def spoken(found: re.Match[str]) -> str:
            if found.group(1) not in self.labels:
                return found.group()
            return self.word["answer_to"].format(question=self.called(found.group(1)))
        return "" if labels is None else REFERENCE.sub(spoken, label(labels, self.lang))

    def question(self, item: Item, in_grid: bool) -> Question:
        if item.calculation is not None:
            told = self.word["work_out"].format(label=self.labels[item.id], calculation=self.shown(item.calculation))
            return Question(0, item.id, "note", told, "")
        kind = KINDS.get(item.kind, item.kind)
        choices = self.instrument.item_choices(item)
        coded = in_grid and all(WHOLE.fullmatch(choice.value) for choice in choices if choice.status is None)
        named = [(choice, f"{choice.value}\n{self.text(choice.label)}" if coded and choice.status is None
                  else self.text(choice.label)) for choice in choices]
        notes = [self.text(item.hint), self.text(item.constraint_message) if item.constraint else "",
                 self.word["tick_many"] if kind == "many" else ""]
        space = ""
        if kind == "number":
            space = self.word["number"] if item.range is None else self.word["range"].format(
                low=f"{item.range.low:g}", high=f"{item.range.high:g}")
        return Question(self.numbers.get(item.id, 0), item.id, kind, self.text(item.label), "\n".join(filter(None, notes)),
                        tuple(text for choice, text in named if choice.status is None),
                        tuple(text for choice, text in named if choice.status is not None), space)
