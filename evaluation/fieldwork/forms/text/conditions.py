"""Conditions that stand at a question: `依赖于第2题第1个选项`, `（第3题选A的回答）`."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEPENDS = re.compile(
    r"[（(\[【]?\s?依赖于[（(]?第\s?(\d{1,3})\s?题[）)]?\s?的?\s?第\s?(\d{1,2}(?:\s?[;；,，、和或/]\s?\d{1,2}){0,30})\s?"
    r"个?选项(?:时?显示)?\s?[）)\]】]?")
SHOWN = re.compile(
    r"[（(\[【]?\s?(?:当|若|如果|如)?第\s?(\d{1,3})\s?题(?:选择?了?|为)\s?"
    r"[“\"]?([A-Z](?:\s?[,，、;；/和或及]?\s?[A-Z]){0,25})[”\"]?\s?[，,]?\s?(?:时|的|者|才|请|再|，){0,4}"
    r"(?:显示|回答|作答|填写|出现)(?:本题|此题)?\s?[）)\]】]?")
LEFT = re.compile(r"依赖于|第\s?\d{1,3}\s?题(?:选|为|中?回答)|[Qq]\d{1,3}\s?[选为=]")    # told in another way


@dataclass(frozen=True)
class Condition:
    """`依赖于第2题第1个选项`: one of the choices at these places, from 1, of the question of this number."""

    line: int
    text: str
    number: int
    places: tuple[int, ...]


def without_conditions(line: int, text: str) -> tuple[str, list[Condition]]:
    """A question's text without the conditions that stand in it, and these."""
    if "题" not in text:
        return text, []
    found = [Condition(line, match[0], int(match[1]), tuple(map(int, re.findall(r"\d+", match[2]))))
             for match in DEPENDS.finditer(text)]
    text = DEPENDS.sub("", text)
    found += [Condition(line, match[0], int(match[1]), tuple(ord(letter) - 64 for letter in re.findall("[A-Z]", match[2])))
              for match in SHOWN.finditer(text)]
    return SHOWN.sub("", text).strip().lstrip("：:，,"), found
