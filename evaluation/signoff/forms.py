"""What a sheet says, as text in one language: PDF and XLSX are both made of this, so that they cannot say different things."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from evaluation.declare.model import label
from evaluation.reporting.report import number, percent, words
from evaluation.signoff.sheet import Amount, Evidence, IndicatorPart, Sheet

WORDS = Path(__file__).with_name("words.yaml")
NONE = "–"


@cache
def _own() -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = YAML(typ="safe", pure=True).load(WORDS.read_text(encoding="utf-8"))
    return loaded


@cache
def form_words(lang: str) -> dict[str, str]:
    """The words of the forms, on top of those of the reports. Raises UsageError for a language that they are not in."""
    return {**words(lang), **_own()[lang]}


def points(hundredths: int | None) -> str:
    """`81.97`, or a dash."""
    return NONE if hundredths is None else number(hundredths / 100, 2)


def share(ten_thousandths: int | None) -> str:
    """`37%`, `> 99%`, or a dash."""
    return NONE if ten_thousandths is None else percent(ten_thousandths / 10_000)


def between(amount: Amount) -> str:
    """The interval, two decimals, or a dash."""
    if amount.low is None or amount.high is None:
        return NONE
    return f"{points(amount.low)} – {points(amount.high)}"


def earned(amount: Amount | Evidence, value: int | None, lang: str) -> str:
    """Points or score, or why there are none."""
    if value is not None:
        return points(value)
    word = words(lang)
    if amount.withheld:
        return word["withheld_mark"]
    return {"not_applicable": word["not_applicable"], "scored": NONE}.get(amount.state, word["not_scored"])


def verdict(sheet: Sheet, lang: str) -> str:
    """The verdict in words."""
    return words(lang)[sheet.decision.verdict].format(mark=points_short(sheet.decision.declared_at_least))


def points_short(hundredths: int | None) -> str:
    """`85`, without decimals that say nothing."""
    return "" if hundredths is None else f"{hundredths / 100:g}"


def facts(sheet: Sheet, lang: str) -> list[tuple[str, str]]:
    """The result, as pairs of what and how much."""
    word, decided, total = form_words(lang), sheet.decision, sheet.total
    stars = label(decided.level_label, lang) if decided.level else word["none"]
    told = [
        (word["total"], earned(total, total.earned, lang)), (word["margin"], between(total)), (word["se"], points(total.se)),
        (word["verdict"], verdict(sheet, lang)), (word["probability_pass"].format(mark=points_short(decided.threshold)),
                                                  share(decided.p_pass)),
        (word["stars"], stars + (f" ({word['sure_star'].format(p=share(decided.p_level))})" if decided.level else "")),
        (word["declared"], points(total.declared)),
    ]  # fmt: skip
    return [*told, (word["caps"], ", ".join(sheet.caps))] if sheet.caps else told


def dimension_rows(sheet: Sheet, lang: str) -> list[list[str]]:
    """Dimension, points, earned, interval, declared."""
    return [[f"{part.id} {label(part.label, lang)}", points(part.points), earned(part, part.earned, lang), between(part),
             points(part.declared)] for part in sheet.dimensions]


def indicator_rows(sheet: Sheet, lang: str) -> list[list[str]]:
    """Indicator, points, earned, interval, declared, evidence."""
    return [[f"{part.id} {label(part.label, lang)}", points(part.points), earned(part, part.earned, lang), between(part),
             points(part.declared), all_evidence(part, lang)] for part in sheet.indicators]


def all_evidence(part: IndicatorPart, lang: str) -> str:
    """Each method's, or a dash."""
    return "; ".join(evidence(one, lang) for one in part.evidence) or NONE


def evidence(one: Evidence, lang: str) -> str:
    """`phone 78.85 (2.96; 52)`."""
    told = f"{words(lang)[one.method]} {earned(one, one.score, lang)}"
    return told if one.score is None else f"{told} ({points(one.se)}; {one.n})"


def finding_rows(sheet: Sheet, lang: str) -> list[list[str]]:
    """Indicator, what is to be followed up, who, due, state."""
    word = form_words(lang)
    labels = {part.id: label(part.label, lang) for part in sheet.indicators}
    return [[f"{found.indicator} {labels.get(found.indicator, '')}".strip(),
             found.problem or word["below"].format(p=share(found.p_below)), found.who or NONE, found.due or NONE,
             word[f"state_{found.state}"]] for found in sheet.findings]


def identity(sheet: Sheet, lang: str) -> dict[str, str]:
    """Title, community, version, and what the sheet can be verified by."""
    word = form_words(lang)
    names = list(dict.fromkeys([label(sheet.names, lang), *sheet.names.values()]))
    corrects = word["corrects"].format(n=sheet.version - 1, why=sheet.correction) if sheet.supersedes else ""
    return {
        "title": word["sheet_title"].format(name=names[0]), "names": " / ".join(names), "community": sheet.community,
        "round": f"{label(sheet.title, lang)} ({sheet.round})", "rubric": label(sheet.rubric_title, lang),
        "version": word["version"].format(n=sheet.version), "corrects": corrects, "sha256": sheet.sha256,
        "ledger": word["ledger"].format(n=sheet.ledger.entries, head=sheet.ledger.head),
        "inputs": word["inputs"].format(round=sheet.inputs.round_sha256, software=sheet.software, rubric=sheet.rubric,
                                        version=sheet.rubric_version),
        "scope": word["scope"], "withheld": word["withheld_note"].format(minimum=sheet.disclosure_minimum),
    }  # fmt: skip


def gauge(sheet: Sheet) -> dict[str, Any] | None:
    """Where score, interval and mark lie on 0-100; None where there is no score."""
    total = sheet.total
    if total.earned is None:
        return None
    low, high = (total.earned if end is None else end for end in (total.low, total.high))
    return {"earned": total.earned, "low": max(low, 0), "high": min(high, 10_000), "mark": sheet.decision.threshold,
            "from": 100 * max(0, math.floor(min(low, total.earned, sheet.decision.threshold) / 1000) * 10)}
