"""PDF by typst: tagged, PDF/UA-1, in Noto Sans SC alone. What is shown goes in as data and is never read as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from evaluation.reporting.webfont import font_file

TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, data: Mapping[str, Any], tagged: bool = True) -> bytes:
    """The PDF of a template of templates/ and its data: text, numbers, lists and objects. The same data, the same bytes.

    tagged: as PDF/UA-1, else plain.
    """
    told = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    made = _compiler().compile(input=_source(template), sys_inputs=told, format="pdf", pdf_tags=tagged,
                               pdf_standards=["ua-1"] if tagged else [])
    assert isinstance(made, bytes)
    return made


@cache
def _source(template: str) -> bytes:
    return (TEMPLATES / template).read_bytes()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_file().parent)])
    return typst.Compiler(b"", font_paths=fonts)
