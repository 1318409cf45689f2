"""The charts of one community, each a pure function of one table (those that compare communities: district_charts.py).

The same input gives the same bytes.

Scores are on 0-100, shares and probabilities on 0-1. NaN is drawn as "withheld", unless a score's row has `withheld`
false or a `state` of not_assessed or not_applicable, which is then named. An empty table gives a picture that says so.
Every function takes the language "zh" or "en" and returns a `Picture` with its alt text.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from evaluation.reporting import style
from evaluation.reporting.background import Key
from evaluation.reporting.chart_parts import (
    absent_words,
    chart_words,
    column_width,
    dot_look,
    floats,
    labels_of,
    marks_of,
    nothing_to_show,
    percent_text,
    score_rows,
    score_text,
    signed_text,
)
from evaluation.reporting.district_charts import caterpillar, funnel
from evaluation.reporting.layout import Rows, percent_tick, rows
from evaluation.reporting.style import Picture, drawn, text_width

__all__ = [
    "caterpillar", "declared_and_verified", "dimensions", "field_outcome", "funnel", "level_probabilities",
    "likert", "result_strip",
]


@drawn
def result_strip(value: float, ci_low: float, ci_high: float, threshold: float, levels: list[tuple[str, float]],
                 lang: str) -> Picture:
    """The total of one community with its interval, against the threshold and the levels (name, cut-off)."""
    word = chart_words(lang)
    shown = score_text(value, word["withheld"], threshold)
    laid = score_rows([""], [value, ci_low, ci_high, threshold, *(cut for _, cut in levels)], word,
                       marks=marks_of(threshold, levels, word), pitch=0.62, column=1.25, right_width=0.1)
    y = laid.middles[0]
    for _, cut in levels:
        laid.dot(laid.background.edges[3], cut, dot_look(style.AMBER, "*", size=9))
    if math.isnan(value):
        laid.layer.write(style.MARGIN, y, shown, style.BODY * 1.2, colour=style.QUIET)
        return laid.picture(word["alt_none"].format(threshold=f"{threshold:g}"))
    if math.isnan(ci_low) or math.isnan(ci_high):
        interval, where = word["unmeasured"], "point_above" if value >= threshold else "point_below"
    else:
        ends = "–".join(score_text(end, "", threshold) for end in (ci_low, ci_high))
        interval = f"{word['interval']} {ends}"
        where = "above" if ci_low >= threshold else "below" if ci_high < threshold else "across"
    laid.layer.write(style.MARGIN, y - 0.1, shown, style.LARGE, colour=style.BLUE)
    laid.layer.write(style.MARGIN, y + 0.17, interval, style.SMALL, colour=style.QUIET)
    laid.whisker(y, ci_low, ci_high, style.BLUE, 7, 0.35)
    laid.dot(y, value, dot_look(style.BLUE, "o", size=9))
    named = word["comma"].join(f"{name} {cut:g}" for name, cut in levels)
    alt = word["alt_strip"].format(value=shown, interval=interval, threshold=f"{threshold:g}", where=word[where],
                                   levels=named or word["nothing"])
    return laid.picture(alt)


@drawn
def declared_and_verified(table: pd.DataFrame, lang: str) -> Picture:
    """What was declared and what was found, a dumbbell each dimension: label, declared, value, ci_low, ci_high."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    labels, parts = labels_of(table), []
    columns = [floats(table, name) for name in ("declared", "value", "ci_low", "ci_high")]
    key: Key = [(word["declared"], dot_look(style.RUST, "s", hollow=True, size=8)),
                (word["verified"], dot_look(style.BLUE, "o", size=5)),
                (word["interval"], {"color": style.BLUE, "lw": 5, "alpha": 0.35, "linestyle": "-"})]
    laid = score_rows(labels, [value for column in columns for value in column], word, key=key, right_width=0.75)
    for label, y, absent, declared, value, low, high in zip(
            labels, laid.middles, absent_words(table, word), *columns, strict=True):
        laid.whisker(y, declared, value, style.GREY, 1)
        laid.whisker(y, low, high, style.BLUE, 5, 0.35)
        laid.dot(y, declared, dot_look(style.RUST, "s", hollow=True, size=8))
        laid.dot(y, value, dot_look(style.BLUE, "o", size=5))
        known = not (math.isnan(value) or math.isnan(declared))
        change = signed_text(value - declared) if known else absent if math.isnan(value) else word["undeclared"]
        laid.note(y, change, quiet=not known)
        parts.append(word["alt_pair"].format(label=label, declared=score_text(declared, word["none"]),
                                             value=score_text(value, absent)))
    return laid.picture(word["alt_pairs"].format(parts="；".join(parts) if lang == "zh" else "; ".join(parts)))


