"""All communities of a round side by side: the sections of notebooks/district.ipynb. Intervals, never a bare league."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.declare.model import label
from evaluation.fieldwork.communities import NAMES
from evaluation.fieldwork.opening import Round
from evaluation.reporting import charts
from evaluation.reporting.district_sections import agreement_parts, bands_parts, looks_parts, stars_parts
from evaluation.reporting.report import (
    Report,
    Section,
    certainty,
    interval,
    number,
    paragraph,
    picture_html,
    table_html,
    words,
)
from evaluation.reporting.results import decisions, footer_of, gated_scores, open_for_report
from evaluation.scoring import rule_of


def league(round_: Round, scores: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The decision on every community with its `label` (name and id), in the order of the ids."""
    names = round_.communities[NAMES[lang]]
    decided = decisions(round_, scores)
    unnamed = names == names.index
    shown = pd.Series([name if plain else f"{name} {i}" for i, name, plain in zip(names.index, names, unnamed, strict=True)],
                      index=names.index)
    return decided.assign(label=decided["community"].map(shown))


@dataclass
class DistrictReport:
    """The report on a whole round, in Chinese ("zh") or English ("en"). `write` writes results/district.html."""

    round: Round
    lang: str
    scores: pd.DataFrame
    table: pd.DataFrame
    report: Report

    @classmethod
    def open(cls, folder: str | Path, lang: str = "zh") -> DistrictReport:
        """Open the round's folder and score it, or take its scores if they are of the same inputs."""
        opened = open_for_report(folder, lang)
        title = f"{words(lang)['district_report']}: {label(opened.declared.title, lang)}"
        report = Report(lang, title, label(opened.programme.rubric.title, lang), footer_of(opened, lang))
        scores = gated_scores(opened)
        return cls(opened, lang, scores, league(opened, scores, lang), report)

    def _levels(self) -> dict[str, str]:
        return {level.id: label(level.label, self.lang) for level in self.round.programme.rubric.levels}

    def verdicts(self) -> Section:
        """How many communities pass, fail, or need more evidence."""
        word = words(self.lang)
        asked = rule_of(self.round).declared_at_least
        mark = "" if asked is None else f"{asked:g}"
        counts = self.table["verdict"].value_counts()
        cells = [[word[name].format(mark=mark), str(counts.get(name, 0))]
                 for name in ("pass", "fail", "more_evidence", "not_reviewed")]
        columns = [(word["verdict"], "text"), (word["count"], "number")]
        return self.report.section("verdicts", word["verdict"], table_html(word["communities"], columns, cells))

    def caterpillar(self) -> Section:
        """Totals with their intervals, sorted, with the pass mark and the stars."""
        word = words(self.lang)
        rule = rule_of(self.round)
        levels = [(name, rule.levels[level]) for level, name in self._levels().items()]
        picture = charts.caterpillar(self.table, threshold=rule.threshold, levels=levels, lang=self.lang)
        return self.report.section("caterpillar", word["caterpillar"], picture_html(picture),
                                   paragraph(word["caterpillar_note"]))

    def bands(self) -> Section:
        """The places that each community may hold, all at once: bands in place of ranks."""
        return self.report.section("bands", words(self.lang)["bands"], *bands_parts(self.table, self.lang))

    def looks(self) -> Section:
        """Communities whose declared and verified scores differ by more than noise, corrected for many looks."""
        parts = looks_parts(self.round, self.scores, self.table, self.lang)
        return self.report.section("looks", words(self.lang)["looks"], *parts)

    def stars(self) -> Section:
        """What becomes of the stars held from rounds before."""
        parts = stars_parts(self.round, self.table, self._levels(), self.lang)
        return self.report.section("stars", words(self.lang)["standing"], *parts)

    def agreement(self) -> Section:
        """How far raters agree."""
        return self.report.section("agreement", words(self.lang)["agreement"], *agreement_parts(self.round, self.lang))

    def funnel(self) -> Section:
        """Verified minus declared against precision."""
        word = words(self.lang)
        table = self.table.assign(difference=self.table["value"] - self.table["declared"])
        table = table[table["difference"].notna() & (table["se"] > 0)]
        if table.empty:
            return self.report.section("funnel", word["funnel"], paragraph(word["no_declared"], "note"))
        return self.report.section("funnel", word["funnel"], picture_html(charts.funnel(table, lang=self.lang)),
                                   paragraph(word["funnel_note"]))

    def results(self) -> Section:
        """Every community's total, interval, certainty, verdict and stars, in the order of their ids."""
        word = words(self.lang)
        rule = rule_of(self.round)
        levels = self._levels()
        asked = "" if rule.declared_at_least is None else f"{rule.declared_at_least:g}"
        cells = [[row["label"], number(row["declared"]), number(row["value"]), interval(row["ci_low"], row["ci_high"]),
                  certainty(row["p_pass"], row["se"]), word[row["verdict"]].format(mark=asked), levels.get(row["level"], "–")]
                 for _, row in self.table.iterrows()]
        columns = [(word["community"], "text"), (word["declared"], "number"), (word["total"], "number"),
                   (word["margin"], "number"), (word["probability_pass"].format(mark=f"{rule.threshold:g}"), "number"),
                   (word["verdict"], "text"), (word["stars"], "text")]
        return self.report.section("results", word["league"], table_html(word["league"], columns, cells))

    def write(self) -> Path:
        """Write results/district.html; returns its path."""
        return self.report.write(self.round.folder / "results" / "district.html")
