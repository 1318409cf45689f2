# ruff: noqa: E501  (a row of a table is a line)
"""Answers imported: the same forms in every dialect are the same file; edits, rejections, repeats, versions, kills."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from conftest import ROUND, make_round
from exports import (
    DIALECTS,
    central_rows,
    csv_bytes,
    form,
    kobo_json,
    kobo_rows,
    odata,
    write_bytes,
    write_json,
    write_sheets,
    write_zip,
)

from evaluation import verbs
from evaluation.core.errors import DataError
from evaluation.declare.programme import load_round_file
from evaluation.fieldwork import open_round
from evaluation.fieldwork.imports import writing

FORMS = [form("11", "c1", q1="5", q2="yes", q3="3", q4=["a", "b"], q5="0.5"),
         form("12", "c1", q1="1", q2="no", q4=[], q5="1"),
         form("13", "c2", q1="dk", q2="yes", q3="0", q4=["b"], q5="0.25"),
         form("14", "c2", q1="5", q2="no", q4=["a"])]


def respondent(instance: str, round_: str = "spring", method: str = "questionnaire") -> str:
    return hashlib.sha256(b"\0".join(part.encode() for part in (round_, method, instance))).hexdigest()[:16]


EXPECTED = sorted([[respondent("11"), "c1", "5", "yes", "3", "a b", "0.5"], [respondent("12"), "c1", "1", "no", "", "", "1"],
                   [respondent("13"), "c2", "dk", "yes", "0", "b", "0.25"], [respondent("14"), "c2", "5", "no", "", "a", ""]])
HEADER = ["respondent", "community", "q1", "q2", "q3", "q4", "q5"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A round without answers."""
    return round_at(tmp_path / "round")


def round_at(folder: Path, **changes: object) -> Path:
    return make_round(folder, **{"answers": None, "round": ROUND.replace(", weight: weight", ""), **changes})


def instrument_of(folder: Path):
    return load_round_file(folder)[1].instruments["questionnaire"]


def bring(folder: Path, *files: Path, mapping: Path | None = None) -> None:
    verbs.import_answers(folder, "questionnaire", list(files), mapping, "en")


def rows_in(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))


def answers_in(folder: Path) -> list[list[str]]:
    return rows_in(folder / "answers.csv")


def state_of(folder: Path) -> dict[str, bytes]:
    """Every file that an import writes."""
    return {name: (folder / name).read_bytes() for name in ("answers.csv", "paradata/questionnaire.csv", "paradata/questionnaire.edits.csv")
            if (folder / name).exists()}


def central(file: Path, forms: list, folder: Path, **how: object) -> Path:
    return write_bytes(file, csv_bytes(central_rows(forms, instrument_of(folder), **how)))


@pytest.mark.parametrize("name", DIALECTS)
def test_the_same_forms_in_every_dialect_are_the_same_file(place: Path, tmp_path: Path, name: str) -> None:
    bring(place, DIALECTS[name](tmp_path, FORMS, instrument_of(place)))
    assert answers_in(place) == [HEADER, *EXPECTED]
    asked = open_round(place).answers["questionnaire"].asked
    assert asked["q3"].tolist() == [row[3] == "yes" for row in EXPECTED]
    before = state_of(place)
    bring(place, DIALECTS[name](tmp_path, FORMS[::-1], instrument_of(place)))
    assert state_of(place) == before            # again, in another order


def test_paradata_of_central(place: Path, tmp_path: Path) -> None:
    bring(place, central(tmp_path / "f.csv", FORMS[:1], place))
    assert rows_in(place / "paradata/questionnaire.csv") == [
        ["respondent", "instance", "version", "started", "ended", "submitted", "interviewer", "edits"],
        [respondent("11"), "11", "1", "2026-05-01T16:20:00+08:00", "2026-05-01T16:29:30+08:00", "2026-05-01T08:30:00+00:00", "7", "0"]]
    for content in state_of(place).values():
        assert b"Ana" not in content
        assert b"collect" not in content


def edited(**answers: object) -> dict:
    return form("11", "c1", edits=1, **{"q1": "5", "q2": "yes", "q3": "3", "q4": ["a", "b"], "q5": "0.5", **answers})