@drawn
def dimensions(table: pd.DataFrame, lang: str) -> Picture:
    """Points earned out of points possible, each from where the former ended, and their total unless one is withheld.

    Takes label, points, and value, ci_low, ci_high on 0-100 of the points.
    """
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    labels, parts = labels_of(table), []
    columns = [floats(table, name) for name in ("points", "value", "ci_low", "ci_high")]
    earned = [value * points / 100 for points, value in zip(*columns[:2], strict=True)]
    whole, possible, total = not np.isnan(earned).any(), float(np.nansum(columns[0])), float(np.nansum(earned))
    key: Key = [(word["earned"], dot_look(style.BLUE, "s", size=8)), (word["possible"], dot_look(style.PALE, "s", size=8)),
                (word["interval"], {"color": style.INK, "lw": 1.4, "linestyle": "-"})]
    laid = rows([*labels, *([word["total"]] if whole else [])], (0.0, round(max(possible, 1.0) * 1.02, 3)), key=key,
                axis=word["points"], right_width=0.85, pitch=0.32)
    start = 0.0
    for number, (label, y, absent, points, _, low, high) in enumerate(zip(
            labels, laid.middles, absent_words(table, word), *columns, strict=False)):
        gain = earned[number]
        laid.bar(y, start, points, 0.2, style.PALE)
        laid.bar(y, start, gain, 0.2, style.BLUE)
        laid.whisker(y, start + low * points / 100, start + high * points / 100, style.PAPER, 3)
        laid.whisker(y, start + low * points / 100, start + high * points / 100)
        start += 0.0 if math.isnan(gain) else gain
        if y != laid.middles[-1]:
            laid.upright(start, y + 0.1, laid.middles[number + 1] - 0.1)
        text = absent if math.isnan(gain) else f"{gain:.1f} / {points:g}"
        laid.note(y, text, quiet=math.isnan(gain))
        alt = word["alt_count"] if math.isnan(gain) else word["alt_part"]
        parts.append(alt.format(label=label, cases=text, earned=score_text(gain, absent), points=f"{points:g}"))
    told = ""
    if whole:
        laid.bar(laid.middles[-1], 0.0, possible, 0.2, style.PALE)
        laid.bar(laid.middles[-1], 0.0, total, 0.2, style.BLUE)
        laid.note(laid.middles[-1], f"{total:.1f} / {possible:g}")
        told = word["alt_total"].format(earned=score_text(total, ""), points=f"{possible:g}")
    return laid.picture(word["alt_parts"].format(parts=word["comma"].join(parts)) + told)


