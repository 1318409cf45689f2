"""How charts look: font, type sizes, colours, and a sheet measured in inches that knows how wide its words are.

Nothing here touches matplotlib's global state when imported; `drawn` applies `RC` only while a chart is drawn.
"""

from __future__ import annotations

import html
import io
import math
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ParamSpec, cast

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.patheffects import withStroke

P = ParamSpec("P")
WIDTH, DPI, MARGIN = 7.2, 144, 0.12  # inches, dots per inch, inches
SMALL, BODY, LARGE = 7.5, 8.5, 17.0  # points
LINE = 1.4 / 72  # inches of line height per point of type
FAMILY, FALLBACK, GETA = "Evaluation Noto Sans SC", "DejaVu Sans", "〓"  # 〓 stands for a character no font has

INK, QUIET, RULE, PAPER = "#222222", "#666666", "#dddddd", "#ffffff"
BLUE, RUST, AMBER, GREY, PALE = "#1b4f72", "#c0532b", "#e3a72f", "#8c8c8c", "#dbe4ea"
VERDICT_COLOURS = {"pass": BLUE, "fail": RUST, "more_evidence": AMBER, "not_reviewed": GREY}
VERDICT_MARKERS = {"pass": "o", "fail": "v", "more_evidence": "D", "not_reviewed": "s"}
# Worst to best; the worse side stays lighter than the better one, so that grey print keeps them apart.
LIKERT_WORSE, LIKERT_MIDDLE, LIKERT_BETTER = ("#d9803a", "#ecae79", "#f6d9bd"), "#e9e9e9", ("#c3d9e6", "#74a9c7", BLUE)

RC: dict[str, Any] = {
    "font.family": [FAMILY, FALLBACK], "font.size": BODY, "text.color": INK, "text.parse_math": False,
    "axes.unicode_minus": True, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
    "axes.edgecolor": GREY, "axes.axisbelow": True, "axes.grid": True, "axes.grid.axis": "x", "grid.color": RULE,
    "grid.linewidth": 0.6, "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "xtick.color": QUIET,
    "ytick.color": QUIET, "xtick.major.size": 2.5, "ytick.major.size": 2.5, "figure.facecolor": PAPER,
}


@dataclass(frozen=True)
class Picture:
    """A drawn chart: PNG bytes and the sentence that says the same to those who do not see it."""

    png: bytes
    alt: str

    def _repr_png_(self) -> bytes:
        return self.png

    def _repr_html_(self) -> str:
        source = b64encode(self.png).decode("ascii")
        style = f"width:100%;max-width:{WIDTH * 96:.0f}px"
        return f'<img alt="{html.escape(self.alt)}" style="{style}" src="data:image/png;base64,{source}">'


@cache
def fonts() -> tuple[FT2Font, FT2Font]:
    """Noto Sans SC, as shipped by zhplot (not imported: importing it would change rcParams), and what stands in for it.

    It is made known under a name of our own, so that another version on the machine cannot change the pictures.
    """
    spec = find_spec("zhplot")
    folders = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = [file for folder in folders if (file := folder / "fonts" / "NotoSansSC-Regular.ttf").is_file()]
    if not found:
        raise FileNotFoundError("zhplot/fonts/NotoSansSC-Regular.ttf is not installed; run `pip install zhplot`")
    fontManager.addfont(found[0])
    fontManager.ttflist[-1] = replace(fontManager.ttflist[-1], name=FAMILY)
    return FT2Font(found[0]), FT2Font(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")


def drawn(chart: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw under matplotlib's defaults and `RC`, whatever the notebook has set; its settings return afterwards."""

    @wraps(chart)
    def under_rc(*args: P.args, **kwargs: P.kwargs) -> Picture:
        fonts()
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(cast(Any, RC))
            return chart(*args, **kwargs)

    return under_rc


@cache
def _advance(char: str) -> float | None:
    for font in fonts():
        if font.get_char_index(ord(char)):
            return float(font.load_char(ord(char), flags=LoadFlags.NO_SCALE).horiAdvance) / font.units_per_EM
    return None


def drawable(text: object) -> str:
    """The text on one line, with 〓 for characters that no font has and without invisible ones."""
    shown = "".join(c for c in " ".join(str(text).split()) if unicodedata.category(c) not in ("Cf", "Cc", "Mn"))
    return "".join(c if _advance(c) is not None else GETA for c in shown)


def text_width(text: str, size: float = BODY) -> float:
    """Inches that the longest line of a text takes at a type size in points."""
    return max(sum(_advance(c) or 1.0 for c in line) for line in text.split("\n")) * size / 72


_HAN = "⺀-鿿豈-﫿＀-￯\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"\s+|[（《“‘【「(]*(?:[{_HAN}]|[^\s{_HAN}]+)[，。、；：？！）》”’】」…]*")


def _broken(tokens: Sequence[str], width: float, size: float) -> list[str]:
    done, line = [], ""
    for token in tokens:
        for piece in [token] if text_width(token, size) <= width else list(token):
            if line and text_width((line + piece).rstrip(), size) > width:
                done.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
    return [*done, line.rstrip()]


def wrapped(text: object, width: float, size: float = BODY, lines: int = 2) -> str:
    """Text broken to a width in inches: Chinese between characters, never before closing marks; else at spaces.

    Lines come out about equally long. What does not fit into them ends in "…".
    """
    tokens = _TOKEN.findall(drawable(text))
    done = _broken(tokens, width, size)
    if len(done) > lines:
        last = done[lines - 1]
        while last and text_width(last + "…", size) > width:
            last = last[:-1]
        return "\n".join([*done[:lines - 1], last.rstrip() + "…"])
    narrower = width * 0.96
    while len(done) > 1 and narrower > max(width / 2, *(text_width(token, size) for token in tokens)):
        tighter = _broken(tokens, narrower, size)
        if len(tighter) > len(done):
            break
        done, narrower = tighter, narrower * 0.96
    return "\n".join(done)


def likert_colours(count: int) -> list[str]:
    """Colours of an ordered scale from worst to best, neutral in the middle where the count is odd."""
    half = count // 2
    ramp = {0: [], 1: [1], 2: [0, 1], 3: [0, 1, 2]}.get(half, [round(2 * i / max(half - 1, 1)) for i in range(half)])
    worse, better = [LIKERT_WORSE[i] for i in ramp], [LIKERT_BETTER[2 - i] for i in reversed(ramp)]
    return [*worse, *([LIKERT_MIDDLE] if count % 2 else []), *better]


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour."""
    red, green, blue = to_rgb(colour)
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else PAPER


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
        FigureCanvasAgg(self.figure).print_png(buffer, metadata={"Software": None})  # type: ignore[no-untyped-call]
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
