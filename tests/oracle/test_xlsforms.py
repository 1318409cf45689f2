# ruff: noqa: E501  (a row of a table is a line)
"""Eighteen XLSForms of others: what each becomes, counted on their sheets by hand; and 14 of them against pyxform's own parse.

Oracle: xlsform_parse_pyxform.json (pyxform 4.5.0): every question with its type, list and relevant, and choices by list.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from evaluation.core.errors import DeclarationError
from evaluation.fieldwork.forms.drafts import checked
from evaluation.fieldwork.forms.xlsform import read_xlsform

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FORMS = DATA / "forms"
ORACLE = DATA / "oracles" / "xlsform_parse_pyxform.json"
pytestmark = pytest.mark.skipif(not FORMS.is_dir(), reason="needs the shared data")

#: file -> languages, rows of the sheet that are items, headings of groups that are notes now, items that are added, doubts
TAKEN = {
    "correlaid_testB.xlsx": ("de en", 48, 7, 0, {"X06": 1, "X09": 1, "X12": 1, "X13": 4, "X15": 1, "X25": 1, "X29": 1}),
    "ipa_cati_multiple_attempts.xlsx": ("en", 53, 14, 0, {"X06": 2, "X08": 9, "X09": 1, "X10": 3, "X12": 1, "X13": 4, "X17": 1, "X18": 5, "X19": 1, "X26": 2, "X29": 1}),
    "ipa_date_allows_dk.xlsx": ("en", 9, 0, 0, {"X06": 1, "X09": 1, "X13": 1, "X15": 6, "X29": 8}),
    "ipa_likert_template.xlsx": ("en", 13, 0, 0, {"X06": 1, "X09": 1, "X15": 2, "X29": 4}),
    "ipa_phone_survey.xlsx": ("en", 10, 2, 0, {"X06": 2, "X08": 1, "X09": 1, "X12": 1, "X15": 12, "X16": 9, "X18": 1, "X26": 1}),
    "liberia_std.xlsx": ("en", 2, 1, 0, {"X06": 1, "X10": 1, "X12": 1, "X27": 1}),
    "liberia_village_round2.xlsx": ("en", 6, 0, 0, {"X06": 1, "X07": 1, "X08": 1, "X15": 3, "X18": 2, "X26": 1}),
    "pyxform_cascading_select_test_equivalent.xls": ("en", 9, 0, 0, {"X27": 1}),
    "pyxform_loop.xlsx": ("en", 1, 0, 1, {"X10": 1, "X28": 1}),
    "pyxform_or_other.xlsx": ("en", 2, 0, 1, {"X06": 1, "X18": 1, "X27": 1, "X28": 1}),
    "pyxform_specify_other.xlsx": ("en", 1, 0, 1, {"X28": 1}),
    "pyxform_table-list.xls": ("en", 5, 2, 0, {"X05": 1, "X06": 2, "X12": 1, "X24": 1, "X27": 1}),
    "pyxform_widgets.xls": ("en", 26, 4, 0, {"X06": 2, "X08": 6, "X12": 1, "X13": 6, "X15": 1, "X24": 1, "X26": 1, "X27": 1}),
    "pyxform_xlsform_spec_test.xlsx": ("en zh", 28, 0, 0, {"X06": 2, "X08": 5, "X09": 1, "X10": 1, "X13": 4, "X14": 2, "X15": 1, "X24": 2, "X25": 2, "X26": 1, "X27": 1}),
    "pyxformbug_blank_second_row.xls": ("en", 1, 0, 0, {"X27": 1}),
    "pyxformbug_duplicate_columns.xlsx": ("en zh", 28, 0, 0, {"X05": 1, "X06": 2, "X08": 5, "X09": 1, "X10": 1, "X13": 4, "X14": 2, "X15": 1, "X24": 2, "X25": 2, "X26": 1, "X27": 1}),
    "pyxformbug_spaces_in_choices_header.xls": ("en", 2, 0, 0, {"X06": 2, "X18": 1, "X27": 1}),
}
#: where one doubt stands, by file: code, sheet, row
TOLD = {
    "correlaid_testB.xlsx": ("X29", "choices", 29), "ipa_cati_multiple_attempts.xlsx": ("X19", "survey", 165),
    "ipa_date_allows_dk.xlsx": ("X13", "survey", 11), "ipa_likert_template.xlsx": ("X15", "survey", 6),
    "ipa_phone_survey.xlsx": ("X08", "survey", 10), "liberia_std.xlsx": ("X10", "survey", 7),
    "liberia_village_round2.xlsx": ("X07", "choices", 6), "pyxform_loop.xlsx": ("X10", "survey", 3),
    "pyxform_or_other.xlsx": ("X28", "survey", 2), "pyxform_widgets.xls": ("X08", "survey", 11),
    "pyxform_xlsform_spec_test.xlsx": ("X14", "survey", 54), "pyxformbug_duplicate_columns.xlsx": ("X05", "survey", 1),
    "pyxform_table-list.xls": ("X24", "choices", 20), "pyxformbug_spaces_in_choices_header.xls": ("X18", "survey", 2),
}
REFUSED = {
    "pyxform_tutorial.xls": ("X03", "survey", 2),                    # everything is in a repeat
    "liberia_village_round2.xlsx": ("S02", "choices", 23),           # a place that is called after a faith
}
KINDS = {"select one": "select_one", "select all that apply": "select_multiple", "int": "integer", "integer": "integer",
         "decimal": "decimal", "string": "text", "text": "text", "note": "note", "calculate": "calculate"}
REASONS = ("X08", "X13", "X14", "X15", "X16", "X17")                 # doubts that say why an item is not as it was


def place(problem):
    return problem.code, problem.file.partition(" [")[2].rstrip("]"), problem.line


def test_every_form_is_in_one_of_the_tables():
    assert {file.name for file in FORMS.glob("*.xls*")} == TAKEN.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", TAKEN)
def test_a_form_becomes_items_and_doubts(name):
    languages, rows, headings, added, codes = TAKEN[name]
    draft = read_xlsform(FORMS / name)
    assert " ".join(draft.data["languages"]) == languages
    assert len(draft.data["items"]) == rows + headings + added
    found = Counter(doubt.code for doubt in draft.doubts)
    assert {code: found[code] for code in codes} == codes
    assert found.keys() - codes.keys() <= ({"X15", "X16"} if "cati" in name else set())
    assert name not in TOLD or TOLD[name] in [place(doubt) for doubt in draft.doubts]
    if name not in REFUSED:
        instrument, _ = checked(draft.named("form"))
        assert len(instrument.items) == len(draft.data["items"])


@pytest.mark.parametrize("name", REFUSED)
def test_a_form_is_refused_with_sheet_and_row(name):
    with pytest.raises(DeclarationError) as told:
        checked(read_xlsform(FORMS / name).named("form"))
    assert REFUSED[name] in [place(fault) for fault in told.value.problems if not fault.warning]


def as_here(expression):
    """pyxform writes a path for the item that or_other adds; SurveyCTO's null is a blank."""
    return re.sub(r"\.\./(\w+)", r"${\1}", expression).replace("null", "''")


