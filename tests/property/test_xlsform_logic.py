# ruff: noqa: E501  (a row of a table is a line)
"""Forms with random logic: who is asked, what is calculated and which answers break a constraint, by our engine on the imported
instrument, and by the XForm that pyxform makes of the same form, its XPath evaluated on the same answers.
"""

from __future__ import annotations

import math
import random
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree
from pyxform.xls2xform import convert
from xlsforms import write_book

from evaluation.declare.functions import FOUND
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.xlsform import read_xlsform
from evaluation.fieldwork.logic import asked_of, breaking

FIELDS = ("type", "name", "label::English (en)", "relevant", "constraint", "calculation")
VALUES = {"letters": ["a", "b", "c"], "numbers": ["0", "1", "2", "10"], "mixed": ["yes", "no", "3"]}
XFORMS = {"x": "http://www.w3.org/2002/xforms"}
Row = dict[str, str]


class Writer:
    """Expressions of the grammar, in the spellings that forms have, about the questions so far."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.kinds: dict[str, str] = {}

    def of(self, *kinds: str) -> str | None:
        names = [name for name, kind in self.kinds.items() if kind.split(" ")[0] in kinds]
        return self.draw.choice(names) if names else None

    def space(self) -> str:
        return self.draw.choice(["", " ", "  ", "\u00a0"])

    def text(self, value: str) -> str:
        return self.draw.choice(["'{}'", '"{}"', "‘{}’", "“{}”"]).format(value)

    def number(self) -> str:
        name, pick = self.of("integer", "calculate"), self.draw.randrange(6)
        if name is None or pick == 0:
            return self.draw.choice(["0", "1", "2", "7", ".5", "1.5", "12"])
        multiple = self.of("select_multiple")
        if pick == 1 and multiple:
            return f"count-selected({self.space()}${{{multiple}}})"
        return [f"${{{name}}}", f"( ${{{name}}} + 1)", f"coalesce(${{{name}}}, 0)", f"(${{{name}}}{self.space()}* 2 - 3)", f"round(${{{name}}} div 2)"][self.draw.randrange(5)]

    def condition(self, depth: int = 2) -> str:
        pick = self.draw.randrange(9)
        if depth and pick < 4:
            one, two = self.condition(depth - 1), self.condition(depth - 1)
            return [f"{one} and {two}", f"({one}) or ({two})", f"not{self.space()}({one})", f"if({one}, 1, 0) = 1"][pick]
        select = self.of("select_one", "select_multiple")
        if pick < 7 and select:
            value = self.text(self.draw.choice(VALUES[self.kinds[select].split(" ")[1]]))
            return [f"${{{select}}}{self.space()}={self.space()}{value}", f"${{{select}}} != {value}", f"selected{self.space()}(${{{select}}},{self.space()}{value})",
                    f"${{{select}}} = ''", f"{value} = ${{{select}}}"][self.draw.randrange(5)]
        return f"{self.number()}{self.space()}{self.draw.choice(['=', '!=', '<', '<=', '>', '>='])}{self.space()}{self.number()}"

    def constraint(self, kind: str) -> str:
        if kind == "integer":
            return self.draw.choice([f". {self.draw.choice(['<', '>=', '!='])} {self.number()}", f"(.>=0 and . <= 30) or {self.condition(1)}", f". = 7 or {self.number()} < ."])
        value = self.text(self.draw.choice(VALUES[kind.split(" ")[1]]))
        return self.draw.choice([f"not(selected(., {value}))", f"not(selected(., {value}) and count-selected(.) > 1)", f". != {value} or {self.condition(1)}"])

    def form(self, count: int) -> list[Row]:
        rows: list[Row] = []
        grouped = False
        for number in range(1, count + 1):
            if not grouped and number > 2 and self.draw.random() < 0.2:
                rows.append({"type": "begin group", "name": f"g{number}", "relevant": self.condition()})
                grouped = True
            kind = self.draw.choice(["integer", "integer", *[f"select_one {name}" for name in VALUES], "select_multiple letters", "select_multiple numbers", "calculate"])
            row = {"type": kind, "name": f"q{number}", "label::English (en)": f"Question {number}"}
            if number > 1 and self.draw.random() < 0.6:
                row["relevant"] = self.condition()
            if kind == "calculate":
                row["calculation"] = self.draw.choice([self.number(), f"if({self.condition()}, {self.number()}, {self.number()})"])
            elif self.draw.random() < 0.5:
                row["constraint"] = self.constraint(kind)
            self.kinds[row["name"]] = kind
            rows.append(row)
            if grouped and self.draw.random() < 0.4:
                rows.append({"type": "end group"})
                grouped = False
        return rows + [{"type": "end group"}] * grouped

    def answer(self, kind: str) -> str:
        if kind == "calculate" or self.draw.random() < 0.2:
            return ""
        if kind == "integer":
            return str(self.draw.choice([-4, 0, 1, 2, 3, 7, 12, 31]))
        values = VALUES[kind.split(" ")[1]]
        return self.draw.choice(values) if kind.startswith("select_one") else " ".join(value for value in values if self.draw.random() < 0.5)


def text_of(value: Any) -> Any:
    """An argument of a function as text: a node is its text."""
    return (value[0].text or "") if isinstance(value, list) and value else "" if isinstance(value, list) else value


def on_nodes(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda context, *given: call(context, *map(text_of, given))


#: what the engine refuses and the oracle runs: it hands back what it is given
UNREAD = {(None, "once"): on_nodes(lambda _, value: value)}
EXTENSIONS = UNREAD | {(None, "odk-round" if name == "round" else name): on_nodes(call) for (_, name), call in FOUND.items()}


class PyxformReading:
    """The XForm of a form, run over one respondent's answers after the other."""

    def __init__(self, file: Path) -> None:
        tree = etree.fromstring(convert(file).xform.encode())
        self.root = tree.xpath("//x:model/x:instance[1]/*", namespaces=XFORMS)[0]
        self.binds = {bind.get("nodeset"): bind for bind in tree.iter("{http://www.w3.org/2002/xforms}bind")}

    def run(self, answers: dict[str, str]) -> tuple[dict[str, bool], dict[str, str], set[str]]:
        """Who is asked, the values at the end, and the items whose constraint is broken."""
        document = self._plain(self.root)
        asked, values, broken = {}, {}, set()
        for node in [node for node in document.iter() if node.tag in answers]:
            node.text = answers[node.tag]
        for node in document.iter():
            path = document.getroottree().getpath(node)
            if node.tag not in answers:
                continue
            held = [self._held(document, upper) for upper in self._upwards(path)]
            asked[node.tag] = all(held)
            bind = self.binds.get(path)
            if bind is not None and bind.get("calculate"):
                found = self._value(bind.get("calculate"), node)
                node.text = ("" if math.isnan(found) else f"{found:.12g}") if isinstance(found, float) else str(text_of(found))
            if not asked[node.tag]:
                node.text = ""
            values[node.tag] = node.text
        for path, bind in self.binds.items():
            node = (document.xpath(path) or [None])[0]
            if bind.get("constraint") and node is not None and node.text and not self._true(bind.get("constraint"), node):
                broken.add(node.tag)
        return asked, values, broken

    def _plain(self, node: Any) -> Any:
        made = etree.Element(etree.QName(node).localname)
        made.extend([self._plain(child) for child in node])
        return made

    def _upwards(self, path: str) -> list[str]:
        parts = path.split("/")
        return ["/".join(parts[:end]) for end in range(2, len(parts) + 1)]

    def _held(self, document: Any, path: str) -> bool:
        bind = self.binds.get(path)
        return bind is None or not bind.get("relevant") or self._true(bind.get("relevant"), document.xpath(path)[0])

    def _value(self, expression: str, node: Any) -> Any:
        named = re.sub(r"\bround *\(", "odk-round(", expression)     # lxml does not let go of XPath's own, which rounds -1.5 up
        return etree.XPath(named, extensions=EXTENSIONS, smart_strings=False)(node)

    def _true(self, expression: str, node: Any) -> bool:
        found = self._value(expression, node)
        return bool(found) and not (isinstance(found, float) and math.isnan(found))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def written(folder: Path, survey: list[Row]) -> Path:
    choices = [[name, value, f"Choice {value}"] for name, values in VALUES.items() for value in values]
    return write_book(folder / "form.xlsx", {
        "survey": [FIELDS, *[[row.get(field, "") for field in FIELDS] for row in survey]],
        "choices": [["list_name", "name", "label::English (en)"], *choices],
        "settings": [["form_id", "form_title", "default_language"], ["form", "Form", "English (en)"]]})