@pytest.mark.parametrize("kind", ["central", "odata", "kobo-json"])
def test_an_edit_replaces_with_a_trace_and_an_older_export_does_not_undo_it(place: Path, tmp_path: Path, kind: str) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    change = {"kobo-json": lambda file: write_json(file, json.loads(file.read_text().replace("16:29:30", "16:59:30"))),
              }.get(kind, lambda file: file)
    first = DIALECTS[kind](old, FORMS, instrument_of(place))
    later = change(DIALECTS[kind](new, [edited(q1="1", q4=["b"])], instrument_of(place)))
    bring(place, first)
    bring(place, later)
    whole = state_of(place)
    assert [row for row in answers_in(place) if row[0] == respondent("11")] == [[respondent("11"), "c1", "1", "yes", "3", "b", "0.5"]]
    trace = rows_in(place / "paradata/questionnaire.edits.csv")
    assert [row[:4] for row in trace] == [["respondent", "item", "before", "after"], [respondent("11"), "q1", "5", "1"],
                                          [respondent("11"), "q4", "a b", "b"]]
    bring(place, first)                          # yesterday's export, again
    assert state_of(place) == whole
    for files in ([first, later], [later, first]):   # both in one call, in either order
        other = round_at(tmp_path / f"other{files[0].parent.name}")
        bring(other, *files)
        assert state_of(other) == whole


def test_where_nothing_tells_the_later_file_counts_and_it_is_told(place: Path, tmp_path: Path, capsys) -> None:
    header, *rows = central_rows([FORMS[0], form("11", "c1", q1="1", q2="no")], instrument_of(place))
    at = header.index("Edits")
    one, two = (write_bytes(tmp_path / f"{n}.csv", csv_bytes([[*header[:at], *header[at + 1:]], [*row[:at], *row[at + 1:]]]))
                for n, row in enumerate(rows))
    bring(place, one)
    bring(place, two)
    assert "[I38]" in capsys.readouterr().err
    assert answers_in(place)[1][2:] == ["1", "no", "", "", ""]
    bring(place, two)
    assert "[I38]" not in capsys.readouterr().err


def test_rejected_forms_are_left_out_and_taken_out(place: Path, tmp_path: Path, capsys) -> None:
    bring(place, central(tmp_path / "f.csv", FORMS, place))
    bring(place, central(tmp_path / "g.csv", [form("11", "nowhere", state="rejected", q1="nonsense"), *FORMS[1:]], place))
    told = capsys.readouterr()
    assert "1 rejected, left out" in told.out
    assert "[I39]" in told.err
    assert answers_in(place) == [HEADER, *(row for row in EXPECTED if row[0] != respondent("11"))]
    gone = [row for row in rows_in(place / "paradata/questionnaire.edits.csv") if row[0] == respondent("11")]
    assert {(row[1], row[2], row[3]) for row in gone} == {("community", "c1", ""), ("q1", "5", ""), ("q2", "yes", ""), ("q3", "3", ""),
                                                          ("q4", "a b", ""), ("q5", "0.5", "")}
    bring(place, central(tmp_path / "h.csv", [edited()], place))
    assert answers_in(place) == [HEADER, *EXPECTED]


def test_rejected_then_edited_and_approved_counts_in_any_order(place: Path, tmp_path: Path) -> None:
    one = central(tmp_path / "one.csv", [form("11", "c1", state="rejected", q1="5")], place)
    two = central(tmp_path / "two.csv", [edited()], place)
    for number, files in enumerate(([one, two], [two, one])):
        other = round_at(tmp_path / str(number))
        bring(other, *files)
        assert [row[0] for row in answers_in(other)[1:]] == [respondent("11")]


def test_unfinished_interviews_are_left_out_and_counted(place: Path, tmp_path: Path, capsys) -> None:
    bring(place, DIALECTS["lime"](tmp_path, [*FORMS, form("15", "c1", state="unfinished", q1="5", q2="no")], instrument_of(place)))
    assert answers_in(place) == [HEADER, *EXPECTED]
    assert "5 forms: 4 new, 1 unfinished, left out" in capsys.readouterr().out


def test_answers_from_elsewhere_stay_as_they_are(tmp_path: Path) -> None:
    folder = round_at(tmp_path / "round", answers="respondent,community,q1,q2,q3,q4,q5,sheet\nr9,c2,5,no,,,1,paper\n")
    bring(folder, central(tmp_path / "f.csv", FORMS[:1], folder))
    assert answers_in(folder) == [[*HEADER, "sheet"], [respondent("11"), "c1", "5", "yes", "3", "a b", "0.5", ""],
                                  ["r9", "c2", "5", "no", "", "", "1", "paper"]]
    assert len(rows_in(folder / "paradata/questionnaire.csv")) == 2


