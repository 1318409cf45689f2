"""Charts of fieldwork: interviewers in their funnel, forms by day, and how long they took."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from evaluation.estimation.funnel import funnel_limits
from evaluation.reporting import style
from evaluation.reporting.background import Key, Sheet
from evaluation.reporting.chart_parts import chart_words, column_width, dot_look, labels_of, nothing_to_show, percent_text
from evaluation.reporting.layout import name_dots, rows
from evaluation.reporting.style import Picture, drawn

LEFT, RIGHT = 0.62, style.WIDTH - 0.2
NAMED = 12          # interviewers outside the limits that are named
LOOKS = ((0.95, "--", style.QUIET), (0.998, "-", style.INK))


@drawn
def flags_chart(table: pd.DataFrame, lang: str) -> Picture:
    """Open flags of each check: label, open."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    labels, counts = labels_of(table), [int(count) for count in table["open"]]
    most = max(counts)
    laid = rows(labels, (0.0, most * 1.04), axis=word["forms"], ticks=MaxNLocator(8, integer=True).tick_values(0, most),
                tick_text=lambda value: f"{value:,.0f}", right_width=column_width(f"{most:,}"))
    for y, count in zip(laid.middles, counts, strict=True):
        laid.bar(y, 0.0, count, 0.17, style.BLUE)
        laid.note(y, f"{count:,}")
    parts = [word["alt_count"].format(label=label, cases=count) for label, count in zip(labels, counts, strict=True)]
    return laid.picture(word["alt_flags"].format(parts=word["comma"].join(parts)))


@drawn
def interviewer_funnel(table: pd.DataFrame, count: str, lang: str) -> Picture:
    """Share of forms flagged against forms, with exact binomial limits around the share of all: interviewer, n, count, outside.

    Only interviewers outside the 99.8% limits stand out and are named.
    """
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    ordered = table.sort_values("interviewer", kind="stable")
    labels, sizes = labels_of(ordered, "interviewer"), ordered["n"].to_numpy()
    shares = ordered[count].to_numpy() / sizes
    rate = float(ordered[count].sum() / ordered["n"].sum())
    out = [place for place, beyond in enumerate(ordered["outside"]) if beyond > 99]
    key: Key = [(word["interviewers"], dot_look(style.BLUE, "o", size=5)), (word["outside"], dot_look(style.RUST, "D", size=5)),
                (f"95% {word['limit']}", {"color": style.QUIET, "lw": 1, "linestyle": "--"}),
                (f"99.8% {word['limit']}", {"color": style.INK, "lw": 1, "linestyle": "-"})]
    top, bottom, most = 0.4, 3.3, int(sizes.max())
    edge = most * 1.06 + 1
    grid = np.unique(np.linspace(max(1, int(sizes.min() * 0.6)), int(edge), 240).astype(int))
    curves = [(line, colour, funnel_limits(grid, rate, confidence)) for confidence, line, colour in LOOKS]
    inside = grid >= max(1, int(sizes.min() * 0.85))
    reach = min(1.0, max([*shares, *(float(limits[1][inside].max()) for _, _, limits in curves), 0.02]) * 1.12)
    sheet = Sheet(3.8)
    sheet.key(key, LEFT, 0.08)
    plot = sheet.plot(LEFT, RIGHT, top, bottom, (float(grid[0]), edge))
    plot.set(ylim=(-reach * 0.03, reach))
    _share_axis(plot)
    plot.axhline(rate, color=style.GREY, lw=0.8)
    for line, colour, limits in curves:
        for side in limits:
            plot.plot(grid, side, ls=line, lw=1, color=colour, drawstyle="steps-mid")
    for place, (size, share) in enumerate(zip(sizes, shares, strict=True)):
        marked = place in out
        plot.plot([size], [share], zorder=3, **dot_look(style.RUST if marked else style.BLUE, "D" if marked else "o", size=5))
    dots = [(LEFT + (size - grid[0]) / (edge - grid[0]) * (RIGHT - LEFT),
             top + (reach - share) / (reach * 1.03) * (bottom - top)) for size, share in zip(sizes, shares, strict=True)]
    name_dots(sheet, (LEFT, RIGHT, top, bottom), dots, [], [(labels[place], place) for place in out[:NAMED]])
    sheet.write((LEFT + RIGHT) / 2, bottom + 0.36, word["forms_of_interviewer"], style.SMALL, "center", style.QUIET)
    named = word["comma"].join(labels[place] for place in out[:NAMED]) or word["nobody"]
    return sheet.picture(word["alt_interviewers"].format(n=len(labels), rate=percent_text(rate), low=percent_text(shares.min()),
                                                         high=percent_text(shares.max()), out=len(out), names=named))


