# ruff: noqa: E501
"""Forms of any instrument: pyxform takes them without a word, ODK Validate accepts them, and they say what the instrument says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import pyxform.validators.odk_validate as odk
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from made_instruments import instruments, is_sound
from pyxform.xls2xform import convert

from evaluation.declare.instrument import Instrument
from evaluation.fieldwork.forms.export.rows import survey_rows
from evaluation.fieldwork.forms.export.workbook import workbook

PLACES = {"c01": {"zh": "柳荫里", "en": "Willow Lane"}, "c02": {"*": "Clear ${spring}"}}
MADE = instruments().filter(is_sound)
SLOW = settings(deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])


def validated(files: list[Path]) -> str:
    """What ODK Validate finds wrong; it looks at many files in one run."""
    told = subprocess.run(["java", "-jar", odk.ODK_VALIDATE_PATH, *map(str, files)], capture_output=True, text=True, timeout=300, check=False)
    return told.stderr if told.returncode or told.stderr.strip() else ""


@settings(SLOW, max_examples=60)
@given(MADE, st.sampled_from([None, PLACES]))
def test_pyxform_has_nothing_to_say(instrument: Instrument, places: dict[str, dict[str, str]] | None) -> None:
    told: list[str] = []
    convert(workbook(survey_rows(instrument, places)), warnings=told)
    assert told == []


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate runs on Java, which is not here")
@settings(SLOW, max_examples=8)
@given(st.lists(MADE, min_size=4, max_size=8))
def test_odk_validate_accepts_them(tmp_path_factory: pytest.TempPathFactory, made: list[Instrument]) -> None:
    folder = tmp_path_factory.mktemp("forms")
    files = []
    for number, instrument in enumerate(made):
        files.append(folder / f"{number}.xml")
        files[-1].write_text(convert(workbook(survey_rows(instrument, PLACES))).xform, encoding="utf-8")
    assert validated(files) == ""
