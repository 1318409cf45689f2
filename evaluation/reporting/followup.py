"""What is to be followed up: inspectors' findings, and indicators that the scores show to be weak. Behind the gate."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evaluation.core.csvout import write_csv
from evaluation.fieldwork.opening import Round
from evaluation.scoring.weakest import weakest

COLUMNS = ["community", "indicator", "source", "problem", "who", "due", "state", "value", "p_below"]


def register(round_: Round, scores: pd.DataFrame) -> pd.DataFrame:
    """The findings register: what inspectors found (source `inspector`), then indicators surely below the round's target
    (source `score`, problem blank) that no inspector named. scores: behind the gate. One row a community and finding.
    """
    asked = round_.declared.follow_up
    target = round_.pass_mark if asked.target is None else asked.target
    found = round_.findings[round_.findings["community"].isin(scores["community"].unique())]
    weak = weakest(scores, target, asked.confidence)
    numbers = weak.set_index(["community", "indicator"])
    keys = pd.MultiIndex.from_frame(found[["community", "indicator"]])
    inspected = found.assign(source="inspector", value=numbers["value"].reindex(keys).to_numpy(),
                             p_below=numbers["p_below"].reindex(keys).to_numpy())
    named = pd.MultiIndex.from_frame(weak[["community", "indicator"]]).isin(keys)
    shown = weak[~named].assign(source="score", problem="", who="", due="", state="open")
    parts = [part[COLUMNS] for part in (inspected, shown) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    return table.sort_values("community", kind="stable", ignore_index=True)


def write_follow_up(round_: Round, scores: pd.DataFrame) -> tuple[Path, Path]:
    """Write results/findings.csv and results/good_practice.csv of all communities."""
    results = round_.folder / "results"
    return (write_csv(results / "findings.csv", register(round_, scores)),
            write_csv(results / "good_practice.csv", round_.practice))
