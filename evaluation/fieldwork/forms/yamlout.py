"""An instrument's data as YAML in the house style, read back by declare/ as the same data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from evaluation.core.errors import Problem
from evaluation.core.yamlfile import Path_
from evaluation.declare.model import ANY_LANGUAGE
from evaluation.fieldwork.forms.drafts import NOWHERE, Place

HEAD = ("instrument", "method", "version", "title", "languages", "topics", "minutes", "consent")
CHOICE = ("value", "score", "status", "label", "aliases")
ITEM = ("id", "type", "indicator", "reverse", "weight", "range", "label", "hint", "relevant", "constraint",
        "constraint_message", "calculation", "required", "topics")
IN_LINES = ("consent", "label", "hint", "constraint_message")          # labels that have a line for each language
#: what needs no quotes: begins with a letter or digit of any script, and has no mark that means something to YAML
PLAIN = re.compile(r"[\w“‘《「（【](?:[\w \u3000./()?!+;=~'^$<-]|[“”‘’《》「」（）【】，。、；：？！…—·～])*")
#: what this toolkit or an older reader of YAML takes for a number, a truth, a date or nothing
READ_OTHERWISE = re.compile(r"[\d.][\d.:_eExXa-fA-F+-]*|yes|no|on|off|y|n|true|false|null", re.IGNORECASE)
WHOLE = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)
ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def instrument_yaml(data: Mapping[str, Any], doubts: Iterable[Problem] = (), places: Mapping[Path_, Place] = NOWHERE) -> str:
    """The text of an instrument's file.

    data: as YAML would be read, or `Instrument.model_dump(exclude_defaults=True)`; fields that are None are left out.
    doubts: comments. One whose path is an item's id, or whose line is the item's in places, stands at that item; the others
    at the top.
    """
    ids = {item["id"] for item in data["items"]}
    at = {places["items", index]: item["id"] for index, item in enumerate(data["items"]) if ("items", index) in places}
    beside: dict[str, list[str]] = {}
    for doubt in dict.fromkeys(doubts):
        sheet = doubt.file[doubt.file.rfind("[") + 1:-1] if doubt.file.endswith("]") else ""
        known = (name for name in (doubt.path, f"{doubt.path}_1", at.get((sheet, doubt.line))) if name in ids)
        beside.setdefault(next(known, None) or "", []).append(_comment(doubt))
    return "\n".join([*_lines(data, beside), ""])


def _lines(data: Mapping[str, Any], beside: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield from beside.get("", ())
    for key in HEAD:
        yield from _field(key, data.get(key), "")
    if data.get("choices"):
        yield from ("", "choices:")
    for name, choices in (data.get("choices") or {}).items():
        yield f"  {_text(name)}:"
        yield from (f"      - {_flow({key: choice.get(key) for key in CHOICE})}" for choice in choices)
    yield from ("", "items:")
    for item in data["items"]:
        yield from (f"  {line}" for line in beside.get(item["id"], ()))
        first, *rest = [line for key in ITEM for line in _field(key, item.get(key), "    ")]
        yield from (f"  - {first.lstrip()}", *rest)


def _field(key: str, value: Any, indent: str) -> Iterator[str]:
    """The lines of one field; none for what is not stated."""
    if value is None:
        return
    if key in IN_LINES and isinstance(value, Mapping) and set(value) != {ANY_LANGUAGE}:
        yield f"{indent}{key}:"
        yield from (f"{indent}  {_text(lang)}: {_text(text)}" for lang, text in value.items())
    elif key in ("relevant", "constraint", "calculation"):
        yield f"{indent}{key}: {_quoted(str(value))}"
    else:
        yield f"{indent}{key}: {_flow(value)}"


def _flow(value: Any, key: str = "") -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        if set(value) == {ANY_LANGUAGE}:
            return _text(value[ANY_LANGUAGE])
        return "{" + ", ".join(f"{_text(name)}: {_flow(one, name)}" for name, one in value.items() if one is not None) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) else _number(value)
    return value if key == "value" and WHOLE.fullmatch(value) else _text(value)


def _number(value: float) -> str:
    """A number as it reads back; one that Python writes with an exponent is written out."""
    text = repr(value)
    return text if "e" not in text else f'"{Decimal(text):f}"'


def _text(text: str) -> str:
    """Text, in quotes where it would be read as something else."""
    plain = PLAIN.fullmatch(text) and not text.endswith(" ") and not READ_OTHERWISE.fullmatch(text)
    return text if plain and all(map(_shown, text)) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + "".join(ESCAPES.get(char) or (char if _shown(char) else _escaped(char)) for char in text) + '"'


def _shown(char: str) -> bool:
    return char.isprintable() or char == "\u3000"


def _escaped(char: str) -> str:
    return f"\\U{ord(char):08X}" if ord(char) > 0xFFFF else f"\\u{ord(char):04X}"


def _comment(doubt: Problem) -> str:
    """A doubt in one line."""
    return "# " + " ".join("".join(char if _shown(char) else " " for char in doubt.text()).split())
