"""The Chinese characters of a page, shipped inside it: a page that opens offline shows them on any machine."""

from __future__ import annotations

import io
from base64 import b64encode
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
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
    wanted = "".join(sorted({char for char in text if ord(char) > ASCII}))
    if not wanted:
        return Markup("")
    return Markup('@font-face {{ font-family: "{}"; src: url("data:font/woff;base64,{}") format("woff"); }}').format(
        FAMILY, _subset(wanted))


@cache
def _subset(wanted: str) -> str:
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, recalc_timestamp=False)
    stream = io.BytesIO()
    with subset.load_font(str(font_file()), options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=wanted)
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(stream)
    return b64encode(stream.getvalue()).decode()
