"""Which line begins which question. Numbers may begin again in each part; Chinese numerals count where no others do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from evaluation.fieldwork.forms.text.kinds import has_tag
from evaluation.fieldwork.forms.text.lines import Line
from evaluation.fieldwork.forms.text.notes import Notes

FARTHEST = 20             # a number that jumps farther ahead begins no question
PART = 1000               # what the number of a question grows by with each part that begins again at 1
SAYS_SO = ("ordinal", "letter")
NUMERALS = "一二三四五六七八九十"
QUESTION = re.compile(
    r"(?:#{1,6}\s?)?(?P<star>[*＊]?)\s?(?:第\s?(?P<ordinal>\d{1,3})\s?题(?![选答的为])[.．、:：]?|[Qq](?P<letter>\d{1,3})(?!\d)[.．、:：]?"
    r"|[（(]?(?P<bracket>\d{1,3})[）)][.．、]?|(?P<plain>\d{1,3})\s?(?:、|[.．](?!\d))|(?P<padded>0\d|[1-9]\d)[ \t]+(?=\D)"
    rf"|[（(]?(?P<chinese>[{NUMERALS}]{{1,3}})[、.．）)])\s?(?P<rest>.*)")
HEADING = re.compile(rf"#{{1,6}}\s|(?:第[{NUMERALS}]{{1,3}}部分|[{NUMERALS}]{{1,3}}[、.．]|[（(][{NUMERALS}]{{1,3}}[）)])")
ASKS = re.compile(r"[?？]|__|[:：]$")


@dataclass
class Block:
    """The lines of one question, the first without its number. A note's number lies between those of two questions."""

    number: float
    id: str
    lines: list[Line]
    required: bool = False
    digits: int = 0           # lines that are numbered choices

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.lines[0][0]


@dataclass
class _Numbering:
    """Where the reading of lines stands. into: where a line without a number goes; None after a heading."""

    way: str
    notes: Notes
    opening: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    into: list[Line] | None = None
    last: int = 0
    part: int = 1
    heading: bool = False
    told: int = 0             # notes, `[段落说明]`

    def own_number(self, match: re.Match[str] | None) -> int | None:
        """The number of a question; None for another way of numbering, unless the line says that it is one."""
        if match is None:
            return None
        if match[self.way]:
            number = _number(match[self.way])
            return number if self.way != "padded" or number == self.last + 1 else None         # 20 户以上
        given = match["ordinal"] or match["letter"] or match["bracket"] or match["plain"]
        if given is None:
            return None
        says_so = match["ordinal"] or match["letter"] or has_tag(match["rest"])
        return int(given) if says_so and int(given) == self.last + 1 else None

    def begin(self, line: int, match: re.Match[str], own: int) -> None:
        """Begin the question of a number, or tell why the line begins none."""
        block = self.blocks[-1] if self.blocks else None
        if self.heading and own == 1 and self.last:
            self._begin_part(line)
        if self.last < own <= self.last + FARTHEST:
            id_ = f"q{own:02}" if self.part == 1 else f"s{self.part}q{own:02}"
            if own != self.last + 1:
                self.notes.doubt("X62", line, id_, number=own, before=self.last)
            self.into = [(line, match["rest"])]
            self.blocks.append(Block(PART * (self.part - 1) + own, id_, self.into, bool(match["star"])))
            self.last, self.heading = own, False
        elif block and self.into is block.lines and own == block.digits + 1 and not has_tag(block.lines[0][1], "text"):
            block.digits += 1
            self.into.append((line, match[0]))
        else:
            self.notes.doubt("X63", line, text=match[0][:60], last=self.last)
            self.into = None

    def begin_note(self, line: int, text: str) -> None:
        """Begin what is read out between two questions."""
        self.told += 1
        self.into = [(line, text)]
        number = PART * (self.part - 1) + self.last + 0.5 + self.told / 1e6
        self.blocks.append(Block(number, f"note{self.told}", self.into))

    def _begin_part(self, line: int) -> None:
        """Numbers begin again: what came before is a part of its own, or was no question but how to fill in the form."""
        if self.part == 1 and not any(len(block.lines) > 1 or _asks(block.lines[0][1]) for block in self.blocks):
            self.opening += [one for block in self.blocks for one in block.lines]
            self.blocks.clear()
        else:
            self.part += 1
            self.notes.doubt("X62", line, f"s{self.part}q01", number=1, before=self.last)
        self.last = 0


def blocks_of(lines: Sequence[Line], notes: Notes) -> tuple[list[Line], list[Block]]:
    """The lines before the first question, and the questions; told what is between them and belongs to none."""
    matches = [QUESTION.match(line) for _, line in lines]
    state = _Numbering(_way([match for match in matches if match]), notes)
    state.into = state.opening
    for (number, line), match in zip(lines, matches, strict=True):
        own = state.own_number(match)
        if match is not None and own is not None:
            state.begin(number, match, own)
        elif has_tag(line, "note"):
            state.begin_note(number, line)
        elif HEADING.match(line) and not (state.into is state.opening and not state.opening):
            notes.doubt("X75", number, text=line[:60])
            state.into = state.opening if state.into is state.opening else None
            state.heading = True
        elif state.into is None:
            notes.doubt("X75", number, text=line[:60])
        else:
            state.into.append((number, line))
    return state.opening, state.blocks


def _asks(text: str) -> bool:
    """Whether a line asks something, and does not tell how to answer."""
    return has_tag(text) or ASKS.search(text) is not None


def _way(matches: Sequence[re.Match[str]]) -> str:
    """How questions are numbered: the way that comes first, unless another gets clearly farther; Chinese numerals last.

    Q1 and 第1题 are questions whatever else is numbered. Numbers that begin again more often than those of the first way are
    choices, however far they get.
    """
    reached: dict[str, int] = {}
    begun: Counter[str] = Counter()
    for match in matches:
        way, given = next((name, found) for name, found in match.groupdict().items() if found and name not in ("star", "rest"))
        number = _number(given)
        begun[way] += number == 1
        reached[way] = reached.get(way, 0) + (number == reached.get(way, 0) + 1)
    said = {way: far for way, far in reached.items() if way in SAYS_SO and far > 1}
    reached = said or {way: far for way, far in reached.items() if far}
    if len(reached) > 1:
        reached.pop("chinese", None)
    first = next(iter(reached), "plain")
    farther = [way for way in reached if reached[way] >= reached[first] + 3 and begun[way] <= begun[first]]
    return max(farther, key=lambda way: reached[way], default=first)


def _number(given: str) -> int:
    """12 for "12", "１２" and "十二"."""
    if given.isdecimal():
        return int(given)
    tens, ten, ones = given.rpartition("十")
    return 10 * (NUMERALS.find(tens) + 1 or 1) * bool(ten) + (NUMERALS.find(ones) + 1 if ones else 0)
