"""What stands in the cells of an item, turned into the codes of its list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from evaluation.core.csvfile import plain
from evaluation.core.csvout import guarded
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.mapping import ANYTHING
from evaluation.declare.mapping import Mapping as MappingFile
from evaluation.declare.scope import NOT_WORD, any_term, offending
from evaluation.fieldwork.answers import code_for, code_of, folded_choice, is_other
from evaluation.fieldwork.followup import REACHED
from evaluation.fieldwork.imports.dialects import PLAIN, Dialect
from evaluation.fieldwork.imports.spss import said

UNTICKED = frozenset({"", "0", "n", "no", "false", "unchecked", "not selected", "not quoted", "否", "n/a"})
CUT = "[…]"                      # what an answer in free text has in place of a number or an address
COMMA = re.compile(r"^([+-]?\d+),(\d{1,2}|\d{4,}|(?<=^0,)\d{3})$")      # 0,5 is a half; of 1,234 nobody knows what it is
PARTS = (";", "；", "|", "\n", "、", "，", ",")
MOST_WORDS = 200
Read = Callable[[str], str | None]


def reader_of(item: Item, instrument: Instrument, mapping: MappingFile | None, blank: Collection[str],
              dialect: Dialect = PLAIN) -> Read:
    """How a cell of an item is read: to its code, to "" where it says nothing, to None where it is no answer to the item."""
    known = code_of(item, instrument)
    others = [choice.value for choice in instrument.item_choices(item) if is_other(choice)] if dialect.other else []
    known |= {dialect.other: others[0]} if len(others) == 1 else {}
    known |= {word: ours for word, ours in dialect.words.items() if ours in known.values() and word not in known}
    words = {} if mapping is None else mapping.values.get(item.id, {})
    return partial(_read, item=item, known=known, words={folded_choice(word): ours for word, ours in words.items()},
                   values=frozenset(known.values()), blank=frozenset(folded_choice(word) for word in blank))


def _read(cell: str, item: Item, known: Mapping[str, str], words: Mapping[str, str], values: Collection[str],
          blank: Collection[str]) -> str | None:
    value, label, lacking = said(cell)
    value, folded = plain(value), folded_choice(value)
    if folded == "" or folded in blank or (label and folded_choice(label) in blank):
        return ""
    if item.kind == "text":
        return label or value
    for text in (label, value):
        if folded_choice(text) in words:
            return code_for(words[folded_choice(text)], item, known)
    made = code_for(plain(label), item, known) if label and item.kind == "select_one" else None
    if made is None and not lacking:
        made = _several(value, {**known, **words}, values) if item.kind == "select_multiple" \
            else code_for(COMMA.sub(r"\1.\2", value) if item.kind in ("integer", "decimal") else value, item, known)
    return "" if made is None and lacking else made


def free_texts(values: Sequence[str]) -> tuple[list[str], list[bool]]:
    """Answers in the respondent's words: without numbers and addresses by which somebody can be reached; blank where they speak
    of what lies outside the scope. And whether anything was left out of each.
    """
    spoken = [" ".join(NOT_WORD.sub(" ", unicodedata.normalize("NFKC", value)).casefold().split()) for value in values]
    perhaps = pc.match_substring_regex(pa.array(spoken, type=pa.string()), any_term()).to_pylist()
    made = ["" if near and offending(value) else REACHED.sub(CUT, value) for value, near in zip(values, perhaps, strict=True)]
    return [str(guarded(text)) for text in made], [text != value for text, value in zip(made, values, strict=True)]


def _several(value: str, known: Mapping[str, str], values: Collection[str]) -> str | None:
    """Codes of several choices in one cell, in order; None where they cannot be told apart."""
    words = value.split()
    if all(word in values for word in words):
        return _ordered(words)
    for mark in PARTS:
        parts = [folded_choice(part) for part in value.split(mark) if part.strip()]
        if mark in value and all(part in known for part in parts):
            return _ordered(known[part] for part in parts)
    return _parted(words, known) if len(words) <= MOST_WORDS else known.get(folded_choice(value))


def _ordered(codes: Iterable[str]) -> str:
    return " ".join(sorted(set(codes)))


def _parted(words: list[str], known: Mapping[str, str]) -> str | None:
    """Labels of several words one behind another, if there is one way to read them as choices."""
    longest = max((len(name.split()) for name in known), default=0)
    ways: list[set[frozenset[str]]] = [{frozenset()}]
    for end in range(1, len(words) + 1):
        here: set[frozenset[str]] = set()
        for start in range(max(0, end - longest), end):
            code = known.get(folded_choice(" ".join(words[start:end])))
            if code is not None:
                here |= {way | {code} for way in ways[start]}
        ways.append(set(sorted(here, key=sorted)[:2]))      # two are enough to know that there is not one
    return _ordered(next(iter(ways[-1]))) if len(ways[-1]) == 1 else None


def tick_of(cell: str, ticked: Collection[str]) -> bool | None:
    """Whether a cell says that its choice was taken; None where it says neither."""
    value, label, _ = said(cell)
    forms = {folded_choice(value), folded_choice(label) if label else folded_choice(value)}
    if not forms.isdisjoint(ticked):
        return True
    if not forms.isdisjoint(UNTICKED):
        return False
    return True if ANYTHING in ticked else None


def ticks_of(mapping: MappingFile | None) -> frozenset[str]:
    """What counts as a tick, with case and width aside."""
    words = MappingFile.model_fields["ticked"].default if mapping is None else mapping.ticked
    return frozenset(folded_choice(word) for word in words)
