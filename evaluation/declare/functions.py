"""ODK's functions that XPath 1.0 lacks. Arguments come as text, float or bool; blanks and what is no number are NaN.

Source: ODK XForms Specification, "XPath functions".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

SPACE = "urn:evaluation:expression"
Given = str | float | bool


def _number(value: Given) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _text(value: Given) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value + 0.0:.12g}"
    return value


def _holds(value: Given) -> bool:
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


def _selected(_: Any, chosen: Given, value: Given) -> bool:
    return _text(value).strip() in _text(chosen).split()


def _count_selected(_: Any, chosen: Given) -> float:
    return float(len(_text(chosen).split()))


def _selected_at(_: Any, chosen: Given, place: Given) -> str:
    values, at = _text(chosen).split(), _number(place)
    return values[int(at)] if 0 <= at < len(values) else ""


def _if(_: Any, condition: Given, then: Given, otherwise: Given) -> Given:
    return then if _holds(condition) else otherwise


def _coalesce(_: Any, first: Given, second: Given) -> Given:
    return first if _text(first) != "" else second


def _int(_: Any, value: Given) -> float:
    number = _number(value)
    return float(math.trunc(number)) if math.isfinite(number) else math.nan


def _round(_: Any, value: Given, places: Given = 0.0) -> float:
    """Halves away from zero."""
    number, to = _number(value), _number(places)
    if not math.isfinite(number) or not -20 <= to <= 20:
        return math.nan
    if abs(number) >= 1e15:
        return number
    return float(Decimal(f"{number:.15g}").quantize(Decimal(1).scaleb(-int(to)), rounding=ROUND_HALF_UP))


def _abs(_: Any, value: Given) -> float:
    return abs(_number(value))


def _least(_: Any, *values: Given) -> float:
    numbers = [_number(value) for value in values]
    return math.nan if any(map(math.isnan, numbers)) else min(numbers)


def _most(_: Any, *values: Given) -> float:
    numbers = [_number(value) for value in values]
    return math.nan if any(map(math.isnan, numbers)) else max(numbers)


def _pow(_: Any, base: Given, exponent: Given) -> float:
    try:
        return math.pow(_number(base), _number(exponent))
    except (ValueError, OverflowError):
        return math.nan


def _ends_with(_: Any, text: Given, end: Given) -> bool:
    return _text(text).endswith(_text(end))


def _substr(_: Any, text: Given, start: Given, end: Given | None = None) -> str:
    """From the place `start`, the first being 0, to before `end`."""
    first, last = _number(start), math.inf if end is None else _number(end)
    if math.isnan(first) or math.isnan(last):
        return ""
    whole = _text(text)
    bound = int(min(max(last, -len(whole)), len(whole)))
    return whole[int(max(first, -len(whole))):bound] if first < len(whole) else ""


#: (name space, name) -> function, as lxml takes them
FOUND: MappingProxyType[tuple[str, str], Callable[..., Given]] = MappingProxyType({
    (SPACE, "selected"): _selected, (SPACE, "count-selected"): _count_selected, (SPACE, "selected-at"): _selected_at,
    (SPACE, "if"): _if, (SPACE, "coalesce"): _coalesce, (SPACE, "int"): _int, (SPACE, "round"): _round, (SPACE, "abs"): _abs,
    (SPACE, "min"): _least, (SPACE, "max"): _most, (SPACE, "pow"): _pow, (SPACE, "ends-with"): _ends_with,
    (SPACE, "substr"): _substr,
})  # fmt: skip
