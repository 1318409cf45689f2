"""Scoring: one pass against the bare numpy reduction of the same tables, and a loop; 100,000 communities by parts.

`python -m bench.scoring` prints each ratio beside its limit. Peers: numpy (a sum and a sum of squares of every item by
community with `np.add.reduceat`), and this package's own pass run once a community, as svyby-like tools do.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.measure import in_fresh_process, seconds, tell
from bench.rounds import write_round
from evaluation.fieldwork.opening import Round, open_round
from evaluation.fieldwork.parts import open_parts
from evaluation.reporting.many import score_parts
from evaluation.reporting.processes import local_executor
from evaluation.scoring import score_round
from evaluation.scoring.item_scores import item_scores, scored_items

COMMUNITIES, RESPONDENTS, MANY = 5_000, 100, 100_000


def bare(tables: list[np.ndarray]) -> None:
    """Sum and sum of squares of every item in every community; missing answers are not even looked for."""
    for table in tables:
        starts = np.arange(0, len(table), RESPONDENTS)
        np.add.reduceat(table, starts, axis=0)
        np.add.reduceat(table * table, starts, axis=0)


def one_by_one(round_: Round, names: list[str]) -> None:
    """The same scores, a community at a time."""
    for name in names:
        own = {method: given.of(name) for method, given in round_.answers.items()}
        score_round(replace(round_, communities=round_.communities.loc[[name]], answers=own))


def one_pass(folder: Path) -> None:
    """5,000 communities x 100 phone and 100 questionnaire answers x 30 items."""
    print(f"{COMMUNITIES} communities x 2 methods x {RESPONDENTS} answers x 30 items")
    round_ = open_round(write_round(folder, COMMUNITIES))
    rubric = round_.programme.rubric
    tables = [np.nan_to_num(item_scores(given, rubric, scored_items(given.instrument, rubric)))
              for given in round_.answers.values()]
    ours, least = seconds(score_round, round_, runs=5), seconds(bare, tables, runs=5)
    measured = f"{ours / least:.1f}x ({ours:.2f} s / {least:.2f} s)"
    tell("score_round / bare numpy reduction", measured, "<= 6x", ours <= 6 * least)
    few = [str(name) for name in round_.communities.index[:20]]
    loop = seconds(one_by_one, round_, few) / len(few) * COMMUNITIES
    tell("loop over communities (20 measured, scaled) / one pass", f"{loop / ours:.0f}x", "as a ratio")


def by_parts(folder: Path, communities: int) -> float:
    """Score a round from Parquet by parts, in a fresh process; prints what it took."""
    write_round(folder, communities)
    found = in_fresh_process("bench.scoring", str(folder))
    if communities == MANY:
        took = float(found["seconds"])
        tell(f"{communities} communities from Parquet to scores.parquet", f"{took:.1f} s", "<= 60 s", took <= 60)
        memory = found["memory"] / 1024
        tell("memory of all processes together, at most", f"{memory:.2f} GB", "<= 4 GB", memory <= 4)
    return float(found["seconds"])


def child(folder: Path) -> None:
    """Score the round; print seconds and megabytes as JSON. Memory: the largest worker times the workers, and this process."""
    jobs = os.cpu_count() or 1
    start = time.perf_counter()
    parts = open_parts(folder)
    assert parts is not None
    with local_executor(jobs) as workers:
        score_parts(parts, workers, files=False, advance=lambda count: None)
    took = time.perf_counter() - start
    own, worker = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": took, "memory": own + jobs * worker}))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        one_pass(Path(folder) / "pass")
        ten, hundred = (by_parts(Path(folder) / str(count), count) for count in (MANY // 10, MANY))
        tell("10x the communities", f"{hundred / ten:.1f}x the time", "<= 12x", hundred <= 12 * ten)


if __name__ == "__main__":
    child(Path(sys.argv[2])) if "--child" in sys.argv else main()