@drawn
def likert(table: pd.DataFrame, levels: list[str], lang: str) -> Picture:
    """Shares of answers to each item (item, n, one column a level from worst to best), centred on the middle level.

    A row with a share missing is withheld whole, its n too.
    """
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    items, counts = labels_of(table, "item"), floats(table, "n")
    shares = np.array([floats(table, level) for level in levels]).T
    colours, half = style.likert_colours(len(levels)), len(levels) // 2
    middle = shares[:, half] / 2 if len(levels) % 2 else np.zeros(len(items))
    start = -(shares[:, :half].sum(axis=1) + middle)
    low, high = (-0.5 if np.nanmin([0.0, *start]) >= -0.5 else -1.0), 1.0
    key: Key = [(level, dot_look(colour, "s", size=8)) for level, colour in zip(levels, colours, strict=True)]
    laid = rows(items, (low, high), key=key, axis=word["share"], ticks=[n / 4 for n in range(-4, 5)],
                tick_text=lambda value: percent_tick(abs(value)), label_width=2.5, pitch=0.3, right_width=0.48)
    left_edge, right_edge, top_edge, bottom_edge = laid.background.edges
    laid.upright(0, top_edge, bottom_edge)
    inch = (right_edge - left_edge) / (high - low)
    for y, n, row, left in zip(laid.middles, counts, shares, start, strict=True):
        if np.isnan(row).any():
            centre, half_width = (left_edge + right_edge) / 2, text_width(f" {word['withheld']} ", style.SMALL) / 2
            laid.layer.box(centre - half_width, centre + half_width, y - 0.1, y + 0.1, style.PAPER)
            laid.layer.write(centre, y, word["withheld"], style.SMALL, "center", style.QUIET)
            continue
        for share, colour in zip(row, colours, strict=True):
            laid.bar(y, left, share, 0.21, colour, 0.6)
            text = percent_text(share)
            if share * inch > text_width(text, style.SMALL) + 0.06:
                laid.layer.write(laid.inch(left + share / 2), y, text, style.SMALL, "center", style.ink_on(colour))
            left += share
        laid.note(y, "" if math.isnan(n) else f"n={n:.0f}", quiet=True)
    better = shares[:, half + len(levels) % 2:].sum(axis=1)
    hidden = int(np.isnan(shares).any(axis=1).sum())
    alt = word["alt_likert_none"].format(n=len(items))
    if hidden < len(items):
        top, bottom = int(np.nanargmax(better)), int(np.nanargmin(better))
        alt = word["alt_likert" if len(items) > 1 else "alt_likert_one"].format(
            n=len(items), worst=levels[0], best=levels[-1], top=items[top], bottom=items[bottom],
            high=percent_text(better[top]), low=percent_text(better[bottom]))
    return laid.picture(alt + (word["alt_withheld"].format(n=hidden) if hidden else ""))


def _bars(laid: Rows, values: list[float], texts: list[str]) -> None:
    for y, value, text in zip(laid.middles, values, texts, strict=True):
        laid.bar(y, 0.0, value, 0.17, style.BLUE)
        laid.note(y, text, quiet=math.isnan(value))


def _round_limit(highest: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50, … that is not lower."""
    power = 10.0 ** math.floor(math.log10(max(highest, 1.0)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= highest)


@drawn
def field_outcome(table: pd.DataFrame, lang: str) -> Picture:
    """How many cases ended how: outcome, cases. Percentages are left out where a count is withheld."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    labels, cases = labels_of(table, "outcome"), floats(table, "cases")
    total, whole = float(np.nansum(cases)), not np.isnan(cases).any()
    texts = [word["withheld"] if math.isnan(count)
             else f"{count:,.0f}" + (f" ({percent_text(count / total)})" if whole and total else "") for count in cases]
    limit = _round_limit(float(np.nanmax([*cases, 1.0])))
    laid = rows(labels, (0.0, limit), axis=word["cases"], ticks=MaxNLocator(8, integer=True).tick_values(0, limit),
                tick_text=lambda value: f"{value:,.0f}", column=2.1, right_width=column_width("0,000 (>99%)", *texts))
    _bars(laid, cases, texts)
    parts = [word["alt_count"].format(label=label, cases=text) for label, text in zip(labels, texts, strict=True)]
    return laid.picture(word["alt_counts"].format(total=f"{total:,.0f}", parts=word["comma"].join(parts)))


@drawn
def level_probabilities(table: pd.DataFrame, lang: str) -> Picture:
    """The probability of reaching each level: label, probability in [0, 1]."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    labels, chances = labels_of(table), floats(table, "probability")
    if any(chance < 0 or chance > 1 for chance in chances):
        raise ValueError("probability: values lie outside [0, 1]; give shares, not percentages")
    texts = [word["withheld"] if math.isnan(chance) else percent_text(chance) for chance in chances]
    laid = rows(labels, (0.0, 1.0), axis=word["probability"], tick_text=percent_tick,
                right_width=column_width(word["withheld"], ">99%"))
    _bars(laid, chances, texts)
    parts = [word["alt_count"].format(label=label, cases=text) for label, text in zip(labels, texts, strict=True)]
    return laid.picture(word["alt_levels"].format(parts=word["comma"].join(parts)))
