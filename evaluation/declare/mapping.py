"""A mapping: which column of another program's file is what, and what its answers are called here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from evaluation.core.errors import Problem, near_miss
from evaluation.core.yamlfile import YamlFile
from evaluation.declare.instrument import Instrument
from evaluation.declare.model import Declared, Method, Name, Text, Topics
from evaluation.declare.round import CommunityAt

TICKED = ("1", "y", "yes", "true", "x", "checked", "selected", "quoted", "ja", "oui", "是", "√", "✓")
ANYTHING = "*"


class Mapping(Declared):
    """Where a file of answers has what the round needs. Everything that is left out is found as the file's program writes it.

    instance: column of each form's id; psu, stratum, weight, rater: design columns. columns: item -> header. values: item ->
    their word -> our choice (or number). several: select_multiple item -> choice -> header of a column that is ticked or not;
    ticked: what counts as a tick, `*` being anything but a blank or 0. blank: words that mean no answer.
    """

    mapping: Name
    method: Method | None = None
    instance: Text | None = None
    community: CommunityAt | None = None
    version: Text | None = None
    started: Text | None = None
    ended: Text | None = None
    submitted: Text | None = None
    interviewer: Text | None = None
    psu: Text | None = None
    stratum: Text | None = None
    weight: Text | None = None
    rater: Text | None = None
    columns: dict[Name, Text] = {}
    values: dict[Name, dict[Text, Text]] = {}
    several: dict[Name, dict[Text, Text]] = {}
    ticked: Topics = TICKED
    blank: Topics = ()
    encoding: Text | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: Text | None = None


def lint_mapping(mapping: Mapping, loaded: YamlFile, instrument: Instrument) -> list[Problem]:
    """Faults of a mapping for one instrument: items it does not have, choices that are on no list, another method."""
    faults = []
    if mapping.method not in (None, instrument.method):
        faults.append(loaded.fault("I01", ("method",), method=mapping.method, asked=instrument.method))
    items = {item.id: item for item in instrument.items if item.is_answered}
    for field in ("columns", "values", "several"):
        for name in getattr(mapping, field):
            if name not in items:
                faults.append(loaded.fault("L22", (field, name), name=name, hint=near_miss(name, items)))
    for name, theirs in mapping.values.items():
        known = [choice.value for choice in instrument.item_choices(items[name])] if name in items else []
        faults += [loaded.fault("I02", ("values", name, word), value=ours, name=name, hint=near_miss(ours, known))
                   for word, ours in theirs.items() if known and ours not in known]
    for name, headers in mapping.several.items():
        if name in items and items[name].kind != "select_multiple":
            faults.append(loaded.fault("I03", ("several", name), name=name, kind=items[name].kind))
        elif name in items:
            known = [choice.value for choice in instrument.item_choices(items[name])]
            faults += [loaded.fault("I02", ("several", name, value), value=value, name=name, hint=near_miss(value, known))
                       for value in headers if value not in known]
    return faults
