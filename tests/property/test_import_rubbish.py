# ruff: noqa: E501  (a row of a table is a line)
"""Exports with random damage: every one is imported, or refused with told faults; never an error of Python's."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from conftest import ROUND, make_round
from exports import DIALECTS, form

from evaluation import verbs
from evaluation.core.errors import EvaluationError
from evaluation.declare.programme import load_round_file

FORMS = [form(str(n), "c1", q1="5", q2="yes", q3="3", q4=["a", "b"], q5="0.5") for n in range(12)]
JUNK = [b"", b"\0", b'"', b"\n", b"\r", b",", b";", b"{", b"}", b"[", b"null", b"\xff", b"\\ud800", b"1e999", b"-", "好".encode(), b"=1+1", b"uuid:1", b"\t"]


def damaged(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(content))
        content = content[:at] + chance.choice(JUNK) + content[at + chance.choice((0, 0, 1, 3, 40)):]
    return content


@pytest.mark.parametrize("name", [*DIALECTS, "sav"])
def test_damage_is_imported_or_told(name: str) -> None:
    chance = random.Random(name)
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_round(Path(scratch) / "round", answers=None, round=ROUND.replace(", weight: weight", ""))
        instrument = load_round_file(folder)[1].instruments["questionnaire"]
        mapping = None
        if name == "sav":
            whole = Path(scratch) / "f.sav"
            pyreadstat.write_sav(pd.DataFrame({"ID": [1.0, 2], "P": ["c1", "c2"], "Q": [1.0, 5]}), str(whole), variable_value_labels={"Q": {1.0: "Bad"}})
            mapping = Path(scratch) / "m.yaml"
            mapping.write_text("mapping: m\ninstance: ID\ncommunity: P\ncolumns: {q1: Q}\n")
        else:
            whole = DIALECTS[name](Path(scratch), FORMS, instrument)
        content = whole.read_bytes()
        refused = 0
        for _ in range(60):
            whole.write_bytes(damaged(content, chance))
            try:
                verbs.import_answers(folder, "questionnaire", [whole], mapping, "en")
            except EvaluationError as error:
                refused += all(told.code for told in error.problems)
        assert refused
        whole.write_bytes(content)
        verbs.import_answers(folder, "questionnaire", [whole], mapping, "en")
