"""`relevant` expressions: who is asked an item. A subset of XLSForm's XPath, read once, evaluated over whole columns.

    expression = comparison | expression and expression | expression or expression | not(expression) | (expression)
    comparison = ${item} (= | != | < | <= | > | >=) ('text' | number)  |  selected(${item}, 'value')

A blank answer equals '' and nothing else; it is neither smaller nor larger than a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TOKEN = re.compile(
    r"\s*(?:(?P<item>\$\{\s*[A-Za-z0-9_.-]+\s*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<op>!=|<=|>=|=|<|>)|(?P<mark>[(),])|(?P<word>[A-Za-z]+))"
)
Mask = NDArray[np.bool_]


class ExpressionError(ValueError):
    """The expression is not of the subset; the message says at which word."""


@dataclass(frozen=True)
class Comparison:
    """`${item} op value`; op "selected" looks for the value among the chosen ones of a select_multiple."""

    item: str
    op: str
    value: str
    is_number: bool

    def holds(self, answers: Mapping[str, pd.Series]) -> Mask:
        """One truth value a row. `answers` holds the answer codes as text, blank where there is none."""
        column = answers[self.item]
        if isinstance(column.dtype, pd.CategoricalDtype):
            return self._holds(column.cat.categories.to_series().astype("str"))[column.cat.codes.to_numpy()]
        return self._holds(column)

    def _holds(self, column: pd.Series) -> Mask:
        if self.op == "selected":
            return np.array([self.value in str(codes).split(" ") for codes in column], dtype=bool)
        if self.op in ("=", "!="):
            same = np.asarray(column == self.value, dtype=bool)
            if self.is_number:
                same = same | np.asarray(pd.to_numeric(column, errors="coerce") == float(self.value), dtype=bool)
            return same if self.op == "=" else ~same
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        bound = float(self.value)
        compare = {"<": numbers < bound, "<=": numbers <= bound, ">": numbers > bound, ">=": numbers >= bound}
        return np.asarray(compare[self.op], dtype=bool)


@dataclass(frozen=True)
class Not:
    """not(expression)."""

    inner: Expression

    def holds(self, answers: Mapping[str, pd.Series]) -> Mask:
        """One truth value a row."""
        return ~self.inner.holds(answers)


@dataclass(frozen=True)
class Junction:
    """left and right, or left or right."""

    op: str
    left: Expression
    right: Expression

    def holds(self, answers: Mapping[str, pd.Series]) -> Mask:
        """One truth value a row."""
        left, right = self.left.holds(answers), self.right.holds(answers)
        return left & right if self.op == "and" else left | right


Expression = Comparison | Not | Junction


def comparisons(expression: Expression) -> list[Comparison]:
    """Every comparison in an expression, left to right."""
    if isinstance(expression, Comparison):
        return [expression]
    if isinstance(expression, Not):
        return comparisons(expression.inner)
    return comparisons(expression.left) + comparisons(expression.right)


def parse_relevant(text: str) -> Expression:
    """Read an expression. Raises ExpressionError with the word at which it stops making sense."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        end = 0
        while text[end:].strip():
            match = TOKEN.match(text, end)
            if not match:
                raise ExpressionError(text[end:].strip()[:20])
            self.tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            end = match.end()
        if len(self.tokens) > 200:
            raise ExpressionError("…")

    def whole(self) -> Expression:
        expression = self.either()
        if self.at < len(self.tokens):
            raise ExpressionError(self.tokens[self.at][1])
        return expression

    def either(self) -> Expression:
        left = self.both()
        while self.take("word", "or"):
            left = Junction("or", left, self.both())
        return left

    def both(self) -> Expression:
        left = self.one()
        while self.take("word", "and"):
            left = Junction("and", left, self.one())
        return left

    def one(self) -> Expression:
        if self.take("mark", "("):
            inner = self.either()
            self.need("mark", ")")
            return inner
        if self.take("word", "not"):
            self.need("mark", "(")
            inner = self.either()
            self.need("mark", ")")
            return Not(inner)
        if self.take("word", "selected"):
            self.need("mark", "(")
            item = self.need("item")
            self.need("mark", ",")
            value = self.need("text")
            self.need("mark", ")")
            return Comparison(item.strip("${} "), "selected", value[1:-1], False)
        item, op = self.need("item"), self.need("op")
        if number := self.take("number"):
            return Comparison(item.strip("${} "), op, number, True)
        value = self.need("text")[1:-1]
        if op not in ("=", "!="):
            raise ExpressionError(f"{op} '{value}'")
        return Comparison(item.strip("${} "), op, value, False)

    def take(self, kind: str, value: str | None = None) -> str:
        if self.at < len(self.tokens):
            found_kind, found = self.tokens[self.at]
            if found_kind == kind and value in (None, found):
                self.at += 1
                return found
        return ""

    def need(self, kind: str, value: str | None = None) -> str:
        found = self.take(kind, value)
        if not found:
            raise ExpressionError(self.tokens[self.at][1] if self.at < len(self.tokens) else "…")
        return found
