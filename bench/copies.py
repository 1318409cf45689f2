"""The sample round many times over: a round of N communities with every method, for benches of notebooks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from evaluation.core.resources import shipped

OWN = ("respondent", "psu", "case")    # what must not be there twice


def write_copies(folder: Path, communities: int) -> Path:
    """Write a round of so many communities: those of the sample round, again and again, under other ids."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shipped("data_samples") / "autumn-2026", folder, ignore=shutil.ignore_patterns("results", ".*"))
    names = pd.read_csv(folder / "communities.csv", dtype="str", keep_default_na=False)
    times = -(-communities // len(names))
    _repeat(folder / "communities.csv", "id", times, communities)
    kept = set(pd.read_csv(folder / "communities.csv", dtype="str")["id"])
    for file in [*(folder / "answers").glob("*.csv"), folder / "sample" / "phone_calls.csv"]:
        _repeat(file, "community", times, None, kept)
    return folder


def _repeat(file: Path, column: str, times: int, rows: int | None, kept: set[str] | None = None) -> None:
    table = pd.read_csv(file, dtype="str", keep_default_na=False)
    parts = []
    for time in range(times):
        changed = {name: f"{time}-" + table[name] for name in OWN if name in table}
        parts.append(table.assign(**{column: f"x{time:03d}-" + table[column]}, **changed))
    whole = pd.concat(parts).head(rows) if rows is not None else pd.concat(parts)
    (whole if kept is None else whole[whole[column].isin(kept)]).to_csv(file, index=False)