QUICK = settings(max_examples=120, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@QUICK
@given(seed=st.integers(0, 2**32), count=st.integers(2, 12))
def test_the_logic_is_read_as_pyxform_reads_it(folder: Path, seed: int, count: int) -> None:
    writer = Writer(seed)
    survey = writer.form(count)
    file = written(folder, survey)
    draft = read_xlsform(file)
    assert not draft.doubts
    instrument, _ = checked(draft.named("form"))
    answers = pd.DataFrame([{name: writer.answer(kind) for name, kind in writer.kinds.items()} for _ in range(25)], dtype="str")
    oracle = PyxformReading(file)
    expected = [oracle.run(row) for row in answers.to_dict("records")]
    questions = [name for name, kind in writer.kinds.items() if kind != "calculate"]
    asked, seen = asked_of(instrument, answers[questions])
    seen = seen.astype("str").where(asked, "")
    wrong = breaking(instrument, seen)
    for at, (held, values, broken) in enumerate(expected):
        assert {name: bool(asked[name].iloc[at]) for name in writer.kinds} == held, (at, survey)
        assert {name: seen[name].iloc[at] for name in writer.kinds} == values, (at, survey)
        assert {name for name, rows in wrong.items() if at in rows} == broken, (at, survey)


@QUICK
@given(seed=st.integers(0, 2**32), count=st.integers(2, 12))
def test_where_a_condition_cannot_be_read_more_are_asked_and_never_fewer(folder: Path, seed: int, count: int) -> None:
    """On answers as the form itself would have let them be given."""
    writer = Writer(seed)
    survey = writer.form(count)
    for row in survey:
        for field in ("relevant", "constraint", "calculation"):
            if row.get(field) and writer.draw.random() < 0.4:
                unread = writer.draw.choice(["once(1 = 1)", "once(1 = 2)", "once('a') = 'a'"])
                shape = writer.draw.choice(["{1}", "{0} and {1}", "({0}) and {1}", "{1} and ({0})", "({0}) or {1}", "not(({0}) and {1})", "({0} and {1}) and 1 = 1"])
                row[field] = f"once({row[field]})" if field == "calculation" else shape.format(row[field], unread)
    assume(any(row["type"] not in ("calculate", "begin group", "end group") for row in survey))
    file = written(folder, survey)
    instrument, _ = checked(read_xlsform(file).named("form"))
    oracle = PyxformReading(file)
    expected = [oracle.run({name: writer.answer(kind) for name, kind in writer.kinds.items()}) for _ in range(25)]
    kept = [item.id for item in instrument.items]
    answers = pd.DataFrame([values for _, values, _ in expected], dtype="str")
    asked, seen = asked_of(instrument, answers[[name for name in kept if writer.kinds.get(name, "calculate") != "calculate"]])
    wrong = breaking(instrument, seen)
    for at, (held, values, broken) in enumerate(expected):
        for name in kept:
            if writer.kinds[name] == "calculate":
                assert (seen[name].iloc[at] if asked[name].iloc[at] else "") == values[name], (at, survey)
            else:
                assert asked[name].iloc[at] or not held[name], (at, name, survey)
        assert {name for name, rows in wrong.items() if at in rows} <= broken, (at, survey)
