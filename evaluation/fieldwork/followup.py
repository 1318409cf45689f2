"""What inspectors wrote down to be followed up: findings, and good practice. About services and organisation, never persons."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from evaluation.core.csvfile import rows_where
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.declare.rubric import Rubric
from evaluation.declare.scope import offending
from evaluation.fieldwork.columns import read_columns

FINDINGS = ("community", "indicator", "problem", "who", "due", "state")
STARS = ("community", "level", "until")
PRACTICE = ("community", "indicator", "practice")
STATES = ("open", "in_progress", "resolved")
CONTACT = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+|(?<!\d)(?:\d[ -]?){7,}")   # an address, a number of seven digits
REACHED = re.compile(             # or a place on the map, a page, an account: in the words of respondents
    r"https?://\S+|-?\d{1,3}\.\d{3,20}\s{0,3}[,，\s]\s{0,3}-?\d{1,3}\.\d{3,}|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"
    r"|(?i:wechat|weixin|微信|qq)号?(?:id)?\s{0,3}[:：是]?\s{0,3}(?=[\w-]{0,30}\d)[a-zA-Z\d][\w-]{4,}|" + CONTACT.pattern)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_findings(file: Path, rubric: Rubric, communities: pd.Index) -> pd.DataFrame:
    """findings.csv: community, indicator, problem, who (an office or a role), due (a date such as 2026-12-31, or blank), state.

    Raises DataError with every fault: unknown communities, indicators or states, what is no date, blanks, words outside the
    scope, and numbers or addresses by which a person can be reached.
    """
    table, faults = _read(file, FINDINGS, rubric, communities)
    for row in rows_where(~table["state"].isin(STATES), table.index):
        told = str(table.at[row, "state"])
        faults.append(problem("C10", file, row, "state", value=told, known=STATES, hint=near_miss(told, STATES)))
    due = pd.to_datetime(table["due"], errors="coerce", format="%Y-%m-%d")
    wrong = (table["due"] != "") & (due.isna() | ~table["due"].str.fullmatch(DATE))
    faults += [problem("C11", file, row, "due", value=table.at[row, "due"]) for row in rows_where(wrong, table.index)]
    return _checked(table, faults)


def read_practice(file: Path, rubric: Rubric, communities: pd.Index) -> pd.DataFrame:
    """good_practice.csv: community, indicator, practice (in a sentence). Raises DataError like `read_findings`."""
    return _checked(*_read(file, PRACTICE, rubric, communities))


def _read(file: Path, columns: tuple[str, ...], rubric: Rubric, communities: pd.Index) -> tuple[pd.DataFrame, list[Problem]]:
    made = read_columns(file, columns)
    faults: list[Problem] = []
    known = {"community": [str(name) for name in communities], "indicator": [part.id for part in rubric.indicators]}
    for column, code in (("community", "A12"), ("indicator", "C12")):
        for row in rows_where(~made[column].isin(known[column]), made.index):
            name = str(made.at[row, column])
            faults.append(problem(code, file, row, column, id=name, hint=near_miss(name, known[column]), rows=[row], count=1))
    for column in columns[2:]:
        for at, text in zip(made.index.tolist(), made[column].tolist(), strict=True):
            if words := offending(text):
                topics = sorted({topic for topic, _ in words})
                faults.append(problem("S02", file, at, column, words=[f"“{word}”" for _, word in words], topics=topics))
            if column != "due" and CONTACT.search(text):
                faults.append(problem("C13", file, at, column))
            if text == "" and column in ("problem", "practice"):
                faults.append(problem("C14", file, at, column))
    return made, faults


def _checked(table: pd.DataFrame, faults: list[Problem]) -> pd.DataFrame:
    if faults:
        raise DataError(faults)
    return table.sort_values(["community", "indicator"], kind="stable").reset_index(drop=True)


def read_stars(file: Path, rubric: Rubric, communities: pd.Index | None) -> pd.DataFrame:
    """Stars held: community, level, until (the last day). communities: those of the round, None where any may hold one.

    DataError: unknown communities or levels, no dates, doubles.
    """
    made = read_columns(file, STARS)
    faults: list[Problem] = []
    known = made["community"].tolist() if communities is None else [str(name) for name in communities]
    levels = [level.id for level in rubric.levels]
    due = pd.to_datetime(made["until"], errors="coerce", format="%Y-%m-%d")
    for row in rows_where(~made["community"].isin(known), made.index):
        name = str(made.at[row, "community"])
        faults.append(problem("A12", file, row, "community", id=name, hint=near_miss(name, known), rows=[row], count=1))
    for row in rows_where(~made["level"].isin(levels), made.index):
        name = str(made.at[row, "level"])
        faults.append(problem("C15", file, row, "level", value=name, hint=near_miss(name, levels)))
    for row in rows_where(due.isna() | ~made["until"].str.fullmatch(DATE), made.index):
        faults.append(problem("C11", file, row, "until", value=made.at[row, "until"]))
    for row in rows_where(made["community"].duplicated(), made.index):
        faults.append(problem("A06", file, row, "community", id=made.at[row, "community"], rows=[row]))
    if faults:
        raise DataError(faults)
    return made.reset_index(drop=True)
