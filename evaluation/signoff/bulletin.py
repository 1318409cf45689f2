"""The bulletin: the communities that passed, announced together, as a page and as a PDF. No ranks, no persons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from evaluation.declare.model import label
from evaluation.reporting.report import Report, number, paragraph, table_html, words
from evaluation.reporting.results import software
from evaluation.signoff.publication import Results
from evaluation.signoff.typesetting import typeset

NAMES = ("community", "community_id", "total", "margin", "stars")
KINDS = ("text", "text", "number", "number", "text", "text", "text")
EVENTS = ("awarded", "renewed", "upgraded", "downgraded")


def bulletin_page(results: Results, lang: str, levels: Mapping[str, str], stars: Mapping[str, tuple[str, str]]) -> bytes:
    """bulletin.html, one file that opens offline. levels: labels of the stars; stars: event and last day by community."""
    word = words(lang)
    told = _told(results, lang, levels, stars)
    report = Report(lang, told["title"], told["kicker"], (word["scope"], told["proof"], told["ledger"]))
    columns = [(name, kind) for name, kind in zip(told["columns"], KINDS, strict=False)]
    report.section("passed", word["passed_sheets"].format(n=len(results.results)), paragraph(told["note"]),
                   table_html(word["passed_sheets"].format(n=len(results.results)), columns, told["rows"]))
    return report.page().encode()


def bulletin_pdf(results: Results, lang: str, levels: Mapping[str, str], stars: Mapping[str, tuple[str, str]]) -> bytes:
    """bulletin.pdf."""
    return typeset("bulletin.typ", {**_told(results, lang, levels, stars), "lang": lang, "software": software(),
                                              "scope": words(lang)["scope"]})


def _told(results: Results, lang: str, levels: Mapping[str, str], stars: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    """What both forms show."""
    word = words(lang)
    rows = []
    for result in results.results:
        event, until = stars.get(result.community, ("", ""))
        interval = [number(math.nan if value is None else value, 2) for value in (result.ci_low, result.ci_high)]
        row = [label(result.names, lang), result.community, number(result.total, 2), " – ".join(interval),
               levels.get(result.level, "–")]
        rows.append([*row, word[f"event_{event}"] if event in EVENTS else "–", until or "–"] if stars else row)
    return {"title": word["bulletin_title"].format(title=label(results.title, lang)),
            "kicker": f"{results.rubric} {results.rubric_version} · {word['bulletin_number'].format(n=results.publication)}",
            "note": word["bulletin_note"],
            "columns": [word[name] for name in (*NAMES, *(("event", "until") if stars else ()))], "rows": rows,
            "proof": f"{word['root']}: {results.root}",
            "ledger": f"{word['ledger_head']}: {results.ledger.entries} / {results.ledger.head}"}
