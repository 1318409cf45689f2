"""What a form computes and allows: the instrument's logic by the form's names, "don't know" as blank, ranges, lone answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from evaluation.declare.grammar import TOKEN
from evaluation.declare.instrument import Instrument, Item

OF_CHOSEN = frozenset({"selected", "count-selected", "selected-at"})


def rewritten(text: str, replace: Callable[[str], str], numbers: frozenset[str] = frozenset()) -> str:
    """The expression with `replace(id)` in place of each `${id}`; texts in quotes stay.

    numbers: items that may hold a number. Where `selected` and its like look at one, ODK stops, so it is handed over as text.
    """
    parts = []
    before = ["", ""]
    end = 0
    while match := TOKEN.match(text, end):
        found = match.group()
        space = found[:len(found) - len(found.lstrip())]
        if match.lastgroup == "item":
            name = match.group("item")
            listed = before[0] in OF_CHOSEN and before[1] == "(" and name in numbers
            parts.append(f"{space}string({replace(name)})" if listed else f"{space}{replace(name)}")
        else:
            parts.append(found)
        before = [before[1], found.strip()]
        end = match.end()
    return "".join(parts) + text[end:]


def by_name(instrument: Instrument, text: str, names: Mapping[str, str]) -> str:
    """The expression with the form's names."""
    return rewritten(text, lambda name: f"${{{names[name]}}}", _numbers(instrument))


def _numbers(instrument: Instrument) -> frozenset[str]:
    return frozenset(item.id for item in instrument.items if item.kind in ("integer", "decimal", "calculate"))


def calculation(instrument: Instrument, item: Item, names: Mapping[str, str]) -> str:
    """What a form calculates: answers such as "don't know" are blank in it, as in `fieldwork.logic.asked_of`."""
    assert item.calculation is not None
    items = {one.id: one for one in instrument.items}

    def operand(name: str) -> str:
        here = f"${{{names[name]}}}"
        none = [choice.value for choice in instrument.item_choices(items[name]) if choice.status is not None]
        chosen = " or ".join(f"{here} = {quoted(value)}" for value in none)
        return f"if({chosen}, '', {here})" if none else here

    return rewritten(item.calculation, operand, _numbers(instrument))


def constraint(instrument: Instrument, item: Item, names: Mapping[str, str]) -> str:
    """What a form allows: the item's own constraint, numbers within the range, and "don't know" by itself alone."""
    parts = [by_name(instrument, item.constraint, names)] if item.constraint is not None else []
    if item.range is not None:
        parts.append(f". >= {plain_number(item.range.low)} and . <= {plain_number(item.range.high)}")
    if alone := lone_values(instrument, item):
        chosen = " or ".join(f"selected(., {quoted(value)})" for value in alone)
        parts.append(f"not(({chosen}) and count-selected(.) > 1)")
    return " and ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)


def lone_values(instrument: Instrument, item: Item) -> list[str]:
    """Of a select_multiple: the choices that nothing else may be chosen with, since they say why there is no answer."""
    if item.kind != "select_multiple":
        return []
    return [choice.value for choice in instrument.item_choices(item) if choice.status is not None]


def quoted(value: str) -> str:
    """A text of XPath. It has no sign for a quote within quotes, so a text with both kinds is put together."""
    if "'" not in value:
        return f"'{value}'"
    if '"' not in value:
        return f'"{value}"'
    return "concat(" + ", \"'\", ".join(f"'{part}'" for part in value.split("'")) + ")"


def plain_number(value: float) -> str:
    """A number without exponent, which XPath does not know; a whole one without a point."""
    return f"{int(value)}" if value == int(value) else f"{Decimal(repr(value)):f}"
