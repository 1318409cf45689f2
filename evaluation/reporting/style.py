"""How charts look: font, type sizes, colours, and how wide words are in inches.

Nothing here touches matplotlib's global state when imported; `looks` applies `RC` only while a chart is drawn.
"""

from __future__ import annotations

import html
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, lru_cache, wraps
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ParamSpec, cast

import matplotlib
from matplotlib.colors import to_rgb
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font, LoadFlags

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


@cache
def _settings() -> dict[str, Any]:
    """Matplotlib's defaults and `RC`, all but the backend, which is the notebook's."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(cast(Any, RC))
        settings: dict[str, Any] = dict(cast(Any, matplotlib.rcParams.copy()))
    return {name: value for name, value in settings.items() if name != "backend"}


@contextmanager
def looks() -> Iterator[None]:
    """Matplotlib's defaults and `RC`, whatever the notebook has set; its settings return afterwards."""
    fonts()
    with matplotlib.rc_context():
        dict.update(cast(Any, matplotlib.rcParams), _settings())  # as rc_context restores them: without checking each anew
        yield


def drawn(chart: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw a chart under `looks`."""

    @wraps(chart)
    def under_looks(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with looks():
            return chart(*args, **kwargs)

    return under_looks


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


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=4096)
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
