"""Parts of a community's page that say what its score rests on: methods, limits, what would settle the verdict, follow-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from evaluation.declare.model import label
from evaluation.fieldwork.opening import Round
from evaluation.reporting.report import interval, number, paragraph, percent, table_html, words


def settling_text(row: pd.Series, lang: str) -> str | None:
    """What would settle an open verdict soonest; None for a verdict that is not open, or open for another reason."""
    if row["verdict"] != "more_evidence" or row["state"] != "scored" or pd.isna(row["se"]):
        return None
    word = words(lang)
    return word[f"settle_{row['settle']}"].format(n=row["more"]) if row["settle"] else word["settle_none"]


def caps_text(round_: Round, own: pd.DataFrame, lang: str) -> str | None:
    """The limits that hold in a community, in words; None without any."""
    total = own[own["level"] == "total"]
    held = set("+".join(total["cap"]).split("+")) - {""}
    rubric = round_.programme.rubric
    names = {part.id: label(part.label, lang) for part in rubric.dimensions}
    text = words(lang)["cap_told"]
    told = [text.format(label=label(cap.label, lang), dimension=names[cap.dimension], at_most=f"{cap.at_most:g}")
            for cap in rubric.caps if cap.id in held]
    return "; ".join(told) or None


def method_parts(own: pd.DataFrame, lang: str) -> list[Markup]:
    """What each method alone says, its weight in the total, and its part of the total's error."""
    word = words(lang)
    cells = []
    for _, row in own[own["level"] == "method"].iterrows():
        missing = word["withheld_mark"] if row["withheld"] else word["not_scored"]
        cells.append([word[row["id"]], number(row["weight"] * 100, 0) + "%", number(row["value"], missing=missing),
                      interval(row["ci_low"], row["ci_high"]), number(row["se"] * row["weight"], 2), str(row["n"] or "–")])
    columns = [(word["method"], "text"), (word["method_weight"], "number"), (word["percent"], "number"),
               (word["margin"], "number"), (word["error_part"], "number"), ("n", "number")]
    return [table_html(word["methods"], columns, cells), paragraph(word["methods_note"], "note")]


def stand_in_text(row: Mapping[Any, Any], lang: str) -> str:
    """Which methods are missing from an indicator's evidence, if others stood in for them."""
    word = words(lang)
    if not row["absent"] or not row["evidence"]:
        return ""
    absent = [word[name] for name in row["absent"].split("+")]
    return word["stood_in"].format(methods=("、" if lang == "zh" else ", ").join(absent))


def follow_up_parts(round_: Round, found: pd.DataFrame, community: str, lang: str) -> list[Markup]:
    """The community's findings (see `followup.register`) and its good practice."""
    word = words(lang)
    names = {part.id: f"{part.id} {label(part.label, lang)}" for part in round_.programme.rubric.indicators}
    target = round_.declared.follow_up.target
    mark = f"{round_.pass_mark if target is None else target:g}"
    cells = []
    for _, row in found.iterrows():
        below = "" if pd.isna(row["p_below"]) else word["below_target"].format(target=mark, p=percent(row["p_below"]))
        text = "; ".join(part for part in (row["problem"], below) if part)
        cells.append([names[row["indicator"]], text, row["who"], row["due"], word[f"state_{row['state']}"]])
    columns = [(word[name], "text") for name in ("indicator", "finding", "who", "due", "state")]
    parts = [table_html(word["follow_up"], columns, cells)] if cells else [paragraph(word["follow_none"])]
    practice = round_.practice[round_.practice["community"] == community]
    if len(practice):
        rows = [[names[row["indicator"]], row["practice"]] for _, row in practice.iterrows()]
        parts.append(table_html(word["good_practice"], [(word["indicator"], "text"), (word["good_practice"], "text")], rows))
    return parts
