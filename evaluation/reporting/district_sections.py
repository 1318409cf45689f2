"""Parts of the district's page: bands in place of ranks, differences corrected for many looks, stars, agreement of raters."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from evaluation.declare.model import label
from evaluation.fieldwork.opening import Round
from evaluation.reporting.comparison_charts import rank_bands
from evaluation.reporting.report import interval, number, paragraph, picture_html, table_html, words
from evaluation.scoring import rule_of
from evaluation.scoring.comparison import declared_against_verified
from evaluation.scoring.ranks import rank_intervals
from evaluation.scoring.rater_agreement import rater_agreement
from evaluation.scoring.standing import standing

MANY = 200   # communities up to which every one has its row


def bands_parts(table: pd.DataFrame, lang: str) -> list[Markup]:
    """Picture and table of the places that each community may hold. table: of `league`."""
    word = words(lang)
    found = rank_intervals(table).assign(label=table["label"])
    shown = found[found["band"] != ""]
    parts = [picture_html(rank_bands(shown, lang=lang)), paragraph(word["bands_note"])]
    if len(shown) > MANY:
        return parts
    cells = [[row["label"], word[f"band_{row['band']}"], f"{row['rank_low']} – {row['rank_high']}"]
             for _, row in shown.iterrows()]
    columns = [(word["community"], "text"), (word["band"], "text"), (word["rank_interval"], "number")]
    return [*parts, table_html(word["bands"], columns, cells)]


def looks_parts(round_: Round, scores: pd.DataFrame, table: pd.DataFrame, lang: str) -> list[Markup]:
    """The differences that stay after correction for many looks."""
    word = words(lang)
    found = declared_against_verified(scores)
    if found.empty:
        return [paragraph(word["no_declared"], "note")]
    flagged = found[found["flagged"]].sort_values("difference", kind="stable")
    flagged = flagged if len(flagged) <= MANY else flagged[flagged["level"] == "total"].head(MANY)
    if flagged.empty:
        return [paragraph(word["looks_none"])]
    names = dict(zip(table["community"], table["label"], strict=True))
    parts = {part.id: f"{part.id} {label(part.label, lang)}" for part in round_.programme.rubric.dimensions}
    cells = [[names[row["community"]], parts.get(row["id"], word["total"]), number(row["declared"]), number(row["value"]),
              number(row["difference"], signed=True), interval(row["ci_low"], row["ci_high"])] for _, row in flagged.iterrows()]
    columns = [(word["community"], "text"), (word["dimension"], "text"), (word["declared"], "number"),
               (word["verified"], "number"), (word["difference"], "number"), (word["margin"], "number")]
    return [table_html(word["looks"], columns, cells), paragraph(word["looks_note"], "note")]


def stars_parts(round_: Round, table: pd.DataFrame, levels: Mapping[str, str], lang: str) -> list[Markup]:
    """What becomes of the stars; a dash where the round says nothing of a day or of stars held."""
    word, stars = words(lang), round_.declared.stars
    if stars is None:
        return [paragraph(word["none"], "note")]
    found = standing(table, round_.stars, rule_of(round_).levels, stars.on, stars.years)
    names = dict(zip(table["community"], table["label"], strict=True))
    cells = [[names.get(row["community"], row["community"]), levels.get(row["held"], "–"), word[f"event_{row['event']}"],
              levels.get(row["level"], "–"), row["until"] or "–"] for _, row in found.iterrows()]
    columns = [(word[name], "text") for name in ("community", "held", "event", "stars", "until")]
    return [table_html(word["standing"], columns, cells)]


def agreement_parts(round_: Round, lang: str) -> list[Markup]:
    """How far raters agree, by method."""
    word = words(lang)
    found = rater_agreement(round_)
    if found.empty:
        return [paragraph(word["agreement_none"], "note")]
    cells = [[word[row["method"]], str(row["rated"]), number(row["icc"], 2),
              f"{number(row['ci_low'], 2)} – {number(row['ci_high'], 2)}", number(row["kappa"], 2), number(row["alpha"], 2)]
             for _, row in found.iterrows()]
    columns = [(word["method"], "text"), (word["pairs"], "number"), (word["icc"], "number"), (word["margin"], "number"),
               ("κ", "number"), (word["krippendorff"], "number")]
    return [table_html(word["agreement"], columns, cells), paragraph(word["agreement_note"], "note")]
