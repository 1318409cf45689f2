"""Faults that other tools let through: in one instrument, in one rubric, and between the two."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from evaluation.core.csvfile import plain
from evaluation.core.errors import Problem, near_miss
from evaluation.core.yamlfile import Path_, YamlFile
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import ANY_LANGUAGE, LANGUAGES, Declared
from evaluation.declare.routing import lint_routing, routing_items
from evaluation.declare.rubric import Rubric

POINTS = 100
TOLERANCE = 1e-9


def lint_instrument(instrument: Instrument, loaded: YamlFile) -> list[Problem]:
    """Faults inside one instrument."""
    faults = [*_translations(instrument, instrument.languages, loaded)]
    faults += _twice([item.id for item in instrument.items], "items", "id", loaded)
    for name, choices in instrument.choices.items():
        faults += _twice([choice.value for choice in choices], ("choices", name), "value", loaded)
        faults += _alike(instrument, name, loaded)
    used = {item.choice_list for item in instrument.items}
    for name in instrument.choices.keys() - used:
        faults.append(loaded.fault("L05", ("choices", name), name=name, warning=True))
    routes = routing_items(instrument)
    for index, item in enumerate(instrument.items):
        faults += _lint_item(instrument, item, index, routes, loaded)
    return faults + lint_routing(instrument, loaded)


def _alike(instrument: Instrument, name: str, loaded: YamlFile) -> list[Problem]:
    """Values of a list that no file of answers could tell apart."""
    faults = []
    seen: dict[str, str] = {}
    several = any(item.kind == "select_multiple" and item.choice_list == name for item in instrument.items)
    for index, choice in enumerate(instrument.choices[name]):
        here: Path_ = ("choices", name, index, "value")
        if several and " " in choice.value:
            faults.append(loaded.fault("L25", here, value=choice.value, name=name))
        folded = plain(choice.value).casefold()
        if seen.get(folded, choice.value) != choice.value:
            faults.append(loaded.fault("L26", here, value=choice.value, other=seen[folded]))
        seen.setdefault(folded, choice.value)
    return faults


def _lint_item(instrument: Instrument, item: Item, index: int, routes: set[str], loaded: YamlFile) -> list[Problem]:
    here: Path_ = ("items", index)
    faults = []
    if item.choice_list and item.choice_list not in instrument.choices:
        hint = near_miss(item.choice_list, instrument.choices)
        faults.append(loaded.fault("L03", (*here, "type"), name=item.choice_list, hint=hint))
    if item.range is not None and item.kind not in ("integer", "decimal"):
        faults.append(loaded.fault("L23", (*here, "range"), name=item.id, kind=item.kind))
    if item.indicator is None and item.is_answered and item.id not in routes:
        faults.append(loaded.fault("L20", (*here, "id"), name=item.id, warning=True))
    if item.is_scored:
        scored = any(choice.score is not None for choice in instrument.item_choices(item))
        if item.kind in ("integer", "decimal") and item.range is None:
            faults.append(loaded.fault("L11", (*here, "type"), name=item.id))
        elif item.kind in ("text", "note", "calculate"):
            faults.append(loaded.fault("L12", (*here, "indicator"), name=item.id, kind=item.kind))
        elif item.choice_list in instrument.choices and not scored:
            faults.append(loaded.fault("L13", (*here, "type"), name=item.id, choices=item.choice_list))
    return faults


def lint_rubric(rubric: Rubric, loaded: YamlFile) -> list[Problem]:
    """Faults inside one rubric."""
    faults = [*_translations(rubric, rubric.languages, loaded)]
    faults += _twice([dimension.id for dimension in rubric.dimensions], "dimensions", "id", loaded)
    faults += _twice([aim.id for aim in rubric.aims], "aims", "id", loaded)
    faults += _twice([level.id for level in rubric.levels], "levels", "id", loaded)
    faults += _twice([cap.id for cap in rubric.caps], "caps", "id", loaded)
    dimensions = [dimension.id for dimension in rubric.dimensions]
    for c, cap in enumerate(rubric.caps):
        if cap.dimension not in dimensions:
            hint = near_miss(cap.dimension, dimensions)
            faults.append(loaded.fault("R08", ("caps", c, "dimension"), name=cap.id, dimension=cap.dimension, hint=hint))
    total = math.fsum(indicator.points for indicator in rubric.indicators)
    if abs(total - POINTS) > TOLERANCE:
        faults.append(loaded.fault("R01", ("dimensions",), total=f"{total:g}", by=f"{POINTS - total:+g}"))
    aims = [aim.id for aim in rubric.aims]
    seen: dict[str, int] = {}
    for d, dimension in enumerate(rubric.dimensions):
        for i, indicator in enumerate(dimension.indicators):
            here: Path_ = ("dimensions", d, "indicators", i)
            if indicator.id in seen:
                faults.append(loaded.fault("L01", (*here, "id"), name=indicator.id, first=seen[indicator.id]))
            seen.setdefault(indicator.id, loaded.line((*here, "id")))
            if not indicator.evidence:
                faults.append(loaded.fault("R02", here, name=indicator.id))
            elif abs(math.fsum(indicator.evidence.values()) - 1) > TOLERANCE:
                total = math.fsum(indicator.evidence.values())
                faults.append(loaded.fault("R03", (*here, "evidence"), name=indicator.id, total=f"{total:g}"))
            if indicator.aim is not None and indicator.aim not in aims:
                hint = near_miss(indicator.aim, aims)
                faults.append(loaded.fault("R04", (*here, "aim"), name=indicator.aim, hint=hint))
    marks = [level.at for level in rubric.levels]
    if marks != sorted(set(marks)):
        faults.append(loaded.fault("R05", ("levels",), marks=[f"{mark:g}" for mark in marks]))
    if marks and marks[0] < rubric.pass_mark:
        faults.append(loaded.fault("R06", ("levels", 0), at=f"{marks[0]:g}", mark=f"{rubric.pass_mark:g}"))
    return faults


def lint_between(rubric: Rubric, rubric_file: YamlFile,
                 instruments: Mapping[str, tuple[Instrument, YamlFile]]) -> list[Problem]:
    """Faults between a rubric and its instruments (by method): evidence without items, items without a home."""
    faults = []
    indicators = {indicator.id: indicator for indicator in rubric.indicators}
    for method, (instrument, loaded) in instruments.items():
        for index, item in enumerate(instrument.items):
            if item.indicator is None:
                continue
            here: Path_ = ("items", index, "indicator")
            if item.indicator not in indicators:
                hint = near_miss(item.indicator, indicators)
                faults.append(loaded.fault("L04", here, name=item.indicator, hint=hint))
            elif method not in indicators[item.indicator].evidence:
                faults.append(loaded.fault("L21", here, name=item.id, indicator=item.indicator, method=method, warning=True))
    for c, cap in enumerate(rubric.caps):
        known = instruments[cap.when.method][0].items if cap.when.method in instruments else ()
        items = [item.id for item in known if item.is_scored]
        if cap.when.item not in items:
            hint = near_miss(cap.when.item, items)
            faults.append(rubric_file.fault("R09", ("caps", c, "when", "item"), name=cap.id, item=cap.when.item,
                                            method=cap.when.method, hint=hint))
    for d, dimension in enumerate(rubric.dimensions):
        for i, indicator in enumerate(dimension.indicators):
            for method in indicator.evidence:
                fed = method in instruments and any(item.indicator == indicator.id for item in instruments[method][0].items)
                few = [item.id for item in instruments[method][0].items if item.indicator == indicator.id
                       and not _has_three_scores(instruments[method][0], item)] if method in instruments else []
                if few and indicator.measure_of(method) == "top_two":
                    here = ("dimensions", d, "indicators", i, "measure")
                    faults.append(rubric_file.fault("R10", here, name=indicator.id, item=few[0], method=method))
                if not fed:
                    here = ("dimensions", d, "indicators", i, "evidence", method)
                    faults.append(rubric_file.fault("R07", here, name=indicator.id, method=method))
    return faults


def _has_three_scores(instrument: Instrument, item: Item) -> bool:
    """Whether the two best answers of an item are fewer than all."""
    if item.range is not None:
        return item.kind == "integer" and item.range.high - item.range.low >= 2
    return len({choice.score for choice in instrument.item_choices(item) if choice.score is not None}) > 2


def _twice(names: Sequence[str], at: str | Path_, key: str, loaded: YamlFile) -> list[Problem]:
    base: Path_ = (at,) if isinstance(at, str) else at
    first: dict[str, int] = {}
    faults = []
    for index, name in enumerate(names):
        here: Path_ = (*base, index, key)
        if name in first:
            faults.append(loaded.fault("L01", here, name=name, first=first[name]))
        first.setdefault(name, loaded.line(here))
    return faults


def _translations(declared: Declared, languages: Iterable[str], loaded: YamlFile) -> list[Problem]:
    """Labels that lack one of the declared languages, or have one that is not declared."""
    wanted = set(languages)
    faults = []
    for path, labels in _labels_in(declared, ()):
        enough = ANY_LANGUAGE in labels and len(wanted) == 1
        missing = set() if enough else wanted - labels.keys()
        for lang in sorted(missing):
            faults.append(loaded.fault("L02", path, lang=lang))
        for lang in sorted(labels.keys() - wanted - {ANY_LANGUAGE}):
            faults.append(loaded.fault("L14", (*path, lang), lang=lang, hint=near_miss(lang, {*wanted, *LANGUAGES})))
    return faults


def _labels_in(declared: Declared, path: Path_) -> list[tuple[Path_, Mapping[str, str]]]:
    found: list[tuple[Path_, Mapping[str, str]]] = []
    for name in type(declared).model_fields:
        value = getattr(declared, name)
        here = (*path, name)
        if name in ("label", "title", "note", "hint", "consent", "constraint_message") and isinstance(value, dict):
            found.append((here, value))
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
        for key, part in parts:
            for inner_key, inner in enumerate(part) if isinstance(part, tuple) else ((None, part),):
                if isinstance(inner, Declared):
                    found += _labels_in(inner, (*here, key) if inner_key is None else (*here, key, inner_key))
    return found
