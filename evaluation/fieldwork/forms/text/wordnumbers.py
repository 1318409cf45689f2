"""Numbers that Word shows before paragraphs and does not keep in their text: decimal numbers, letters, Chinese numerals."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from docx.oxml.ns import qn

DIGITS = "零一二三四五六七八九"
LEVEL = re.compile(r"%(\d)")


def chinese(number: int) -> str:
    """三 for 3, 二十一 for 21; beyond 99 in plain digits."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return ("" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十") + (DIGITS[ones] if ones else "")


def letters(number: int) -> str:
    """A for 1, Z for 26; beyond in plain digits."""
    return chr(ord("A") + number - 1) if 0 < number <= 26 else str(number)


FORMATS: MappingProxyType[str, Callable[[int], str]] = MappingProxyType({
    "decimal": str, "decimalFullWidth": str, "decimalZero": str, "upperLetter": letters, "lowerLetter": letters,
    "chineseCounting": chinese, "chineseCountingThousand": chinese, "japaneseCounting": chinese, "ideographDigital": chinese,
    "decimalEnclosedCircle": lambda number: chr(ord("①") + number - 1) if 0 < number <= 20 else str(number),
})  # fmt: skip


class WordNumbers:
    """Counts the numbered paragraphs of a document as they go by. Bullets and formats that are not listed give no number."""

    def __init__(self, document: Any) -> None:
        self.counts: dict[str, dict[int, int]] = {}
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        part = next((one.target_part for one in document.part.rels.values() if one.reltype.endswith("/numbering")), None)
        if part is None:
            return
        root = part.element
        abstract = {one.get(qn("w:abstractNumId")): one for one in root.findall(qn("w:abstractNum"))}
        for num in root.findall(qn("w:num")):
            target = abstract.get(_value(num, "w:abstractNumId"))
            if target is not None:
                self.levels[num.get(qn("w:numId"))] = {_int(level.get(qn("w:ilvl"))): (
                    _value(level, "w:numFmt"), _value(level, "w:lvlText"), _int(_value(level, "w:start"), 1))
                    for level in target.findall(qn("w:lvl"))}

    def shown(self, paragraph: Any) -> str:
        """What Word shows before a paragraph, with a space behind it; blank for a paragraph without a number."""
        given = _numbering(paragraph)
        if given is None or given[1] not in self.levels.get(given[0], {}):
            return ""
        list_, at = given
        counts = self.counts.setdefault(list_, {})
        counts[at] = counts.get(at, self.levels[list_][at][2] - 1) + 1
        for deeper in [level for level in counts if level > at]:
            del counts[deeper]
        kind, text, _ = self.levels[list_][at]
        if kind not in FORMATS:
            return ""
        return LEVEL.sub(lambda found: self._count(list_, int(found[1]) - 1), text).strip() + " "

    def _count(self, list_: str, level: int) -> str:
        kind, _, start = self.levels[list_].get(level, ("decimal", "", 1))
        return FORMATS.get(kind, str)(self.counts[list_].get(level, start))


def _numbering(paragraph: Any) -> tuple[str, int] | None:
    """List and level of a paragraph, its own or its style's."""
    styles = [paragraph.style.element] if paragraph.style is not None else []
    for element in (paragraph._p, *styles):
        properties = element.find(qn("w:pPr"))
        numbering = None if properties is None else properties.find(qn("w:numPr"))
        if numbering is not None and (list_ := _value(numbering, "w:numId")) not in ("", "0"):
            return list_, _int(_value(numbering, "w:ilvl"))
        if numbering is not None:
            return None
    return None


def _value(element: Any, tag: str) -> str:
    found = element.find(qn(tag))
    return "" if found is None else str(found.get(qn("w:val")) or "")


def _int(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else default
