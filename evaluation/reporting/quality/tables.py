"""The tables of the fieldwork report: caption, columns and cells in one language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from evaluation.estimation.workload import Effect
from evaluation.fieldwork.dispositions import LABELS, Disposition, outcome_rates
from evaluation.fieldwork.quality.checks import CHECKS
from evaluation.reporting.charts import field_outcome
from evaluation.reporting.disclosure import gate_counts
from evaluation.reporting.report import number, percent, picture_html, table_html, words

Table = tuple[str, list[tuple[str, str]], list[list[str]]]
RATES = ("RR1", "COOP1", "REF1", "CON1")


def check_rows(table: pd.DataFrame, exclude: Sequence[str], lang: str) -> Table:
    """Each check: open, reviewed, share of the forms, whether it excludes."""
    word = words(lang)
    columns = [(word["check"], "text"), (word["flags_open"], "number"), (word["flags_reviewed"], "number"),
               (word["share"], "number"), (word["excludes"], "text")]
    cells = [[check_name(row["check"], lang), str(row["open"]), str(row["reviewed"]),
              _rate(row["rate"]), word["answer_yes"] if row["check"] in exclude else ""] for row in table.to_dict("records")]
    return word["flags_by_check"], columns, cells


def limit_rows(table: pd.DataFrame, check: str, name: str, lang: str) -> Table:
    """Each interviewer, in the order of the codes: forms, those flagged, and the limits of their share."""
    word = words(lang)
    columns = [(word["interviewer"], "text"), (word["rows"], "number"), (name, "number"), (word["limits_95"], "number"),
               (word["limits_998"], "number"), (word["outside_limits"], "text")]
    cells = [[row["interviewer"], str(row["n"]), f"{row[check]} ({_rate(row[check] / row['n'])})",
              _limits(row["low_95"], row["high_95"]), _limits(row["low_998"], row["high_998"]),
              f"{row['outside']:g}%" if row["outside"] else ""] for row in table.to_dict("records")]
    return word["limits_caption"], columns, cells


def beyond_rows(table: pd.DataFrame, lang: str) -> Table:
    """Interviewers and checks outside the 99.8% limits."""
    word = words(lang)
    columns = [(word["interviewer"], "text"), (word["check"], "text"), (word["rows"], "number"),
               (word["forms_flagged"], "number"), (word["limits_998"], "number")]
    cells = [[row["interviewer"], check_name(row["check"], lang), str(row["n"]),
              f"{row['count']} ({_rate(row['count'] / row['n'])})", _limits(row["low_998"], row["high_998"])]
             for row in table.to_dict("records")]
    return word["beyond_caption"], columns, cells or [[word["none"], "", "", "", ""]]


def interviewer_rows(table: pd.DataFrame, minimum: int, lang: str) -> Table:
    """Each interviewer: forms, minutes, rates of items that were asked, and the mean score."""
    word = words(lang)
    columns = [(word["interviewer"], "text"), (word["rows"], "number"), (word["median_minutes"], "number"),
               (word["blank"], "number"), (word["dont_know"], "number"), (word["declined"], "number"),
               (word["mean_score"], "number")]
    cells = [[row["interviewer"], str(row["n"]), number(row["minutes"]), _rate(row["items_rate_unanswered"]),
              _rate(row["items_rate_dont_know"]), _rate(row["items_rate_refused"]),
              word["withheld_mark"] if row["n"] < minimum else number(row["score"])] for row in table.to_dict("records")]
    return word["interviewers_caption"].format(minimum=minimum), columns, cells


def check_name(name: str, lang: str) -> str:
    """What a check is called."""
    return CHECKS[name].zh if lang == "zh" else CHECKS[name].en


def effect_rows(found: Mapping[str, Effect], lang: str) -> Table:
    """Intraclass correlations with intervals, and the design effect of interviewers."""
    word = words(lang)
    columns = [("", "text"), (word["icc"], "number"), (word["margin"], "number"), (word["interviewer_deff"], "number")]
    cells = [[word[f"effect_{name}"], number(effect.icc, 3), interval_text(effect.low, effect.high, 3), number(effect.deff, 2)]
             for name, effect in found.items()]
    return word["effect_caption"], columns, cells


def day_rows(table: pd.DataFrame, lang: str) -> Table:
    """Each day and so far."""
    word = words(lang)
    columns = [(word["day"], "text"), (word["rows"], "number"), (word["forms_flagged"], "number"), (word["share"], "number"),
               (word["forms_so_far"], "number"), (word["flagged_so_far"], "number"), (word["share_so_far"], "number")]
    cells = [[row["day"], str(row["n"]), str(row["flagged"]), _rate(row["flagged"] / row["n"]), str(row["n_so_far"]),
              str(row["flagged_so_far"]), _rate(row["rate_so_far"])] for row in table.to_dict("records")]
    return word["by_day"], columns, cells


def minutes_rows(minutes: pd.Series, lang: str) -> Table:
    """Quartiles and tails of minutes."""
    word = words(lang)
    known = minutes.dropna()
    shares = (0.05, 0.25, 0.5, 0.75, 0.95)
    columns = [(word["rows"], "text"), *((f"{share:.0%}", "number") for share in shares)]
    return word["minutes_caption"], columns, [[str(len(known)), *(number(float(known.quantile(share))) for share in shares)]]


def back_check_tables(table: pd.DataFrame, lang: str) -> list[Table]:
    """Items by type, those of type 1 with any error marked; then interviewers."""
    word = words(lang)
    errors = [(word["pairs_compared"], "number"), (word["errors"], "number"), (word["error_rate"], "number"),
              (word["margin"], "number")]
    stable = [(word["reliability_ratio"], "number"), (word["margin"], "number"), (word["shift"], "number"),
              (word["p_t"], "number"), (word["p_sign"], "number")]
    items, people = (table[table["part"] == part].to_dict("records") for part in ("item", "interviewer"))
    columns = [(word["item"], "text"), (word["back_type"], "number"), *errors, (word["look"], "text")]
    cells = [[row["name"], f"{row['type']:.0f}", *_errors(row),
              word["answer_yes"] if row["type"] == 1 and row["errors"] else ""] for row in items]
    made: list[Table] = [(word["back_check_items"], columns, cells)]
    if third := [row for row in items if row["type"] == 3]:
        made.append((word["back_check_stable"], [(word["item"], "text"), *stable],
                     [[row["name"], number(row["ratio"], 2), interval_text(row["ratio_low"], row["ratio_high"], 2),
                       number(row["shift"], 2, signed=True), p_text(row["p_t"]), p_text(row["p_sign"])] for row in third]))
    if people:
        made.append((word["back_check_people"], [(word["interviewer"], "text"), *errors],
                     [[row["name"], *_errors(row)] for row in people]))
    return made


def outcome_parts(cases: pd.DataFrame, minimum: int, lang: str) -> list[Markup]:
    """Cases of the whole round by outcome, and AAPOR's rates."""
    word = words(lang)
    groups = cases["disposition"].map(lambda code: Disposition(code).group).value_counts()
    groups = groups.reindex([group for group in LABELS if group in groups.index])
    counts = gate_counts(groups.rename(index={group: LABELS[group][lang] for group in groups.index}), minimum,
                         word["other_outcomes"])
    parts = [picture_html(field_outcome(pd.DataFrame({"outcome": counts.index, "cases": counts.to_numpy()}), lang=lang))]
    if groups.sum() >= minimum and counts.notna().all() and len(counts) == len(groups):
        rates = outcome_rates({str(group): int(count) for group, count in groups.items()})
        columns = [(word["rate"], "text"), (word["value"], "number")]
        parts.append(table_html("AAPOR", columns, [[word[name], percent(rates[name])] for name in RATES]))
    return parts


def interval_text(low: float, high: float, digits: int) -> str:
    """Two limits, or a dash."""
    if math.isnan(low) or math.isnan(high):
        return "–"
    return f"{number(low, digits)} … {number(high, digits)}"


def p_text(p: float) -> str:
    """A p-value to three decimals."""
    return "–" if math.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _errors(row: Mapping[Any, Any]) -> list[str]:
    return [f"{row['n']:.0f}", f"{row['errors']:.0f}", _rate(row["rate"]), _limits(row["low"], row["high"])]


def _limits(low: float, high: float) -> str:
    return "–" if math.isnan(low) else f"{_rate(low)} – {_rate(high)}"


def _rate(share: float) -> str:
    """A small share needs a decimal."""
    return "–" if math.isnan(share) else f"{share:.1%}"
