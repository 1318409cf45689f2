"""`relevant`, `constraint` and `calculation`: read once, run by lxml's XPath, over single answers or over whole columns.

A blank answer equals '' and nothing else; it is neither smaller nor larger than a number. As in ODK.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from lxml import etree
from numpy.typing import NDArray

from evaluation.declare.functions import FOUND, SPACE
from evaluation.declare.grammar import ANSWER_YES_OR_NO, COMPARE, MIRRORED, ExpressionError, Token, tokens_of

Mask = NDArray[np.bool_]
ARITHMETIC = ("+", "-", "*", "div", "mod")
NOWHERE = etree.Element("nowhere")                       # what XPath stands on: no expression looks at it


@dataclass(frozen=True)
class Comparison:
    """`${item} op value`, as lint looks at it; op "selected": the value is among the chosen ones."""

    item: str
    op: str
    value: str
    is_number: bool


@dataclass(frozen=True)
class Expression:
    """An expression that can be run. items: those that it refers to, in order; comparisons: of an item with a value; own:
    whether it looks at the answer itself, `.`.
    """

    text: str
    items: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    own: bool
    run: Callable[..., Any] = field(repr=False, compare=False)

    def value(self, answers: Mapping[str, str], own: str = "") -> str:
        """What it comes to, as text; blank for what is no number. answers: codes by item; own: the answer that `.` is."""
        found = self.run(NOWHERE, own=own, **{f"v{number}": answers.get(name, "") for number, name in enumerate(self.items)})
        if isinstance(found, float):
            return "" if not math.isfinite(found) else f"{found + 0.0:.12g}"                # 0 for -0
        return {True: "true", False: "false"}.get(found, str(found)) if isinstance(found, bool) else str(found)

    def holds(self, answers: Mapping[str, str], own: str = "") -> bool:
        """Whether it holds. A text holds if it is not blank, a number if it is not 0."""
        found = self.run(NOWHERE, own=own, **{f"v{number}": answers.get(name, "") for number, name in enumerate(self.items)})
        return bool(found) and not (isinstance(found, float) and math.isnan(found))

    def held_over(self, answers: Mapping[str, pd.Series], own: pd.Series | None = None) -> Mask:
        """`holds` for every row: found once for each different combination of the answers that it refers to."""
        rows, combinations = self._combinations(answers, own)
        return np.array([self.holds(*given) for given in combinations], dtype=bool)[rows]

    def values_over(self, answers: Mapping[str, pd.Series], own: pd.Series | None = None) -> NDArray[np.object_]:
        """`value` for every row."""
        rows, combinations = self._combinations(answers, own)
        return np.array([self.value(*given) for given in combinations], dtype=object)[rows]

    def _combinations(self, answers: Mapping[str, pd.Series],
                      own: pd.Series | None) -> tuple[NDArray[np.intp], list[tuple[dict[str, str], str]]]:
        columns = [answers[name] for name in self.items] + ([] if own is None else [own])
        if not columns:
            length = len(next(iter(answers.values()))) if answers else 0
            return np.zeros(length, dtype=np.intp), [({}, "")]
        coded = [_codes(column) for column in columns]
        joined = np.zeros(len(columns[0]), dtype=np.int64)
        for codes, values in coded:
            joined = np.unique(joined * (len(values) + 1) + codes, return_inverse=True)[1].astype(np.int64)
        _, first, rows = np.unique(joined, return_index=True, return_inverse=True)
        picked = [[values[code] for code in codes[first]] for codes, values in coded]
        found = []
        for given in zip(*picked, strict=True):
            named = dict(zip(self.items, given, strict=False))
            found.append((named, given[-1] if own is not None else ""))
        return rows, found


@lru_cache(maxsize=4096)
def read_expression(text: str, condition: bool = True) -> Expression:
    """Read an expression. condition: one that answers yes or no, such as `relevant`; else one that gives a value.

    Raises ExpressionError with the word at which it stops making sense.
    """
    tokens = tokens_of(text)
    yes_or_no = any(token.value in (COMPARE if token.kind == "op" else ANSWER_YES_OR_NO)
                    for token in tokens if token.kind in ("op", "word"))
    if condition and not yes_or_no:
        raise ExpressionError("…")
    comparisons = tuple(_comparisons(tokens))
    for found in comparisons:
        if found.op in ("<", "<=", ">", ">=") and not found.is_number:
            raise ExpressionError(f"{found.op} '{found.value}'")
    items = tuple(dict.fromkeys(token.value for token in tokens if token.kind == "item"))
    try:
        run = etree.XPath(_xpath(tokens, items), namespaces={"f": SPACE}, extensions=dict(FOUND), smart_strings=False)
    except etree.XPathSyntaxError as error:
        raise ExpressionError(str(error)) from None
    return Expression(text, items, comparisons, any(token.kind == "own" for token in tokens), run)


def _xpath(tokens: Sequence[Token], items: Sequence[str]) -> str:
    place = {name: f"$v{number}" for number, name in enumerate(items)}
    written = {"item": lambda value: place[value], "own": lambda _: "$own",
               "word": lambda value: f"f:{value}" if (SPACE, value) in FOUND else value}
    words = [written.get(token.kind, str)(token.value) for token in tokens]
    for at, token in enumerate(tokens):
        if token.kind == "word" and token.value == "concat":
            words[at + 1] = "( '' ,"                     # XPath wants two arguments or more; ODK takes one
    return " ".join(words)


def _comparisons(tokens: Sequence[Token]) -> list[Comparison]:
    """Every comparison of an item with a value, left to right."""
    found = []
    for at, token in enumerate(tokens):
        after = list(tokens[at + 1:at + 4])
        if token.value == "selected" and token.kind == "word":
            inner = list(tokens[at + 2:at + 5])
            if len(inner) == 3 and inner[0].kind == "item" and inner[2].is_literal:
                found.append(Comparison(inner[0].value, "selected", _plain(inner[2]), False))
        elif token.kind == "item" and after and after[0].kind == "op" and after[0].value in COMPARE:
            negative = len(after) > 2 and after[1].value == "-" and after[2].kind == "number"
            right = after[2] if negative else after[1] if len(after) > 1 else None
            more = tokens[at + (4 if negative else 3):at + (5 if negative else 4)]
            if right is not None and right.is_literal and not (more and more[0].value in ARITHMETIC):
                value = f"-{right.value}" if negative else _plain(right)
                found.append(Comparison(token.value, after[0].value, value, right.kind == "number"))
        elif token.is_literal and len(after) > 1 and after[0].value in COMPARE and after[1].kind == "item":
            found.append(Comparison(after[1].value, MIRRORED[after[0].value], _plain(token), token.kind == "number"))
    return found


def _plain(token: Token) -> str:
    return token.value[1:-1] if token.kind == "text" else token.value


def _codes(column: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), [str(value) for value in column.cat.categories]
    codes, values = pd.factorize(column)
    return codes.astype(np.int64), [str(value) for value in values]