@pytest.mark.parametrize("stop", [1, 2])
def test_an_import_that_was_killed_between_its_files_is_made_whole_by_the_next(place: Path, tmp_path: Path, monkeypatch, stop: int) -> None:
    old, new = central(tmp_path / "old.csv", FORMS, place), central(tmp_path / "new.csv", [edited(q1="1"), *FORMS[1:], form("19", "c1", q1="5", q2="no")], place)
    other = round_at(tmp_path / "other")
    bring(other, old)
    bring(other, new)
    bring(place, old)
    write, done = writing.written_whole, itertools.count(1)

    def killed(file: Path):
        if next(done) > stop:
            raise KeyboardInterrupt
        return write(file)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "written_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            bring(place, new)
    assert state_of(place) != state_of(other)
    bring(place, new)
    assert state_of(place) == state_of(other)


def test_columns_that_an_export_lacks_do_not_wipe_answers(place: Path, tmp_path: Path, capsys) -> None:
    bring(place, central(tmp_path / "f.csv", FORMS, place))
    header, *rows = central_rows([edited()], instrument_of(place))
    kept = [at for at, name in enumerate(header) if name not in ("main-q3", "main-q4")]
    bring(place, write_bytes(tmp_path / "g.csv", csv_bytes([[row[at] for at in kept] for row in (header, *rows)])))
    assert answers_in(place) == [HEADER, *EXPECTED]
    assert "q3, q4" in capsys.readouterr().err


def test_versions_of_a_form_in_several_columns_are_one_item(place: Path, tmp_path: Path, capsys) -> None:
    header, *rows = kobo_rows(FORMS, instrument_of(place), split="none")
    at = header.index("main/q1")
    made = [[*header, "q1", "older/q1"]]
    for number, row in enumerate(rows):
        moved = [*row, row[at], ""] if number % 2 else [*row, "", "5" if number == 0 else ""]
        moved[at] = "" if number % 2 else row[at]
        made.append(moved)
    bring(place, write_bytes(tmp_path / "f.csv", csv_bytes(made)))
    assert answers_in(place) == [HEADER, *EXPECTED]
    assert "[I33]" not in capsys.readouterr().err
    made[1][-1] = "1"
    bring(place, write_bytes(tmp_path / "f.csv", csv_bytes(made)))
    assert "f.csv:2: q1: 1 forms have different answers in two columns" in capsys.readouterr().err
    assert answers_in(place) == [HEADER, *EXPECTED]


REPEATED = {"visits": [["c1", "5", "yes", "3", "a b", "0.5"], ["c1", "1", "no", "", "", "1"]], "none": []}


def repeats(folder: Path, how: str) -> list[Path]:
    """Two forms: one with two visits, one with none, and a third with one; the items stand in the visits."""
    forms = {"21": [("5", "yes", "3", "a b", "0.5"), ("1", "no", "", "", "1")], "22": [], "23": [("dk", "yes", "0", "b", "0.25")]}
    community = {"21": "c1", "22": "c1", "23": "c2"}
    items = ["q1", "q2", "q3", "q4", "q5"]
    if how in ("zip", "csv"):
        main = [["SubmissionDate", "community", "KEY", "Edits"], *([["2026-05-01T08:30:00.000Z", community[key], f"uuid:{key}", "0"] for key in forms])]
        child = [[*items, "PARENT_KEY", "KEY"], *([[*visit, f"uuid:{key}", f"uuid:{key}/visit[{n}]"] for key, visits in forms.items() for n, visit in enumerate(visits, 1)])]
        child[1:] = child[:0:-1]
        if how == "zip":
            return [write_zip(folder / "f.zip", {"f-visit.csv": csv_bytes(child), "f.csv": csv_bytes(main), "f-unused.csv": csv_bytes([["x", "PARENT_KEY", "KEY"]])})]
        return [write_bytes(folder / "f-visit.csv", csv_bytes(child)), write_bytes(folder / "f.csv", csv_bytes(main))]
    if how == "odata":
        return [write_json(folder / "f.json", {"value": [
            {"__id": f"uuid:{key}", "__system": {"edits": 0, "submissionDate": "2026-05-01T08:30:00.000Z"}, "community": community[key], "visit@odata.navigationLink": "…",
             "visit": [{"__id": "x", "g": dict(zip(items, visit, strict=True))} for visit in visits]} for key, visits in forms.items()]})]
    if how == "kobo-json":
        return [write_json(folder / "f.json", {"results": [
            {"_id": int(key), "_uuid": key, "community": community[key], "visit": [{f"visit/{item}": cell for item, cell in zip(items, visit, strict=True)} for visit in visits]}
            for key, visits in forms.items()]})]
    main = [["community", "_id", "_uuid", "_submission_time", "_index"], *([community[key], key, key, "2026-05-01T08:30:00", n] for n, key in enumerate(forms, 1))]
    child = [[*items, "_index", "_parent_table_name", "_parent_index", "_submission__id"]]
    for at, (key, visits) in enumerate(forms.items(), 1):
        child += [[*visit, len(child) + n, "form", at, key] for n, visit in enumerate(visits)]
    return [write_sheets(folder / "f.xlsx", {"form": main, "visit": child})]


