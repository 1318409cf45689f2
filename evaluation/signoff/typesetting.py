"""PDF by typst: tagged, PDF/UA-1, in Noto Sans SC alone. What is shown goes in as data and is never read as markup."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from evaluation.reporting.style import GETA, fonts
from evaluation.reporting.webfont import font_file

TEMPLATES = Path(__file__).parent / "templates"


def typeset(template: str, data: Mapping[str, Any], tagged: bool = True) -> bytes:
    """The PDF of a template of templates/ and its data: text, numbers, lists and objects. The same data, the same bytes.

    Characters that the font lacks are shown as 〓, invisible ones left out. tagged: as PDF/UA-1, else plain.
    """
    told = {"data": json.dumps(_shown(data), ensure_ascii=False, sort_keys=True)}
    made = _compiler().compile(input=_source(template), sys_inputs=told, format="pdf", pdf_tags=tagged,
                               pdf_standards=["ua-1"] if tagged else [])
    assert isinstance(made, bytes)
    return made


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _shown(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(part) for part in value]
    return "".join(map(_character, " ".join(value.split()))) if isinstance(value, str) else value


@cache
def _character(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Mn"):
        return ""
    return char if fonts()[0].get_char_index(ord(char)) else GETA


@cache
def _source(template: str) -> bytes:
    return (TEMPLATES / template).read_bytes()


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_file().parent)])
    return typst.Compiler(b"", font_paths=fonts)
