"""`score`: the communities of a round, in one pass."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from evaluation.declare.model import label
from evaluation.fieldwork.opening import Round, open_round
from evaluation.reporting.district import league
from evaluation.reporting.report import certainty, interval, number, words
from evaluation.reporting.results import gated_scores, write_score_file, write_scores
from evaluation.scoring import rule_of
from evaluation.verbs.telling import tell


def score(folder: Path, community: str | None, every: bool, lang: str) -> None:
    """Score the round, print the communities (or one), write scores.parquet and, with `every`, each score.json."""
    opened = open_round(folder)
    if community is not None:
        opened.require(community)
    tell(opened.warnings)
    scores = gated_scores(opened)
    file = write_scores(opened, scores)
    chosen = [str(name) for name in opened.communities.index] if every else [community] if community else []
    for name in chosen:
        write_score_file(opened, name, scores)
    table = league(opened, scores, lang)
    _print_league(opened, table if community is None else table[table["community"] == community], lang)
    print(file)


def _print_league(opened: Round, table: pd.DataFrame, lang: str) -> None:
    word, rule = words(lang), rule_of(opened)
    asked = "" if rule.declared_at_least is None else f"{rule.declared_at_least:g}"
    levels = {level.id: label(level.label, lang) for level in opened.programme.rubric.levels}
    shown = Table(title=label(opened.declared.title, lang), caption=word["unsigned"])
    for name in (word["community"], word["declared"], word["total"], word["margin"],
                 word["probability_pass"].format(mark=f"{rule.threshold:g}"), word["verdict"], word["stars"]):
        shown.add_column(name, overflow="fold", no_wrap=name == word["community"])
    for _, row in table.iterrows():
        shown.add_row(row["label"], number(row["declared"]), number(row["value"]), interval(row["ci_low"], row["ci_high"]),
                      certainty(row["p_pass"], row["se"]), word[row["verdict"]].format(mark=asked),
                      levels.get(row["level"], "–"))
    Console(width=None if sys.stdout.isatty() else 140).print(shown)
