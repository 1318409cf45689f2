"""A chart of rows laid out by how wide its words are, and where names find room: nothing that is written collides."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.ticker import AutoLocator

from evaluation.reporting.background import Background, Box, Key, Mark, Sheet, key_places, raster, short
from evaluation.reporting.layer import Layer
from evaluation.reporting.style import BODY, GREY, INK, LINE, MARGIN, QUIET, SMALL, WIDTH, Picture, text_width, wrapped

Marks = Sequence[tuple[str, float, bool]]


def mark_lanes(places: Sequence[tuple[float, float]]) -> list[int]:
    """The lowest lane on which each label (middle, width in inches) overlaps no other."""
    ends: list[float] = []
    lanes = [0] * len(places)
    for number in sorted(range(len(places)), key=lambda n: places[n][0] - places[n][1] / 2):
        middle, width = places[number]
        free = [lane for lane, end in enumerate(ends) if end + 0.1 <= middle - width / 2]
        lane = free[0] if free else len(ends)
        ends[lane:lane + 1] = [middle + width / 2]
        lanes[number] = lane
    return lanes


def plain_tick(value: float) -> str:
    """The number of a tick."""
    return f"{value:g}".replace("-", "−")


def percent_tick(value: float) -> str:
    """The share of a tick in percent."""
    return f"{value:.0%}".replace("-", "−")


@dataclass(frozen=True)
class Rows:
    """A chart of rows to draw data on: x in the axis' units, y in inches from the top; `middles` are those of the rows.

    What lies beyond the limits is cut off there, a dot left out; where a value is missing, nothing is drawn.
    """

    background: Background
    layer: Layer
    middles: tuple[float, ...]

    def inch(self, value: float) -> float:
        """Inches from the left, no further than the plot reaches."""
        (left, right, _, _), (first, last) = self.background.edges, self.background.limits
        return left + min(max((value - first) / (last - first), 0.0), 1.0) * (right - left)

    def bar(self, y: float, start: float, length: float, height: float, colour: str, edge: float = 0.0) -> None:
        """A bar so many inches high around y, with a white edge of so many points."""
        if math.isnan(start + length) or not length:
            return
        self.layer.box(self.inch(start), self.inch(start + length), y - height / 2, y + height / 2, colour, edge)

    def whisker(self, y: float, low: float, high: float, colour: str = INK, width: float = 1.4, alpha: float = 1.0) -> None:
        """The line of an interval, so many points wide."""
        if not (math.isnan(low) or math.isnan(high)):
            self.layer.line((self.inch(low), y), (self.inch(high), y), colour, width, alpha)

    def upright(self, value: float, top: float, bottom: float, colour: str = GREY, width: float = 0.8) -> None:
        """A vertical line between two heights."""
        self.layer.line((self.inch(value), top), (self.inch(value), bottom), colour, width)

    def dot(self, y: float, value: float, look: Mapping[str, Any]) -> None:
        """A marker, whole even where it lies on the edge of the plot, as a score of 100 does."""
        if min(self.background.limits) <= value <= max(self.background.limits):
            self.layer.dot(self.inch(value), y, look)

    def name(self, texts: Sequence[str]) -> None:
        """Write the labels, which may have lines, at their rows."""
        for text, middle in zip(texts, self.middles, strict=True):
            lines = text.split("\n")
            for number, line in enumerate(lines):
                self.layer.write(MARGIN, middle + (number - (len(lines) - 1) / 2) * LINE * BODY, line)

    def note(self, y: float, text: str, quiet: bool = False) -> None:
        """A word or number at the right edge of the row at y."""
        self.layer.write(WIDTH - MARGIN, y, text, SMALL, "right", QUIET if quiet else INK)

    def picture(self, alt: str) -> Picture:
        """The finished picture; the same input gives the same bytes."""
        return Picture(self.layer.png(), alt)


def rows(labels: Sequence[object], limits: tuple[float, float], *, key: Key = (), marks: Marks = (), axis: str = "",
         ticks: Sequence[float] | None = None, tick_text: Callable[[float], str] = plain_tick, pitch: float = 0.27,
         lines: int = 3, label_width: float = 2.1, column: float | None = None, right_width: float = 0.5) -> Rows:
    """Lay out a chart of rows. `marks` are vertical lines (label, value, is the threshold) named above the plot.

    Labels wrap within `label_width` inches. With a `column` so many inches wide they belong to the data: charts whose labels
    differ share a background. Ticks beyond the limits are left out; without `ticks` matplotlib places them.
    """
    texts = [wrapped(label, column or label_width, BODY, lines) for label in labels]
    heights = [pitch + text.count("\n") * LINE * BODY for text in texts]
    left = MARGIN * 2 + (max(map(text_width, texts)) if column is None else column)
    right = WIDTH - MARGIN * 2 - right_width
    low, high = sorted(limits)
    shown = [mark for mark in marks if low <= mark[1] <= high]
    names = [short(name) for name, _, _ in shown]
    inches = [left + (value - limits[0]) / (limits[1] - limits[0]) * (right - left) for _, value, _ in shown]
    sizes = [text_width(name, SMALL) for name in names]
    inside = [min(max(x, MARGIN + size / 2), WIDTH - MARGIN - size / 2) for x, size in zip(inches, sizes, strict=True)]
    lanes = mark_lanes(list(zip(inside, sizes, strict=True)))
    key_height = (max((line for _, line in key_places(key, WIDTH - 2 * MARGIN)), default=-1) + 1) * LINE * SMALL * 1.25
    lane_height = LINE * SMALL
    top = MARGIN + key_height + (max(lanes, default=-1) + 1) * lane_height + 0.06
    bottom = top + sum(heights) + 0.06
    middles = tuple(top + 0.03 + sum(heights[:number]) + height / 2 for number, height in enumerate(heights))
    placed = AutoLocator().tick_values(low, high) if ticks is None else ticks
    background = Background(
        height=bottom + (0.5 if axis else 0.3), edges=(left, right, top, bottom), limits=limits,
        ticks=tuple((float(place), tick_text(float(place))) for place in placed if low <= place <= high),
        axis=wrapped(axis, right - left, SMALL, 1), labels=tuple(zip(texts, middles, strict=True)) if column is None else (),
        marks=tuple(Mark(name, value, threshold, x, top - (lane + 0.5) * lane_height - 0.02)
                    for (_, value, threshold), name, x, lane in zip(shown, names, inside, lanes, strict=True)),
        key=tuple((text, tuple(look.items())) for text, look in key))
    laid = Rows(background, Layer(raster(background), background.height), middles)
    if column is not None:
        laid.name(texts)
    return laid


def _around(point: tuple[float, float], reach: float) -> Box:
    return point[0] - reach, point[0] + reach, point[1] - reach, point[1] + reach


def _meets(box: Box, others: Sequence[Box]) -> bool:
    return any(box[0] < right and left < box[1] and box[2] < low and high < box[3] for left, right, high, low in others)


def name_dots(sheet: Sheet, edges: Box, dots: list[tuple[float, float]],
              lines: list[tuple[float, float]], named: list[tuple[str, int]]) -> int:
    """Write the names of some dots where they cover no dot, no other name and, if possible, no line.

    A name further away is tied to its dot by a thin leader that crosses no name. Returns how many found no room.
    """
    left, right, top, bottom = edges
    taken, unnamed = [_around(dot, 0.05) for dot in dots], 0
    kept_free = [_around(point, 0.03) for point in lines]
    for label, number in named:
        text, (x, y) = wrapped(label, 2.2, SMALL, 1), dots[number]
        width, height = text_width(text, SMALL), LINE * SMALL
        places = [(far, turn * math.pi / 4) for far in (0.09, 0.2, 0.35, 0.55, 0.8) for turn in range(8)]
        for avoided, (far, turn) in [(taken + kept_free, place) for place in places] + [(taken, p) for p in places]:
            across, up = math.cos(turn), math.sin(turn)
            x0, y0 = x + far * across - width * (1 - across) / 2, y - far * up - height * (1 + up) / 2
            box = (x0, x0 + width, y0, y0 + height)
            end = (min(max(x, box[0]), box[1]), min(max(y, box[2]), box[3]))
            away = 0.06 / max(math.hypot(end[0] - x, end[1] - y), 0.06)
            steps = [away + (1 - away) * step / 12 for step in range(13)] if far > 0.1 else []
            leader = [(x + (end[0] - x) * step, y + (end[1] - y) * step) for step in steps]
            free = not _meets(box, avoided) and not any(
                _meets(_around(point, 0.01), [*taken[:number], *taken[number + 1:]]) for point in leader)
            if free and left <= x0 and box[1] <= right and top <= y0 and box[3] <= bottom:
                taken += [box, *(_around(point, 0.01) for point in leader[:-1])]
                sheet.write(x0, y0 + height / 2, text, SMALL, halo=True)
                sheet.paper.plot(*zip(*leader[::12], strict=True), color=GREY, lw=0.6)
                break
        else:
            unnamed += 1
    return unnamed
