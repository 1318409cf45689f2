# ruff: noqa: E501  (a row of a table is a line)
"""The examples of docs/files.md and docs/field.md are what the loader reads and what the toolkit writes."""

import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from evaluation.core.resources import shipped
from evaluation.declare.programme import check_file
from evaluation.fieldwork import open_round
from evaluation.reporting.results import gated_scores, score_file
from evaluation.verbs import import_answers, import_form

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = "\n".join((DOCS / name).read_text(encoding="utf-8") for name in ("files.md", "field.md"))
YAMLS = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize("text", YAMLS, ids=lambda text: text.splitlines()[0][:30])
def test_every_yaml_example_is_free_of_faults(tmp_path, text):
    first = next(iter(YAML(typ="safe").load(text)))
    assert first in ("rubric", "instrument", "round", "mapping")
    file = tmp_path / f"{first}.yaml"
    file.write_text(text, encoding="utf-8")
    assert not [told for told in check_file(file) if not told.warning]


def test_there_are_examples():
    assert len(YAMLS) >= 3


def test_the_json_example_is_of_the_sample_round():
    shown = json.loads(re.findall(r"```json\n(.*?)```", TEXT, flags=re.DOTALL)[-1])
    opened = open_round(shipped("data_samples") / "autumn-2026")
    made = score_file(opened, "c01", gated_scores(opened))
    total = next(row for row in made.scores if row.level == "total")
    assert total.model_dump() == pytest.approx(shown)


def test_the_example_of_questionnaire_text_is_imported_as_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EVALUATION_LANG", "en")
    shown = next(text for text in re.findall(r"```text\n(.*?)```", TEXT, flags=re.DOTALL) if "[单选题]" in text)
    (tmp_path / "readers.txt").write_text(shown, encoding="utf-8")
    import_form([tmp_path / "readers.txt"], None, None, "visits", False)
    made = (tmp_path / "readers.yaml").read_text(encoding="utf-8").replace(f"{tmp_path}/", "")
    assert made == next(text for text in YAMLS if "instrument: visits" in text)


def test_the_example_round_opens_whole(tmp_path):
    """Every fault of any block would be told: the texts and the tables of one round belong together."""
    tables = {text.splitlines()[0]: text for text in re.findall(r"```csv\n(.*?)```", TEXT, flags=re.DOTALL)}
    by_kind = {re.search(r"^(rubric|instrument|round|mapping): (\S+)", text, flags=re.MULTILINE).group(2): text for text in YAMLS}
    rubric = next(text for text in YAMLS if text.startswith("rubric:"))
    places = {"library/rubric.yaml": rubric, "library/readers.yaml": by_kind["readers"],
              "library/shelf.yaml": by_kind["shelf"], "round.yaml": by_kind["spring"]}
    for header, text in tables.items():
        for start, place in (("id,name_zh", "communities.csv"), ("respondent,community,q1", "answers/questionnaire.csv"),
                             ("respondent,community,r1", "answers/records.csv"), ("unit,community", "frame/frame.csv")):
            if header.startswith(start):
                places[place] = text
    for place, text in places.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    assert len(places) == 8
    assert len(open_round(tmp_path).communities) == 2


def test_the_example_of_an_import_gives_what_is_shown(tmp_path):
    by_kind = {re.search(r"^(\w+): ([\w-]+)", text, flags=re.MULTILINE).group(2): text for text in YAMLS}
    tables = {text.splitlines()[0]: text for text in re.findall(r"```csv\n(.*?)```", TEXT, flags=re.DOTALL)}
    shown = next(text for text in re.findall(r"```csv\n(.*?)```", TEXT, flags=re.DOTALL) if re.search(r"^[0-9a-f]{16},b0", text, flags=re.MULTILINE))
    trace = next(text for header, text in tables.items() if header.startswith("respondent,item"))
    communities = next(text for header, text in tables.items() if header.startswith("id,name_zh"))
    rubric = next(text for text in YAMLS if text.startswith("rubric:"))
    paper = next(text for header, text in tables.items() if header.startswith("No.;"))
    for place, text in (("library/rubric.yaml", rubric), ("library/readers.yaml", by_kind["readers"]), ("library/shelf.yaml", by_kind["shelf"]),
                        ("round.yaml", by_kind["spring"]), ("communities.csv", communities), ("paper.yaml", by_kind["paper-forms"]),
                        ("paper.csv", paper), ("later.csv", paper.replace("fine;5;", "fine;15;"))):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    for name in ("paper", "later"):
        import_answers(tmp_path, "questionnaire", [tmp_path / f"{name}.csv"], tmp_path / "paper.yaml", "en")
        if name == "paper":
            assert (tmp_path / "answers" / "questionnaire.csv").read_text(encoding="utf-8") == shown
    assert (tmp_path / "paradata" / "questionnaire.edits.csv").read_text(encoding="utf-8") == trace
