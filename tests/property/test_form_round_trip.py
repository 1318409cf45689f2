# ruff: noqa: E501
"""Ours -> XLSForm -> ours is the identity, and pyxform reads in the form what the instrument says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made_instruments import instruments, is_sound
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from evaluation.core.resources import shipped
from evaluation.declare.instrument import Instrument
from evaluation.declare.model import ANY_LANGUAGE, label
from evaluation.declare.programme import load_instrument
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.export.rows import survey_rows
from evaluation.fieldwork.forms.export.workbook import workbook
from evaluation.fieldwork.forms.names import form_names, form_text, item_id, item_text
from evaluation.fieldwork.forms.sheets import ROLE_COLUMN
from evaluation.fieldwork.forms.xlsform import read_xlsform

BUNDLED = sorted(file for file in (shipped("questionnaires") / "neighbourly").glob("*.yaml") if file.name != "rubric.yaml")
PLACES = {"c01": {"zh": "柳荫里", "en": "Willow Lane"}, "c02": {"*": "Clearspring"}}
MADE = instruments().filter(is_sound)
STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})     # pyxform makes curly quotes straight
CONSENTED = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.reuse, Phase.generate])


def back(instrument: Instrument, file: Path, places: dict[str, dict[str, str]] | None) -> Instrument:
    file.write_bytes(workbook(survey_rows(instrument, places)))
    draft = read_xlsform(file)
    assert [str(told) for told in draft.doubts] == []
    return checked(draft)[0]


def as_a_form_has_it(instrument: Instrument) -> dict[str, Any]:
    """Labels for any language as those of the one language, and without what no form has a place for: that an item is required
    which nobody answers.
    """
    told: dict[str, Any] = labelled(instrument.model_dump(), instrument.languages[0])
    for item, dumped in zip(instrument.items, told["items"], strict=True):
        dumped["required"] = item.required and item.is_answered
    return told


def labelled(value: Any, lang: str) -> Any:
    if isinstance(value, dict):
        return {lang if key == ANY_LANGUAGE else key: labelled(part, lang) for key, part in value.items()}
    return [labelled(part, lang) for part in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("places", [None, PLACES], ids=["typed", "chosen"])
@pytest.mark.parametrize("file", BUNDLED, ids=lambda file: file.stem)
def test_the_bundled_instruments_come_back(file: Path, places: dict[str, dict[str, str]] | None, tmp_path: Path) -> None:
    instrument = load_instrument(file)
    assert back(instrument, tmp_path / "form.xlsx", places) == instrument


@settings(CONSENTED, max_examples=100)
@given(MADE, st.sampled_from([None, PLACES]))
def test_made_instruments_come_back(tmp_path_factory: pytest.TempPathFactory, instrument: Instrument,
                                    places: dict[str, dict[str, str]] | None) -> None:
    file = tmp_path_factory.mktemp("form") / "form.xlsx"
    assert as_a_form_has_it(back(instrument, file, places)) == as_a_form_has_it(instrument)


def read_by_pyxform(instrument: Instrument) -> dict[str, Any]:
    book = workbook(survey_rows(instrument, PLACES))
    return workbook_to_json(workbook_dict=get_xlsform(xlsform=book, file_type=".xlsx"))


def agrees(instrument: Instrument) -> None:
    read = read_by_pyxform(instrument)
    names = form_names(item.id for item in instrument.items)
    found = [child for child in read["children"] if ROLE_COLUMN not in child and child["name"] != "meta"]

    def told(labels: dict[str, str]) -> dict[str, str]:
        return {lang: form_text(label(labels, lang), names).translate(STRAIGHT) for lang in instrument.languages}

    def by_code(labels: dict[str, str]) -> dict[str, str]:
        return {name.rpartition("(")[2].rstrip(")"): text for name, text in labels.items()}

    assert [item_id(child["name"]) for child in found] == [item.id for item in instrument.items]
    for child, item in zip(found, instrument.items, strict=True):
        assert by_code(child["label"]) == told(item.label)
        assert by_code(child.get("hint", {})) == ({} if item.hint is None else told(item.hint))
        kind = {"select all that apply": "select_multiple", "select one": "select_one"}.get(child["type"], child["type"])
        assert kind == item.kind
        assert child.get("list_name") == item.choice_list
        bind = child.get("bind", {})
        if item.relevant is None:
            assert "relevant" not in bind
        else:
            referred = [name for name in names if f"${{{names[name]}}}" in bind["relevant"]]
            assert referred == [name for name in names if f"${{{name}}}" in item.relevant]
        assert ("calculate" in bind) == (item.kind == "calculate")
    for name, choices in instrument.choices.items():
        assert [choice["name"] for choice in read["choices"][name]] == [choice.value for choice in choices]
        assert [by_code(choice["label"]) for choice in read["choices"][name]] == [told(choice.label) for choice in choices]
    assert (read["id_string"], read["version"]) == (instrument.instrument, instrument.version)


@pytest.mark.parametrize("file", BUNDLED, ids=lambda file: file.stem)
def test_pyxform_reads_the_bundled_instruments(file: Path) -> None:
    agrees(load_instrument(file))


@settings(CONSENTED, max_examples=60)
@given(MADE)
def test_pyxform_reads_what_is_said(instrument: Instrument) -> None:
    agrees(instrument)


@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,4}", fullmatch=True), unique=True, max_size=12))
def test_names_are_unlike_and_come_back(ids: list[str]) -> None:
    names = form_names(ids)
    assert [item_id(names[name]) for name in ids] == ids
    assert len({name.casefold() for name in names.values()}) == len(ids)


@given(st.text(alphabet="${}ab1_ \n", max_size=20))
def test_texts_come_back(text: str) -> None:
    names = form_names(["a", "1b"])
    shown = form_text(text, names)
    assert item_text(shown) == text
    assert "${" not in shown.replace("${a}", "").replace("${_1b}", "")
