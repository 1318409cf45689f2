"""Charts of the sampling lab: where the estimates fall, and what more calls buy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator, PercentFormatter

from evaluation.reporting import style
from evaluation.reporting.background import Key, Sheet
from evaluation.reporting.chart_parts import chart_words, dot_look, nothing_to_show
from evaluation.reporting.style import Picture, drawn

INTERVALS = 60  # samples whose intervals are drawn


@drawn
def estimates_chart(found: pd.DataFrame, truth: float, threshold: float, lang: str) -> Picture:
    """All estimates as a histogram over the intervals of the first samples; those that miss the truth stand out."""
    word = chart_words(lang)
    known = found.dropna(subset=["value", "ci_low", "ci_high"])
    if known.empty:
        return nothing_to_show(lang)
    first = known.head(INTERVALS)
    held = ((first["ci_low"] <= truth) & (truth <= first["ci_high"])).to_numpy()
    low = min(first["ci_low"].min(), known["value"].min(), threshold, truth) - 0.5
    high = max(first["ci_high"].max(), known["value"].max(), threshold, truth) + 0.5
    key: Key = [(word["lab_truth"], {"color": style.INK, "lw": 1.4, "linestyle": "-"}),
                (word["threshold"], {"color": style.RUST, "lw": 1.2, "linestyle": "--"}),
                (word["lab_holds"], {"color": style.BLUE, "lw": 1.2, "linestyle": "-"}),
                (word["lab_misses"], {"color": style.RUST, "lw": 2.2, "linestyle": "-"})]
    sheet = Sheet(4.5)
    sheet.key(key, 0.2, 0.08)
    top = sheet.plot(0.2, style.WIDTH - 0.2, 0.5, 1.75, (low, high))
    top.set_ylim(0, None)
    counts, _, _ = top.hist(known["value"], bins=40, color=style.PALE, edgecolor=style.BLUE, linewidth=0.4)
    top.set(ylim=(0, np.max(counts) * 1.08), xticklabels=[])
    rows = sheet.plot(0.2, style.WIDTH - 0.2, 1.9, 4.0, (low, high))
    rows.set_ylim(-1, len(first))
    for place, (below, above, inside) in enumerate(zip(first["ci_low"], first["ci_high"], held, strict=True)):
        rows.plot([below, above], [place, place], color=style.BLUE if inside else style.RUST, lw=1.2 if inside else 2.2)
    for plot in (top, rows):
        plot.axvline(truth, color=style.INK, lw=1.4)
        plot.axvline(threshold, color=style.RUST, lw=1.2, ls="--")
    axis = word["lab_axis"].format(n=len(known), shown=len(first))
    sheet.write(style.WIDTH / 2, 4.36, axis, style.SMALL, "center", style.QUIET)
    return sheet.picture(word["alt_lab"].format(n=len(known), truth=f"{truth:.1f}", mean=f"{known['value'].mean():.1f}",
                                                held=int(held.sum()), shown=len(first)))


@drawn
def sizes_chart(rows: pd.DataFrame, lang: str) -> Picture:
    """Margin (left) and chances (right) against the number of interviews: n, margin, coverage, p_wrong."""
    word = chart_words(lang)
    ordered = rows.sort_values("n")
    sheet = Sheet(3.6)
    middle = style.WIDTH / 2
    edges = (ordered["n"].min() * 0.9, ordered["n"].max() * 1.04)
    key: Key = [(word["lab_margin"], dot_look(style.BLUE, "o", size=5)),
                (word["lab_covered"], dot_look(style.GREY, "s", size=5)),
                (word["lab_wrong"], dot_look(style.RUST, "D", size=5))]
    sheet.key(key, 0.5, 0.08)
    left = sheet.plot(0.55, middle - 0.25, 0.5, 3.05, edges)
    left.set_ylim(0, ordered["margin"].max() * 1.15)
    left.yaxis.set_major_locator(MaxNLocator(6))
    left.plot(ordered["n"], ordered["margin"], color=style.BLUE, marker="o", ms=5, lw=1.2)
    right = sheet.plot(middle + 0.45, style.WIDTH - 0.2, 0.5, 3.05, edges)
    right.set_ylim(0, 1.02)
    right.yaxis.set_major_locator(MaxNLocator(6))
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    right.plot(ordered["n"], ordered["coverage"], color=style.GREY, marker="s", ms=5, lw=1.2)
    right.plot(ordered["n"], ordered["p_wrong"], color=style.RUST, marker="D", ms=5, lw=1.2)
    right.axhline(0.95, color=style.GREY, lw=0.8, ls="--")
    right.axhline(0.05, color=style.RUST, lw=0.8, ls="--")
    sheet.write(middle, 3.44, word["lab_interviews"], style.SMALL, "center", style.QUIET)
    parts = [word["alt_lab_size"].format(n=f"{n:.0f}", margin=f"{margin:.1f}", wrong=f"{wrong:.0%}")
             for n, margin, wrong in zip(ordered["n"], ordered["margin"], ordered["p_wrong"], strict=True)]
    return sheet.picture(word["alt_lab_sizes"].format(parts=word["comma"].join(parts)))
