"""Charts that compare communities: caterpillar and funnel. Pure functions of one table, as in charts.py."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from evaluation.reporting import style
from evaluation.reporting.background import Key, Sheet
from evaluation.reporting.chart_parts import (
    absent_words,
    chart_words,
    column_width,
    dot_look,
    floats,
    labels_of,
    marks_of,
    nothing_to_show,
    score_rows,
    score_text,
    signed_text,
    verdict_look,
)
from evaluation.reporting.layout import name_dots
from evaluation.reporting.style import Picture, drawn

LIMIT_95, LIMIT_998 = 1.959964, 3.090232  # standard normal quantiles of the funnel's two-sided limits
LABELLED_ROWS = 60  # a caterpillar with more rows names none of them


@drawn
def caterpillar(table: pd.DataFrame, threshold: float, levels: list[tuple[str, float]], lang: str) -> Picture:
    """All communities from highest to lowest with intervals: label, value, ci_low, ci_high, verdict."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    ranked = table.sort_values(["value", "label"], ascending=[False, True], na_position="last", kind="stable")
    labels, columns = labels_of(ranked), [floats(ranked, name) for name in ("value", "ci_low", "ci_high")]
    verdicts = [verdict if verdict in style.VERDICT_COLOURS else "not_reviewed" for verdict in ranked["verdict"]]
    tally = {verdict: verdicts.count(verdict) for verdict in style.VERDICT_COLOURS if verdict in verdicts}
    key: Key = [(f"{word[verdict]} {count}", verdict_look(verdict)) for verdict, count in tally.items()]
    many = len(labels) > LABELLED_ROWS
    absent = absent_words(ranked, word)
    texts = ["" if many else score_text(value, why, threshold) for value, why in zip(columns[0], absent, strict=True)]
    lacking = [why for value, why in zip(columns[0], absent, strict=True) if math.isnan(value)]
    if many:
        blank = {"marker": "", "linestyle": "none"}
        key = [*key, *((f"{why} {lacking.count(why)}", blank) for why in sorted(set(lacking)))]
    laid = score_rows(
        [""] * len(labels) if many else labels, [threshold, *(value for column in columns for value in column)], word,
        key=key, marks=marks_of(threshold, levels, word), lines=3, label_width=2.1,
        pitch=min(0.05, 11 / len(labels)) if many else 0.21,
        right_width=0.1 if many else column_width("100.00", *lacking))
    for y, verdict, text, value, low, high in zip(laid.middles, verdicts, texts, *columns, strict=True):
        laid.whisker(y, low, high, style.VERDICT_COLOURS[verdict], 0.8 if many else 1.6)
        laid.dot(y, value, verdict_look(verdict, 2.2 if many else 5.5))
        laid.note(y, text, quiet=math.isnan(value))
    told = word["comma"].join(f"{word[verdict]} {count}" for verdict, count in tally.items())
    known = [number for number, value in enumerate(columns[0]) if not math.isnan(value)]
    alt = word["alt_rank_none"].format(n=len(labels), threshold=f"{threshold:g}", verdicts=told)
    if known:
        high, low = (score_text(columns[0][number], "", threshold) for number in (0, known[-1]))
        alt = word["alt_rank" if len(labels) > 1 else "alt_rank_one"].format(
            n=len(labels), threshold=f"{threshold:g}", verdicts=told, top=labels[0], bottom=labels[known[-1]],
            high=high, low=low)
    return laid.picture(alt)


