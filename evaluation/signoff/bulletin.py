"""The bulletin: the communities that passed, announced together, as a page and as a PDF. No ranks, no persons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evaluation.declare.model import label
from evaluation.reporting.report import Report, interval, number, paragraph, table_html, words
from evaluation.reporting.results import software
from evaluation.reporting.style import drawable
from evaluation.signoff.publication import Results
from evaluation.signoff.typesetting import typeset

EVENTS = ("awarded", "renewed", "upgraded", "downgraded")


def bulletin_page(results: Results, lang: str, levels: Mapping[str, str], stars: Mapping[str, tuple[str, str]]) -> bytes:
    """bulletin.html, one file that opens offline. levels: labels of the stars; stars: event and last day by community."""
    word = words(lang)
    told = _told(results, lang, levels, stars)
    report = Report(lang, told["title"], told["kicker"], (word["scope"], told["proof"], told["ledger"]))
    kinds = ("text", "text", "number", "number", "text", "text", "text")
    columns = list(zip(told["columns"], kinds, strict=True))
    report.section("passed", word["passed_sheets"].format(n=len(results.results)), paragraph(told["note"]),
                   table_html(word["passed_sheets"].format(n=len(results.results)), columns, told["rows"]))
    return report.page().encode()


def bulletin_pdf(results: Results, lang: str, levels: Mapping[str, str], stars: Mapping[str, tuple[str, str]]) -> bytes:
    """bulletin.pdf."""
    return typeset("bulletin.typ", _drawable({**_told(results, lang, levels, stars), "lang": lang, "software": software(),
                                              "scope": words(lang)["scope"]}))


def _told(results: Results, lang: str, levels: Mapping[str, str], stars: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What both forms show."""
    word = words(lang)
    rows = []
    for result in results.results:
        event, until = stars.get(result.community, ("", ""))
        low, high = (math.nan if value is None else value for value in (result.ci_low, result.ci_high))
        rows.append([
            label(result.names, lang), result.community, number(result.total, 2), interval(low, high),
            levels.get(result.level, "–"), word[f"event_{event}"] if event in EVENTS else "–", until or "–"])
    return {"title": word["bulletin_title"].format(title=label(results.title, lang)),
            "kicker": word["bulletin_number"].format(n=results.publication),
            "note": word["bulletin_note"],
            "columns": [word[name] for name in ("community", "community_id", "total", "margin", "stars", "event", "until")],
            "rows": rows, "proof": f"{word['root']}: {results.root}",
            "ledger": f"{word['ledger_head']}: {results.ledger.entries} / {results.ledger.head}"}


def _drawable(value: Any) -> Any:
    """The same with characters that the font has."""
    if isinstance(value, dict):
        return {name: _drawable(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_drawable(part) for part in value]
    return drawable(value) if isinstance(value, str) else value
