"""A sheet measured in inches that knows how wide its words are: rows, keys, marks and names that do not collide."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from evaluation.reporting.style import (
    BODY,
    DPI,
    GREY,
    INK,
    LINE,
    MARGIN,
    PAPER,
    QUIET,
    SMALL,
    WIDTH,
    Picture,
    text_width,
    wrapped,
)

Key = Sequence[tuple[str, Mapping[str, Any]]]


def _is_line(look: Mapping[str, Any]) -> bool:
    return bool(look.get("linestyle", "none") != "none")


def key_places(key: Key, width: float) -> list[tuple[float, int]]:
    """Where each entry of a key goes: inches from the left, and on which line."""
    places: list[tuple[float, int]] = []
    x, line = 0.0, 0
    for text, look in key:
        needed = (0.33 if _is_line(look) else 0.18) + text_width(_short(text), SMALL)
        if x and x + needed > width:
            x, line = 0.0, line + 1
        places.append((x, line))
        x += needed + 0.2
    return places


def _short(text: str) -> str:
    return wrapped(text, 3.0, SMALL, 1)


Box = tuple[float, float, float, float]


def _around(point: tuple[float, float], reach: float) -> Box:
    return point[0] - reach, point[0] + reach, point[1] - reach, point[1] + reach


def _meets(box: Box, others: Sequence[Box]) -> bool:
    return any(box[0] < right and left < box[1] and box[2] < low and high < box[3] for left, right, high, low in others)


class Sheet:
    """A figure of the fixed width; `paper` lies above its plots and is measured in inches from the top left corner."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH, height), dpi=DPI)
        self.paper = self.figure.add_axes((0, 0, 1, 1), zorder=2)
        self.paper.set_axis_off()
        self.paper.set(xlim=(0, WIDTH), ylim=(height, 0))

    def plot(self, left: float, right: float, top: float, bottom: float, limits: tuple[float, float]) -> Axes:
        """A plot between four edges in inches; its own vertical scale is the paper's."""
        place = (left / WIDTH, 1 - bottom / self.height, (right - left) / WIDTH, (bottom - top) / self.height)
        plot = self.figure.add_axes(place, zorder=1)
        plot.set(xlim=limits, ylim=(bottom, top), yticks=[])
        return plot

    def write(self, x: float, y: float, text: str, size: float = BODY, align: str = "left", colour: str = INK,
              halo: bool = False) -> None:
        """Lines of text whose middle is at y; align is "left", "center" or "right". A halo parts it from lines."""
        lines = text.split("\n")
        for number, line in enumerate(lines):
            middle = y + (number - (len(lines) - 1) / 2) * LINE * size
            drawn_text = self.paper.text(x, middle + 0.36 * size / 72, line, size=size, ha=align, color=colour)
            drawn_text.set_path_effects([withStroke(linewidth=2.5, foreground=PAPER)] if halo else [])

    def key(self, key: Key, left: float, top: float) -> None:
        """The key's entries in one or more lines below `top`."""
        for (text, look), (x, line) in zip(key, key_places(key, WIDTH - MARGIN - left), strict=True):
            y = top + (line + 0.5) * LINE * SMALL * 1.25
            where = [left + x, left + x + 0.26] if _is_line(look) else [left + x + 0.06]
            self.paper.plot(where, [y] * len(where), **look)
            self.write(left + x + (0.33 if _is_line(look) else 0.18), y, _short(text), SMALL)

    def name_dots(self, edges: Box, dots: list[tuple[float, float]],
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
                    self.write(x0, y0 + height / 2, text, SMALL, halo=True)
                    self.paper.plot(*zip(*leader[::12], strict=True), color=GREY, lw=0.6)
                    break
            else:
                unnamed += 1
        return unnamed

    def picture(self, alt: str) -> Picture:
        """The finished picture; the same input gives the same bytes."""
        buffer = io.BytesIO()
        FigureCanvasAgg(self.figure).print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]  # it has no types
        return Picture(buffer.getvalue(), alt)


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


@dataclass(frozen=True)
class Rows:
    """A sheet with one plot and one row a label: middles in inches from the top, and where the right column begins."""

    sheet: Sheet
    plot: Axes
    middles: list[float]
    right: float

    def note(self, y: float, text: str, quiet: bool = False) -> None:
        """A word or number at the right edge of the row at y."""
        self.sheet.write(WIDTH - MARGIN, y, text, SMALL, "right", QUIET if quiet else INK)


def rows(labels: Sequence[object], limits: tuple[float, float], *, key: Key = (), marks: Marks = (), axis: str = "",
         pitch: float = 0.27, lines: int = 3, label_width: float = 2.1, column: float | None = None,
         right_width: float = 0.5) -> Rows:
    """Lay out a chart of rows. `marks` are vertical lines (label, value, is the threshold) named above the plot.

    Labels wrap within `label_width` inches, unless the label column is fixed and left to the caller by `column`.
    """
    texts = [wrapped(label, label_width, BODY, lines) for label in labels]
    heights = [pitch + text.count("\n") * LINE * BODY for text in texts]
    left = MARGIN * 2 + (max(map(text_width, texts)) if column is None else column)
    right = WIDTH - MARGIN * 2 - right_width
    shown = [mark for mark in marks if limits[0] <= mark[1] <= limits[1]]
    names = [_short(name) for name, _, _ in shown]
    inches = [left + (value - limits[0]) / (limits[1] - limits[0]) * (right - left) for _, value, _ in shown]
    sizes = [text_width(name, SMALL) for name in names]
    inside = [min(max(x, MARGIN + size / 2), WIDTH - MARGIN - size / 2) for x, size in zip(inches, sizes, strict=True)]
    lanes = mark_lanes(list(zip(inside, sizes, strict=True)))
    key_height = (max((line for _, line in key_places(key, WIDTH - 2 * MARGIN)), default=-1) + 1) * LINE * SMALL * 1.25
    lane_height = LINE * SMALL
    top = MARGIN + key_height + (max(lanes, default=-1) + 1) * lane_height + 0.06
    bottom = top + sum(heights) + 0.06
    sheet = Sheet(bottom + (0.5 if axis else 0.3))
    plot = sheet.plot(left, right, top, bottom, limits)
    sheet.key(key, MARGIN, MARGIN * 0.7)
    for (_, value, threshold), name, x, lane in zip(shown, names, inside, lanes, strict=True):
        plot.axvline(value, color=INK if threshold else QUIET, lw=1.3 if threshold else 0.9,
                     ls="-" if threshold else (0, (1, 2)), zorder=1.5)
        sheet.write(x, top - (lane + 0.5) * lane_height - 0.02, name, SMALL, "center", INK if threshold else QUIET)
    middles = [top + 0.03 + sum(heights[:number]) + height / 2 for number, height in enumerate(heights)]
    for text, middle in zip(texts, middles, strict=True):
        sheet.write(MARGIN, middle, text)
    if axis:
        sheet.write((left + right) / 2, bottom + 0.36, wrapped(axis, right - left, SMALL, 1), SMALL, "center", QUIET)
    return Rows(sheet, plot, middles, right)
