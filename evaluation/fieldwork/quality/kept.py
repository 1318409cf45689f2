"""What is kept of the checks: flags.csv with what it was made of, flags that were reviewed, and whom a round leaves out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.core.csvout import csv_text, unguarded
from evaluation.core.errors import DataError, Problem, problem
from evaluation.core.files import digest, write_json, write_text
from evaluation.core.parquetfile import parquet_files
from evaluation.declare.programme import Programme
from evaluation.declare.quality import CHECK_NAMES
from evaluation.declare.round import RoundFile
from evaluation.fieldwork.columns import read_columns
from evaluation.fieldwork.quality.reading import paradata_file

FLAGS = ("method", "respondent", "check", "id", "detail", "reviewed")
REVIEWED = ("id", "method", "respondent", "check", "note")
SCHEMA = "evaluation/flags/1"
FOLDER = "quality"


def flags_file(folder: Path) -> Path:
    """Where a round's flags are kept."""
    return folder / FOLDER / "flags.csv"


def reviewed_file(folder: Path) -> Path:
    """Where the flags that were looked at are kept."""
    return folder / FOLDER / "reviewed.csv"


def made_of(folder: Path, declared: RoundFile, programme: Programme) -> dict[str, str]:
    """SHA-256 of all that flags hang on: answers, paradata, instruments, limits, and what was reviewed.

    A method without answers yet adds nothing. Which checks exclude is not among it: it changes no flag. Raises DataError where
    another file is not there.
    """
    made: dict[str, str] = {}
    files: dict[str, list[Path]] = {}
    for method, answers in declared.answers.items():
        if not (folder / answers.file).exists():
            continue
        files[answers.file] = parquet_files(folder / answers.file)
        source = paradata_file(folder, method, answers)
        if source is not None:
            files[answers.paradata or f"paradata/{method}.csv"] = [source]
        made[f"instrument {method}"] = _of_json(programme.instruments[method].model_dump(mode="json"))
    if (reviewed := reviewed_file(folder)).is_file():
        files[f"{FOLDER}/reviewed.csv"] = [reviewed]
    try:
        made |= {name: digest(parts) for name, parts in files.items()}
    except OSError as error:
        raise DataError(problem("F01", error.filename or folder, reason=error.strerror or error)) from None
    written = {"quality": declared.quality.model_dump(mode="json", exclude={"exclude", "back_check"}),
               "answers": {name: answers.model_dump(mode="json") for name, answers in declared.answers.items()},
               "timezone": declared.timezone}
    return made | {"round.yaml": _of_json(written)}


def _of_json(value: Any) -> str:
    return sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def write_flags(folder: Path, flags: pd.DataFrame, inputs: Mapping[str, str]) -> Path:
    """Write flags.csv, and flags.json that says what it was made of."""
    file = flags_file(folder)
    shown = flags.assign(reviewed=flags["reviewed"].map({True: "yes", False: ""}))
    text = csv_text(shown[list(FLAGS)])
    write_text(file, text)
    counts = {str(name): int(count) for name, count in flags["check"].value_counts().items()}
    write_json(file.with_suffix(".json"), {"schema": SCHEMA, "inputs": dict(inputs), "flags": counts,
                                           "flags_sha256": sha256(text.encode()).hexdigest()})
    return file


def read_reviewed(folder: Path) -> pd.DataFrame:
    """quality/reviewed.csv; no rows where there is none. Raises DataError for checks that are not known."""
    file = reviewed_file(folder)
    if not file.is_file():
        return pd.DataFrame({name: pd.Series([], dtype="str") for name in REVIEWED})
    made = read_columns(file, REVIEWED)
    wrong = made[~made["check"].isin(CHECK_NAMES)]
    if len(wrong):
        raise DataError([problem("J17", file, int(str(row)), "check", name=name, known=CHECK_NAMES)
                         for row, name in wrong["check"].items()])
    return made.map(unguarded)


def write_reviewed(folder: Path, reviewed: pd.DataFrame) -> Path:
    """Write quality/reviewed.csv, sorted by id."""
    file = reviewed_file(folder)
    write_text(file, csv_text(reviewed[list(REVIEWED)].sort_values("id")))
    return file


def left_out(folder: Path, declared: RoundFile, programme: Programme) -> tuple[dict[str, frozenset[str]], list[Problem]]:
    """By method, respondents that an excluding flag names, reviewed flags aside; and a warning that counts them by check.

    Raises DataError where a check excludes and the flags are missing [J10] or were made of something else [J11].
    """
    if not declared.quality.exclude:
        return {}, []
    file = flags_file(folder)
    record = file.with_suffix(".json")
    if not (file.is_file() and record.is_file()):
        raise DataError(problem("J10", file, path="quality.exclude"))
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        stale = known["inputs"] if known["schema"] == SCHEMA else {}
        whole = known["flags_sha256"] == sha256(file.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError):
        stale, whole = {}, False
    now = made_of(folder, declared, programme)
    changed = sorted(name for name in {*now, *stale} if now.get(name) != stale.get(name)) if isinstance(stale, dict) else ["…"]
    if changed or not whole:
        raise DataError(problem("J11", file, path="quality.exclude", changed=changed or [file.name]))
    flags = read_columns(file, FLAGS).map(unguarded)
    flags = flags[flags["check"].isin(declared.quality.exclude) & (flags["reviewed"] == "")]
    out = {str(method): frozenset(rows["respondent"]) for method, rows in flags.groupby("method")}
    if not out:
        return {}, []
    by_check = flags.groupby("check").apply(lambda rows: len(rows[["method", "respondent"]].drop_duplicates()))
    parts = [f"{name} {by_check[name]}" for name in declared.quality.exclude if name in by_check.index]
    count = sum(map(len, out.values()))
    return out, [problem("J12", file, path="quality.exclude", count=count, checks=parts, warning=True)]
