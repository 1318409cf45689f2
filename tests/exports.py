# ruff: noqa: E501  (a row of an export is a line)
"""Exports as the programs write them, of the same forms: writers for tests. A form is a dictionary; see `form`.

    FORMS = [form("1", "c1", q1="5", q4=["a", "b"]), …]
    write_central(file, FORMS, INSTRUMENT)
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import label
from evaluation.fieldwork.logic import asked_of

Form = dict[str, Any]
GROUP = "main"


def form(instance: str, community: str, *, submitted: str = "2026-05-01T08:30:00.000Z", edits: int = 0, state: str = "",
         version: str = "1", who: str = "7", **answers: Any) -> Form:
    """A form: its answers by item, a list of codes for a select_multiple."""
    return {"instance": instance, "community": community, "submitted": submitted, "edits": edits, "state": state,
            "version": version, "who": who, "answers": answers}


def relevant_items(instrument: Instrument, forms: Sequence[Form]) -> list[dict[str, bool]]:
    """Which items each form was asked, by the instrument's logic."""
    codes = pd.DataFrame({item.id: [_whole(each["answers"].get(item.id, "")) for each in forms]
                          for item in instrument.items if item.is_answered}, dtype="str")
    asked, _ = asked_of(instrument, codes)
    return asked.to_dict("records")


