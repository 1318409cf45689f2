"""`sensitivity`: what the totals hang on."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import track

from evaluation.core.errors import UsageError, problem
from evaluation.fieldwork.opening import open_round
from evaluation.reporting.report import percent, words
from evaluation.reporting.sensitivity import write_sensitivity
from evaluation.verbs.telling import tell


def show_sensitivity(folder: Path, lang: str, runs: int, spread: float, seed: int) -> None:
    """Vary the rubric, print the effects and how many verdicts hold, and write results/sensitivity.html and .csv."""
    if runs < 2 or runs & (runs - 1):
        raise UsageError(problem("G08", path="--runs", given=runs, expected=["64", "256", "1024"], hint="256"))
    if not 0 <= spread < 1:
        raise UsageError(problem("G08", path="--spread", given=spread, expected=["0.1", "0.25", "0.5"], hint="0.25"))
    opened = open_round(folder)
    tell(opened.warnings)
    word = words(lang)
    console = Console(stderr=True)
    page, shares, rows = write_sensitivity(opened, lang, runs, spread, seed, lambda numbers: track(
        numbers, description=word["sensitivity"], console=console, transient=True))
    for row in shares.sort_values("whole", ascending=False).to_dict("records"):
        print(f"{percent(max(row['whole'], 0.0)):>6}  {row['label']}")
    firm = int((rows[["pass", "more_evidence", "fail"]].max(axis=1) >= 0.95).sum())
    print(f"{word['shifts']}: {firm} / {len(rows)} (≥ 95%)")
    print(page)
