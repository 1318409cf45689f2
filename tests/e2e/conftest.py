"""A copy of the sample round with its programme, to change."""

import shutil

import pytest

from evaluation.core.resources import shipped


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "round"
    shutil.copytree(shipped("data_samples") / "autumn-2026", made)
    shutil.copytree(shipped("questionnaires") / "neighbourly", made / "neighbourly")
    return made
