"""Chinese words of answer scales: what stands above what, and the values and scores that follow from it.

A list is a scale if all its words belong to one family and rise or fall without a break; which end comes first in the text
changes nothing. How often, how much and how well known score higher the more; an item whose more is worse has `reverse`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML

WORDS: dict[str, Any] = YAML(typ="safe", pure=True).load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
MIDDLE = 3                # the neutral one of seven grades
LONGEST = 11              # points of a scale
TWO_POINTS = frozenset(WORDS["two_points"].split())
NO_MIDDLE = frozenset(WORDS["no_middle"].split())
BESIDE_A_SCALE = frozenset(WORDS["only_beside_a_scale"].split())
STATUS = {word: (words.split()[0], status) for status, words in WORDS["no_answer"].items() for word in words.split()[1:]}
YES_NO = frozenset(tuple(pair.split("/")) for pair in WORDS["yes_no"].split())
NEGATIONS = tuple(WORDS["negations"].split())
ASIDE = re.compile(r"[（(][^（）()]*[）)]|\s+|[。．.，,；;！!]+|^\d{1,3}(?:分|(?=[\s=＝:：、-]+\D))[\s=＝:：、-]*|\d{1,3}分?$")


def _families() -> dict[str, dict[str, int]]:
    """Family -> word -> grade, 0 the worst: those with words of their own, and those built of `before` and a word."""
    grades = {name: [words.replace("NEUTRAL", WORDS["neutral"]).split() for words in listed]
              for name, listed in WORDS["families"].items()}
    good, bad = WORDS["good"].split(), WORDS["bad"].split()
    for word in (*good, *bad, ""):
        built = [[before.replace(".", "") + word for before in listed.split()] for listed in WORDS["before"]]
        built[MIDDLE] += WORDS["neutral"].split()
        grades[word] = built[::-1] if word in bad else built
    return {name: {word: rank for rank, words in enumerate(listed) for word in words if word}
            for name, listed in grades.items()}


FAMILIES = MappingProxyType(_families())


@dataclass(frozen=True)
class AnswerList:
    """Choices in the shape of an instrument. kind: scale, leaning (a scale with more grades on one side of its middle), yes_no,
    other, or numbers of which the better end is not known.

    no_answer: labels taken for "don't know" and the like though the rest is no scale.
    """

    choices: tuple[dict[str, Any], ...]
    kind: str
    no_answer: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Scale:
    """Grades of words from first to last, and the family that the words are of."""

    ranks: tuple[int, ...]
    family: str

    @property
    def falls(self) -> bool:
        """Whether the best comes first."""
        return self.ranks[0] > self.ranks[-1]

    @property
    def leans(self) -> bool:
        """Whether it has more grades on one side of the middle; where half is no middle, whether all are on one side."""
        below, above = sum(rank < MIDDLE for rank in self.ranks), sum(rank > MIDDLE for rank in self.ranks)
        return not (below and above) if self.family in NO_MIDDLE else below != above

    def score(self, place: int) -> tuple[int, float]:
        """Value and score of the answer at a place."""
        grade = len(self.ranks) - 1 - place if self.falls else place
        return grade + 1, evenly(grade, len(self.ranks))


def answer_list(labels: Sequence[str], other: int | None = None, several: bool = False) -> AnswerList:
    """Values, scores and statuses of labels. other: which one asks for words; several: more than one may be chosen."""
    words = [ASIDE.sub("", label) for label in labels]
    answers = list(range(len(words)))                    # places of those that are answers of the scale, or of yes and no
    status: dict[int, tuple[str, str]] = {}
    scale, yes = (None, None) if several else (_scale(words), _yes(words))
    if scale is None and yes is None:
        status = {at: found for at, word in enumerate(words) if at != other and (found := _status(word))}
        answers = [at for at in answers if at not in status and at != other]
        scale = None if several else _scale([words[at] for at in answers])
        if scale is None:
            status = {at: found for at, found in status.items() if words[at] not in BESIDE_A_SCALE}
            answers = [at for at in range(len(words)) if at not in status]
            yes = None if several else _yes([words[at] for at in answers])
    kind = "other" if scale is None and yes is None else "yes_no" if scale is None else "leaning" if scale.leans else "scale"
    choices: list[dict[str, Any]] = [{"value": "other" if at == other else letter(at), "label": {"zh": label}}
                                     for at, label in enumerate(labels)]
    if kind != "other":
        for place, at in enumerate(answers):
            if scale is not None:
                choices[at]["value"], choices[at]["score"] = scale.score(place)
            elif at != other:
                choices[at]["value"] = "yes" if place == yes else "no"
    given: dict[str, int] = {}
    for at, (value, name) in status.items():
        given[value] = given.get(value, 0) + 1
        choices[at] |= {"value": value if given[value] == 1 else f"{value}{given[value]}", "status": name}
    return AnswerList(tuple(choices), kind, tuple(labels[at] for at in status) if kind == "other" else ())


def _status(word: str) -> tuple[str, str] | None:
    """Value and status of a word, or of several such as `不清楚/拒答`, of which the first counts; None if one is an answer."""
    parts = [STATUS.get(part) for part in re.split("[/／、或]", word)]
    return parts[0] if all(parts) else None


def number_list(numbers: Sequence[int], first: str, last: str) -> AnswerList:
    """Choices of a row of numbers between two end words; scored if the words tell which end is the better one."""
    scale = _scale([ASIDE.sub("", word) for word in (first, last)], least=2) if first and last else None
    ends = {0: first, len(numbers) - 1: last}
    choices: list[dict[str, Any]] = []
    for at, number in enumerate(numbers):
        word = ends.get(at, "")
        choices.append({"value": number, "label": {"zh": f"{number}（{word}）" if word else str(number)}})
        if scale is not None:
            choices[-1]["score"] = evenly(len(numbers) - 1 - at if scale.falls else at, len(numbers))
    return AnswerList(tuple(choices), "numbers" if scale is None else "scale")


def evenly(grade: int, points: int) -> float:
    """Score of a grade (0 is the worst) on a scale of so many points, evenly from 0 to 100."""
    score = round(100 * grade / (points - 1), 2)
    return int(score) if score == int(score) else score


def letter(at: int) -> str:
    """Value of an answer by its place: a to z, then c27 and so on."""
    return chr(ord("a") + at) if at < 26 else f"c{at + 1}"


def _scale(words: Sequence[str], least: int = 3) -> _Scale | None:
    """The scale that words form, from first to last; None if they form none."""
    if not 2 <= len(words) <= LONGEST:
        return None
    for name, family in FAMILIES.items():
        if all(word in family for word in words) and (len(words) >= least or name in TWO_POINTS):
            ranks = tuple(family[word] for word in words)
            if len(set(ranks)) == len(ranks) and len({a < b for a, b in pairwise(ranks)}) == 1:
                return _Scale(ranks, name)
    return None


def _yes(words: Sequence[str]) -> int | None:
    """Which of two words is the yes; None if they are not a yes and a no."""
    if len(words) != 2:
        return None
    for at, (yes, no) in enumerate((words, words[::-1])):
        if (yes, no) in YES_NO or (yes and no in {before + yes for before in NEGATIONS}):
            return at
    return None