@drawn
def funnel(table: pd.DataFrame, lang: str, x_label: str | None = None) -> Picture:
    """Verified minus declared against precision, with 95% and 99.8% limits around 0: label, difference, se.

    A difference without error (se 0) is drawn at the right edge; any such difference but 0 lies outside the limits.
    """
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    ordered = table.sort_values("label", kind="stable")
    labels, difference, se = labels_of(ordered), floats(ordered, "difference"), floats(ordered, "se")
    known = [n for n in range(len(labels)) if not (math.isnan(difference[n]) or math.isnan(se[n]))]
    missing = len(labels) - len(known)
    if not known:
        return nothing_to_show(lang, word["alt_missing"].format(n=missing))
    edge = max([1 / se[n] for n in known if se[n] > 0], default=1.0) * 1.12
    precision = [1 / se[n] if se[n] > 0 else edge for n in known]
    gap = [difference[n] for n in known]
    out = sorted((i for i, n in enumerate(known) if abs(gap[i]) > LIMIT_998 * se[n]), key=lambda i: -abs(gap[i]))
    key: Key = [(word["inside"], dot_look(style.BLUE, "o", size=5)), (word["outside"], dot_look(style.RUST, "D", size=5)),
                (f"95% {word['limit']}", {"color": style.QUIET, "lw": 1, "linestyle": "--"}),
                (f"99.8% {word['limit']}", {"color": style.INK, "lw": 1, "linestyle": "-"})]
    if any(se[n] <= 0 for n in known):
        key = [*key, (word["exact"], dot_look(style.QUIET, ">", size=5))]
    left, right, top, bottom, start = 0.62, style.WIDTH - 0.2, 0.4, 4.1, min([*precision, edge / 1.12]) * 0.75
    sheet = Sheet(4.6)
    sheet.key(key, left, 0.08)
    plot = sheet.plot(left, right, top, bottom, (start, edge * 1.04))
    reach = max([5.0, *(abs(value) * 1.15 for value in gap), LIMIT_998 / (start + edge) * 2 * 1.15])
    plot.set(ylim=(-reach, reach))
    plot.yaxis.set_major_locator(MaxNLocator(7))
    plot.axhline(0, color=style.GREY, lw=0.8)
    curve = np.linspace(start, edge * 1.04, 200)
    for limit, look in ((LIMIT_95, "--"), (LIMIT_998, "-")):
        for side in (-1, 1):
            plot.plot(curve, side * limit / curve, ls=look, lw=1, color=style.QUIET if look == "--" else style.INK)
    for i in range(len(known)):
        colour, marker = (style.RUST, "D") if i in out else (style.BLUE, "o")
        plot.plot([precision[i]], [gap[i]], zorder=3, **dot_look(colour, marker if se[known[i]] > 0 else ">", size=5))

    def on_paper(x: float, y: float) -> tuple[float, float]:
        return (left + (x - start) / (edge * 1.04 - start) * (right - left),
                top + (reach - y) / (2 * reach) * (bottom - top))

    lines = [on_paper(x, side * limit / x) for x in curve for limit in (0, LIMIT_95, LIMIT_998) for side in (-1, 1)]
    dots = [on_paper(x, y) for x, y in zip(precision, gap, strict=True)]
    unnamed = name_dots(sheet, (left, right, top, bottom), dots, lines, [(labels[known[i]], i) for i in out])
    across = style.wrapped(x_label or word["precision"], right - left, style.SMALL, 1)
    sheet.write((left + right) / 2, 4.43, across, style.SMALL, "center", style.QUIET)
    sheet.paper.text(0.16, (top + bottom) / 2, word["difference"], size=style.SMALL, rotation=90, ha="center",
                     va="center", color=style.QUIET)
    notes = {word["unnamed"].format(n=unnamed): unnamed, word["alt_missing"].format(n=missing): missing}
    told = "  ".join(note for note, count in notes.items() if count)
    sheet.write(right, 0.32, told, style.SMALL, "right", style.QUIET)
    low, high = signed_text(min(gap)), signed_text(max(gap))
    names = ("（{}）" if lang == "zh" else " ({})").format(word["comma"].join(labels[known[i]] for i in out[:10]))
    return sheet.picture(word["alt_funnel"].format(
        n=len(known), low=low, high=high, out=len(out), names=names if out else "",
        missing=word["alt_missing"].format(n=missing) if missing else "").strip())
