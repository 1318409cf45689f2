"""Faults of `relevant` within one instrument: not readable, an unknown or later item, a value not listed, a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.core.errors import Problem, near_miss
from evaluation.core.yamlfile import Path_, YamlFile
from evaluation.declare.instrument import Instrument
from evaluation.declare.relevant import Comparison, ExpressionError, comparisons, parse_relevant


def routing_items(instrument: Instrument) -> set[str]:
    """Ids of the items that some `relevant` looks at."""
    found = set()
    for item in instrument.items:
        try:
            found |= {part.item for part in comparisons(parse_relevant(item.relevant))} if item.relevant else set()
        except (ExpressionError, RecursionError):
            continue
    return found


def lint_routing(instrument: Instrument, loaded: YamlFile) -> list[Problem]:
    """Every fault of the instrument's routing."""
    order = {item.id: index for index, item in enumerate(instrument.items)}
    faults = []
    needs: dict[str, list[str]] = {}
    for index, item in enumerate(instrument.items):
        if not item.relevant:
            continue
        try:
            asked = comparisons(parse_relevant(item.relevant))
        except (ExpressionError, RecursionError) as error:
            faults.append(loaded.fault("L06", ("items", index, "relevant"), word=error))
            continue
        needs[item.id] = [part.item for part in asked if part.item in order]
        for part in asked:
            faults += _lint_comparison(instrument, part, order, ("items", index, "relevant"), loaded)
    circle = _in_circles(needs)
    for name, others in needs.items():
        here: Path_ = ("items", order[name], "relevant")
        if name in circle:
            faults.append(loaded.fault("L09", here, name=name, circle=sorted(circle)))
        for other in others:
            if order[other] > order[name] and name not in circle:
                faults.append(loaded.fault("L10", here, name=name, other=other))
    return faults


def _lint_comparison(instrument: Instrument, part: Comparison, order: Mapping[str, int], here: Path_,
                     loaded: YamlFile) -> list[Problem]:
    if part.item not in order or instrument.items[order[part.item]].kind == "note":
        return [loaded.fault("L07", here, name=part.item, hint=near_miss(part.item, _answered(instrument)))]
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
