"""The page on how much the totals hang on choices of the rubric: results/sensitivity.html, and the numbers beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from markupsafe import Markup

from evaluation.core.csvout import write_csv
from evaluation.declare.model import label
from evaluation.fieldwork.opening import Round
from evaluation.reporting.comparison_charts import effects, verdict_shares
from evaluation.reporting.district import league
from evaluation.reporting.report import Report, number, paragraph, picture_html, table_html, words
from evaluation.reporting.results import footer_of, gated_scores
from evaluation.scoring import rule_of
from evaluation.scoring.sensitivity import CHOICES, Sensitivity, sensitivity

MANY = 200


def write_sensitivity(round_: Round, lang: str, runs: int, spread: float, seed: int,
                      progress: Callable[[Iterable[int]], Iterable[int]]) -> tuple[Path, pd.DataFrame, pd.DataFrame]:
    """Run the analysis and write results/sensitivity.html and .csv. Returns the page, Sobol's effects, and a row a community.

    The row: community, label, value, low and high (5% and 95% of the runs), pass, more_evidence, fail (shares of the runs),
    without (the indicator whose absence changes the total most), change, crosses. Communities whose total is withheld are
    left out.
    """
    rule = rule_of(round_)
    table = league(round_, gated_scores(round_), lang)
    found = sensitivity(round_, rule, runs, spread, seed, progress)
    rows = _rows(found, table, rule.threshold)
    shares = found.effects()
    shares = shares.assign(label=[_factor(round_, str(name), lang) for name in shares["factor"]])
    folder = round_.folder / "results"
    write_csv(folder / "sensitivity.csv", rows)
    return _page(round_, rows, shares, lang, 2 * runs, spread).write(folder / "sensitivity.html"), shares, rows


def _rows(found: Sensitivity, table: pd.DataFrame, mark: float) -> pd.DataFrame:
    """A row a community with a total that may be shown."""
    shown = table.set_index("community")
    count = found.totals.shape[1]
    change = np.where(np.isfinite(found.without), found.without - found.base[:, None], 0.0)
    most = np.abs(change).argmax(axis=1)
    place = np.arange(len(found.base))
    largest = change[place, most]
    with np.errstate(invalid="ignore"):
        low, high = np.quantile(found.totals, [0.05, 0.95], axis=1)
    rows = pd.DataFrame({
        "community": found.communities, "label": [shown.at[name, "label"] for name in found.communities], "value": found.base,
        "low": low, "high": high, **{verdict: found.reached[verdict] / count for verdict in ("pass", "more_evidence", "fail")},
        "without": np.array(found.indicators, dtype=object)[most], "change": largest,
        "crosses": (found.base >= mark) != (found.base + largest >= mark)})
    return rows[shown["value"].reindex(rows["community"]).notna().to_numpy() & np.isfinite(found.base)].reset_index(drop=True)


def _factor(round_: Round, name: str, lang: str) -> str:
    if name in CHOICES:
        return words(lang)[f"factor_{name}"]
    return next(f"{part.id} {label(part.label, lang)}" for part in round_.programme.rubric.dimensions if part.id == name)


def _page(round_: Round, rows: pd.DataFrame, shares: pd.DataFrame, lang: str, runs: int, spread: float) -> Report:
    word = words(lang)
    mark = f"{round_.pass_mark:g}"
    report = Report(lang, f"{word['sensitivity']}: {label(round_.declared.title, lang)}",
                    label(round_.programme.rubric.title, lang), footer_of(round_, lang))
    note = paragraph(word["sensitivity_note"].format(runs=runs, spread=f"{spread:.0%}"))
    report.section("effects", word["effects"], note, picture_html(effects(shares, lang=lang)))
    report.section("shifts", word["shifts"], picture_html(verdict_shares(rows, lang=lang)))
    parts: list[Markup] = [paragraph(word["what_if_note"].format(mark=mark))]
    if len(rows) <= MANY:
        cells = [[row["label"], number(row["value"]), row["without"], number(row["change"], signed=True),
                  word["answer_yes" if row["crosses"] else "answer_no"]] for _, row in rows.iterrows()]
        columns = [(word["community"], "text"), (word["total"], "number"), (word["without"], "text"),
                   (word["change"], "number"), (word["crosses"], "text")]
        parts.append(table_html(word["what_if"], columns, cells))
    report.section("what_if", word["what_if"], *parts)
    return report
