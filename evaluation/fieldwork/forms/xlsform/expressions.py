"""Conditions and calculations of a form in the grammar of docs/methods.md: what is the same is written so, the rest refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from evaluation.declare.expression import Expression, read_expression
from evaluation.declare.grammar import TOKEN, ExpressionError, tokens_of
from evaluation.fieldwork.forms.xlsform.headers import ENTITY, tidy

REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
PARTS = re.compile(r"('[^']*'|\"[^\"]*\")")
ALWAYS = MappingProxyType({**dict.fromkeys(("yes", "true"), "true()"), **dict.fromkeys(("no", "false"), "false()")})
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
COMPARE = ("=", "!=")


class NotTakenError(ValueError):
    """The expression is left out: code of the doubt, and the word that it is about."""

    def __init__(self, code: str, word: str, name: str = "") -> None:
        super().__init__(word)
        self.code, self.word, self.name = code, word, name


@dataclass(frozen=True)
class Known:
    """What expressions may look at. ids: name in the form -> id, None for what is not here or not one thing; values: of a
    select item's choices; made: those that had to be changed; guessed: those whose status is a guess; exact: written here.
    """

    ids: Mapping[str, str | None]
    values: Mapping[str, Collection[str]]
    made: Mapping[str, Mapping[str, str]]
    guessed: Mapping[str, Collection[str]]
    exact: bool = False
    seen: dict[tuple[str, str, str], tuple[str, Expression] | NotTakenError] = field(default_factory=dict, repr=False)

    def read(self, text: str, field: str, own: str, before: Collection[str] | None = None) -> tuple[str, Expression]:
        """The expression as it is written here, and read. own: the id of the item; before: ids that may be looked at.

        Raises NotTakenError: X15 for what is not of the grammar, X16 for an item that is not here or comes later, X17 for a
        value that is not among an item's choices.
        """
        key = (text, field, own if field == "constraint" else "")
        found = self.seen.get(key) or self._read(*key)
        self.seen[key] = found
        if isinstance(found, NotTakenError):
            raise NotTakenError(found.code, found.word, found.name)
        for name in found[1].items:
            if before is not None and name not in before and not (name == own and field == "constraint"):
                raise NotTakenError("X16", name)
        return found

    def _read(self, text: str, field: str, own: str) -> tuple[str, Expression] | NotTakenError:
        try:
            return self._taken(text, field, own)
        except NotTakenError as error:
            return error

    def _taken(self, text: str, field: str, own: str) -> tuple[str, Expression]:
        written = text if self.exact else _plain(text)
        try:
            tokens_of(REFERENCE.sub(_one_word, written))
            written = self._with_values(self._with_ids(written), own)
            found = read_expression(written, condition=field != "calculation")
        except ExpressionError as error:
            word = str(error)
            raise NotTakenError("X15", written[:20] if word == "…" else word) from None
        if found.own and field != "constraint":
            raise NotTakenError("X15", ".")
        for part in found.comparisons:
            known = self.values.get(part.item)
            if part.op in ("=", "!=", "selected") and known is not None and part.value not in ("", *known):
                raise NotTakenError("X17", part.value, part.item)
            if field == "calculation" and part.value in self.guessed.get(part.item, ()):
                raise NotTakenError("X17", part.value, part.item)
        return written, found

    def _with_ids(self, text: str) -> str:
        def written(match: re.Match[str]) -> str:
            made = self.ids.get(tidy(match[1]))
            if made is None:
                raise NotTakenError("X16", match[1] or "${}")
            return f"${{{made}}}"

        return REFERENCE.sub(written, text)

    def _with_values(self, text: str, own: str) -> str:
        """Values of choices that had to be changed, where they are compared with an item or with the answer itself."""
        if not any(self.made.values()):
            return text
        spans = list(_words(text))
        kinds = [(kind, value) for kind, value, _ in spans]
        written, at = [], 0
        changed = {old for made in self.made.values() for old in made}
        for number, (kind, value, (start, end)) in enumerate(spans):
            if kind != "text" or value[1:-1] not in changed:
                continue
            item = _compared(kinds, number, own)
            made = self.made.get(item, {}) if item else {}
            if item is None or value[1:-1] not in (*made, *self.values.get(item, ())):
                raise NotTakenError("X17", value[1:-1], item or "—")
            written += [text[at:start], value[0], made.get(value[1:-1], value[1:-1]), value[0]]
            at = end
        return "".join([*written, text[at:]])


def _one_word(found: re.Match[str]) -> str:
    """A reference to an item by a name that the grammar takes, whatever the form's is."""
    return f"${{{NOT_IN_NAMES.sub('_', found[1]) or '_'}}}"


def fits(text: str) -> bool:
    """Whether a condition in brackets is not too deep for the grammar."""
    try:
        read_expression(text)
    except ExpressionError:
        return False
    return True


@lru_cache(maxsize=4096)
def length(text: str) -> int:
    """Words of an expression."""
    return len(_words(text))


def conjuncts(text: str) -> list[str]:
    """The conditions that have to hold together, where an expression is nothing but such; else the expression by itself."""
    written = _plain(text)
    words = _words(written)
    if not words or written[words[-1][2][1]:].strip(" })"):
        return [text]
    parts, start, depth = [], 0, 0
    for kind, value, (first, last) in words:
        depth += {"(": 1, ")": -1}.get(value, 0) if kind == "mark" else 0
        if depth == 0 and kind == "word" and value == "or":
            return [text]
        if depth == 0 and kind == "word" and value == "and":
            parts.append(written[start:first].strip())
            start = last
    return [*parts, written[start:].strip()]


def _plain(text: str) -> str:
    """Spaces, quotes and ways of writing that mean the same: yes for true(), null for '', .5 for 0.5."""
    stripped = ENTITY.sub(" ", text).replace("\u00a0", " ").strip()
    if (word := stripped.lower()) in ALWAYS:
        return ALWAYS[word]
    parts = PARTS.split(stripped)
    parts[::2] = [part.translate(QUOTES) for part in parts[::2]]
    parts = PARTS.split("".join(parts))
    for number in range(0, len(parts), 2):
        parts[number] = re.sub(r"(?<![\w.}$-])null(?![\w.(-])", "''", parts[number])
        parts[number] = re.sub(r"(?<![\w.)}])\.(?=\d)", "0.", parts[number])
    return "".join(parts)


def _words(text: str) -> list[tuple[str, str, tuple[int, int]]]:
    """Kind, value and place of every word."""
    found = []
    at = 0
    while match := TOKEN.match(text, at):
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind), match.span(kind)))
        at = match.end()
    return found


def _compared(words: list[tuple[str, str]], at: int, own: str) -> str | None:
    """The id of what the word at a place is compared with by =, != or selected(); None if with nothing."""
    def item(place: int) -> str | None:
        kind, value = words[place] if 0 <= place < len(words) else ("", "")
        return value if kind == "item" else own if kind == "own" else None

    def word(place: int) -> str:
        return words[place][1] if 0 <= place < len(words) else ""

    if word(at - 1) in COMPARE:
        return item(at - 2)
    if word(at + 1) in COMPARE:
        return item(at + 2)
    return item(at - 2) if word(at - 1) == "," and word(at - 4) == "selected" else None
