"""One community's report: the sections of notebooks/community.ipynb. Everything it shows has passed the gate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from evaluation.declare.model import label
from evaluation.fieldwork.communities import NAMES
from evaluation.fieldwork.opening import Round
from evaluation.reporting import charts
from evaluation.reporting.answers import hidden_indicators, likert_shares, other_shares, quality_rows
from evaluation.reporting.evidence_sections import caps_text, follow_up_parts, method_parts, settling_text, stand_in_text
from evaluation.reporting.fieldwork import outcome_section
from evaluation.reporting.followup import register
from evaluation.reporting.report import (
    Report,
    Section,
    card_html,
    certainty,
    interval,
    number,
    paragraph,
    picture_html,
    table_html,
    words,
)
from evaluation.reporting.results import decisions, footer_of, open_for_community, write_score
from evaluation.scoring import rule_of
from evaluation.scoring.comparison import declared_against_verified


@dataclass
class CommunityReport:
    """The report on one community of a round, in Chinese ("zh") or English ("en"): `round` and `scores` are of it alone.

    Each method shows one section and adds it to the report; `write` writes score.json and community.html into
    results/<community>/. Raises UsageError for an id that the round does not have, before any path is made of it.
    """

    round: Round
    community: str
    lang: str
    scores: pd.DataFrame
    report: Report

    @classmethod
    def open(cls, folder: str | Path, community: str, lang: str = "zh") -> CommunityReport:
        """Open the round's folder and score it, or take its scores if they are of the same inputs."""
        return cls.of(*open_for_community(folder, community, lang), community, lang)

    @classmethod
    def of(cls, opened: Round, scores: pd.DataFrame, community: str, lang: str) -> CommunityReport:
        """The report on a part of a round that is open, and its scores behind the gate."""
        word = words(lang)
        name = str(opened.communities.at[community, NAMES[lang]])
        shown = name if name == community else word["name_and_id"].format(name=name, id=community)
        kicker = f"{label(opened.declared.title, lang)} · {label(opened.programme.rubric.title, lang)}"
        report = Report(lang, word["community_title"].format(name=shown), kicker, footer_of(opened, lang))
        return cls(opened, community, lang, scores, report)

    @cached_property
    def decided(self) -> pd.Series:
        """The decision (see scoring.decide)."""
        return decisions(self.round, self.scores).iloc[0]

    @cached_property
    def found(self) -> pd.DataFrame:
        """What is to be followed up."""
        return register(self.round, self.scores)

    @cached_property
    def _levels(self) -> dict[str, pd.DataFrame]:
        """The scores by level, each with its label."""
        rubric = self.round.programme.rubric
        names = {("aim", aim.id): label(aim.label, self.lang) for aim in rubric.aims}
        names |= {("dimension", part.id): f"{part.id} {label(part.label, self.lang)}" for part in rubric.dimensions}
        names |= {(level, part.id): f"{part.id} {label(part.label, self.lang)}" for part in rubric.indicators
                  for level in ("indicator", "evidence")}
        labels = [names.get(key, "") for key in zip(self.scores["level"], self.scores["id"], strict=True)]
        return {str(level): rows for level, rows in self.scores.assign(label=labels).groupby("level", sort=False)}

    def _rows(self, level: str) -> pd.DataFrame:
        none = self.scores.iloc[:0].assign(label="")
        return self._levels.get(level, none)

    def _missing(self, row: Mapping[Any, Any] | pd.Series) -> str:
        word = words(self.lang)
        if row["withheld"]:
            return word["withheld_mark"]
        return {"not_applicable": word["not_applicable"], "scored": "–"}.get(row["state"], word["not_scored"])

    def result_card(self) -> Section:
        """Total with its interval, verdict, stars, and how sure it is."""
        word = words(self.lang)
        rule = rule_of(self.round)
        levels = {level.id: label(level.label, self.lang) for level in self.round.programme.rubric.levels}
        row = self.decided
        asked = f"{rule.declared_at_least:g}" if rule.declared_at_least is not None else ""
        compared = rule.kind == "simple" and row["verdict"] in ("pass", "fail")
        gated = row["verdict"] == "more_evidence" and row["community"] in rule.below_gate
        why = word["why_gate" if gated else "why_simple" if compared else f"why_{row['verdict']}"]
        why = why.format(mark=asked if row["verdict"] == "not_reviewed" else f"{rule.threshold:g}",
                         confidence=f"{rule.confidence:.0%}", against=f"{1 - rule.confidence:.0%}",
                         declared=number(row["declared"]))
        facts = [
            (word["total"], f"{number(row['value'])} {word['of_100']}"),
            (word["margin"], interval(row["ci_low"], row["ci_high"])),
            (word["verdict"], word[row["verdict"]].format(mark=asked)),
            (word["stars"], levels.get(row["level"], word["none"])),
            (word["probability_pass"].format(mark=f"{rule.threshold:g}"), certainty(row["p_pass"], row["se"])),
        ]
        for name, told in (("settle", None if gated else settling_text(row, self.lang)),
                           ("caps", caps_text(self.round, self.scores, self.lang))):
            facts += [(word[name], told)] if told else []
        strip = charts.result_strip(row["value"], row["ci_low"], row["ci_high"], rule.threshold,
                                    [(levels[name], mark) for name, mark in rule.levels.items()], lang=self.lang)
        parts = [card_html(row["verdict"], facts, why)]
        if math.isfinite(row["value"]):
            parts.append(picture_html(strip))
        if levels and math.isfinite(row["p_pass"]):
            table = pd.DataFrame({"label": list(levels.values()), "probability": [row[f"p_{name}"] for name in levels]})
            parts.append(picture_html(charts.level_probabilities(table, lang=self.lang)))
        return self.report.section("result", word["result"], *parts)

    def declared_and_verified(self) -> Section:
        """What the community declared beside what the review found, in all and by dimension."""
        word = words(self.lang)
        rows = pd.concat([self._rows("total").assign(label=word["total"]), self._rows("dimension")])
        if rows["declared"].isna().all():
            return self.report.section("declared", word["declared_verified"], paragraph(word["no_declared"], "note"))
        known = declared_against_verified(self.scores).set_index(["level", "id"])[["ci_low", "ci_high"]]
        between = known.reindex(pd.MultiIndex.from_frame(rows[["level", "id"]])).to_numpy()
        cells = [[row["label"], number(row["declared"]), number(row["value"], missing=self._missing(row)),
                  number(row["value"] - row["declared"], signed=True), interval(*limits)]
                 for (_, row), limits in zip(rows.iterrows(), between, strict=True)]
        columns = [(word["dimension"], "text"), (word["declared"], "number"), (word["verified"], "number"),
                   (word["difference"], "number"), (word["margin"], "number")]
        return self.report.section("declared", word["declared_verified"],
                                   picture_html(charts.declared_and_verified(rows, lang=self.lang)),
                                   table_html(word["declared_verified"], columns, cells))

    def dimensions(self) -> Section:
        """Points earned by dimension, and the shared aims."""
        word = words(self.lang)
        rows = self._rows("dimension")
        parts = [picture_html(charts.dimensions(rows, lang=self.lang)),
                 self._score_table(rows, word["dimension"], word["dimensions"])]
        aims = self._rows("aim")
        if len(aims):
            parts.append(self._score_table(aims, word["aim"], word["aims"]))
        return self.report.section("dimensions", word["dimensions"], *parts)

    def _score_table(self, rows: pd.DataFrame, first: str, caption: str) -> Markup:
        word = words(self.lang)
        cells = [[row["label"], number(row["points"]), number(row["value"] * row["points"] / 100, missing=self._missing(row)),
                  number(row["value"], missing=self._missing(row)), interval(row["ci_low"], row["ci_high"])]
                 for _, row in rows.iterrows()]
        columns = [(first, "text"), (word["points"], "number"), (word["earned"], "number"), (word["percent"], "number"),
                   (word["margin"], "number")]
        return table_html(caption, columns, cells)

    def methods(self) -> Section:
        """What each method alone says."""
        return self.report.section("methods", words(self.lang)["methods"], *method_parts(self.scores, self.lang))

    def follow_up(self) -> Section:
        """Findings, weak indicators, and good practice."""
        parts = follow_up_parts(self.round, self.found, self.community, self.lang)
        return self.report.section("follow_up", words(self.lang)["follow_up"], *parts)

    def indicators(self) -> Section:
        """Every indicator with the value, weight and base of each method's evidence."""
        word = words(self.lang)
        evidence: dict[str, list[dict[Any, Any]]] = {}
        for part in self._rows("evidence").to_dict("records"):
            evidence.setdefault(str(part["id"]), []).append(part)
        cells = []
        for row in self._rows("indicator").to_dict("records"):
            told = "; ".join(
                f"{word[part['evidence']]} {number(part['value'], missing=self._missing(part))}"
                + (f" (n={part['n']}, {part['weight']:.0%})" if part["weight"] > 0 and not part["withheld"] else "")
                for part in evidence.get(row["id"], []))
            cells.append([row["label"], number(row["points"]), number(row["value"], missing=self._missing(row)),
                          interval(row["ci_low"], row["ci_high"]), told + stand_in_text(row, self.lang)])
        columns = [(word["indicator"], "text"), (word["points"], "number"), (word["percent"], "number"),
                   (word["margin"], "number"), (word["evidence"], "text")]
        return self.report.section("indicators", word["indicators"], table_html(word["indicators"], columns, cells))

    def answers(self) -> Section:
        """How residents answered: diverging bars for five-step items, a table for the others."""
        word = words(self.lang)
        minimum = self.round.declared.disclosure.minimum
        steps = [word[name] for name in ("worst", "poor", "middle", "good", "best")]
        parts = [paragraph(word["answers_note"], "note")]
        others = []
        for method, given in self.round.answers.items():
            hidden = hidden_indicators(self.scores, method)
            shares = likert_shares(given, steps, hidden, minimum, self.lang)
            if len(shares):
                parts += [paragraph(word[method]), picture_html(charts.likert(shares, levels=steps, lang=self.lang))]
            others += [[f"{word[method]}: {item}", str(n) if n else word["withheld_mark"], told]
                       for item, n, told in other_shares(given, hidden, minimum, self.lang)]
        if others:
            columns = [(word["item"], "text"), ("n", "number"), (word["share"], "text")]
            parts.append(table_html(word["answers"], columns, others))
        return self.report.section("answers", word["answers"], *parts)

    def field_outcome(self) -> Section:
        """What became of the phone cases, with AAPOR's rates."""
        return outcome_section(self.report, self.round, self.community, self.lang)

    def data_quality(self) -> Section:
        """Forms, item nonresponse, don't know and refusals by method, and what a reader should know."""
        word = words(self.lang)
        cells, notes = quality_rows(self.round, self.scores, self.lang)
        columns = [(word["method"], "text"), (word["rows"], "number"), (word["blank"], "number"),
                   (word["dont_know"], "number"), (word["prefer_not_to_say"], "number")]
        return self.report.section("quality", word["quality"], table_html(word["quality"], columns, cells),
                                   *(paragraph(note) for note in notes))

    def withheld(self) -> Section:
        """What is not shown, and why."""
        word = words(self.lang)
        rows = self.scores[self.scores["withheld"]]
        if rows.empty:
            return self.report.section("withheld", word["withheld"], paragraph(word["withheld_none"]))
        cells = [[f"{word[row['level']]} {row['id']}", word.get(row["evidence"], "")] for _, row in rows.iterrows()]
        note = word["withheld_note"].format(minimum=self.round.declared.disclosure.minimum)
        columns = [(word["indicator"], "text"), (word["evidence"], "text")]
        return self.report.section("withheld", word["withheld"], paragraph(note), table_html(word["withheld"], columns, cells))

    def write(self) -> Path:
        """Write score.json and community.html into results/<community>/; returns the page's path."""
        write_score(self.round, self.scores, self.decided, self.found)
        return self.report.write(self.round.folder / "results" / self.community / "community.html")