PARSED = json.loads(ORACLE.read_text(encoding="utf-8"))["forms"] if ORACLE.is_file() else {}


@pytest.mark.parametrize("name", [name for name in TAKEN if PARSED.get(name, {}).get("ok")])
def test_what_pyxform_reads_is_read_alike(name):
    draft = read_xlsform(FORMS / name)
    questions = PARSED[name]["questions"]
    told = {doubt.path.partition(".")[0] for doubt in draft.doubts if doubt.code in REASONS}
    told |= {dict(doubt.values)["name"] for doubt in draft.doubts if doubt.code == "X14"}
    repeats = tuple(f"{one['path']}/" for one in questions if one["type"] in ("repeat", "loop"))
    conditional = tuple(f"{one['path']}/" for one in questions if one["type"] == "group" and one["relevant"])
    ours = {item["id"]: item for item in draft.data["items"]}
    compared = 0
    for one in questions:
        key = one["path"].rpartition("/")[2]
        made_there = key.startswith(("instanceID", "instanceName", "generated_", "reserved_name_")) or key.endswith("_count")
        if one["type"] not in KINDS or key in told or made_there or one["path"].startswith(repeats):
            continue
        item = ours[key]
        compared += 1
        assert item["type"].split(" ")[0] == KINDS[one["type"]]
        if one["list"] and name != "pyxform_or_other.xlsx":
            assert item["type"].split(" ")[1] == one["list"]
        if one["relevant"] and not one["path"].startswith(conditional):
            assert item["relevant"] == as_here(one["relevant"])
        if one["constraint"]:
            assert item["constraint"] == as_here(one["constraint"])
    assert compared > len(ours) / 3
    lists = {key: [choice["value"] for choice in choices] for key, choices in draft.data.get("choices", {}).items()}
    theirs = {key: [choice["name"] for choice in choices] for key, choices in (PARSED[name]["choices"] or {}).items()}
    if name == "pyxform_or_other.xlsx":                           # there "other" is in the list of both questions, here of its own
        theirs["colors_or_other"] = theirs["colors"]
        theirs["colors"] = theirs["colors"][:-1]
    assert {key: lists[key] for key in lists} == {key: theirs[key] for key in lists}
