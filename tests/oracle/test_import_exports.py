# ruff: noqa: E501  (a row of a table is a line)
"""Real exports: Kobo's codes and labels say the same; Toronto's survey by a mapping is what reading its file directly gives."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from conftest import RUBRIC, make_round
from ruamel.yaml import YAML

from evaluation import verbs
from evaluation.fieldwork import open_round
from evaluation.fieldwork.imports.submissions import respondent_of

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
KOBO = DATA / "kobo" / "robotoolbox_MIT"
TORONTO = DATA / "surveys" / "toronto_per_public_survey" / "per_public_survey_trimmed_cp1252.csv"
PETS = """\
instrument: pets
method: questionnaire
version: "1"
title: Pets
languages: [en]
choices:
  pet:
    - {value: 1, score: 0, label: rabbit}
    - {value: 2, score: 0, label: chicken}
    - {value: 3, score: 0, label: dog}
    - {value: 4, score: 0, label: cat}
    - {value: 5, score: 100, label: turtle}
items:
  - {id: pet_type, type: select_multiple pet, indicator: "1.1", label: What type of pet do you own ?}
"""
OWNED = {"20939301": "3 4 5", "20939288": "", "20939278": "5", "20939265": "4", "20939261": "3 4"}     # as the codes export shows it


@pytest.mark.skipif(not KOBO.exists(), reason="shared data not here")
def test_kobos_codes_and_labels_say_the_same(tmp_path: Path, capsys) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text("mapping: pets\ncommunity: _xform_id_string\n")
    round_ = "round: pets\ntitle: Pets\nprogramme: garden\ncommunities: {from: answers}\nanswers:\n  questionnaire: {file: answers.csv}\n"
    rubric = RUBRIC.replace("points: 60", "points: 100")
    rubric = "".join(line for line in rubric.splitlines(keepends=True) if '"1.2"' not in line)
    found = []
    for kind in ("codes", "labels"):
        folder = make_round(tmp_path / kind, answers=None, communities=None, form=PETS, round=round_, rubric=_english(rubric))
        verbs.import_answers(folder, "questionnaire", [KOBO / f"select_multiple_{kind}.csv"], mapping, "en")
        err = capsys.readouterr().err
        assert "full_name" in err                      # a name, which stays where it is
        found.append((folder / "answers.csv").read_bytes())
        assert b"Moh" not in found[-1] + (folder / "paradata/questionnaire.csv").read_bytes()
    assert found[0] == found[1]
    rows = {row["respondent"]: row["pet_type"] for row in csv.DictReader(found[0].decode().splitlines())}
    assert rows == {respondent_of("pets", "questionnaire", one): pets for one, pets in OWNED.items()}


def _english(text: str) -> str:
    """The rubric in one language, as the pets' form is."""
    return text.replace("languages: [zh, en]", "languages: [en]").replace("zh: 园地, ", "").replace("zh: 服务, ", "").replace("zh: 接待, ", "")


@pytest.mark.skipif(not TORONTO.exists(), reason="shared data not here")
def test_toronto_by_a_mapping_is_what_reading_its_file_gives(tmp_path: Path) -> None:
    direct, brought = tmp_path / "direct", tmp_path / "brought"
    shutil.copytree(ROOT / "tests" / "scenarios" / "toronto", direct)
    (direct / "answers").mkdir()
    shutil.copy(TORONTO, direct / "answers" / "per_public_survey.csv")
    shutil.copytree(direct / "programme", brought / "programme")
    yaml = YAML(typ="safe")
    declared = yaml.load((direct / "round.yaml").read_text(encoding="utf-8"))
    file = declared["answers"]["questionnaire"]
    declared["answers"]["questionnaire"] = {"file": "answers.csv"}
    with (brought / "round.yaml").open("w", encoding="utf-8") as stream:
        YAML().dump(declared, stream)
    mapping = {"mapping": "toronto", "instance": file["respondent"], "encoding": file["encoding"], "community": file["community"],
               "columns": file["columns"]}
    with (tmp_path / "m.yaml").open("w", encoding="utf-8") as stream:
        YAML().dump(mapping, stream)
    verbs.import_answers(brought, "questionnaire", [TORONTO], tmp_path / "m.yaml", "en")
    one, other = (open_round(folder).answers["questionnaire"] for folder in (direct, brought))
    assert len(one.design) == len(other.design) > 300
    for item in one.codes:
        for community in ("M4C", "M6H"):
            mine, theirs = (sorted(given.of(community).codes[item].astype(str)) for given in (one, other))
            assert mine == theirs
    counts = [given.codes.apply(lambda column: column.astype(str).value_counts()).fillna(0) for given in (one, other)]
    assert counts[0].equals(counts[1])
