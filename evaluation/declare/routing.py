"""Faults of expressions within one instrument: not readable, an unknown or later item, a value not listed, a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.core.errors import Problem, near_miss
from evaluation.core.yamlfile import Path_, YamlFile
from evaluation.declare.expression import Comparison, Expression, read_expression
from evaluation.declare.grammar import ExpressionError
from evaluation.declare.instrument import Instrument

FIELDS = {"relevant": "L06", "constraint": "L06", "calculation": "L30"}  # field -> code of what cannot be read


def routing_items(instrument: Instrument) -> set[str]:
    """Ids of the items that some expression looks at."""
    return {name for _, _, found in _read(instrument) if isinstance(found, Expression) for name in found.items}


def lint_routing(instrument: Instrument, loaded: YamlFile) -> list[Problem]:
    """Every fault of the instrument's expressions."""
    order = {item.id: index for index, item in enumerate(instrument.items)}
    faults = []
    for index, item in enumerate(instrument.items):
        if (item.kind == "calculate") != (item.calculation is not None):
            faults.append(loaded.fault("L31", ("items", index, "type"), name=item.id))
    needs: dict[str, list[tuple[str, str]]] = {}
    for index, field, found in _read(instrument):
        here: Path_ = ("items", index, field)
        if isinstance(found, ExpressionError):
            faults.append(loaded.fault(FIELDS[field], here, word=found))
            continue
        if found.own and field != "constraint":
            faults.append(loaded.fault(FIELDS[field], here, word="."))
        item = instrument.items[index]
        needs.setdefault(item.id, []).extend((field, name) for name in found.items if name in order)
        for name in found.items:
            if name not in order or instrument.items[order[name]].kind == "note":
                faults.append(loaded.fault("L07", here, name=name, hint=near_miss(name, _answered(instrument))))
        for part in found.comparisons:
            faults += _lint_comparison(instrument, part, order, here, loaded)
    circle = _in_circles({name: [other for field, other in others if field != "constraint"] for name, others in needs.items()})
    for name, others in needs.items():
        if name in circle:
            faults.append(loaded.fault("L09", ("items", order[name], others[0][0]), name=name, circle=sorted(circle)))
        for field, other in others:
            if order[other] > order[name] and name not in circle:
                faults.append(loaded.fault("L10", ("items", order[name], field), name=name, other=other))
    return faults


def _read(instrument: Instrument) -> list[tuple[int, str, Expression | ExpressionError]]:
    """Every expression of an instrument: place of the item, field, and what it is read as."""
    found: list[tuple[int, str, Expression | ExpressionError]] = []
    for index, item in enumerate(instrument.items):
        for field in FIELDS:
            text = getattr(item, field)
            if text is not None:
                try:
                    found.append((index, field, read_expression(text, condition=field != "calculation")))
                except ExpressionError as error:
                    found.append((index, field, error))
    return found


def _lint_comparison(instrument: Instrument, part: Comparison, order: Mapping[str, int], here: Path_,
                     loaded: YamlFile) -> list[Problem]:
    if part.item not in order:
        return []
    asked = instrument.items[order[part.item]]
    values = [choice.value for choice in instrument.item_choices(asked)]
    if values and part.op in ("=", "!=", "selected") and part.value not in ("", *values):
        return [loaded.fault("L08", here, value=part.value, name=part.item, hint=near_miss(part.value, values))]
    return []


def _answered(instrument: Instrument) -> list[str]:
    return [item.id for item in instrument.items if item.kind != "note"]


def _in_circles(needs: Mapping[str, Sequence[str]]) -> set[str]:
    """Items whose routing comes back to themselves."""
    found = set()
    for start in needs:
        reached: set[str] = set()
        ahead = list(needs[start])
        while ahead:
            item = ahead.pop()
            if item not in reached:
                reached.add(item)
                ahead.extend(needs.get(item, ()))
        if start in reached:
            found.add(start)
    return found
