"""What the charts share: their words, how they write numbers, and the marks that they draw alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from evaluation.reporting import style
from evaluation.reporting.background import Sheet
from evaluation.reporting.layout import Marks, Rows, rows
from evaluation.reporting.style import Picture, text_width

WORDS: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(
    Path(__file__).with_name("chart_words.yaml").read_text(encoding="utf-8"))


def chart_words(lang: str) -> dict[str, str]:
    """The charts' words in one language. Raises ValueError for another one."""
    if lang not in WORDS:
        raise ValueError(f"lang: charts are not written in {lang!r}; use 'zh' or 'en'")
    return WORDS[lang]


def floats(table: pd.DataFrame, column: str) -> list[float]:
    """A column as floats; what is missing is NaN."""
    return [float(value) for value in pd.to_numeric(table[column]).to_numpy(dtype=float, na_value=np.nan)]


def labels_of(table: pd.DataFrame, column: str = "label") -> list[str]:
    """A column of labels, with single spaces."""
    return [" ".join(str(label).split()) for label in table[column]]


def absent_words(table: pd.DataFrame, word: dict[str, str]) -> list[str]:
    """What each row says in place of a score that it lacks: withheld, unless its `withheld` or `state` denies it."""
    states = [str(state) for state in table["state"]] if "state" in table else [""] * len(table)
    reason = {"not_assessed": word["unassessed"], "not_applicable": word["not_applicable"]}
    if "withheld" not in table:
        return [reason.get(state, word["withheld"]) for state in states]
    return [word["withheld"] if held else reason.get(state, word["unassessed"])
            for held, state in zip(table["withheld"], states, strict=True)]


def score_text(value: float, absent: str, threshold: float = math.nan) -> str:
    """One decimal; two where one would put the score on the other side of the threshold."""
    if math.isnan(value):
        return absent
    crosses = (value < threshold) != (round(value, 1) < threshold)
    return (f"{math.floor(value * 100) / 100:.2f}" if crosses else f"{value:.1f}").replace("-", "−")


def signed_text(difference: float) -> str:
    """One decimal with its sign; none for what rounds to nought."""
    text = f"{difference:+.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", "−")


def percent_text(share: float) -> str:
    """Whole percent; never 0% or 100% for what is not quite so."""
    return "<1%" if 0 < share < 0.005 else ">99%" if 0.995 < share < 1 else f"{share:.0%}"


def zoomed(values: Sequence[float]) -> tuple[float, float]:
    """Limits on 0-100 in steps of 10 around the values, at least 20 apart."""
    known = [min(max(value, 0), 100) for value in values if not math.isnan(value)]
    if not known:
        return 0.0, 100.0
    low, high = max(0, 10 * math.floor((min(known) - 2) / 10)), min(100, 10 * math.ceil((max(known) + 2) / 10))
    while high - low < 20:
        low, high = max(0, low - 10), min(100, high + 10)
    return float(low), float(high)


def score_rows(labels: list[str], values: Sequence[float], word: dict[str, str], **layout: Any) -> Rows:
    """Rows over a score axis that is zoomed to the values."""
    low, high = zoomed(values)
    return rows(labels, (low, high), axis=word["score"], ticks=np.arange(low, high + 1, 5 if high - low <= 50 else 10).tolist(),
                **layout)


def column_width(*texts: str) -> float:
    """Inches that a right-hand column takes for the widest text that can come, or comes."""
    return max(text_width(text, style.SMALL) for text in texts) + 0.1


def marks_of(threshold: float, levels: Sequence[tuple[str, float]], word: dict[str, str]) -> Marks:
    """The levels and the threshold as marks on a score axis."""
    named = [(f"{name} {cut:g}", float(cut), False) for name, cut in levels]
    return [*named, (f"{word['threshold']} {threshold:g}", float(threshold), True)]


def nothing_to_show(lang: str, note: str = "") -> Picture:
    """A picture that says so."""
    text = WORDS[lang]["nothing"] + ("。" if lang == "zh" else ". ") + note
    sheet = Sheet(0.7)
    sheet.write(style.WIDTH / 2, 0.35, text.strip(), style.BODY, "center", style.QUIET)
    return sheet.picture(text.strip())


def dot_look(colour: str, marker: str, hollow: bool = False, size: float = 6.0) -> dict[str, Any]:
    """How a dot looks."""
    return {"marker": marker, "markersize": size, "color": colour, "linestyle": "none", "markeredgewidth": 1.2,
            "markeredgecolor": colour, "markerfacecolor": "white" if hollow else colour}


def verdict_look(verdict: str, size: float = 6.0) -> dict[str, Any]:
    """How a verdict looks: colour and shape, so that grey print keeps them apart."""
    return dot_look(style.VERDICT_COLOURS[verdict], style.VERDICT_MARKERS[verdict], verdict == "not_reviewed", size)
