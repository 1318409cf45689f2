"""The forms of a round read from its files: answers with the texts that scores never see, and paradata."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.core.csvfile import read_table, rows_where, tidy
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.declare.instrument import Instrument
from evaluation.declare.round import AnswersFile, RoundFile
from evaluation.fieldwork.answers import answers_of_table
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.quality.forms import Forms

PARADATA = ("respondent", "instance", "version", "started", "ended", "submitted", "interviewer")
TIMES = ("started", "ended", "submitted")
OFFSET = r":.*(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)$"


def paradata_file(folder: Path, method: str, declared: AnswersFile) -> Path | None:
    """Where a method's paradata lie: as declared, else paradata/<method>.csv where that is there; None without any."""
    if declared.paradata is not None:
        return folder / declared.paradata
    usual = folder / "paradata" / f"{method}.csv"
    return usual if usual.is_file() else None


def read_forms(folder: Path, declared: RoundFile, method: str, instrument: Instrument) -> tuple[Forms, list[Problem]]:
    """One method's forms. Raises DataError with every fault of answers and paradata; returns warnings too."""
    file = declared.answers_of(method)
    path = folder / file.file
    faults: list[Problem] = []
    warnings: list[Problem] = []
    table = read_table(path, file.encoding, file.delimiter)
    answers, told = answers_of_table(path, table, file, instrument)
    warnings += [warning for warning in told if warning.code != "A15"]      # told as flags
    rows = answers.design.index
    respondent = tidy(table.loc[rows, " ".join(file.respondent.split())])[0].astype("str")
    texts = pd.DataFrame(index=rows)
    for item in instrument.items:
        if item.kind == "text":
            texts[item.id] = tidy(table.loc[rows, " ".join(file.columns.get(item.id, item.id).split())])[0].astype("str")
    paradata = None
    source = paradata_file(folder, method, file)
    if source is not None:
        try:
            paradata, told = read_paradata(source, respondent, declared.timezone)
            warnings += told
        except DataError as error:
            faults += error.problems
    if faults:
        raise DataError(faults)
    return Forms(method, answers, respondent, texts, paradata), warnings


def read_paradata(file: Path, respondent: pd.Series, zone: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Paradata of these respondents, one row each in their order (see `Forms`), and warnings.

    A respondent's first row counts; `copies` says how many more there are, of the respondent or of another one with the
    instance. Times without an offset are of `zone`. Raises DataError for columns that are not there or may not be, and where no
    respondent is known. Warns of respondents without a row, rows without a respondent, and of what is no time.
    """
    table = read_table(file)
    faults = [problem("A01", file, 1, name, name=name, hint=near_miss(name, table.columns))
              for name in PARADATA if name not in table]
    faults += refused_columns(file, [name for name in table.columns if name not in PARADATA])
    if faults:
        raise DataError(faults)
    table = pd.DataFrame({name: tidy(table[name])[0].astype("str") for name in PARADATA})
    warnings = []
    strange = ~table["respondent"].isin(respondent)
    if strange.all():
        raise DataError(problem("J05", file, int(table.index[0]), "respondent", count=len(table)))
    if strange.any():
        rows = rows_where(strange, table.index)
        warnings.append(problem("J06", file, rows[0], "respondent", rows=rows, count=len(rows), warning=True))
    lacking = int((~respondent.isin(table["respondent"])).sum())
    if lacking:
        warnings.append(problem("J07", file, path="respondent", count=lacking, warning=True))
    made, told = _timed(file, table, zone)
    by_respondent = table.groupby("respondent")["respondent"].transform("size") - 1
    by_instance = (table.groupby("instance")["respondent"].transform("size") - 1).where(table["instance"] != "", 0)
    made["copies"] = pd.concat([by_respondent, by_instance], axis=1).max(axis=1)
    first = made.sort_values(list(PARADATA), kind="stable").drop_duplicates("respondent").set_index("respondent")
    own = first.reindex(respondent.to_numpy())
    own.index = respondent.index
    blank = {name: own[name].fillna("") for name in ("version", "interviewer", *(f"{time}_text" for time in TIMES))}
    return own.assign(**blank, copies=own["copies"].fillna(0).astype(int)), warnings + told


def _timed(file: Path, table: pd.DataFrame, zone: str) -> tuple[pd.DataFrame, list[Problem]]:
    made = table.copy()
    warnings: list[Problem] = []
    for name in TIMES:
        text = table[name]
        made[f"{name}_text"] = text
        made[name] = moments(text, zone)
        if wrong := rows_where((text != "") & made[name].isna(), text.index):
            warnings.append(problem("J08", file, wrong[0], name, rows=wrong, count=len(wrong), value=text.at[wrong[0]],
                                    warning=True))
    return made, warnings


def moments(text: pd.Series, zone: str) -> pd.Series:
    """Times in ISO 8601 as UTC, NaT for what is none. Those without an offset are of `zone`: of two that a clock that is put
    back shows, the later; what a clock that is put forward skips, the moment it is put.
    """
    offset = text.str.contains(OFFSET, regex=True).to_numpy(dtype=bool)
    known = pd.to_datetime(text[offset], format="ISO8601", utc=True, errors="coerce").astype("datetime64[us, UTC]")
    there = pd.to_datetime(text[~offset], format="ISO8601", errors="coerce").astype("datetime64[us]")
    local = there.dt.tz_localize(zone, nonexistent="shift_forward", ambiguous=np.zeros(len(there), dtype=np.bool_))
    return pd.concat([known, local.dt.tz_convert("UTC")]).reindex(text.index)
