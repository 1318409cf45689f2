"""Pictures as PNGs of 255 colours: the charts' own, their shades towards white, and writing on a Likert scale's colours."""

from __future__ import annotations

import io
import zlib
from functools import cache
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from numpy.typing import NDArray
from PIL import Image

from evaluation.reporting import style

SHADES, INKED = 16, 6  # steps of a colour towards white; steps of ink on a colour
PIECE = 1 << 16  # pixels translated at a time, so that the work stays in the processor's cache

Pixels = NDArray[np.uint8]


def exact_colours() -> list[str]:
    """Colours that come out as they are, white first."""
    likert = (*style.LIKERT_WORSE, style.LIKERT_MIDDLE, *style.LIKERT_BETTER)
    return list(dict.fromkeys((style.PAPER, style.INK, style.QUIET, style.RULE, style.BLUE, style.RUST, style.AMBER, style.GREY,
                               style.PALE, *likert)))


def _blends(colours: list[str], other: str, steps: int) -> NDArray[np.float64]:
    first, last = np.array([to_rgb(colour) for colour in colours])[:, None], np.array(to_rgb(other))
    shares = np.arange(1, steps)[None, :, None] / steps
    blends: NDArray[np.float64] = first + (last - first) * shares
    return blends.reshape(-1, 3)


@cache
def palette() -> Pixels:
    """All colours of a picture, at most 256 rows of red, green, blue on 0-255; the exact ones come first."""
    exact = exact_colours()
    written_on = [*style.LIKERT_WORSE, *style.LIKERT_BETTER[:2]]
    parts = [np.array([to_rgb(colour) for colour in exact]), _blends(exact[1:], style.PAPER, SHADES),
             _blends(written_on, style.INK, INKED + 1)]
    return np.asarray(np.rint(np.concatenate(parts) * 255), np.uint8)


def _cells(packed: NDArray[Any]) -> NDArray[Any]:
    """The number of a colour's cell, five bits a channel, red lowest."""
    return (packed & 0xF8) >> 3 | (packed >> 6) & 0x3E0 | (packed >> 9) & 0x7C00


def _packed(colours: Pixels) -> NDArray[Any]:
    """Colours (n, 4) as one number each."""
    return colours.view("<u4")[:, 0]


@cache
def _nearest() -> Pixels:
    """The palette's nearest colour to each of the 32768 cells; an exact colour takes the whole of its own cell."""
    colours, number = palette().astype(np.float32), np.arange(1 << 15)
    middles = (np.stack([number & 31, number >> 5 & 31, number >> 10], axis=1) * 8 + 4).astype(np.float32)
    table = np.asarray(((colours**2).sum(axis=1) - 2 * middles @ colours.T).argmin(axis=1), np.uint8)
    count = len(exact_colours())
    exact = np.full((count, 4), 255, np.uint8)
    exact[:, :3] = palette()[:count]
    table[_cells(_packed(exact))] = np.arange(count)
    return table


def png(pixels: Pixels) -> bytes:
    """Opaque pixels (height, width, 4) as a PNG; the same pixels give the same bytes."""
    packed, table = _packed(np.ascontiguousarray(pixels).reshape(-1, 4)), _nearest()
    indices = np.empty(len(packed), np.uint8)
    for start in range(0, len(packed), PIECE):
        indices[start:start + PIECE] = table.take(_cells(packed[start:start + PIECE]))
    image = Image.fromarray(indices.reshape(pixels.shape[:2]))
    image.putpalette(palette().tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4, compress_type=zlib.Z_RLE, dpi=(style.DPI, style.DPI))
    return buffer.getvalue()
