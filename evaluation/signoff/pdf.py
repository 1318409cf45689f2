"""The score sheet as a PDF for people: two pages a language where all fits, set by typst from the sheet alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import segno

from evaluation.signoff.forms import (
    dimension_rows,
    facts,
    finding_rows,
    form_words,
    gauge,
    identity,
    indicator_rows,
    points,
    verdict,
)
from evaluation.signoff.sheet import Sheet
from evaluation.signoff.typesetting import typeset

MM = 72 / 25.4
LEFT, BOTTOM, WIDTH, HEIGHT, GAP = 18, 64, 84, 26, 6     # the boxes for signatures on page 1, millimetres


def sheet_pdf(sheet: Sheet, langs: tuple[str, ...] = ("zh",)) -> bytes:
    """The PDF; one language after the other. Characters that the font lacks are shown as 〓. The same sheet, the same bytes."""
    code = ["".join("1" if module else "0" for module in row) for row in segno.make(f"sha256:{sheet.sha256}", error="m").matrix]
    boxes = {"left": LEFT, "bottom": BOTTOM, "width": WIDTH, "height": HEIGHT, "gap": GAP}
    return typeset("sheet.typ", {"forms": [_form(sheet, lang) for lang in langs], "code": code, "boxes": boxes})


def signature_places() -> Mapping[str, tuple[int, tuple[float, float, float, float]]]:
    """Where the office copy's signatures go: page from 0, and x1, y1, x2, y2 in points from the lower left."""
    second = LEFT + WIDTH + GAP
    told = {"evaluator": LEFT, "reviewer": second}
    return MappingProxyType({role: (0, (left * MM, BOTTOM * MM, (left + WIDTH) * MM, (BOTTOM + HEIGHT) * MM))
                             for role, left in told.items()})


def _form(sheet: Sheet, lang: str) -> dict[str, Any]:
    word = form_words(lang)
    total = points(sheet.total.earned)
    return {
        "lang": lang, **identity(sheet, lang), "facts": facts(sheet, lang), "verdict": verdict(sheet, lang),
        "kind": sheet.decision.verdict, "dimensions": dimension_rows(sheet, lang), "indicators": indicator_rows(sheet, lang),
        "findings": finding_rows(sheet, lang), "gauge": gauge(sheet),
        "practice": [[found.indicator, found.practice] for found in sheet.good_practice],
        "word": {name: word[name] for name in (
            "sheet", "result", "dimensions", "dimension", "points", "earned", "margin", "declared", "indicators", "indicator",
            "evidence", "follow_up", "finding", "who", "due", "state", "good_practice", "evaluator", "reviewer", "signature",
            "stamp", "sha", "alt_code", "how", "numbers_note", "findings_none", "community", "round", "total_of")},
        "alt_gauge": word["alt_total"].format(total=total, interval=facts(sheet, lang)[1][1],
                                              mark=points(sheet.decision.threshold)),
        "page": word["page"], "total": facts(sheet, lang)[0][1],
    }  # fmt: skip
