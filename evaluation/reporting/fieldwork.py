"""Field outcome of the phone spot-check as a section, with rare outcomes added together."""

from __future__ import annotations

import pandas as pd

from evaluation.fieldwork.dispositions import LABELS, Disposition, outcome_rates
from evaluation.fieldwork.opening import Round
from evaluation.reporting import charts
from evaluation.reporting.disclosure import gate_counts
from evaluation.reporting.report import Report, Section, paragraph, percent, picture_html, table_html, words

SHOWN = ("RR1", "COOP1", "REF1", "CON1")


def outcome_section(report: Report, round_: Round, community: str, lang: str) -> Section:
    """Cases by outcome and AAPOR's rates. Rates are shown where the community has enough cases for the gate."""
    word = words(lang)
    cases = round_.calls[round_.calls["community"] == community] if round_.calls is not None else pd.DataFrame()
    if cases.empty:
        return report.section("field", word["field"], paragraph(word["no_calls"], "note"))
    groups = cases["disposition"].map(lambda code: Disposition(code).group).value_counts()
    groups = groups.reindex([group for group in LABELS if group in groups.index])
    minimum = round_.declared.disclosure.minimum
    named = groups.rename(index={group: LABELS[group][lang] for group in groups.index})
    counts = gate_counts(named, minimum, word["other_outcomes"])
    table = pd.DataFrame({"outcome": counts.index, "cases": counts.to_numpy()})
    parts = [picture_html(charts.field_outcome(table, lang=lang))]
    if groups.sum() >= minimum:
        rates = outcome_rates({str(group): int(count) for group, count in groups.items()})
        columns = [(word["rate"], "text"), (word["value"], "number")]
        parts.append(table_html("AAPOR", columns, [[word[name], percent(rates[name])] for name in SHOWN]))
    return report.section("field", word["field"], *parts)
