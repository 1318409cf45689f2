"""Lines of a questionnaire, rid of what is invisible, of Markdown's escapes, of page footers, and of what the site adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

Line = tuple[int, str]                                   # number, from 1; text

INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
FULL_WIDTH = {wide: chr(wide - 0xFEE0) for first, last in ("０９", "ＡＺ", "ａｚ") for wide in range(ord(first), ord(last) + 1)}
#: boxes and circles to tick, those of the font Wingdings among them
BOXES = {ord(mark): plain for plain, marks in {
    "□": "☑☒❏❐❑❒▢⬜\uf06f\uf070\uf071\uf072\uf0a3\uf0a8\uf0fe", "○": "⚪❍⭕\uf0a1"}.items() for mark in marks}
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
GAP = re.compile(r"\s{2,}|[\xa0\u3000\x0b\x0c\x85\u2028\u2029]")
BLANK = re.compile(r"[_＿]{3,}")
FOOTER = re.compile(r"第\s?\d{1,4}\s?页.{0,20}|-?\s?\d{1,4}\s?[-/]\s?\d{0,4}|[-=—─_*|:\s]+|选项[:：]?")


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text as an editor counts them."""
    yield from enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1)


def tidied(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines with something in them. Two spaces or a tab are left where columns may be meant."""
    for number, line in lines:
        text = ESCAPED.sub(r"\1", INVISIBLE.sub("", line.translate(FULL_WIDTH | BOXES))).replace("**", "")
        text = GAP.sub(_narrowed, text).strip()
        text = BLANK.sub("___", text.removeprefix("> ").removeprefix("- ").removeprefix("+ "))
        if text and not FOOTER.fullmatch(text) and not ("问卷星" in text and ("技术支持" in text or "提供" in text)):
            yield number, text


def _narrowed(gap: re.Match[str]) -> str:
    """A tab where there is one, two spaces for more, one for one."""
    return "\t" if "\t" in gap[0] else "  "[:len(gap[0])]


def joined(parts: Sequence[str]) -> str:
    """Lines as one: Chinese needs no space between them."""
    pieces: list[str] = []
    last = ""
    for part in parts:
        words = last[-1:].isascii() and last[-1:].isalnum() and part[:1].isascii() and part[:1].isalnum()
        pieces += [" " if words else "", part]
        last = part
    return "".join(pieces).strip()
