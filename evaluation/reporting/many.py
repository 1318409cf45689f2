"""Scores of a round by parts, for rounds too large to be held in memory: the same numbers, whatever the parts.

What communities without any spread borrow is pooled over the whole round. So every part is first reduced; parts in which
nobody borrows are finished at once, the others when the pool is known.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.core.files import written_whole
from evaluation.fieldwork.opening import Round
from evaluation.fieldwork.parts import Parts
from evaluation.reporting.results import TEXT, gated, key_of, row_hashes, write_score_files
from evaluation.scoring.evidence import Shared
from evaluation.scoring.score import reduced, scored_of
from evaluation.scoring.table import score_table

Pools = dict[str, Shared]
CONFIDENCE = 0.95


def score_parts(parts: Parts, workers: Executor, files: bool, advance: Callable[[int], None]) -> Path:
    """Score every part and write results/scores.parquet; with `files` also each community's score.json.

    workers: where parts are scored. advance: called with the number of communities that are done. Nothing is left
    half-written.
    """
    results = parts.whole.folder / "results"
    results.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".scores.", dir=results))
    try:
        with ExitStack() as stack:
            first = [workers.submit(_score, parts, number, None, scratch, files) for number in range(len(parts.plan))]
            stack.callback(_cancel, first)    # a fault, or Ctrl-C: what waits is not begun
            pools: Pools = {}
            waiting = []
            for number, future in enumerate(first):
                own, done = future.result()
                for method, pool in own.items():
                    pools[method] = pools[method] + pool if method in pools else pool
                if done:
                    advance(len(parts.plan[number]))
                else:
                    waiting.append(number)
            second = [workers.submit(_score, parts, number, pools, scratch, files) for number in waiting]
            stack.callback(_cancel, second)
            for number, future in zip(waiting, second, strict=True):
                future.result()
                advance(len(parts.plan[number]))
        return _joined(parts.whole, scratch, len(parts.plan))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _cancel(futures: list[Future[Any]]) -> None:
    for future in futures:
        future.cancel()


def _score(parts: Parts, number: int, pools: Pools | None, scratch: Path, files: bool) -> tuple[Pools, bool]:
    """Score a part and write its table, if the pools are known or it needs none. Returns its own pools, and whether it did."""
    part = parts.open(number)
    found = reduced(part)
    own = {method: one.shared for method, one in found.items() if one is not None}
    if pools is None and any(one.needs_shared for one in found.values() if one is not None):
        return own, False
    scores = gated(part, score_table(scored_of(part, found, pools or {}), CONFIDENCE))
    table = pa.Table.from_pandas(scores, preserve_index=False)
    pq.write_table(table, scratch / f"{number}.parquet", use_dictionary=TEXT)
    np.save(scratch / f"{number}.npy", row_hashes(scores))
    if files:
        write_score_files(part, scores)
    return own, True


def _joined(whole: Round, scratch: Path, count: int) -> Path:
    """The tables of all parts in one file, marked as `write_scores` marks it."""
    file = whole.folder / "results" / "scores.parquet"
    schema = pq.read_schema(scratch / "0.parquet")
    hashes = np.concatenate([np.load(scratch / f"{number}.npy") for number in range(count)])
    marked = schema.with_metadata({**(schema.metadata or {}), b"key": key_of(whole, schema.names, hashes)})
    with written_whole(file) as temporary, pq.ParquetWriter(temporary, marked, use_dictionary=TEXT) as writer:
        for number in range(count):
            writer.write_table(pq.read_table(scratch / f"{number}.parquet"))
    return file
