"""`score`: the communities of a round, in one pass."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Executor
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn, track
from rich.table import Table

from evaluation.declare.model import label
from evaluation.fieldwork.opening import Round, open_round
from evaluation.fieldwork.parts import Parts, open_parts
from evaluation.reporting.district import league
from evaluation.reporting.followup import write_follow_up
from evaluation.reporting.many import score_parts
from evaluation.reporting.report import certainty, interval, number, words
from evaluation.reporting.results import bootstrap_beside, gated_scores, write_score_file, write_score_files, write_scores
from evaluation.scoring import decide, rule_of
from evaluation.scoring.decision import VERDICTS
from evaluation.verbs.executors import EXECUTORS, check_choice, executor_of
from evaluation.verbs.telling import tell

LONGEST_NAME = 48      # characters of a community's name in a table; the files have all


def score(folder: Path, community: str | None, every: bool, lang: str, bootstrap: int = 0, jobs: int | None = None,
          executor: str = "local", scheduler: str | None = None) -> None:
    """Score the round, print the communities (or one), write scores.parquet and, with `every`, each score.json."""
    check_choice("--executor", executor, EXECUTORS)
    parts = open_parts(folder) if community is None else None
    if parts is not None and len(parts.plan) > 1:
        with executor_of(executor, scheduler, jobs or os.cpu_count() or 1) as workers:
            _score_by_parts(parts, every, lang, workers)
        return
    opened = open_round(folder)
    if community is not None:
        opened.require(community)
    tell(opened.warnings)
    scores = gated_scores(opened)
    file = write_scores(opened, scores)
    write_follow_up(opened, scores)
    if every:
        write_score_files(opened, scores)
    elif community:
        write_score_file(opened, community, scores)
    table = league(opened, scores, lang)
    table = table if community is None else table[table["community"] == community]
    _print_league(opened, table, lang)
    if bootstrap:
        _print_bootstrap(opened, table, bootstrap)
    print(file)


def _score_by_parts(parts: Parts, every: bool, lang: str, workers: Executor) -> None:
    """The same for a round that is too large to be held, and its communities too many to be printed: their verdicts are."""
    tell(parts.whole.warnings)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(words(lang)["communities"], total=sum(map(len, parts.plan)))
        file = score_parts(parts, workers, every, lambda count: progress.advance(task, count))
    rule = rule_of(parts.whole)
    write_follow_up(parts.whole, pd.read_parquet(file, filters=[("level", "==", "indicator")]))
    totals = pd.read_parquet(file, filters=[("level", "==", "total")])
    counts = decide(totals, rule)["verdict"].value_counts()
    mark = "" if rule.declared_at_least is None else f"{rule.declared_at_least:g}"
    for verdict in VERDICTS:
        print(f"{words(lang)[verdict].format(mark=mark)}: {counts.get(verdict, 0)}")
    print(file)


def _print_bootstrap(opened: Round, table: pd.DataFrame, draws: int) -> None:
    """Standard errors and probabilities of the totals shown, beside those of a Bayesian bootstrap."""
    found = bootstrap_beside(opened, table, draws, lambda numbers: track(
        numbers, description="Bayesian bootstrap", console=Console(stderr=True), transient=True))
    shown = Table(title=f"Bayesian bootstrap, {draws}")
    for name in ("", "SE", "SE, bootstrap", "P", "P, bootstrap"):
        shown.add_column(name, justify="left" if not name else "right")
    for row in found.itertuples(index=False):
        shown.add_row(str(row.label), number(float(row.se), 2), number(float(row.se_bootstrap), 2),  # type: ignore[arg-type]
                      f"{row.p_pass:.3f}", f"{row.p_bootstrap:.3f}")
    Console(width=None if sys.stdout.isatty() else 140).print(shown)


def _print_league(opened: Round, table: pd.DataFrame, lang: str) -> None:
    word, rule = words(lang), rule_of(opened)
    asked = "" if rule.declared_at_least is None else f"{rule.declared_at_least:g}"
    levels = {level.id: label(level.label, lang) for level in opened.programme.rubric.levels}
    shown = Table(title=label(opened.declared.title, lang), caption=word["unsigned"])
    shown.add_column(word["community"], overflow="ellipsis", no_wrap=True, max_width=LONGEST_NAME)
    for name in (word["declared"], word["total"], word["margin"],
                 word["probability_pass"].format(mark=f"{rule.threshold:g}"), word["verdict"], word["stars"]):
        shown.add_column(name, overflow="fold")
    for _, row in table.iterrows():
        shown.add_row(row["label"], number(row["declared"]), number(row["value"]), interval(row["ci_low"], row["ci_high"]),
                      certainty(row["p_pass"], row["se"]), word[row["verdict"]].format(mark=asked),
                      levels.get(row["level"], "–"))
    Console(width=None if sys.stdout.isatty() else 140).print(shown)
