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
from evaluation.reporting.chart_parts import (
    absent_words,
    chart_words,
    dot_look,
    draw_point,
    draw_whisker,
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
from evaluation.reporting.layout import Key, Rows, rows
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
    laid.plot.plot([cut for _, cut in levels], [laid.plot.get_ylim()[0]] * len(levels), clip_on=False, zorder=3,
                   **dot_look(style.AMBER, "*", size=9))
    if math.isnan(value):
        laid.sheet.write(style.MARGIN, y, shown, style.BODY * 1.2, colour=style.QUIET)
        return laid.sheet.picture(word["alt_none"].format(threshold=f"{threshold:g}"))
    if math.isnan(ci_low) or math.isnan(ci_high):
        interval, where = word["unmeasured"], "point_above" if value >= threshold else "point_below"
    else:
        ends = "–".join(score_text(end, "", threshold) for end in (ci_low, ci_high))
        interval = f"{word['interval']} {ends}"
        where = "above" if ci_low >= threshold else "below" if ci_high < threshold else "across"
    laid.sheet.write(style.MARGIN, y - 0.1, shown, style.LARGE, colour=style.BLUE)
    laid.sheet.write(style.MARGIN, y + 0.17, interval, style.SMALL, colour=style.QUIET)
    draw_whisker(laid, y, ci_low, ci_high, color=style.BLUE, lw=7, alpha=0.35)
    draw_point(laid, y, value, **dot_look(style.BLUE, "o", size=9))
    named = word["comma"].join(f"{name} {cut:g}" for name, cut in levels)
    alt = word["alt_strip"].format(value=shown, interval=interval, threshold=f"{threshold:g}", where=word[where],
                                   levels=named or word["nothing"])
    return laid.sheet.picture(alt)


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
        draw_whisker(laid, y, declared, value, color=style.GREY, lw=1)
        draw_whisker(laid, y, low, high, color=style.BLUE, lw=5, alpha=0.35)
        draw_point(laid, y, declared, **dot_look(style.RUST, "s", hollow=True, size=8))
        draw_point(laid, y, value, **dot_look(style.BLUE, "o", size=5))
        known = not (math.isnan(value) or math.isnan(declared))
        change = signed_text(value - declared) if known else absent if math.isnan(value) else word["undeclared"]
        laid.note(y, change, quiet=not known)
        parts.append(word["alt_pair"].format(label=label, declared=score_text(declared, word["none"]),
                                             value=score_text(value, absent)))
    return laid.sheet.picture(word["alt_pairs"].format(parts="；".join(parts) if lang == "zh" else "; ".join(parts)))


@drawn
def dimensions(table: pd.DataFrame, lang: str) -> Picture:
    """Points earned out of points possible: label, points, and value, ci_low, ci_high on 0-100 of the points."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    labels, parts = labels_of(table), []
    columns = [floats(table, name) for name in ("points", "value", "ci_low", "ci_high")]
    key: Key = [(word["earned"], dot_look(style.BLUE, "s", size=8)), (word["possible"], dot_look(style.PALE, "s", size=8)),
                (word["interval"], {"color": style.INK, "lw": 1.4, "linestyle": "-"})]
    laid = rows(labels, (0.0, float(np.nanmax([*columns[0], 1.0])) * 1.02), key=key, axis=word["points"],
                right_width=0.85, pitch=0.32)
    for label, y, absent, points, value, low, high in zip(
            labels, laid.middles, absent_words(table, word), *columns, strict=True):
        earned = value * points / 100
        laid.plot.barh([y], [points], height=0.2, color=style.PALE)
        laid.plot.barh([y], [0 if math.isnan(earned) else earned], height=0.2, color=style.BLUE)
        draw_whisker(laid, y, low * points / 100, high * points / 100, lw=3, color="white")
        draw_whisker(laid, y, low * points / 100, high * points / 100)
        text = absent if math.isnan(earned) else f"{earned:.1f} / {points:g}"
        laid.note(y, text, quiet=math.isnan(earned))
        alt = word["alt_count"] if math.isnan(earned) else word["alt_part"]
        parts.append(alt.format(label=label, cases=text, earned=score_text(earned, absent), points=f"{points:g}"))
    return laid.sheet.picture(word["alt_parts"].format(parts=word["comma"].join(parts)))


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
    low, high = -np.nanmax([0.25, *-start]) * 1.02, np.nanmax([0.5, *(start + shares.sum(axis=1))]) * 1.02
    key: Key = [(level, dot_look(colour, "s", size=8)) for level, colour in zip(levels, colours, strict=True)]
    laid = rows(items, (low, high), key=key, axis=word["share"], label_width=2.5, pitch=0.3, right_width=0.48)
    laid.plot.set_xticks([tick for tick in (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1) if low <= tick <= high])
    laid.plot.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0%}")
    laid.plot.axvline(0, color=style.GREY, lw=0.8, zorder=0.9)
    inch = (laid.right - (laid.plot.get_position().x0 * style.WIDTH)) / (high - low)
    for y, n, row, left in zip(laid.middles, counts, shares, start, strict=True):
        if np.isnan(row).any():
            laid.plot.text((low + high) / 2, y, f" {word['withheld']} ", size=style.SMALL, ha="center", va="center",
                           color=style.QUIET, zorder=4, backgroundcolor="white")
            continue
        for share, colour in zip(row, colours, strict=True):
            laid.plot.barh([y], [share], left=left, height=0.21, color=colour, edgecolor="white", lw=0.6)
            if share * inch > text_width(percent_text(share), style.SMALL) + 0.06:
                x = laid.right - (high - left - share / 2) * inch
                laid.sheet.write(x, y, percent_text(share), style.SMALL, "center", style.ink_on(colour))
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
    return laid.sheet.picture(alt + (word["alt_withheld"].format(n=hidden) if hidden else ""))


def _bars(labels: list[str], values: list[float], texts: list[str], limit: float, axis: str, lang: str) -> Rows:
    laid = rows(labels, (0.0, limit), axis=axis, right_width=max(text_width(text, style.SMALL) for text in texts) + 0.1)
    for y, value, text in zip(laid.middles, values, texts, strict=True):
        missing = math.isnan(value)
        laid.plot.barh([y], [0 if missing else value], height=0.17, color=style.BLUE)
        laid.note(y, text, quiet=missing)
    return laid


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
    laid = _bars(labels, cases, texts, max(np.nanmax([*cases, 1.0]) * 1.02, 1.0), word["cases"], lang)
    laid.plot.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    laid.plot.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    parts = [word["alt_count"].format(label=label, cases=text) for label, text in zip(labels, texts, strict=True)]
    return laid.sheet.picture(word["alt_counts"].format(total=f"{total:,.0f}", parts=word["comma"].join(parts)))


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
    laid = _bars(labels, chances, texts, 1.0, word["probability"], lang)
    laid.plot.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    parts = [word["alt_count"].format(label=label, cases=text) for label, text in zip(labels, texts, strict=True)]
    return laid.sheet.picture(word["alt_levels"].format(parts=word["comma"].join(parts)))