@pytest.mark.parametrize("how", ["zip", "csv", "odata", "kobo-json", "kobo-xlsx"])
def test_items_in_a_repeat_make_its_rows_the_units_with_the_form_as_psu(place: Path, tmp_path: Path, how: str) -> None:
    bring(place, *repeats(tmp_path, how))
    found = answers_in(place)
    assert found[0] == ["respondent", "community", "psu", *HEADER[2:]]
    assert found[1:] == sorted([[respondent("21/visit[1]"), "c1", respondent("21"), "5", "yes", "3", "a b", "0.5"],
                                [respondent("21/visit[2]"), "c1", respondent("21"), "1", "no", "", "", "1"],
                                [respondent("23/visit[1]"), "c2", respondent("23"), "dk", "yes", "0", "b", "0.25"]])


def test_splits_beside_the_question_must_say_the_same(place: Path, tmp_path: Path, capsys) -> None:
    header, *rows = central_rows(FORMS, instrument_of(place), split=True)
    at = header.index("main-q4/a")
    rows[2][at] = "1"
    bring(place, write_bytes(tmp_path / "f.csv", csv_bytes([header, *rows])))
    assert "f.csv:4: q4: 1 forms have different answers" in capsys.readouterr().err
    assert answers_in(place) == [HEADER, *EXPECTED]


MAPPING = """\
mapping: paper
instance: No.
community: {column: Place, case: lower, first: 2, pattern: "c[0-9]"}
interviewer: Clerk
columns: {q1: How good, q2: Came, q3: Times, q5: Hours}
several: {q4: {a: In the square, b: In the library}}
values: {q1: {fine: 5, "very bad": 1, "99": dk}, q2: {Ja: yes, Nein: no}}
blank: ["-9", k.A.]
"""
PLAIN = [["No.", "Place", "Clerk", "How good", "Came", "Times", "In the square", "In the library", "Hours", "Remarks"],
         ["11", "C1 west", "k1", "Fine", "ja", "3", "x", "X", "0.5", "…"], ["12", "c1", "k1", "very bad", "Nein", "-9", "", "0", "1", ""],
         ["13", "C2", "k2", "99", "JA", "0", "", "x", "0.25", ""], ["14", "c2", "k2", "fine", "nein", "k.a.", "x", "", "-9", ""],
         ["15", "??", "k2", "fine", "nein", "", "", "", "", ""]]


def plain_files(folder: Path) -> dict[str, Path]:
    western = [[cell.replace("Remarks", "Año") for cell in row] for row in PLAIN]
    return {"csv": write_bytes(folder / "a.csv", csv_bytes(PLAIN)), "semicolon": write_bytes(folder / "b.csv", csv_bytes(PLAIN, ";")),
            "tab": write_bytes(folder / "c.tsv", csv_bytes(PLAIN, "\t")), "xlsx": write_sheets(folder / "d.xlsx", {"notes": [["x"], ["y"]], "data": PLAIN}),
            "cp1252": write_bytes(folder / "e.csv", csv_bytes(western).decode().encode("cp1252")),
            "gb18030": write_bytes(folder / "f.csv", csv_bytes([[cell.replace("Remarks", "备注说明") for cell in row] for row in PLAIN]).decode().encode("gb18030"))}


