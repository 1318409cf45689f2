"""The Chinese characters of a page, shipped inside it: a page that opens offline shows them on any machine."""

from __future__ import annotations

import io
from base64 import b64encode
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont
from markupsafe import Markup

FAMILY = "Evaluation Sans SC"
ASCII = 127


def font_file() -> Path:
    """Noto Sans SC (OFL), which the wheel `zhplot` carries; that package itself is not imported."""
    found = find_spec("zhplot")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"


def font_style(text: str) -> Markup:
    """A CSS rule with the glyphs that `text` needs beyond ASCII; empty if it needs none. Same text, same bytes."""
    wanted = frozenset(ord(char) for char in set(text) if ord(char) > ASCII)
    if not wanted:
        return Markup("")
    return Markup('@font-face {{ font-family: "{}"; src: url("data:font/woff;base64,{}") format("woff"); }}').format(
        FAMILY, _subset(wanted))


@cache
def _face() -> hb.Face:
    return hb.Face(hb.Blob.from_file_path(str(font_file())))


@cache
def _subset(wanted: frozenset[int]) -> str:
    asked = hb.SubsetInput()
    asked.sets(hb.SubsetInputSets.UNICODE).set(set(wanted))
    asked.sets(hb.SubsetInputSets.LAYOUT_FEATURE_TAG).clear()
    asked.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    stream = io.BytesIO()
    with TTFont(io.BytesIO(hb.subset(_face(), asked).blob.data), lazy=True, recalcTimestamp=False) as font:
        font.flavor = "woff"
        font.save(stream, reorderTables=None)
    return b64encode(stream.getvalue()).decode()
