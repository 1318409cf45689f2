"""Texts of a form in each of its languages: columns with a suffix, and the words that the instrument does not have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import label
from evaluation.fieldwork.forms.export.expressions import lone_values, plain_number
from evaluation.fieldwork.forms.names import form_text
from evaluation.fieldwork.forms.sheets import LANGUAGE_NAMES

WORDS = Path(__file__).with_name("words.yaml")
Row = dict[str, str]


@cache
def _words() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(WORDS.read_text(encoding="utf-8"))
    return loaded


def word(name: str, lang: str) -> str:
    """A word of the form in one language; English where it is not in that language."""
    found = _words()
    return found.get(lang, found["en"])[name]


def in_any_language(*names: str) -> frozenset[str]:
    """What the form may say for any of these, in every language that it knows."""
    return frozenset(words[name] for words in _words().values() for name in names)


def language_name(lang: str) -> str:
    """How a form calls a language: `English (en)`."""
    return LANGUAGE_NAMES.get(lang, f"{lang} ({lang})")


def each_language(column: str, languages: tuple[str, ...], text: Callable[[str], str]) -> Row:
    """A column once for each language, `column::English (en)`."""
    return {f"{column}::{language_name(lang)}": text(lang) for lang in languages}


def labels(column: str, given: Mapping[str, str] | None, languages: tuple[str, ...], names: Mapping[str, str]) -> Row:
    """Labels in every language, as a form shows them; none where there are none."""
    if given is None:
        return {}
    return each_language(column, languages, lambda lang: form_text(label(given, lang), names))


def constraint_message(instrument: Instrument, item: Item, names: Mapping[str, str], lang: str) -> str:
    """What a form says of an answer that it does not allow: the item's own message, the range, what stands alone."""
    parts = [label(item.constraint_message, lang)] if item.constraint_message is not None else []
    if item.range is not None:
        parts.append(word("range", lang).format(low=plain_number(item.range.low), high=plain_number(item.range.high)))
    if alone := lone_values(instrument, item):
        told = [label(choice.label, lang) for choice in instrument.item_choices(item) if choice.value in alone]
        parts.append(word("alone", lang).format(labels=word("between", lang).join(told)))
    return form_text(("；" if lang == "zh" else "; ").join(parts), names)
