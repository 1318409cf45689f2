"""What is drawn over a finished raster by matplotlib's Agg renderer itself, without figures, in inches from the top left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from numpy.typing import NDArray

from evaluation.reporting import style
from evaluation.reporting.palette import Pixels, png

_PIECE = re.compile(r"[A-Za-z=]+|.")  # letters stand closer in some pairs, so that words are drawn whole; figures do not
_SIDE = 3  # pixels left and right of a piece of writing, for what overhangs
_BOX = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
_HERE = IdentityTransform()


def _renderer(width: float, height: float) -> tuple[Any, Pixels]:
    untyped: Any = RendererAgg
    renderer = untyped(width, height, style.DPI)
    return renderer, np.asarray(renderer.buffer_rgba())


@lru_cache(maxsize=256)
def _stroke(colour: str, points: float, alpha: float = 1.0, shape: str = "") -> GraphicsContextBase:
    """How Agg draws a line; with the corners and ends of a marker's outline, if given."""
    stroke = GraphicsContextBase()
    stroke.set_foreground(to_rgba(colour, alpha), isRGBA=True)
    stroke.set_linewidth(points)
    stroke.set_joinstyle("miter")
    if shape:
        marker = MarkerStyle(shape, fillstyle="full")
        stroke.set_joinstyle(marker.get_joinstyle())
        stroke.set_capstyle(marker.get_capstyle())
    return stroke


@lru_cache(maxsize=64)
def _marker(shape: str, points: float) -> tuple[Path, Affine2D, bool | None]:
    """A marker's outline, what brings it to its size in pixels, and whether it keeps to whole pixels."""
    marker, size = MarkerStyle(shape, fillstyle="full"), points * style.DPI / 72
    threshold = marker.get_snap_threshold()
    scaled = Affine2D(marker.get_transform().get_matrix()).scale(size)
    return marker.get_path(), scaled, None if threshold is None else size >= threshold


def _em(size: float) -> int:
    return round(size * style.DPI / 72)


def _base(size: float) -> int:
    """The base line of a piece of writing, in pixels from its top."""
    return round(1.5 * _em(size))


@lru_cache(maxsize=4096)
def _piece(text: str, size: float) -> tuple[Pixels, int]:
    """How much ink covers each pixel (0-255) of a character or word, and how many pixels the writing moves on."""
    font = FontProperties(family=[style.FAMILY, style.FALLBACK], size=size)
    with style.looks():
        wide, _, _ = _renderer(1, 1)[0].get_text_width_height_descent(text, font, False)
        renderer, pixels = _renderer(round(wide) + 2 * _SIDE, 2 * _em(size))
        pixels[:] = 255
        renderer.draw_text(_stroke("#000000", 0), _SIDE, _base(size), text, font, 0)
    return 255 - pixels[..., 0], round(wide)


@lru_cache(maxsize=4096)
def _writing(text: str, size: float, colour: str) -> tuple[NDArray[np.uint16], NDArray[np.uint16], int, int]:
    """A line of text: what it leaves of the ground, of 255; what it adds, times 255; pixels above the base line; its width."""
    pieces = [_piece(piece, size) for piece in _PIECE.findall(text)]
    ink = np.zeros((2 * _em(size), sum(wide for _, wide in pieces) + 2 * _SIDE, 1), np.uint16)
    start = 0
    for piece, wide in pieces:
        part = ink[:, start:start + piece.shape[1], 0]
        np.maximum(part, piece, out=part)
        start += wide
    inked = [*np.flatnonzero(ink.any(axis=(1, 2))).tolist(), 0]
    first = inked[0]
    ink = ink[first:max(inked) + 1]
    full = np.rint(np.array(to_rgba(colour)[:3]) * 255).astype(np.uint16)
    return 255 - ink, full * ink + np.uint16(127), _base(size) - first, start


def inked(text: str, size: float) -> None:
    """Have the pieces of a text ready at a size."""
    for piece in _PIECE.findall(text):
        _piece(piece, size)


class Layer:
    """A copy of a raster (height, width, 4) of the given height in inches, to be drawn on."""

    def __init__(self, raster: Pixels, height: float) -> None:
        self.height = height
        self._agg, self._pixels = _renderer(style.WIDTH * style.DPI, height * style.DPI)
        self._pixels[:] = raster

    def _places(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        """Pixels from the bottom left, as Agg counts them."""
        return [(x * style.DPI, (self.height - y) * style.DPI) for x, y in points]

    def box(self, left: float, right: float, top: float, bottom: float, colour: str, edge: float = 0.0) -> None:
        """A filled rectangle with a white edge of so many points."""
        corners = self._places((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        self._agg.draw_path(_stroke(style.PAPER, edge), Path(corners, _BOX), _HERE, to_rgba(colour))

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str, points: float,
             alpha: float = 1.0) -> None:
        """A straight line so many points wide that ends squarely at its ends."""
        self._agg.draw_path(_stroke(colour, points, alpha), Path(self._places(start, end)), _HERE)

    def dot(self, x: float, y: float, look: Mapping[str, Any]) -> None:
        """A marker, as `dot_look` describes it."""
        path, scaled, whole_pixels = _marker(look["marker"], look["markersize"])
        stroke = _stroke(look["markeredgecolor"], look["markeredgewidth"], shape=look["marker"])
        stroke.set_snap(whole_pixels)
        self._agg.draw_markers(stroke, path, scaled, Path(self._places((x, y))), _HERE, to_rgba(look["markerfacecolor"]))

    def write(self, x: float, y: float, text: str, size: float = style.BODY, align: str = "left",
              colour: str = style.INK) -> None:
        """A line of text whose middle is at y; align is "left", "center" or "right". It keeps to whole pixels."""
        left_over, added, above, wide = _writing(text, size, colour)
        left = round(x * style.DPI - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * wide) - _SIDE
        top = len(self._pixels) - round((self.height - y - 0.36 * size / 72) * style.DPI) - above
        part = self._pixels[max(top, 0):max(top + len(added), 0), max(left, 0):max(left + added.shape[1], 0), :3]
        seen = (slice(max(-top, 0), max(-top, 0) + part.shape[0]), slice(max(-left, 0), max(-left, 0) + part.shape[1]))
        part[:] = (part * left_over[seen] + added[seen]) // 255

    def png(self) -> bytes:
        """The picture as it stands."""
        return png(self._pixels)
