# ruff: noqa: E501  (a row of a table is a line)
"""What a form calculates and asks is what reading the answers makes of them: the XForm's own XPath, run by lxml, against the engine."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from made_instruments import instruments, is_sound
from pyxform.xls2xform import convert

from evaluation.declare.functions import FOUND, SPACE
from evaluation.declare.instrument import Instrument
from evaluation.fieldwork.forms.export.rows import survey_rows
from evaluation.fieldwork.forms.export.workbook import workbook
from evaluation.fieldwork.forms.names import form_names
from evaluation.fieldwork.logic import asked_of, breaking

MADE = instruments().filter(is_sound)


def plain(value: Any) -> Any:
    """A node as its text."""
    return (value[0].text or "") if isinstance(value, list) and value else "" if isinstance(value, list) else value


def as_odk(function: Any) -> Any:
    return lambda context, *arguments: function(context, *map(plain, arguments))


FUNCTIONS = {key: as_odk(function) for key, function in FOUND.items()}
NAMES = re.compile(r"([A-Za-z][A-Za-z-]*)\(")  # libxml2 keeps its own round()


class Form:
    """An XForm that is filled in: its binds are run in document order, as JavaRosa does for forms without references ahead."""

    def __init__(self, instrument: Instrument) -> None:
        root = etree.fromstring(convert(workbook(survey_rows(instrument))).xform.encode())
        self.binds = {bind.get("nodeset"): bind for bind in root.iter("{*}bind")}
        self.data = etree.Element("data")
        for name in form_names(item.id for item in instrument.items).values():
            etree.SubElement(self.data, name)

    def run(self, expression: str, at: etree._Element) -> Any:
        ours = NAMES.sub(lambda found: f"f:{found.group()}" if (SPACE, found.group(1)) in FOUND else found.group(), expression)
        return etree.XPath(ours, namespaces={"f": SPACE}, extensions=FUNCTIONS)(at)

    def filled(self, instrument: Instrument, answers: dict[str, str]) -> dict[str, str]:
        """Values by item; blank where the form does not ask."""
        found = {}
        for name, given_name in form_names(item.id for item in instrument.items).items():
            node = self.data.find(given_name)
            bind = self.binds[f"/data/{given_name}"]
            value = answers.get(name, "")
            if bind.get("calculate"):
                made = plain(self.run(bind.get("calculate"), node))
                value = ("true" if made else "false") if isinstance(made, bool) else made
                if isinstance(made, float):
                    value = "" if made != made or made in (float("inf"), -float("inf")) else f"{made:.12g}"
            if bind.get("relevant") and not self.run(f"boolean({bind.get('relevant')})", node):
                value = ""
            node.text = value
            found[name] = value
        return found

    def allows(self, name: str, value: str) -> bool:
        """Whether the form takes an answer."""
        node = self.data.find(name)
        node.text = value
        return bool(self.run(f"boolean({self.binds[f'/data/{name}'].get('constraint') or 'true()'})", node))


@st.composite
def filled(draw: st.DrawFn) -> tuple[Instrument, dict[str, str]]:
    instrument = draw(MADE)
    answers = {}
    for item in instrument.items:
        values = [choice.value for choice in instrument.item_choices(item)]
        if item.kind == "select_one":
            answers[item.id] = draw(st.sampled_from(["", *values]))
        elif item.kind == "select_multiple":
            answers[item.id] = " ".join(draw(st.lists(st.sampled_from(values), max_size=2, unique=True)))
        elif item.kind in ("integer", "decimal"):
            answers[item.id] = draw(st.sampled_from(["", "0", "3", "-7", "12"] + ["2.5"] * (item.kind == "decimal")))
        elif item.kind == "text":
            answers[item.id] = ""
    return instrument, answers


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(filled())
def test_the_form_calculates_and_asks_as_the_engine_does(made: tuple[Instrument, dict[str, str]]) -> None:
    instrument, answers = made
    form = Form(instrument).filled(instrument, answers)
    asked, codes = asked_of(instrument, pd.DataFrame({name: [value] for name, value in answers.items()}, index=[2]))
    for item in instrument.items:
        if item.kind == "calculate":
            assert form[item.id] == codes.loc[2, item.id], item
        elif item.is_answered:
            assert form[item.id] == (answers[item.id] if asked.loc[2, item.id] else ""), item


CALCULATED = Instrument.model_validate({
    "instrument": "f", "method": "phone", "version": "1", "title": "F", "languages": ["en"],
    "choices": {"grade": [{"value": "1", "label": "Bad"}, {"value": "3", "label": "Good"}, {"value": "98", "label": "Don't know", "status": "dont_know"},
                          {"value": "99", "label": "Not said", "status": "prefer_not_to_say"}],
                "places": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}, {"value": "it's", "label": "None known", "status": "dont_know"}]},
    "items": [{"id": "1", "type": "select_one grade", "label": "One"}, {"id": "q.2", "type": "select_one grade", "label": "Two"},
              {"id": "where", "type": "select_multiple places", "label": "Where"},
              {"id": "n", "type": "integer", "label": "N", "range": {"low": 0, "high": 10}, "constraint": ". != 7"},
              {"id": "sum", "type": "calculate", "label": "Sum", "calculation": "${1} + ${q.2}"},
              {"id": "many", "type": "calculate", "label": "Many", "calculation": "count-selected(${where})"},
              {"id": "text", "type": "calculate", "label": "T", "calculation": "concat(${1}, 'x', ${1})"}]})  # fmt: skip


@pytest.mark.parametrize(("answers", "expected"), [
    ({"1": "3", "q.2": "1"}, {"sum": "4", "many": "0", "text": "3x3"}),
    ({"1": "98", "q.2": "1"}, {"sum": "", "text": "x"}),  # not 99
    ({"1": "3", "q.2": "99"}, {"sum": ""}),
    ({"1": "", "q.2": "3"}, {"sum": ""}),
    ({"where": "a b"}, {"many": "2"}),
    ({"where": "it's"}, {"many": "0"}),
])
def test_no_answer_is_blank_in_a_calculation(answers: dict[str, str], expected: dict[str, str]) -> None:
    found = Form(CALCULATED).filled(CALCULATED, answers)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(("name", "value", "allowed"), [
    ("n", "0", True), ("n", "10", True), ("n", "-1", False), ("n", "11", False), ("n", "7", False), ("n", "6", True),
    ("where", "a", True), ("where", "a b", True), ("where", "it's", True), ("where", "a it's", False), ("where", "it's b", False),
])
def test_ranges_and_lone_answers_are_constraints(name: str, value: str, allowed: bool) -> None:
    assert Form(CALCULATED).allows(name, value) is allowed


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(filled())
def test_what_the_engine_tells_of_the_form_does_not_take(made: tuple[Instrument, dict[str, str]]) -> None:
    instrument, answers = made
    form = Form(instrument)
    names = form_names(item.id for item in instrument.items)
    seen = form.filled(instrument, answers)
    told = breaking(instrument, pd.DataFrame({name: [value] for name, value in seen.items()}, index=[2]))
    for name in told:
        if any(item.id == name and item.is_answered for item in instrument.items):
            assert not form.allows(names[name], seen[name])
