# ruff: noqa: E501  (a row of a table is a line)
"""Any valid instrument that is written in the house style is read back the same, whatever its texts look like."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaluation.core.csvfile import plain
from evaluation.core.errors import problem
from evaluation.core.resources import shipped
from evaluation.core.yamlfile import read_yaml
from evaluation.declare.instrument import Instrument
from evaluation.declare.programme import load_instrument
from evaluation.declare.scope import offending
from evaluation.fieldwork.forms.yamlout import instrument_yaml

QUICK = settings(max_examples=150, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
TRICKY = ["no", "yes", "true", "True", "null", "~", "12", "-3", "0.5", "012", "1e3", "1_000", "1:30", ".5", "2026-01-31", "- a", "-", "# x", "a # b", "a: b",
          "a:", ":a", "?", "? a", "'", '"', 'say "no"', "it's", "\\", "\\n", "%x", "@", "`", "<<", "=", " a", "a ", "a\nb\n\n", "\n", "\t", "a\tb", "\r", "a\r\nb",
          "😀", "👨‍👩‍👧", "[a", "a]", "{", "}", "a, b", "!t", "&a", "*a", "|", ">", "...", "---", "\x85", "\u2028", "\u2029", "\xa0", "\ufeff", "\x00", "\x1b", "\u3000",
          "姓　名", "其他：", "（请说明）", "“引”", "Is it? yes", "a?b", "Don't know", "１２", "x" * 300, "长" * 300]
texts = st.one_of(st.sampled_from(TRICKY), st.text("ab 社区。，？012:#'\"-{}[],&*!|>%@`\\~=\n\t", min_size=1, max_size=12),
                  st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)).filter(lambda text: not offending(text))
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True, alphabet="abcxyzABC019_.-").filter(lambda name: not offending(name))
labels = st.fixed_dictionaries({"zh": texts, "en": texts})


@st.composite
def choice_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    values = draw(st.lists(texts.filter(lambda text: " " not in text), min_size=2, max_size=4, unique_by=lambda value: plain(value).casefold()))
    choices: list[dict[str, Any]] = [{"value": value, "label": draw(labels)} for value in values]
    choices[0]["score"] = draw(st.sampled_from([0, 0.1, 33.33, 50, 100, 1e-7]))
    for choice in choices[1:]:
        choice |= draw(st.sampled_from([{}, {"score": 25}, {"status": "dont_know"}]))
        choice |= draw(st.sampled_from([{}, {"aliases": ["no", "a, b"]}]))
    return choices


@st.composite
def instruments(draw: st.DrawFn) -> dict[str, Any]:
    """Data of an instrument with no fault."""
    listed = {name: draw(choice_lists()) for name in draw(st.lists(names, max_size=3, unique=True))}
    items: list[dict[str, Any]] = []
    for id_ in draw(st.lists(names, min_size=1, max_size=5, unique=True)):
        kinds = ["integer", "decimal", "text", "note", "calculate", *(f"{kind} {name}" for kind in ("select_one", "select_multiple") for name in listed)]
        item: dict[str, Any] = {"id": id_, "type": draw(st.sampled_from(kinds)), "label": draw(labels)}
        if item["type"] == "calculate":
            item["calculation"] = draw(st.sampled_from(["1 + 1", "concat('a: ', \"b\")"]))
        if item["type"] in ("integer", "decimal"):
            item |= draw(st.sampled_from([{}, {"range": {"low": -1.5, "high": 1e22}, "indicator": "1.10", "reverse": True, "weight": 0.5}]))
            item |= draw(st.sampled_from([{}, {"constraint": ". > 0 and . != '#'", "constraint_message": draw(labels)}]))
        if item["type"].startswith("select"):
            item |= draw(st.sampled_from([{}, {"indicator": "012"}]))
        asked = [one["id"] for one in items if one["type"] != "note"]
        if asked and draw(st.booleans()):
            item["relevant"] = f"${{{draw(st.sampled_from(asked))}}} != ''"
        item |= draw(st.sampled_from([{}, {"required": True}, {"hint": draw(labels)}, {"topics": ["library", "a: b"]}]))
        items.append(item)
    more = draw(st.sampled_from([{}, {"consent": draw(labels), "minutes": 7.5, "topics": ["parks"]}]))
    return {"instrument": draw(names), "method": draw(st.sampled_from(["phone", "records"])), "version": draw(texts), "title": draw(labels),
            "languages": ["zh", "en"], "choices": listed, "items": items} | more


@pytest.fixture(scope="module")
def file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "any.yaml"


def read_back(file: Path, text: str) -> Instrument:
    file.write_bytes(text.encode())
    return load_instrument(file)


@QUICK
@given(data=instruments(), said=texts)
def test_what_is_written_is_read_back_the_same(file: Path, data: dict[str, Any], said: str) -> None:
    meant = Instrument.model_validate(data)
    doubts = [problem("X20", "a.txt", 3, path, warning=True, label=said) for path in ("", data["items"][-1]["id"], said)]
    text = instrument_yaml(data, doubts)
    assert read_back(file, text) == meant
    dumped = meant.model_dump(exclude_defaults=True)
    assert read_back(file, instrument_yaml(dumped, doubts)) == meant
    assert sum(line.lstrip().startswith("# ") for line in text.split("\n")) == len(set(doubts))


@QUICK
@given(text=texts)
@example("true")
@example("12")
def test_a_text_stays_that_text_wherever_it_stands(file: Path, text: str) -> None:
    data = {"title": {"zh": text, "Español (es)": text, "*": text}, "items": [{"id": "q", "label": {"zh": text}, "topics": [text]}]}
    file.write_bytes(instrument_yaml(data).encode())
    assert read_yaml(file).data == data
    assert read_yaml(file).problems == []


SHIPPED = sorted(file for file in (shipped("questionnaires") / "neighbourly").glob("*.yaml") if file.name != "rubric.yaml")


@pytest.mark.parametrize("declared", SHIPPED, ids=lambda declared: declared.stem)
def test_the_shipped_instruments_are_read_back_the_same(file: Path, declared: Path) -> None:
    meant = load_instrument(declared)
    assert read_back(file, instrument_yaml(meant.model_dump(exclude_defaults=True))) == meant


def test_the_text_is_in_the_house_style() -> None:
    data = {"instrument": "parks", "method": "phone", "version": "2", "title": {"zh": "公园", "en": "Parks, 1"}, "languages": ["zh", "en"], "minutes": 8.0,
            "consent": {"zh": "愿意吗？", "en": "May we?"},
            "choices": {"well": [{"value": 1, "score": 0, "label": {"zh": "差", "en": "Poor"}}, {"value": "yes", "score": 12.5, "label": {"zh": "好", "en": "Don't know"}},
                                 {"value": "3", "status": "dont_know", "label": "plain", "aliases": ["a b"]}]},
            "items": [{"id": "q1", "type": "select_one well", "label": {"zh": "好吗？", "en": "Good: yes?"}, "relevant": "${a} = 'no'", "indicator": "1.2", "required": True},
                      {"id": "q2", "type": "integer", "range": {"low": 0, "high": 10.5}, "label": "How many?"}]}
    doubts = [problem("X21", "parks.txt"), problem("X20", "parks.txt", 7, "q2", warning=True, label="one\ntwo")]
    at_row = problem("X20", "parks.xlsx [survey]", 5, "label", warning=True, label="five")
    assert instrument_yaml(data, [*doubts, at_row], {("items", 0): ("survey", 5)}) == """\
# parks.txt: no question was found. Number the questions (1. 2. 3.) with choices below them (A. B. C.), or give an XLSForm with a sheet survey [X21]
instrument: parks
method: phone
version: "2"
title: {zh: 公园, en: "Parks, 1"}
languages: [zh, en]
minutes: 8
consent:
  zh: 愿意吗？
  en: May we?

choices:
  well:
      - {value: 1, score: 0, label: {zh: 差, en: Poor}}
      - {value: "yes", score: 12.5, label: {zh: 好, en: Don't know}}
      - {value: 3, status: dont_know, label: plain, aliases: [a b]}

items:
  # parks.xlsx [survey]:5: label: 'five' asks for contact data; it is left out. Names, phones and addresses live in frame/ alone. See docs/protection.md [X20]
  - id: q1
    type: select_one well
    indicator: "1.2"
    label:
      zh: 好吗？
      en: "Good: yes?"
    relevant: "${a} = 'no'"
    required: true
  # parks.txt:7: q2: 'one two' asks for contact data; it is left out. Names, phones and addresses live in frame/ alone. See docs/protection.md [X20]
  - id: q2
    type: integer
    range: {low: 0, high: 10.5}
    label: How many?
"""