@pytest.mark.parametrize("kind", ["csv", "semicolon", "tab", "xlsx", "cp1252", "gb18030"])
def test_any_other_table_by_a_mapping(place: Path, tmp_path: Path, capsys, kind: str) -> None:
    more = {"cp1252": "encoding: cp1252\n", "xlsx": "sheet: data\n"}.get(kind, "")
    mapping = write_bytes(tmp_path / "paper.yaml", (MAPPING + more).encode())
    bring(place, plain_files(tmp_path)[kind], mapping=mapping)
    assert answers_in(place) == [HEADER, *EXPECTED]
    assert {row[1]: row[6] for row in rows_in(place / "paradata/questionnaire.csv")[1:]} == {"11": "k1", "12": "k1", "13": "k2", "14": "k2"}
    assert ":6: Place: 1 rows name no community of the declared pattern" in capsys.readouterr().err


def test_spss_by_a_mapping(place: Path, tmp_path: Path) -> None:
    data = pd.DataFrame({"ID": [11.0, 12, 13, 14], "PLACE": ["c1", "c1", "c2", "c2"], "V1": [2.0, 1, 9, 2], "V2": [1.0, 2, 1, 2],
                         "V3": [3.0, 99, 0, None], "V4A": [1.0, 0, 0, 1], "V4B": [1.0, 0, 1, 0], "V5": [0.5, 1, 0.25, None]})
    labels = {"V1": {1.0: "Bad", 2.0: "Good", 9.0: "Don't know"}, "V2": {1.0: "Yes", 2.0: "No"}, "V4A": {0.0: "No", 1.0: "Yes"}}
    pyreadstat.write_sav(data, str(tmp_path / "f.sav"), variable_value_labels=labels, missing_ranges={"V1": [9], "V3": [{"lo": 90, "hi": 99}]})
    mapping = write_bytes(tmp_path / "m.yaml", b"mapping: spss\ninstance: ID\ncommunity: PLACE\ncolumns: {q1: V1, q2: V2, q3: V3, q5: V5}\nseveral: {q4: {a: V4A, b: V4B}}\n")
    bring(place, tmp_path / "f.sav", mapping=mapping)
    assert answers_in(place) == [HEADER, *EXPECTED]


def test_what_people_write_is_kept_without_what_they_are_reached_by(tmp_path: Path, capsys) -> None:
    folder = round_at(tmp_path / "round", form=("  - {id: q1,", "  - {id: q9, type: text, label: {zh: 还有什么, en: What else}}\n  - {id: q1,"))
    texts = {"31": "More benches", "32": "Call me: 138 0013 8000", "33": "ana@example.org, please", "34": "=1+1", "35": "my religion matters", "36": "门口有 3 盏灯"}
    bring(folder, central(tmp_path / "f.csv", [form(one, "c1", q9=text) for one, text in texts.items()], folder))
    found = {row[0]: row[2] for row in answers_in(folder)[1:]}
    assert found == {respondent("31"): "More benches", respondent("32"): "Call me: […]", respondent("33"): "[…], please", respondent("34"): "'=1+1",
                     respondent("35"): "", respondent("36"): "门口有 3 盏灯"}
    assert "f.csv:3: q9: 3 answers in free text" in capsys.readouterr().err
    bring(folder, central(tmp_path / "f.csv", [form(one, "c1", q9=text) for one, text in texts.items()], folder))
    assert "6 unchanged" in capsys.readouterr().out


def test_contact_columns_are_not_taken_and_told_once(place: Path, tmp_path: Path, capsys) -> None:
    header, *rows = kobo_rows(FORMS, instrument_of(place))
    extra = ["main/full_name", "phonenumber", "_gps_latitude", "religion", "garden"]
    bring(place, write_bytes(tmp_path / "f.csv", csv_bytes([[*header, *extra], *([*row, "Ana", "13800138000", "31.2", "x", "y"] for row in rows)])))
    err = capsys.readouterr().err
    assert err.count("[I30]") == 1
    assert all(name in err for name in extra[:4])
    assert "garden" not in err
    assert answers_in(place) == [HEADER, *EXPECTED]


def test_accounts_that_are_addresses_become_codes(place: Path, tmp_path: Path, capsys) -> None:
    bring(place, DIALECTS["kobo"](tmp_path, [{**FORMS[0], "who": "ana@example.org"}, {**FORMS[1], "who": "ana@example.org"}], instrument_of(place)))
    code = {row[6] for row in rows_in(place / "paradata/questionnaire.csv")[1:]}
    assert len(code) == 1
    assert next(iter(code)).startswith("u-")
    assert "[I36]" in capsys.readouterr().err
    assert all(b"ana@" not in content for content in state_of(place).values())


