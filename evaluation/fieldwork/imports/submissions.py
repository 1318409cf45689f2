"""The common form of what came from the field, whatever program brought it: one row a form, or a unit of one."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evaluation.core.errors import Problem, problem
from evaluation.fieldwork.imports.columns import Places
from evaluation.fieldwork.imports.dialects import Dialect
from evaluation.fieldwork.imports.repeats import parent_text
from evaluation.fieldwork.imports.spss import said
from evaluation.fieldwork.imports.table import Table, Text

PARADATA = ("respondent", "instance", "version", "started", "ended", "submitted", "interviewer", "edits")
TIMES = ("started", "ended", "submitted")
DESIGN = ("community", "stratum", "psu", "weight", "rater")
YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: +(\d{1,2}):(\d\d)(?::(\d\d))?)?", re.ASCII)
SURVEYCTO = "%b %d, %Y %I:%M:%S %p"
NAIVE = re.compile(r"T[\d:.]+$")            # a time without an offset
CODE = re.compile(r"[^\W\d_]{0,12}[-_. ]?\d{1,8}[a-zA-Z]?|[a-zA-Z]{1,3}|u-[0-9a-f]{8}")    # f03, enum_12, 访员7, AB
ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+|(?<!\d)1\d{10}(?!\d)|\+\d{8,}")  # reaches somebody


@dataclass(frozen=True)
class Submissions:
    """Forms with their answers, a row each; text, blank where there is nothing.

    file: what they are told of by; rows: their numbers there. paradata: respondent, instance, version, started, ended, 
    submitted, interviewer, edits. design: those there are of `DESIGN`. answers: by item, of those that the file has. rejected:
    forms that the office has taken back. left_out: how many for which reason.
    """

    file: str
    rows: NDArray[np.int64]
    paradata: dict[str, Text]
    design: dict[str, Text]
    answers: dict[str, Text]
    rejected: NDArray[np.bool_]
    left_out: dict[str, int] = field(default_factory=dict)


def respondent_of(round_: str, method: str, instance: str) -> str:
    """The respondent's id of a form: the same for the same form, and no way back to it without knowing the form's own id."""
    return hashlib.sha256(f"{round_}\0{method}\0{instance}".encode()).hexdigest()[:16]


def forms_ids(table: Table, places: Places, dialect: Dialect) -> tuple[Text, Text]:
    """The id of each row's form, which an edit does not change; and of the row: the same, or with a unit's place behind it."""
    ids = np.array([value.strip().removeprefix("uuid:") for value in role_text(table, "instance", dialect.instance, places)],
                   dtype=object)
    units = parent_text(table)
    if units is None:
        return ids, ids
    return ids, np.array([f"{form}/{unit}" for form, unit in zip(ids, units, strict=True)], dtype=object)


def paradata_of(table: Table, places: Places, dialect: Dialect) -> tuple[dict[str, Text], list[Problem]]:
    """version, started, ended, submitted, interviewer and edits of each form, blank where unknown; and warnings."""
    made: dict[str, Text] = {}
    warnings = []
    made["version"] = role_text(table, "version", (), places)
    for name in dialect.version_parts:
        made["version"] = np.where(made["version"] == "", table.text(name), made["version"])
    for name in TIMES:
        source = role_text(table, name, getattr(dialect, name), places)
        made[name], wrong = _times(np.where(source == dialect.no_time, "", source))
        if name not in places.roles and not dialect.utc.isdisjoint(getattr(dialect, name)):
            made[name] = np.array([f"{time}+00:00" if NAIVE.search(time) else time for time in made[name]], dtype=object)
        if wrong.any():
            rows = table.rows(wrong)
            warnings.append(problem("I35", table.file, rows[0], name, value=source[wrong][0], rows=rows,
                                    count=len(rows), warning=True))
    made["interviewer"], told = codes_of_people(table, "interviewer", dialect.interviewer, places)
    warnings += told
    edits = role_text(table, "edits", dialect.edits, places)
    made["edits"] = np.array([text if text.isdecimal() else "" for text in edits], dtype=object)
    return made, warnings


def codes_of_people(table: Table, role: str, names: Sequence[str], places: Places) -> tuple[Text, list[Problem]]:
    """Who asked or rated: codes as they are; in place of a name or an address a code made of it, with a warning."""
    cells = role_text(table, role, names, places)
    codes = {cell: cell if cell == "" or (CODE.fullmatch(cell) and not ADDRESS.search(cell))
             else f"u-{hashlib.sha256(cell.encode()).hexdigest()[:8]}" for cell in set(cells)}
    count = sum(cell != code for cell, code in codes.items())
    told = [problem("I36", table.file, path=role, count=count, warning=True)] if count else []
    return np.array([codes[cell] for cell in cells], dtype=object), told


def role_text(table: Table, role: str, names: Sequence[str], places: Places) -> Text:
    """A column as text: of the role, else the first of these names that the table has."""
    if role in places.roles:
        cells = table.at(places.roles[role])
        known = np.array([said(cell)[0].strip() for cell in cells.cat.categories], dtype=object)
        return known[cells.cat.codes.to_numpy()]
    return table.text(next((name for name in names if name in table), ""))


def _times(cells: Text) -> tuple[Text, NDArray[np.bool_]]:
    """Times in ISO 8601 with the offset as it is given, blank where there is none; and where something else stands."""
    made = {cell: iso_time(cell) for cell in set(cells)}
    return (np.array([made[cell] or "" for cell in cells], dtype=object),
            np.array([made[cell] is None for cell in cells], dtype=bool))


def iso_time(cell: str) -> str | None:
    """A time in ISO 8601, to the second, or the thousandth where it has one; a date where no hour is given; None for what is
    neither. Read are also times as a spreadsheet shows them, 2026/5/3 8:30, and SurveyCTO's, May 3, 2026 8:30:00 AM.
    """
    text = " ".join(cell.split())
    if parts := YEAR_FIRST.fullmatch(text):
        year, month, day, hour, minute, second = parts.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + (f"T{hour:0>2}:{minute}:{second or '00'}" if hour else "")
    if text == "":
        return ""
    with suppress(ValueError):
        return dt.date.fromisoformat(text).isoformat()
    try:
        time = dt.datetime.fromisoformat(re.sub(r" (?=[+-]\d\d)", "", text).replace(" UTC", "+00:00"))
    except ValueError:
        try:
            time = dt.datetime.strptime(text, SURVEYCTO)
        except ValueError:
            return None
    return time.isoformat(timespec="milliseconds" if time.microsecond else "seconds")


def seconds_of(times: Sequence[str] | Text) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Times as seconds since 1970, NaN for a blank; and whether they have an offset."""
    known: dict[str, tuple[float, bool]] = {"": (np.nan, False)}
    for text in times:
        if text not in known:
            try:
                time = dt.datetime.fromisoformat(text)
            except ValueError:
                known[text] = (np.nan, False)
                continue
            aware = time.tzinfo is not None
            known[text] = ((time if aware else time.replace(tzinfo=dt.UTC)).timestamp(), aware)
    return np.array([known[text][0] for text in times]), np.array([known[text][1] for text in times], dtype=bool)
