"""Who is asked, in words: `${q1} = 'yes'` as "question 1 is “Yes”"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.declare.grammar import COMPARE, MIRRORED, Token, tokens_of
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import label

HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b}
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


class UnsaidError(ValueError):
    """A condition that is not said in words, only shown."""


@dataclass(frozen=True)
class Fact:
    """What is said of one item. op: `is`, `is_not` (values are choices), `blank`, `answered`, or a comparison with a number;
    of_count: the comparison is with how many are ticked.
    """

    item: str
    op: str
    values: tuple[str, ...] = ()
    of_count: bool = False


@dataclass(frozen=True)
class All:
    """Facts that hold together ("and"), or of which one holds ("or")."""

    op: str
    parts: tuple[Condition, ...]


Condition = Fact | All


def condition_of(text: str, instrument: Instrument) -> Condition:
    """A condition as facts about items. Raises UnsaidError for arithmetic and functions other than `selected` and `not`."""
    reader = _Reader(tokens_of(text), {item.id: item for item in instrument.items}, instrument)
    found = reader.joined("or")
    if reader.tokens:
        raise UnsaidError(text)
    return found


class _Reader:
    """Takes tokens from the front."""

    def __init__(self, tokens: Sequence[Token], items: Mapping[str, Item], instrument: Instrument) -> None:
        self.tokens = list(tokens)
        self.items = items
        self.instrument = instrument

    def take(self, *wanted: str) -> Token:
        token = self.tokens.pop(0) if self.tokens else Token("", "")
        if wanted and (token.value not in wanted or token.kind == "text"):
            raise UnsaidError(token.value)
        return token

    def comes(self, *wanted: str) -> bool:
        return bool(self.tokens) and self.tokens[0].value in wanted and self.tokens[0].kind != "text"

    def joined(self, op: str) -> Condition:
        parts = [self.joined("and") if op == "or" else self.atom()]
        while self.comes(op):
            self.take(op)
            parts.append(self.joined("and") if op == "or" else self.atom())
        return _merged(parts) if op == "or" else parts[0] if len(parts) == 1 else All(op, tuple(parts))

    def atom(self) -> Condition:
        if self.comes("("):
            self.take("(")
            found = self.joined("or")
            self.take(")")
            return found
        if self.comes("not"):
            self.take("not")
            self.take("(")
            found = self.joined("or")
            self.take(")")
            opposite = {"is": "is_not", "is_not": "is", "blank": "answered", "answered": "blank"}
            if isinstance(found, All) or found.op not in opposite:
                raise UnsaidError("not")
            return Fact(found.item, opposite[found.op], found.values)
        if self.comes("selected"):
            self.take("selected")
            self.take("(")
            asked = self.take()
            self.take(",")
            value = self.take()
            self.take(")")
            return self.fact(asked, "=", value, 1)
        if self.comes("count-selected"):
            self.take("count-selected")
            self.take("(")
            asked = self.take()
            self.take(")")
            op, value = self.take(*COMPARE).value, self.take()
            if asked.kind != "item" or value.kind != "number":
                raise UnsaidError("count-selected")
            return Fact(asked.value, op, (value.value,), of_count=True)
        return self.comparison()

    def comparison(self) -> Condition:
        left, sign = self.operand()
        op = self.take(*COMPARE).value
        right, after = self.operand()
        for asked, value in ((left, right), (right, left)):
            if asked.kind == "item" and self.items[asked.value].kind == "select_multiple" and value.value not in ("''", '""'):
                raise UnsaidError(str(asked))                # = looks at all that is ticked together
        return self.fact(left, op, right, after) if left.kind == "item" else self.fact(right, MIRRORED[op], left, sign)

    def operand(self) -> tuple[Token, int]:
        sign = -1 if self.comes("-") else 1
        if sign < 0:
            self.take("-")
        return self.take(), sign

    def fact(self, asked: Token, op: str, value: Token, sign: int) -> Fact:
        if asked.kind != "item" or not value.is_literal:
            raise UnsaidError(str(asked))
        item = self.items[asked.value]
        text = value.value[1:-1] if value.kind == "text" else value.value
        choices = [choice.value for choice in self.instrument.item_choices(item)]
        if value.kind == "text" and op in ("=", "!="):
            if text == "":
                return Fact(item.id, "blank" if op == "=" else "answered")
            if text not in choices and choices:
                raise UnsaidError(text)
            return Fact(item.id, "is" if op == "=" else "is_not", (text,))
        if value.kind != "number":
            raise UnsaidError(text)
        number = f"-{text}" if sign < 0 else text
        if not choices:
            return Fact(item.id, op, (number,))
        held = tuple(one for one in choices if NUMBER.fullmatch(one) and HOLDS[op](float(one), float(number)))
        if not held or op == "!=" or item.kind != "select_one":
            raise UnsaidError(number)
        return Fact(item.id, "is", held)


def _merged(parts: list[Condition]) -> Condition:
    """`or` over answers to one question is one fact with several values."""
    found: list[Condition] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Fact) and isinstance(last, Fact) and part.op == last.op == "is" and part.item == last.item:
            found[-1] = Fact(part.item, "is", tuple(dict.fromkeys((*last.values, *part.values))))
        else:
            found.append(part)
    return found[0] if len(found) == 1 else All("or", tuple(found))


def said(condition: Condition, instrument: Instrument, word: Mapping[str, str], question: Callable[[str], str],
         lang: str) -> str:
    """A condition in words. question: how an item is called."""
    if isinstance(condition, All):
        parts = [said(part, instrument, word, question, lang) for part in condition.parts]
        parts = [word["group"].format(condition=text) if isinstance(part, All) else text
                 for part, text in zip(condition.parts, parts, strict=True)]
        return word[condition.op].join(parts)
    item = next(one for one in instrument.items if one.id == condition.item)
    named = {choice.value: label(choice.label, lang) for choice in instrument.item_choices(item)}
    if condition.op in ("is", "is_not"):
        op = {"is": "has", "is_not": "has_not"}[condition.op] if item.kind == "select_multiple" else condition.op
        values = word["or_values"].join(word["value"].format(value=named.get(one, one)) for one in condition.values)
        return word[op].format(question=question(item.id), values=values)
    called = question(item.id)
    called = word["count"].format(question=called) if condition.of_count else called
    return word[condition.op].format(question=called, value="".join(condition.values))
