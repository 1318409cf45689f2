"""Choices: one a line or several in a line, with what marks them, where they jump to, and whether they ask for words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from evaluation.fieldwork.forms.text.lines import Line

MARK = re.compile(
    r"[（(](?P<bracketed>[A-Za-z])[）)]|(?:[○●□◯☐]\s?)?(?P<letter>[A-Za-z])(?:\s?[.．、)）:：]|\s(?=[\u4e00-\u9fff]))|(?P<circled>[①-⑳])"
    r"|(?P<bullet>[○●□◯☐◎◇]|\[ ?\])|(?P<digit>\d{1,2})\s?(?:[)）、]|[.．](?!\d))|[（(](?P<number>\d{1,2})[）)]")
BULLET = re.compile(r"[•·■▪◆▶➢√]\s*")
INLINE = re.compile(r"(?<=[\s:：?？)）\]】])(?:[（(]A[）)]|A\s?[.．、)）:：]|①)|[○●□◯☐◎◇]\s?(?=[^\s○●□◯☐◎◇])")
OTHER = re.compile(r"其[他它](?:[:：,，（(\[【_\s]|请|$|[^_]{0,8}__)")
JUMP = re.compile(
    r"[（(\[【]?\s?(?:请|直接|则|继续|选择?此[项题]请?|→|[-—]{1,4}>?){0,3}\s?"
    r"(?:(?:跳(?:转|答)?[至到]?|转[至到]|→)\s?(?:第\s?(\d{1,3})\s?题?|[Qq](\d{1,3})|(\d{1,3})(?=\s?(?:题|[）)\]】]|$))题?)"
    r"|(?:回答|作答|答)\s?第\s?(\d{1,3})\s?题)(?:继续|作答|回答|答题){0,2}\s?[）)\]】]?")
END = re.compile(r"[（(\[【]?\s?(?:选择?此[项题])?(?:请|直接|则){0,2}\s?"
                 r"(?:(?:结束|终止)(?:答题|作答|问卷|调查|答卷|访问)"
                 r"|跳转?[至到]\s?(?:问卷|答卷)?(?:末尾|结尾|最后|结束)(?:处|页)?(?:[，,]?\s?提交(?:答卷|问卷))?)\s?[）)\]】]?")
JUMPS = re.compile(r"跳[转答过至到]|→|回答\s?[Qq第]")
MOST_IN_A_LINE = 100      # a line with more marks is no line of choices
TO_THE_END = float("inf")
EMPTY_BRACKET = re.compile(r"[（(\[【]\s?(?:填空)?\s?[）)\]】]")
APART = (8, 9, 88, 96, 97, 98, 99)


@dataclass(frozen=True)
class Option:
    """A choice. goes_to: the number of a question; blank: it has a line to write on; other: of the kind `其他____`."""

    line: int
    label: str
    goes_to: float | None = None
    blank: bool = False
    other: bool = False


@dataclass
class Options:
    """The choices of a question, as its lines are read. doubts: (code, line, text)."""

    found: list[Option] = field(default_factory=list)
    mark: tuple[str, int] = ("", 0)
    has_other: bool = False
    doubts: list[tuple[str, int, str]] = field(default_factory=list)

    def take(self, line: int, text: str, coded: bool = False) -> str | None:
        """Take the choices of a line; what stands before them, or None if it has none. coded: the first may have any number."""
        before, parts = "", marked(text)
        if not parts and not self.found and (inside := INLINE.search(text)):
            before, parts = text[:inside.start()].strip(), marked(text[inside.start():])
            parts = parts if len(parts) > 1 else []
        if not parts:
            return None
        kind, place, _ = parts[0]
        if (self.found and kind != self.mark[0]) or (not self.found and place > 1 and not (coded and kind == "digit")):
            return None
        if self.found and place and not self._follows(kind, place):
            self.doubts.append(("X76", line, text[:60]))
        self.mark = parts[-1][:2]
        for _, _, label in parts:
            self.add(line, label)
        return before

    def _follows(self, kind: str, place: int) -> bool:
        """Whether a mark follows the one before it; codes may fall, and those of "other" and "don't know" stand apart."""
        return place == self.mark[1] + 1 or (kind == "digit" and (place == self.mark[1] - 1 or place in APART))

    def add(self, line: int, text: str) -> None:
        """Add a choice."""
        label, goes_to = without_jump(text)
        plain = EMPTY_BRACKET.sub("", re.sub("[_＿]+", "", label)).strip(" \t*；;，,、:：")
        if plain:
            other = not self.has_other and bool(OTHER.match(label))
            self.has_other = self.has_other or other
            self.found.append(Option(line, plain, goes_to, "__" in label or "填空" in label, other))
        else:
            self.doubts.append(("X75", line, text[:60]))

    def take_jump(self, text: str) -> bool:
        """Give the last choice a jump that has a line of its own; False if the line is more than that."""
        rest, goes_to = without_jump(text)
        if rest or goes_to is None or not self.found:
            return False
        self.found[-1] = replace(self.found[-1], goes_to=goes_to)
        return True

    def add_lines(self, lines: list[Line]) -> None:
        """Add a choice for each line, of a question whose choices have no marks, or the bullets of a list."""
        bullets = all(BULLET.match(text) for _, text in lines)
        for line, text in lines:
            self.add(line, BULLET.sub("", text, count=1) if bullets else text)


def marked(text: str) -> list[tuple[str, int, str]]:
    """Choices of a line as (kind of mark, its place in the order, text); none if the line does not begin with a mark."""
    if not MARK.match(text):
        return []
    found: list[tuple[str, int, int, int]] = []
    for match in MARK.finditer(text):
        kind = str(match.lastgroup)
        place = _place(kind, match[kind])
        if found:
            before, due = text[match.start() - 1], found[-1][1] + 1 if place else 0
            if kind != found[-1][0] or place != due or not text[found[-1][3]:match.start()].strip():
                continue
            if kind in ("letter", "digit") and before.isascii() and before.isalnum():
                continue
        if len(found) == MOST_IN_A_LINE:
            return []
        found.append((kind, place, match.start(), match.end()))
    ends = [start for _, _, start, _ in found[1:]] + [len(text)]
    return [(kind, place, text[begin:end].strip()) for (kind, place, _, begin), end in zip(found, ends, strict=True)]


def _place(kind: str, given: str) -> int:
    """Place of a mark in the order of its kind, from 1; 0 for bullets, which have none."""
    if kind == "bullet":
        return 0
    return int(given) if given.isdecimal() else ord(given.upper()) - (ord("A") if given.isascii() else ord("①")) + 1


def without_jump(text: str) -> tuple[str, float | None]:
    """A choice without `（跳至第5题）` or `（结束答题）`, and where it goes to."""
    if found := JUMP.search(text):
        return JUMP.sub("", text).strip(), float(next(filter(None, found.groups())))
    if END.search(text):
        return END.sub("", text).strip(), TO_THE_END
    return text.strip(), None
