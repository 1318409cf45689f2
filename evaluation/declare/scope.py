"""The scope, upheld: communities, never persons. Words and topics outside it are refused wherever they stand.

The list is scope.yaml, beside this file. Text is compared after width, case, spacing and invisible characters are made
the same, so that a forbidden word cannot be spelt round the check. There is no switch to turn it off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from evaluation.core.errors import Problem
from evaluation.core.yamlfile import Path_, YamlFile

TERMS = Path(__file__).with_name("scope.yaml")
JOINED_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
NOT_WORD = re.compile(r"[\W_]+")


@cache
def _scope() -> tuple[frozenset[str], tuple[tuple[str, re.Pattern[str]], ...], tuple[re.Pattern[str], ...]]:
    listed = YAML(typ="safe", pure=True).load(TERMS.read_text(encoding="utf-8"))
    topics = frozenset(listed["topics"])
    english = [(topic, re.compile(rf"\b(?:{term})\b")) for topic, terms in listed["en"].items() for term in terms]
    chinese = [(topic, re.compile(re.escape(term))) for topic, terms in listed["zh"].items() for term in terms]
    return topics, (*english, *chinese), tuple(re.compile(phrase) for phrase in listed["allowed"])


def folded(text: str) -> str:
    """Words in lower case, one space apart: width, accents, invisible characters, punctuation and camelCase undone."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(char for char in plain if unicodedata.category(char) not in ("Cf", "Mn"))
    words = NOT_WORD.sub(" ", SEAM.sub(" ", unicodedata.normalize("NFKC", plain))).casefold().split()
    return JOINED_HAN.sub("", " ".join(words))


def offending(text: str) -> list[tuple[str, str]]:
    """(topic, word) for each word in `text` that lies outside the scope; empty if there is none."""
    plain = folded(text)
    _, terms, allowed = _scope()
    for phrase in allowed:
        plain = phrase.sub(" ", plain)
    found = [(topic, match.group(0)) for topic, term in terms for match in [term.search(plain)] if match]
    return [(topic, word) for topic, word in found if not any(word != other and word in other for _, other in found)]


@cache
def any_term() -> str:
    """A pattern found in every text that has a word outside the scope, and in some others: a quick look before `offending`."""
    _, terms, _ = _scope()
    return "|".join(term.pattern.replace(r"\b", "") for _, term in terms)


def refused_topic(topic: str) -> bool:
    """True if a declared topic is outside the scope."""
    return folded(topic) in {folded(known) for known in _scope()[0]} or bool(offending(topic))


def scope_problems(loaded: YamlFile) -> list[Problem]:
    """Every text and topic of a declared file that lies outside the scope."""
    faults = []
    for path, text in _texts(loaded.data, ()):
        if "topics" in path[-2:]:
            faults += [loaded.fault("S01", path, topic=text)] if refused_topic(text) else []
        elif words := offending(text):
            topics = sorted({topic for topic, _ in words})
            faults.append(loaded.fault("S02", path, words=[f"“{word}”" for _, word in words], topics=topics))
    return faults


def _texts(value: object, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
            yield (*path, key), str(key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
