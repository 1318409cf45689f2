"""Charts of what is not a single score: bands in place of ranks, verdicts under other rubrics, and what they hang on."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from evaluation.reporting import style
from evaluation.reporting.background import Key
from evaluation.reporting.chart_parts import (
    chart_words,
    dot_look,
    floats,
    labels_of,
    nothing_to_show,
    percent_text,
)
from evaluation.reporting.layout import percent_tick, rows
from evaluation.reporting.style import Picture, drawn

BAND_COLOURS = {"upper": style.BLUE, "middle": style.GREY, "lower": style.RUST}
BAND_MARKERS = {"upper": "^", "middle": "o", "lower": "v"}
SHIFTS = ("pass", "more_evidence", "fail")


@drawn
def rank_bands(table: pd.DataFrame, lang: str) -> Picture:
    """The places that each community may hold: label, rank_low, rank_high, band (upper, middle, lower)."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    order = table.assign(place=table["band"].map({"upper": 0, "middle": 1, "lower": 2})).sort_values(["place", "label"])
    labels, low, high = labels_of(order), floats(order, "rank_low"), floats(order, "rank_high")
    many = len(labels) > 60
    bands = [str(band) for band in order["band"]]
    key: Key = [(word[f"band_{band}"], dot_look(colour, BAND_MARKERS[band], size=6)) for band, colour in BAND_COLOURS.items()]
    laid = rows([""] * len(labels) if many else labels, (len(labels) + 0.5, 0.5), key=key, axis=word["place"], lines=2,
                ticks=MaxNLocator(8, integer=True).tick_values(0.5, len(labels) + 0.5),
                pitch=min(0.05, 11 / len(labels)) if many else 0.21, right_width=0.62)
    for y, first, last, band in zip(laid.middles, low, high, bands, strict=True):
        laid.whisker(y, first, last, BAND_COLOURS[band], 0.8 if many else 2.2)
        for end in sorted({first, last}):
            laid.dot(y, end, dot_look(BAND_COLOURS[band], BAND_MARKERS[band], size=3))
        laid.note(y, "" if many else f"{first:.0f}–{last:.0f}")
    told = word["comma"].join(f"{word[f'band_{band}']} {bands.count(band)}" for band in BAND_COLOURS)
    return laid.picture(word["alt_bands"].format(n=len(labels), bands=told))


@drawn
def verdict_shares(table: pd.DataFrame, lang: str) -> Picture:
    """In which share of the runs each community passes, needs more evidence, fails: label, pass, more_evidence, fail."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    order = table.sort_values(["pass", "more_evidence", "label"], ascending=[False, False, True])
    labels, many = labels_of(order), len(order) > 60
    key: Key = [(word[verdict], dot_look(style.VERDICT_COLOURS[verdict], "s", size=8)) for verdict in SHIFTS]
    laid = rows([""] * len(labels) if many else labels, (0.0, 1.0), key=key, axis=word["runs"], lines=2,
                tick_text=percent_tick, pitch=min(0.05, 11 / len(labels)) if many else 0.24, right_width=0.1 if many else 0.45)
    shares = np.array([floats(order, verdict) for verdict in SHIFTS]).T
    for y, row in zip(laid.middles, shares, strict=True):
        left = 0.0
        for share, verdict in zip(row, SHIFTS, strict=True):
            laid.bar(y, left, share, min(0.17, 9 / len(labels)), style.VERDICT_COLOURS[verdict], 0.0 if many else 0.6)
            left += share
        laid.note(y, "" if many else percent_text(row[0]))
    firm = int((shares.max(axis=1) >= 0.95).sum())
    return laid.picture(word["alt_shares"].format(n=len(labels), firm=firm))


@drawn
def effects(table: pd.DataFrame, lang: str) -> Picture:
    """Sobol's effects of each factor on the totals: label, first, whole, as shares of the variance."""
    word = chart_words(lang)
    if table.empty or table["whole"].isna().all():
        return nothing_to_show(lang)
    order = table.sort_values("whole", ascending=False, kind="stable")
    labels, first, whole = labels_of(order), floats(order, "first"), floats(order, "whole")
    key: Key = [(word["effect_first"], dot_look(style.BLUE, "s", size=8)),
                (word["effect_whole"], dot_look(style.AMBER, "D", size=6))]
    limits = (math.floor(10 * min(0.0, *first)) / 10, math.ceil(10 * max(1.0, *whole)) / 10 * 1.02)
    laid = rows(labels, limits, key=key, axis=word["variance"], tick_text=percent_tick, right_width=0.55, pitch=0.3)
    for y, one, all_ in zip(laid.middles, first, whole, strict=True):
        laid.bar(y, 0.0, one, 0.17, style.BLUE)
        laid.dot(y, all_, dot_look(style.AMBER, "D", size=6))
        laid.note(y, "–" if math.isnan(all_) else percent_text(max(all_, 0.0)))
    parts = word["comma"].join(f"{label} {percent_text(max(value, 0.0))}" for label, value in zip(labels, whole, strict=True))
    return laid.picture(word["alt_effects"].format(parts=parts))
