"""The words of expressions in forms: which of XPath 1.0 and ODK's functions are taken, and the XPath that lxml runs.

    operand    = ${item} | . | 'text' | number | function(operand, …) | (operand)
    expression = operand, operators between them: or  and  = !=  < <= > >=  + -  * div mod

`.` is the answer itself, in a constraint. Paths, axes, `[…]` and functions that are not in FUNCTIONS are refused: those that
read a clock, chance, a device or another file, and those that forms' programs do not agree on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

TOKEN = re.compile(
    r"\s*(?:\$\{\s*(?P<item>[A-Za-z0-9_.-]+)\s*\}|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<op>!=|<=|>=|=|<|>|\+|-|\*)|(?P<mark>[(),])|(?P<own>\.)|(?P<word>[A-Za-z]+(?:-[A-Za-z]+)*))"
)
OF_A_WORD = re.compile(r"[\w:.-]{1,40}")      # what goes on with a word, though no word of the subset has it
MOST = 400                # tokens of one expression
DEEPEST = 100             # brackets in one another
#: name -> least and most arguments
FUNCTIONS = MappingProxyType({
    "selected": (2, 2), "count-selected": (1, 1), "selected-at": (2, 2), "not": (1, 1), "true": (0, 0), "false": (0, 0),
    "if": (3, 3), "coalesce": (2, 2), "number": (1, 1), "string": (1, 1), "int": (1, 1), "round": (1, 2), "abs": (1, 1),
    "min": (1, 99), "max": (1, 99), "pow": (2, 2), "concat": (1, 99),
    "string-length": (1, 1), "contains": (2, 2), "starts-with": (2, 2), "ends-with": (2, 2), "substr": (2, 3),
    "normalize-space": (1, 1),
})  # fmt: skip
ANSWER_YES_OR_NO = frozenset({"selected", "not", "true", "false", "contains", "starts-with", "ends-with"})
COMPARE = frozenset({"=", "!=", "<", "<=", ">", ">="})
MIRRORED = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="})
OPERATORS = frozenset({"or", "and", "div", "mod"})


class ExpressionError(ValueError):
    """The expression is not of the subset; the message says at which word."""


@dataclass(frozen=True)
class Token:
    """A word: kind is item, text, number, op, mark, own or word."""

    kind: str
    value: str

    @property
    def is_literal(self) -> bool:
        """A text or a number."""
        return self.kind in ("text", "number")

    def __str__(self) -> str:
        return f"${{{self.value}}}" if self.kind == "item" else self.value


def tokens_of(text: str) -> list[Token]:
    """The words of an expression that is of the subset. Raises ExpressionError with the word at which it is not."""
    tokens = _words(text)
    _in_order(tokens)
    return tokens


def _words(text: str) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    while text[end:end + 40].strip() or text[end:].strip():
        match = TOKEN.match(text, end)
        if not match:
            if tokens and tokens[-1].kind == "word" and (rest := OF_A_WORD.match(text, end)):
                raise ExpressionError(f"{tokens[-1].value}{rest.group()}")             # jr:choice-name, and not :choice-name
            raise ExpressionError(text[end:].strip()[:20])
        if len(tokens) == MOST:
            raise ExpressionError("…")
        tokens.append(Token(str(match.lastgroup), match.group(str(match.lastgroup))))
        end = match.end()
    if not tokens:
        raise ExpressionError("…")
    return tokens


def _in_order(tokens: list[Token]) -> None:
    """Operands and operators take turns, functions have the arguments that they take, brackets close."""
    open_: list[tuple[Token | None, int]] = []          # of each open bracket: its function, and the arguments so far
    operand = True                                       # whether one is due
    function: Token | None = None
    for before, token in zip([None, *tokens], [*tokens, None], strict=True):
        if token is None:
            break
        if function is not None:
            if token.value != "(":
                raise ExpressionError(str(function))
            open_.append((function, 0))
            function = None
        elif operand:
            if token.kind == "word":
                if token.value not in FUNCTIONS:
                    raise ExpressionError(str(token))
                function = token
            elif token.value == "(" and token.kind == "mark":
                open_.append((None, 0))
            elif token.value == ")" and token.kind == "mark" and before is not None and before.value == "(" \
                    and open_ and open_[-1][0] is not None:
                _close(open_, 0)
                operand = False
            elif token.kind in ("item", "text", "number", "own"):
                operand = False
            elif token.value != "-":
                raise ExpressionError(str(token))
        elif token.kind == "op" or (token.kind == "word" and token.value in OPERATORS):
            operand = True
        elif token.value == "," and token.kind == "mark" and open_ and open_[-1][0] is not None:
            open_[-1] = (open_[-1][0], open_[-1][1] + 1)
            operand = True
        elif token.value == ")" and token.kind == "mark" and open_:
            _close(open_, 1)
        else:
            raise ExpressionError(str(token))
        if len(open_) > DEEPEST:
            raise ExpressionError("…")
    if operand or open_ or function is not None:
        raise ExpressionError("…")


def _close(open_: list[tuple[Token | None, int]], last: int) -> None:
    function, commas = open_.pop()
    if function is not None:
        least, most = FUNCTIONS[function.value]
        if not least <= commas + last <= most:
            raise ExpressionError(f"{function.value}()")
