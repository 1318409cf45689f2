"""Known totals of a community's residents, which the weights of its answers are brought to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.core.csvfile import rows_where
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.declare.instrument import Instrument
from evaluation.fieldwork.answers import code_of
from evaluation.fieldwork.columns import read_columns

COLUMNS = ("community", "item", "answer", "total")


def read_margins(file: Path, instrument: Instrument, communities: pd.Index) -> pd.DataFrame:
    """community, item, answer (a value of the item's list) and total (number of residents, above 0).

    Every item that is there for a community makes one margin of it. Raises DataError with every fault.
    """
    made = read_columns(file, COLUMNS)
    faults: list[Problem] = []
    unknown = made["community"][~made["community"].isin(communities)]
    for name, part in unknown.groupby(unknown):
        faults.append(problem("A12", file, int(part.index[0]), "community", id=name, rows=[int(row) for row in part.index],
                              count=len(part), hint=near_miss(str(name), [str(known) for known in communities])))
    items = {item.id: item for item in instrument.items if item.kind == "select_one"}
    for name in made["item"].unique():
        rows = rows_where(made["item"] == name, made.index)
        if name not in items:
            faults.append(problem("A13", file, rows[0], "item", name=name, rows=rows, hint=near_miss(name, items)))
            continue
        known = code_of(items[name], instrument)
        for row in rows:
            given = str(made.at[row, "answer"])
            code = known.get(" ".join(given.casefold().split()))
            if code is None:
                faults.append(problem("A10", file, row, "answer", value=given, rows=[row], count=1,
                                      hint=near_miss(given, set(known.values()))))
            made.at[row, "answer"] = code or ""
    total = pd.to_numeric(made["total"], errors="coerce").astype(float)
    for row in rows_where(~np.isfinite(total) | (total <= 0), made.index):
        faults.append(problem("A09", file, row, "total", value=made.at[row, "total"]))
    faults += _twice(file, made)
    if faults:
        raise DataError(faults)
    return made.assign(total=total)


def _twice(file: Path, made: pd.DataFrame) -> list[Problem]:
    doubled = made[made.duplicated(["community", "item", "answer"], keep=False)]
    return [problem("A06", file, int(rows.index[1]), "answer", id=" ".join(str(part) for part in key),
                    rows=[int(row) for row in rows.index])
            for key, rows in doubled.groupby(["community", "item", "answer"])]


def missing_cells(file: Path, margins: pd.DataFrame, codes: pd.DataFrame, community: pd.Series) -> list[Problem]:
    """A warning if there are totals of answers that nobody in the community gave: the others are brought to the whole."""
    gone = []
    for item, part in margins.groupby("item"):
        given = pd.MultiIndex.from_arrays([community.astype("str"), codes[str(item)].astype("str")]).unique()
        known = pd.MultiIndex.from_frame(part[["community", "answer"]])
        there = part["community"].isin(community.astype("str").unique()).to_numpy()
        gone += [int(row) for row in part.index[there & ~known.isin(given)]]
    return [problem("A14", file, gone[0], "answer", rows=sorted(gone), count=len(gone), warning=True)] if gone else []
