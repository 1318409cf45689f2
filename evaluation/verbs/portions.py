"""A round with its scores behind the gate: whole, or part by part where it is large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from evaluation.core.errors import UsageError, problem
from evaluation.fieldwork.opening import Round, open_round
from evaluation.fieldwork.parts import open_parts
from evaluation.reporting.many import score_parts
from evaluation.reporting.results import gated_scores, write_scores
from evaluation.verbs.executors import executor_of
from evaluation.verbs.telling import tell

PART = 1_000        # communities whose answers are held at a time
Portion = tuple[Round, pd.DataFrame, list[str]]


def portions(folder: Path, community: str | None, every: bool, cores: int, executor: str = "local",
             scheduler: str | None = None) -> tuple[int, Iterator[Portion]]:
    """How many communities are asked for, and the round with their scores. results/scores.parquet is written, warnings told.

    Raises UsageError for a community that the round does not have.
    """
    parts = open_parts(folder, PART) if every else None
    if parts is not None and len(parts.plan) > 1:
        tell(parts.whole.warnings)
        with executor_of(executor, scheduler, cores) as workers:
            file = score_parts(parts, workers, False, lambda count: None)
        large = parts

        def each() -> Iterator[Portion]:
            for number, names in enumerate(large.plan):
                yield large.open(number), pq.ParquetFile(file).read_row_group(number).to_pandas(), list(names)
        return sum(map(len, parts.plan)), each()
    opened = open_round(folder)
    names = [str(name) for name in opened.communities.index] if every else []
    names += [opened.require(community)] if community and not every else []
    tell(opened.warnings)
    scores = gated_scores(opened)
    write_scores(opened, scores)
    return len(names), iter([(opened, scores, names)])


def asked_for(verb: str, community: str | None, every: bool) -> None:
    """Raise UsageError where neither one community nor all are asked for."""
    if not (community or every):
        raise UsageError(problem("U06", path=verb))
