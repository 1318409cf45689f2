"""Field outcome of the phone spot-check as a section, with rare outcomes added together."""

from __future__ import annotations

import pandas as pd

from evaluation.fieldwork.dispositions import LABELS, Disposition, outcome_rates
from evaluation.fieldwork.opening import Round
from evaluation.reporting import charts
from evaluation.reporting.disclosure import gate_counts
from evaluation.reporting.report import Report, Section, paragraph, percent, picture_html, table_html, words

# rate -> the groups whose number it tells to who knows the number of cases
SHOWN = {"RR1": "I", "COOP1": "P R O", "REF1": "R", "CON1": "NC"}


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
        few = {name for name, told in SHOWN.items() if 0 < groups.reindex(told.split()).sum() < minimum}
        columns = [(word["rate"], "text"), (word["value"], "number")]
        cells = [[word[name], word["withheld_mark"] if name in few else percent(rates[name])] for name in SHOWN]
        parts.append(table_html("AAPOR", columns, cells))
    return report.section("field", word["field"], *parts)
