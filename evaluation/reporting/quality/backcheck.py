"""Interviews made again, compared with the first: by item, by its type, and by interviewer."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from evaluation.core.csvfile import read_table
from evaluation.core.csvout import write_csv
from evaluation.core.files import digest, write_json
from evaluation.declare.quality import BackCheck
from evaluation.estimation.retest import error_rate, retest
from evaluation.fieldwork.quality.again import Pairs
from evaluation.fieldwork.quality.kept import FOLDER

COLUMNS = ("part", "name", "type", "n", "errors", "rate", "low", "high", "ratio", "ratio_low", "ratio_high", "shift", "p_t",
           "p_sign")
DIGITS = 9
SLACK = 1e-9


def compared(pairs: Pairs, asked: BackCheck) -> pd.DataFrame:
    """A row an item (part "item"), then one an interviewer (part "interviewer", type 1 and 2 together): see docs/field.md.

    Pairs count where both interviews have an answer. Numbers that lie no further apart than the item's tolerance are the same;
    two choices that are worth the same are not.
    """
    told = pairs[(pairs["first"] != "") & (pairs["again"] != "")]
    tolerance = told["item"].map(asked.tolerance).fillna(0.0).astype(float)
    apart = (told["value_first"] - told["value_again"]).abs()
    near = (tolerance > 0) & (apart <= tolerance + SLACK)
    told = told.assign(error=(told["first"] != told["again"]) & ~near)
    rows = []
    for item in pairs["item"].unique():
        own = told[told["item"] == item]
        row = {"part": "item", "name": item, "type": asked.types[item],
               **error_rate(int(own["error"].sum()), len(own))._asdict()}
        if asked.types[item] == 3:
            found = retest(own["value_first"], own["value_again"])
            row |= {"ratio": found.ratio, "ratio_low": found.low, "ratio_high": found.high, "shift": found.shift,
                    "p_t": found.p_t, "p_sign": found.p_sign}
        rows.append(row)
    named = told[(told["type"] < 3) & (told["interviewer"] != "")]
    for interviewer, own in named.groupby("interviewer", sort=True):
        rows.append({"part": "interviewer", "name": interviewer, **error_rate(int(own["error"].sum()), len(own))._asdict()})
    made = pd.DataFrame(rows, columns=list(COLUMNS))
    return made.assign(type=made["type"].astype("Int64")).sort_values(["part", "type", "name"], key=_order, ignore_index=True)


def _order(column: pd.Series) -> pd.Series:
    return column.map({"item": 0, "interviewer": 1}) if column.name == "part" else column


def write_back_check(folder: Path, table: pd.DataFrame, method: str, answers: str) -> Path:
    """quality/back_check.csv, and back_check.json that says of which method and answers (SHA-256) it is."""
    file = folder / FOLDER / "back_check.csv"
    numbers = table.select_dtypes("float").columns
    write_csv(file, table.assign(**{name: table[name].round(DIGITS) for name in numbers}))
    write_json(file.with_suffix(".json"), {"schema": "evaluation/back-check/1", "method": method, "answers": answers,
                                           "table": digest([file])})
    return file


def read_back_check(folder: Path, method: str, answers: str) -> tuple[pd.DataFrame | None, bool]:
    """The last back-check of this method, None if there is none; and whether it is of these answers."""
    file = folder / FOLDER / "back_check.csv"
    try:
        known = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        if known["method"] != method or known["table"] != digest([file]):
            return None, False
    except (OSError, ValueError, KeyError, TypeError):
        return None, False
    table = read_table(file)
    for name in COLUMNS[2:]:
        table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
    return table, known["answers"] == answers
