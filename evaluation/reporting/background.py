"""Sheets drawn by matplotlib's figures: charts of free form, and the backgrounds of charts of rows, which are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from evaluation.reporting.palette import Pixels, png
from evaluation.reporting.style import (
    BODY,
    DPI,
    INK,
    LINE,
    MARGIN,
    PAPER,
    QUIET,
    SMALL,
    WIDTH,
    Picture,
    looks,
    text_width,
    wrapped,
)

Key = Sequence[tuple[str, Mapping[str, Any]]]
Box = tuple[float, float, float, float]  # left, right, top, bottom


def is_line(look: Mapping[str, Any]) -> bool:
    """Whether an entry of a key is a line, not a marker."""
    return bool(look.get("linestyle", "none") != "none")


def short(text: str) -> str:
    """A name of an entry or a mark, cut to one line."""
    return wrapped(text, 3.0, SMALL, 1)


def key_places(key: Key, width: float) -> list[tuple[float, int]]:
    """Where each entry of a key goes: inches from the left, and on which line."""
    places: list[tuple[float, int]] = []
    x, line = 0.0, 0
    for text, look in key:
        needed = (0.33 if is_line(look) else 0.18) + text_width(short(text), SMALL)
        if x and x + needed > width:
            x, line = 0.0, line + 1
        places.append((x, line))
        x += needed + 0.2
    return places


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
            where = [left + x, left + x + 0.26] if is_line(look) else [left + x + 0.06]
            self.paper.plot(where, [y] * len(where), **look)
            self.write(left + x + (0.33 if is_line(look) else 0.18), y, short(text), SMALL)

    def pixels(self) -> Pixels:
        """The sheet as it stands: (height, width, 4), opaque."""
        canvas: Any = FigureCanvasAgg(self.figure)
        canvas.draw()
        return np.array(canvas.buffer_rgba())

    def picture(self, alt: str) -> Picture:
        """The finished picture; the same input gives the same bytes."""
        return Picture(png(self.pixels()), alt)


@dataclass(frozen=True)
class Mark:
    """A vertical line at a value, dotted unless it is the threshold, and where its name stands, in inches."""

    name: str
    value: float
    threshold: bool
    x: float
    y: float


@dataclass(frozen=True)
class Background:
    """All of a chart of rows that does not come from its data; places in inches, the same values give the same raster."""

    height: float
    edges: Box
    limits: tuple[float, float]
    ticks: tuple[tuple[float, str], ...]
    axis: str
    labels: tuple[tuple[str, float], ...]  # with the middle of its row
    marks: tuple[Mark, ...]
    key: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]


@lru_cache(maxsize=128)
def raster(background: Background) -> Pixels:
    """The background's pixels (height, width, 4), read-only; drawn once, whatever settings the notebook has."""
    with looks():
        sheet = Sheet(background.height)
        left, right, top, bottom = background.edges
        plot = sheet.plot(left, right, top, bottom, background.limits)
        plot.set_xticks([place for place, _ in background.ticks], labels=[text for _, text in background.ticks])
        sheet.key([(text, dict(look)) for text, look in background.key], MARGIN, MARGIN * 0.7)
        for mark in background.marks:
            colour = INK if mark.threshold else QUIET
            plot.axvline(mark.value, color=colour, lw=1.3 if mark.threshold else 0.9, ls="-" if mark.threshold else (0, (1, 2)))
            sheet.write(mark.x, mark.y, mark.name, SMALL, "center", colour)
        for text, middle in background.labels:
            sheet.write(MARGIN, middle, text)
        sheet.write((left + right) / 2, bottom + 0.36, background.axis, SMALL, "center", QUIET)
        pixels = sheet.pixels()
    pixels.flags.writeable = False
    return pixels