@drawn
def forms_by_day(table: pd.DataFrame, lang: str) -> Picture:
    """Forms of each day, those flagged in them, and the share flagged so far: day, n, flagged, rate_so_far."""
    word = chart_words(lang)
    if table.empty:
        return nothing_to_show(lang)
    days = pd.to_datetime(table["day"])
    place = (days - days.min()).dt.days.to_numpy()
    key: Key = [(word["forms"], dot_look(style.PALE, "s", size=8)), (word["flagged"], dot_look(style.RUST, "s", size=8)),
                (word["share_so_far"], {"color": style.BLUE, "lw": 1.4, "linestyle": "-", "marker": "o", "markersize": 4})]
    sheet = Sheet(3.9)
    sheet.key(key, LEFT, 0.08)
    limits = (-0.7, float(place.max()) + 0.7)
    bars = sheet.plot(LEFT, RIGHT, 0.42, 2.1, limits)
    bars.set_ylim(0, float(table["n"].max()) * 1.1)
    bars.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    bars.bar(place, table["n"], 0.8, color=style.PALE)
    bars.bar(place, table["flagged"], 0.8, color=style.RUST)
    lines = sheet.plot(LEFT, RIGHT, 2.35, 3.35, limits)
    lines.set_ylim(0, max(float(table["rate_so_far"].max()) * 1.2, 0.01))
    lines.plot(place, table["rate_so_far"], color=style.BLUE, lw=1.4, marker="o", ms=4)
    _share_axis(lines, 4)
    ticks = np.arange(0, int(place.max()) + 1, int(place.max()) // 8 + 1)
    shown = [(days.min() + pd.Timedelta(days=int(tick))).strftime("%m-%d") for tick in ticks]
    bars.set_xticks(ticks, labels=[""] * len(ticks))
    lines.set_xticks(ticks, labels=shown)
    for plot in (bars, lines):
        plot.grid(axis="y")
        plot.grid(visible=False, axis="x")
    sheet.write((LEFT + RIGHT) / 2, 3.71, word["day"].format(first=table["day"].iloc[0], last=table["day"].iloc[-1]),
                style.SMALL, "center", style.QUIET)
    return sheet.picture(word["alt_days"].format(
        days=len(table), first=table["day"].iloc[0], last=table["day"].iloc[-1], n=int(table["n"].sum()),
        most=int(table["n"].max()), rate=percent_text(float(table["rate_so_far"].iloc[-1]))))


@drawn
def durations_chart(minutes: pd.Series, shortest: float, lang: str) -> Picture:
    """Forms by minutes, on a log scale, with the median and the limit below which a form is too short."""
    word = chart_words(lang)
    known = minutes[minutes > 0].to_numpy(dtype=float)
    if len(known) < 2 or known.min() == known.max():
        return nothing_to_show(lang)
    middle = float(np.median(known))
    low, high = min(known.min(), shortest or known.min()) * 0.85, known.max() * 1.15
    key: Key = [(word["median"].format(value=f"{middle:.1f}"), {"color": style.INK, "lw": 1.4, "linestyle": "-"}),
                (word["shortest"].format(value=f"{shortest:.1f}"), {"color": style.RUST, "lw": 1.2, "linestyle": "--"})]
    sheet = Sheet(2.6)
    sheet.key(key, LEFT, 0.08)
    plot = sheet.plot(LEFT, RIGHT, 0.42, 2.05, (low, high))
    plot.set_xscale("log")
    edges = np.geomspace(low, high, 42).tolist()
    counts, _, _ = plot.hist(known, bins=edges, color=style.PALE, edgecolor=style.BLUE, linewidth=0.4)
    plot.set(ylim=(0, float(np.max(counts)) * 1.08), xlim=(low, high))
    plot.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    steps = [step * 10.0**power for power in range(-2, 5) for step in (1, 2, 5)]
    plot.xaxis.set_major_locator(FixedLocator([step for step in steps if low <= step <= high]))
    plot.xaxis.set_minor_locator(NullLocator())
    plot.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    plot.axvline(middle, color=style.INK, lw=1.4)
    plot.axvline(shortest, color=style.RUST, lw=1.2, ls="--")
    sheet.write((LEFT + RIGHT) / 2, 2.42, word["minutes"], style.SMALL, "center", style.QUIET)
    return sheet.picture(word["alt_durations"].format(n=len(known), median=f"{middle:.1f}", shortest=f"{shortest:.1f}",
                                                      short=int((known < shortest).sum())))


def _share_axis(plot: Axes, ticks: int = 6) -> None:
    plot.yaxis.set_major_locator(MaxNLocator(ticks))
    plot.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}%"))
