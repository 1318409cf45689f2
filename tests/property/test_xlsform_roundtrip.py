"""Ours, written as an XLSForm, comes back the same."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_instruments import instruments, is_sound

from evaluation.core.resources import shipped
from evaluation.declare.instrument import Instrument
from evaluation.declare.programme import load_instrument
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.export.rows import survey_rows
from evaluation.fieldwork.forms.export.workbook import workbook
from evaluation.fieldwork.forms.xlsform import read_xlsform

PLACES = {"c01": {"zh": "柳荫里", "en": "Willow Lane"}, "c02": {"*": "清真路"}}
SLOW = settings(max_examples=80, deadline=None, database=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def back(folder: Path, instrument: Instrument, places: dict[str, dict[str, str]] | None) -> Instrument:
    file = folder / "form.xlsx"
    file.write_bytes(workbook(survey_rows(instrument, places)))
    draft = read_xlsform(file)
    assert draft.doubts == ()
    return checked(draft.named("other"))[0]


@pytest.mark.parametrize("name", ["phone", "resident", "meeting", "activity", "records"])
@pytest.mark.parametrize("places", [None, PLACES])
def test_the_shipped_instruments_come_back_the_same(folder, name, places):
    instrument = load_instrument(shipped("questionnaires") / "neighbourly" / f"{name}.yaml")
    assert back(folder, instrument, places) == instrument


def test_what_is_changed_in_a_derived_column_is_told(folder):
    """Ranges and lone answers stand in `constraint` only; who changes it there is told that `declared_constraint` counts."""
    instrument = Instrument.model_validate({
        "instrument": "form", "method": "phone", "version": "1", "title": {"en": "T"}, "languages": ["en"],
        "items": [{"id": "n", "type": "integer", "label": {"en": "N"}, "range": {"low": 0, "high": 9}, "constraint": ". != 7"}],
    })
    sheets = survey_rows(instrument)
    at = next(number for number, row in enumerate(sheets.survey) if row["name"] == "n")
    assert sheets.survey[at]["constraint"] == "(. != 7) and (. >= 0 and . <= 9)"
    sheets.survey[at]["constraint"] = ". < 5"
    file = folder / "changed.xlsx"
    file.write_bytes(workbook(sheets))
    draft = read_xlsform(file)
    assert [(doubt.code, doubt.line, doubt.path, dict(doubt.values)) for doubt in draft.doubts] == [
        ("X19", at + 2, "n.constraint", {"text": ". < 5"})]
    assert checked(draft)[0] == instrument


@SLOW
@given(instruments().filter(is_sound), st.sampled_from([None, PLACES]))
def test_any_instrument_comes_back_the_same(folder, instrument, places):
    assert back(folder, instrument, places) == instrument
