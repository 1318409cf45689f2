"""Fieldwork as its supervisor looks at it: the sections of notebooks/fieldwork.ipynb, and results/fieldwork.html."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from evaluation.core.errors import UsageError, problem
from evaluation.declare.model import label
from evaluation.fieldwork.opening import read_calls
from evaluation.fieldwork.quality.checks import CHECKS
from evaluation.fieldwork.quality.figures import by_check, by_day
from evaluation.fieldwork.quality.forms import Forms
from evaluation.fieldwork.quality.kept import flags_file
from evaluation.fieldwork.quality.rounds import Checked, check_round, forms_of
from evaluation.fieldwork.quality.times import shortest_minutes, timed_minutes
from evaluation.reporting.quality.backcheck import read_back_check
from evaluation.reporting.quality.charts import durations_chart, flags_chart, forms_by_day, interviewer_funnel
from evaluation.reporting.quality.figures import beyond, effects, interviewers, spread, with_limits
from evaluation.reporting.quality.tables import (
    back_check_tables,
    beyond_rows,
    check_name,
    check_rows,
    day_rows,
    effect_rows,
    interviewer_rows,
    limit_rows,
    minutes_rows,
    outcome_parts,
)
from evaluation.reporting.report import Report, Section, card_html, paragraph, percent, picture_html, table_html, words
from evaluation.reporting.results import found_folder

LISTED = 40     # open flags that are listed; quality/flags.csv has all


@dataclass
class Fieldwork:
    """The forms of one method of a round, checked, in Chinese ("zh") or English ("en"). `write` writes results/fieldwork.html.

    Each method shows one section and adds it to the report. Shown are counts, codes of interviewers and ids of forms, never
    what a form says; mean scores only of as many forms as the round's disclosure minimum.
    """

    checked: Checked
    forms: Forms
    lang: str
    report: Report

    @classmethod
    def of_round(cls, folder: str | Path, method: str, lang: str = "zh") -> Fieldwork:
        """Check the round's forms now, whatever flags are kept. See `forms_of` for what it raises."""
        word = words(lang)
        checked = check_round(found_folder(folder))
        forms = forms_of(checked, method, "method")
        title = f"{word['fieldwork']}: {word[method]}"
        asked = forms.instrument
        source = word["quality_source"].format(round=checked.declared.round, instrument=asked.instrument,
                                               version=asked.version, software=version("evaluation"),
                                               answers=checked.inputs[checked.declared.answers_of(method).file])
        footer = (word["scope"], word["quality_scope"], f"{word['source']}: {source}")
        return cls(checked, forms, lang, Report(lang, title, label(checked.declared.title, lang), footer))

    @cached_property
    def flags(self) -> pd.DataFrame:
        """The flags of this method."""
        return self.checked.flags[self.checked.flags["method"] == self.forms.method]

    @cached_property
    def interviewer_table(self) -> pd.DataFrame:
        """See `interviewers`."""
        declared = self.checked.declared
        return interviewers(self.forms, self.flags, declared.quality, self.checked.programme.rubric,
                            declared.disclosure.minimum)

    def result_card(self) -> Section:
        """Forms, flags open and reviewed, and how many forms the round leaves out."""
        word, exclude = words(self.lang), self.checked.declared.quality.exclude
        opened = self.flags[~self.flags["reviewed"]]
        out = opened[opened["check"].isin(exclude)]["respondent"].nunique()
        forms, flagged = len(self.forms.index), opened["respondent"].nunique()
        facts = [(word["rows"], f"{forms:,}"), (word["flags_open"], f"{len(opened):,}"),
                 (word["forms_flagged"], f"{flagged:,} ({percent(flagged / forms)})"),
                 (word["flags_reviewed"], f"{len(self.flags) - len(opened):,}"), (word["forms_excluded"], f"{out:,}")]
        told = word["comma_list"].join(self._name(name) for name in exclude)
        why = word["excluded_by"].format(checks=told) if exclude else word["excluded_by_none"]
        return self.report.section("result", word["result"], card_html("more_evidence" if len(opened) else "pass", facts, why))

    def flags_by_check(self) -> Section:
        """How many forms each check flags, and the flags that are open, by id."""
        word = words(self.lang)
        table = by_check(self.forms, self.flags, self.checked.declared.quality)
        shown = table.assign(label=[self._name(name) for name in table["check"]])
        parts = [picture_html(flags_chart(shown[shown["open"] > 0], self.lang)),
                 table_html(*check_rows(table, self.checked.declared.quality.exclude, self.lang))]
        unseen = [self._name(name) for name in CHECKS if name not in set(table["check"])]
        if unseen:
            parts.append(paragraph(word["checks_unseen"].format(checks=word["comma_list"].join(unseen)), "note"))
        opened = self.flags[~self.flags["reviewed"]]
        if len(opened):
            listed = opened.head(LISTED)[["id", "check", "respondent"]].astype("str")
            cells = [[flag, self._name(check), form] for flag, check, form in listed.itertuples(index=False)]
            columns = [(word["flag"], "text"), (word["check"], "text"), (word["form"], "text")]
            file = flags_file(Path()).as_posix()
            parts += [table_html(word["flags_listed"].format(shown=len(cells), n=len(opened)), columns, cells),
                      paragraph(word["flags_note"].format(file=file), "note")]
        return self.report.section("checks", word["flags_by_check"], *parts)

    def by_interviewer(self, check: str = "flagged") -> Section:
        """Interviewers in the funnel of one check, or of any flag, side by side with limits, and their effect."""
        word, table = words(self.lang), self.interviewer_table
        if check != "flagged" and check not in CHECKS:
            raise UsageError(problem("J17", path="check", name=check, known=[*CHECKS, "flagged"]))
        if table.empty:
            return self.report.section("interviewers", word["by_interviewer"], paragraph(word["no_interviewers"], "note"))
        limited = with_limits(table, check)
        ratio, p = spread(table, check)
        name = word["forms_flagged"] if check == "flagged" else self._name(check)
        parts = [paragraph(word["interviewers_note"].format(check=name)),
                 picture_html(interviewer_funnel(limited, check, self.lang))]
        if p < 0.05 and ratio > 1:
            parts.append(paragraph(word["over_dispersed"].format(ratio=f"{ratio:.1f}"), "note"))
        parts += [table_html(*limit_rows(limited, check, name, self.lang)),
                  table_html(*beyond_rows(beyond(table, self.forms, self.checked.declared.quality), self.lang)),
                  paragraph(word["beyond_note"], "note"),
                  table_html(*interviewer_rows(table, self.checked.declared.disclosure.minimum, self.lang))]
        found = effects(self.forms, self.checked.declared.quality, self.checked.programme.rubric)
        parts += [table_html(*effect_rows(found, self.lang)), paragraph(word["effect_note"], "note")]
        return self.report.section("interviewers", word["by_interviewer"], *parts)

    def by_day(self) -> Section:
        """Forms and flags by local day, and so far."""
        word = words(self.lang)
        table = by_day(self.forms, self.flags, self.checked.declared.quality, self.checked.declared.timezone)
        if table.empty:
            return self.report.section("days", word["by_day"], paragraph(word["no_times"], "note"))
        return self.report.section("days", word["by_day"], picture_html(forms_by_day(table, self.lang)),
                                   table_html(*day_rows(table, self.lang)))

    def durations(self) -> Section:
        """How long the forms took."""
        word, limits = words(self.lang), self.checked.declared.quality
        minutes = None if self.forms.paradata is None else timed_minutes(self.forms, limits)
        if minutes is None or not minutes.notna().any():
            return self.report.section("durations", word["durations"], paragraph(word["no_times"], "note"))
        least = shortest_minutes(minutes, limits)
        return self.report.section("durations", word["durations"], picture_html(durations_chart(minutes, least, self.lang)),
                                   table_html(*minutes_rows(minutes, self.lang)))

    def outcome(self) -> Section:
        """How the cases of the phone spot-check ended, if this is it and the round has calls."""
        word, calls = words(self.lang), self.checked.declared.calls
        if calls is None or self.forms.method != "phone":
            return self.report.section("field", word["field"], paragraph(word["no_calls"], "note"))
        cases = read_calls(self.checked.folder / calls.file, calls)
        parts = outcome_parts(cases, self.checked.declared.disclosure.minimum, self.lang)
        return self.report.section("field", word["field"], *parts)

    def back_checks(self) -> Section:
        """Interviews made again, as `evaluation quality --back-check` compared them last."""
        word = words(self.lang)
        answers = self.checked.inputs[self.checked.declared.answers_of(self.forms.method).file]
        table, current = read_back_check(self.checked.folder, self.forms.method, answers)
        if table is None:
            return self.report.section("back_check", word["back_check"], paragraph(word["no_back_check"], "note"))
        parts = [] if current else [paragraph(word["back_check_stale"], "note")]
        parts += [table_html(*made) for made in back_check_tables(table, self.lang)]
        return self.report.section("back_check", word["back_check"], *parts, paragraph(word["back_check_note"], "note"))

    def write(self) -> Path:
        """Write results/fieldwork.html from the sections shown so far; returns its path."""
        return self.report.write(self.checked.folder / "results" / "fieldwork.html")

    def _name(self, check: str) -> str:
        return check_name(check, self.lang)
