# ruff: noqa: E501  (a row of a table is a line)
"""Any answers to any instrument, written in every dialect and imported: the same file, whatever the order of rows and files."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from conftest import RUBRIC, make_round
from exports import DIALECTS, Form, form, relevant_items
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evaluation import verbs
from evaluation.declare.programme import load_round_file
from evaluation.fieldwork import open_round

WORDS = ["well", "not so well", "so", "I do not know", "a", "b c", "c", "Don't", "3", "七 个"]
ROUND = "round: any\ntitle: {zh: 任, en: Any}\nprogramme: garden\nanswers:\n  questionnaire: {file: answers.csv}\n"
NAMES = st.sampled_from(["q1", "q-2", "q.3", "g_4", "how", "b5", "Q6", "end1"])


@st.composite
def instruments(draw) -> str:
    """Some items of every kind, with labels of several words, some asked by the answer to the first."""
    labels = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=5, unique=True))
    choices = "".join(f"    - {{value: v{n}, score: {n}, label: {{zh: \"选{n}\", en: \"{word}\"}}}}\n" for n, word in enumerate(labels))
    names = draw(st.lists(NAMES, min_size=3, max_size=6, unique_by=str.casefold))
    items = ["  - {id: first, type: select_one grade, indicator: '1.1', label: {zh: 一, en: First}}\n"]
    for place, name in enumerate(names):
        kind = draw(st.sampled_from(["select_one grade", "select_multiple grade", "integer", "decimal"]))
        if kind in ("integer", "decimal"):
            kind += ", range: {low: 0, high: 100}"
        held = ", relevant: \"${first} = 'v1'\"" if draw(st.booleans()) else ""
        indicator = ", indicator: '1.2'"
        items.append(f"  - {{id: {name}, type: {kind}{indicator}{held}, label: {{zh: 题{place}, en: Question {place}}}}}\n")
    return ("instrument: form\nmethod: questionnaire\nversion: '1'\ntitle: {zh: 问, en: Any}\nlanguages: [zh, en]\nchoices:\n  grade:\n"
            + choices + "items:\n" + "".join(items))


def forms_of(draw, instrument) -> list[Form]:
    forms = []
    for number in range(draw(st.integers(1, 6))):
        answers = {}
        for item in instrument.items:
            values = [choice.value for choice in instrument.item_choices(item)]
            if item.kind == "select_one":
                answers[item.id] = draw(st.sampled_from(values if item.id == "first" else [*values, ""]))
            elif item.kind == "select_multiple":
                answers[item.id] = sorted(draw(st.sets(st.sampled_from(values))))
            elif item.kind == "integer":
                answers[item.id] = draw(st.sampled_from(["", *map(str, range(0, 101, 20))]))
            else:
                answers[item.id] = draw(st.sampled_from(["", "0.5", "7.25", "3"]))
        made = form(str(100 + number), draw(st.sampled_from(["c1", "c2"])), **answers)
        held = relevant_items(instrument, [made])[0]
        made["answers"] = {name: value if held[name] else "" for name, value in answers.items()}
        forms.append(made)
    return forms


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_every_dialect_says_the_same(data) -> None:
    text = data.draw(instruments())
    with tempfile.TemporaryDirectory() as scratch:
        found = {}
        forms: list[Form] = []
        for name, write in DIALECTS.items():
            folder = make_round(Path(scratch) / name, answers=None, form=text, round=ROUND, rubric=RUBRIC)
            instrument = load_round_file(folder)[1].instruments["questionnaire"]
            forms = forms or forms_of(data.draw, instrument)
            cut = data.draw(st.integers(0, len(forms) - 1))
            files = []
            for part, some in enumerate((data.draw(st.permutations(forms[cut:])), forms[:cut + 1])):   # one form is in both
                (folder / str(part)).mkdir()
                files.append(write(folder / str(part), some, instrument))
            verbs.import_answers(folder, "questionnaire", files[:: data.draw(st.sampled_from([1, -1]))], None, "en")
            found[name] = (folder / "answers.csv").read_bytes()
            if name == "central":
                asked = relevant_items(instrument, forms)
                opened = open_round(folder).answers["questionnaire"]
                assert sorted(map(str, opened.asked.to_dict("records"))) == sorted(map(str, asked))
        assert len(set(found.values())) == 1, found
        rows = list(csv.DictReader(found["central"].decode().splitlines()))
        expected = sorted(str([each["community"], *(" ".join(value) if isinstance(value, list) else value for value in each["answers"].values())])
                          for each in forms)
        assert sorted(str(list(row.values())[1:]) for row in rows) == expected


@pytest.mark.parametrize("values", [["a", "b"], ["b", "a"]])
def test_the_writers_write_what_they_are_given(tmp_path: Path, values: list[str]) -> None:
    folder = make_round(tmp_path / "round")
    instrument = load_round_file(folder)[1].instruments["questionnaire"]
    text = DIALECTS["central-split"](tmp_path, [form("1", "c1", q4=values)], instrument).read_text()
    assert "1,1" in text
    assert " ".join(values) in text