def test_communities_may_be_named(place: Path, tmp_path: Path) -> None:
    bring(place, DIALECTS["kobo-zh"](tmp_path, [{**each, "community": {"c1": "甲", "c2": "birch"}[each["community"]]} for each in FORMS], instrument_of(place)))
    assert answers_in(place) == [HEADER, *EXPECTED]


def test_headers_as_the_round_names_them(tmp_path: Path) -> None:
    folder = round_at(tmp_path / "round", round=ROUND.replace(", weight: weight", ", respondent: Form, community: Where, columns: {q1: How good?}, paradata: made/how.csv"))
    bring(folder, central(tmp_path / "f.csv", FORMS, folder))
    assert answers_in(folder)[0] == ["Form", "Where", "How good?", "q2", "q3", "q4", "q5"]
    assert (folder / "made/how.csv").exists()
    assert open_round(folder).answers["questionnaire"].codes["q1"].tolist() == [row[2] for row in EXPECTED]


def test_names_as_our_forms_write_them_and_questions_that_are_worked_out(tmp_path: Path) -> None:
    folder = round_at(tmp_path / "round", form=("id: q1,", "id: end,"))
    header, *rows = central_rows([form("11", "c1", end="5", q2="no")], instrument_of(folder))
    header[header.index("main-end")] = "main-_end"
    bring(folder, write_bytes(tmp_path / "f.csv", csv_bytes([header, *rows])))
    assert answers_in(folder)[1][2] == "5"
    assert rows_in(folder / "paradata/questionnaire.csv")[1][4] == "2026-05-01T16:29:30+08:00"


def test_one_page_of_several_is_told(place: Path, tmp_path: Path, capsys) -> None:
    bring(place, write_json(tmp_path / "f.json", odata(FORMS, instrument_of(place), **{"@odata.nextLink": "https://…"})),
          write_json(tmp_path / "g.json", kobo_json([form("16", "c1", q1="5", q2="no")], instrument_of(place), next="https://…")))
    assert capsys.readouterr().err.count("[I31]") == 2
    assert len(answers_in(place)) == 6


def test_faults_leave_everything_as_it_was(place: Path, tmp_path: Path) -> None:
    bring(place, central(tmp_path / "f.csv", FORMS, place))
    before = state_of(place)
    with pytest.raises(DataError):
        bring(place, central(tmp_path / "g.csv", [edited(q1="1"), form("17", "c1", q1="none of these")], place))
    assert state_of(place) == before


def test_kobo_without_numbers_goes_by_the_first_uuid(place: Path, tmp_path: Path) -> None:
    for number, (answer, uuid) in enumerate((("5", "aa"), ("1", "bb"))):
        rows = [["community", "q1", "q2", "end", "meta/rootUuid", "_uuid", "_submission_time"], ["c1", answer, "no", f"2026-05-0{number + 1}T10:00:00+08:00", "uuid:aa", uuid, "2026-05-01T08:30:00"]]
        bring(place, write_bytes(tmp_path / f"{number}.csv", csv_bytes(rows)))
    assert [row[:3] for row in answers_in(place)[1:]] == [[respondent("aa"), "c1", "1"]]
    assert [row[1:4] for row in rows_in(place / "paradata/questionnaire.edits.csv")[1:]] == [["q1", "5", "1"]]


def test_an_edit_moved_by_the_end_alone_is_not_undone(place: Path, tmp_path: Path) -> None:
    files = []
    for day, answer in (("02", "1"), ("01", "5")):                 # the newer first
        rows = [["community", "q1", "q2", "end", "_id", "_uuid", "_submission_time"], ["c1", answer, "no", f"2026-05-{day}T10:00:00+08:00", "1", day, "2026-05-01T08:30:00"]]
        files.append(write_bytes(tmp_path / f"{day}.csv", csv_bytes(rows)))
    for file in files:
        bring(place, file)
    assert answers_in(place)[1][2] == "1"