def _whole(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def answered(instrument: Instrument) -> list[Item]:
    return [item for item in instrument.items if item.is_answered]


def named(item: Item, instrument: Instrument, code: str, lang: str | None) -> str:
    """A choice's code, or its label."""
    if lang is None:
        return code
    return next((label(choice.label, lang) for choice in instrument.item_choices(item) if choice.value == code), code)


def central_rows(forms: Sequence[Form], instrument: Instrument, split: bool = False, group: str = GROUP) -> list[list[str]]:
    """Rows of ODK Central's CSV: groups before questions, 0 in the split columns of a question that was not asked."""
    before = f"{group}-" if group else ""
    header = ["SubmissionDate", "start", "end", f"{before}community"]
    for item in answered(instrument):
        header.append(f"{before}{item.id}")
        if split and item.kind == "select_multiple":
            header += [f"{before}{item.id}/{choice.value}" for choice in instrument.item_choices(item)]
    header += ["meta-instanceID", "KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
               "ReviewState", "DeviceID", "Edits", "FormVersion"]
    rows = [header]
    for each in forms:
        row = [each["submitted"], "2026-05-01T16:20:00.000+08:00", "2026-05-01T16:29:30.000+08:00", each["community"]]
        for item in answered(instrument):
            value = each["answers"].get(item.id, "")
            row.append(_whole(value))
            if split and item.kind == "select_multiple":
                row += ["1" if choice.value in value else "0" for choice in instrument.item_choices(item)]
        row += [f"uuid:{each['instance']}-{each['edits']}", f"uuid:{each['instance']}", each["who"], "Ana Li", "0", "0", "",
                each["state"], "collect:x1", str(each["edits"]), each["version"]]
        rows.append(row)
    return rows


def csv_bytes(rows: Sequence[Sequence[str]], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=quoting).writerows(rows)
    return stream.getvalue().encode()


def odata(forms: Sequence[Form], instrument: Instrument, **more: Any) -> dict[str, Any]:
    """OData of ODK Central: groups as objects, null where nothing was asked or answered."""
    records = []
    for each in forms:
        inner: dict[str, Any] = {"community": each["community"]}
        for item in answered(instrument):
            value = each["answers"].get(item.id, "")
            number = item.kind in ("integer", "decimal") and value != ""
            inner[item.id] = None if value in ("", []) else float(value) if number else _whole(value)
        records.append({
            "__id": f"uuid:{each['instance']}",
            "__system": {"submissionDate": each["submitted"], "updatedAt": None, "submitterId": each["who"], "submitterName": "Ana Li",
                         "attachmentsPresent": 0, "attachmentsExpected": 0, "status": None, "reviewState": each["state"] or None,
                         "deviceId": "collect:x1", "edits": each["edits"], "formVersion": each["version"]},
            "start": "2026-05-01T16:20:00.000+08:00", "end": "2026-05-01T16:29:30.000+08:00", GROUP: inner,
            "meta": {"instanceID": f"uuid:{each['instance']}", "instanceName": None}})
    return {"value": records, "@odata.context": "https://central.example/v1/…", **more}


def kobo_rows(forms: Sequence[Form], instrument: Instrument, *, lang: str | None = None, split: str = "both",
              groups: bool = True, headers: bool = False) -> list[list[str]]:
    """Rows of Kobo's CSV or XLSX: codes or labels, in headers too; split columns blank where nothing was asked. split: both, only
    or none.
    """
    asked = relevant_items(instrument, forms)
    before = f"{GROUP}/" if groups else ""
    header = ["start", "end", f"{before}community"]
    for item in answered(instrument):
        several = item.kind == "select_multiple"
        name = label(item.label, lang) if headers and lang else item.id
        if not (several and split == "only"):
            header.append(f"{before}{name}")
        if several and split != "none":
            header += [f"{before}{name}/{named(item, instrument, choice.value, lang)}" for choice in instrument.item_choices(item)]
    header += ["__version__", "_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by", "_tags",
               "_index"]
    rows = [header]
    for number, (each, held) in enumerate(zip(forms, asked, strict=True), 1):
        row = ["2026-05-01 16:20:00", "2026-05-01 16:29:30", each["community"]]
        for item in answered(instrument):
            value = each["answers"].get(item.id, "")
            several = item.kind == "select_multiple"
            if not (several and split == "only"):
                codes = value if isinstance(value, list) else [value]
                row.append(" ".join(named(item, instrument, code, lang) if code else "" for code in codes))
            if several and split != "none":
                row += ["" if not held[item.id] or not value else "1" if choice.value in value else "0"
                        for choice in instrument.item_choices(item)]
        state = {"rejected": "validation_status_not_approved"}.get(each["state"], "")
        row += [each["version"], each["instance"], f"{each['instance']}-{each['edits']}", "2026-05-01T08:30:00", state, "",
                "submitted_via_web", each["who"], "", str(number)]
        rows.append(row)
    return rows


def kobo_json(forms: Sequence[Form], instrument: Instrument, **more: Any) -> dict[str, Any]:
    """What Kobo's API gives: paths as keys, keys that are not there where nothing was answered."""
    records = []
    for each in forms:
        record: dict[str, Any] = {"_id": int(each["instance"]), "_uuid": f"{each['instance']}-{each['edits']}",
                                  "__version__": each["version"], "_submission_time": "2026-05-01T08:30:00",
                                  "_submitted_by": each["who"], "_attachments": [], "_geolocation": [None, None], "_tags": [],
                                  "_validation_status": {"uid": "validation_status_not_approved", "label": "Not approved"}
                                  if each["state"] else {}, f"{GROUP}/community": each["community"],
                                  "start": "2026-05-01T16:20:00.000+08:00", "end": "2026-05-01T16:29:30.000+08:00"}
        for item in answered(instrument):
            if value := each["answers"].get(item.id):
                record[f"{GROUP}/{item.id}"] = _whole(value)
        records.append(record)
    return {"count": len(records), "next": None, "previous": None, "results": records, **more}


def lime_rows(forms: Sequence[Form], instrument: Instrument) -> list[list[str]]:
    """Rows of LimeSurvey's CSV: Y or a blank for each choice, N/A for a question that was not shown."""
    asked = relevant_items(instrument, forms)
    header = ["id", "submitdate", "lastpage", "startlanguage", "startdate", "datestamp", "community"]
    for item in answered(instrument):
        header += [f"{item.id}[{choice.value}]" for choice in instrument.item_choices(item)] \
            if item.kind == "select_multiple" else [item.id]
    rows = [header]
    for each, held in zip(forms, asked, strict=True):
        submitted = "" if each["state"] == "unfinished" else "2026-05-01 08:30:00"
        row = [each["instance"], submitted, "3", "en", "2026-05-01 08:20:00", "2026-05-01 08:29:30", each["community"]]
        for item in answered(instrument):
            value = each["answers"].get(item.id, "")
            if item.kind == "select_multiple":
                row += ["N/A" if not held[item.id] else "Y" if choice.value in value else ""
                        for choice in instrument.item_choices(item)]
            else:
                row.append(str(value) if held[item.id] else "N/A")
        rows.append(row)
    return rows


def write_sheets(file: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook, numbers as numbers."""
    with xlsxwriter.Workbook(str(file)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                for place, cell in enumerate(row):
                    text = str(cell)
                    if at and text.isdecimal() and not text.startswith("0"):
                        sheet.write_number(at, place, int(text))
                    elif text:
                        sheet.write_string(at, place, text)
    return file


def write_zip(file: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def write_bytes(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def write_json(file: Path, value: Any) -> Path:
    return write_bytes(file, json.dumps(value, ensure_ascii=False).encode())


Writer = Callable[[Path, Sequence[Form], Instrument], Path]
DIALECTS: dict[str, Writer] = {
    "central": lambda to, forms, form_: write_bytes(to / "f.csv", csv_bytes(central_rows(forms, form_))),
    "central-split": lambda to, forms, form_: write_bytes(to / "f.csv", csv_bytes(central_rows(forms, form_, split=True))),
    "central-no-groups": lambda to, forms, form_: write_bytes(to / "f.csv", csv_bytes(central_rows(forms, form_, group=""))),
    "central-zip": lambda to, forms, form_: write_zip(to / "f.zip", {"f.csv": csv_bytes(central_rows(forms, form_, split=True)),
                                                                    "media/1.jpg": b"\xff\xd8"}),
    "odata": lambda to, forms, form_: write_json(to / "f.json", odata(forms, form_)),
    "kobo": lambda to, forms, form_: write_bytes(to / "f.csv", csv_bytes(kobo_rows(forms, form_), ";", csv.QUOTE_ALL)),
    "kobo-zh": lambda to, forms, form_: write_bytes(to / "f.csv", csv_bytes(kobo_rows(forms, form_, lang="zh"), ";")),
    "kobo-en-split": lambda to, forms, form_: write_bytes(
        to / "f.csv", csv_bytes(kobo_rows(forms, form_, lang="en", split="only", groups=False), ";")),
    "kobo-en": lambda to, forms, form_: write_bytes(to / "f.csv", csv_bytes(kobo_rows(forms, form_, lang="en", headers=True))),
    "kobo-xlsx": lambda to, forms, form_: write_sheets(to / "f.xlsx", {"form": kobo_rows(forms, form_, split="none")}),
    "kobo-json": lambda to, forms, form_: write_json(to / "f.json", kobo_json(forms, form_)),
    "lime": lambda to, forms, form_: write_bytes(to / "f.csv", csv_bytes(lime_rows(forms, form_))),
}