def test_forms_that_were_not_decrypted_are_counted(place: Path, tmp_path: Path, capsys) -> None:
    header, *rows = central_rows(FORMS, instrument_of(place))
    rows[0][header.index("Status")] = "not decrypted"
    bring(place, write_bytes(tmp_path / "f.csv", csv_bytes([header, *rows])))
    assert "4 forms: 3 new, 1 not decrypted, left out" in capsys.readouterr().out


@pytest.mark.parametrize(("cell", "codes"), [("a b", "a b"), ("b a", "a b"), ("Square Library", "a b"), ("广场 书屋", "a b"), ("square", "a"), ("Library;Square", "a b"),
                                              ("Square, Library", "a b"), ("Square|", "a"), ("Library", "b"), ("a a", "a"), ("", "")])
def test_several_choices_in_one_cell(place: Path, tmp_path: Path, cell: str, codes: str) -> None:
    bring(place, write_bytes(tmp_path / "f.csv", csv_bytes([["community", "q4", "KEY"], ["c1", cell, "uuid:1"]])))
    assert answers_in(place)[1][5] == codes


def test_labels_that_could_be_read_in_two_ways_are_a_fault_unless_columns_a_choice_tell(tmp_path: Path) -> None:
    folder = round_at(tmp_path / "round", form=("{zh: 书屋, en: Library}}", "{zh: 书屋, en: Library}}\n    - {value: c, score: 1, label: {zh: 广场 书屋, en: Square Library}}"))
    rows = [["community", "q4", "KEY"], ["c1", "Square Library", "uuid:1"]]
    with pytest.raises(DataError) as error:
        bring(folder, write_bytes(tmp_path / "f.csv", csv_bytes(rows)))
    assert [told.code for told in error.value.problems] == ["I16"]
    rows = [[*rows[0], "q4/Square", "q4/Library", "q4/Square Library"], [*rows[1], "0", "0", "1"]]
    bring(folder, write_bytes(tmp_path / "f.csv", csv_bytes(rows)))
    assert answers_in(folder)[1][5] == "c"


@pytest.mark.parametrize("kind", ["odata", "kobo-json"])
def test_an_answer_that_an_edit_took_away_goes(place: Path, tmp_path: Path, kind: str) -> None:
    for number, made in enumerate((FORMS[0], form("11", "c1", edits=1, q1="5", q2="no"))):
        (tmp_path / str(number)).mkdir()
        bring(place, DIALECTS[kind](tmp_path / str(number), [made], instrument_of(place)))
    assert answers_in(place)[1][2:] == ["5", "no", "", "", ""]


def test_limesurveys_arrays_are_items(tmp_path: Path) -> None:
    folder = round_at(tmp_path / "round", form=("id: q1,", "id: q1_SQ1,"))
    rows = [["id", "submitdate", "community", "q1[SQ1]", "q1[other]", "q2"], ["11", "2026-05-01 08:30:00", "c1", "5", "x", "no"]]
    bring(folder, write_bytes(tmp_path / "f.csv", csv_bytes(rows)))
    assert answers_in(folder)[0][2] == "q1_SQ1"
    assert answers_in(folder)[1][2] == "5"


def test_a_form_of_many_versions_keeps_its_newest_however_they_come(place: Path, tmp_path: Path) -> None:
    versions = [central(tmp_path / f"{n}.csv", [form("11", "c1", edits=n, q1=("1", "5", "dk")[n % 3], q2="no")], place) for n in range(5)]
    states = set()
    for number, order in enumerate(((0, 1, 2, 3, 4), (4, 2, 0, 3, 1), (3, 4, 1, 0, 2))):
        folder = round_at(tmp_path / f"r{number}")
        bring(folder, *(versions[place] for place in order))
        states.add(tuple(state_of(folder).values()))
        assert answers_in(folder)[1][2] == "5"
        assert [row[2:4] for row in rows_in(folder / "paradata/questionnaire.edits.csv")[1:]] == [["1", "5"], ["5", "dk"], ["dk", "1"], ["1", "5"]]
    assert len(states) == 1


@pytest.mark.parametrize("other", [b"", b"age,PARENT_KEY,KEY\n"])
def test_a_repeat_in_a_zip_that_nobody_filled_in_is_passed_over(place: Path, tmp_path: Path, other: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as made:
        made.writestr("form.csv", csv_bytes(central_rows(FORMS, instrument_of(place))))
        made.writestr("form-people.csv", other)
    bring(place, tmp_path / "f.zip")
    assert answers_in(place) == [HEADER, *EXPECTED]
