"""Stars between rounds: awarded, renewed, upgraded, downgraded, kept, lapsed. One table says what follows from what.

The notice keeps levels as stars and says no more. The term and what a verdict does to a star are ours, stated here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

TERMS = ("none", "running", "over")
VERDICTS = ("pass", "fail", "more_evidence", "not_reviewed", "absent")
COMPARED = ("no_star", "first", "lower", "same", "higher")
COLUMNS = ["community", "held", "until_before", "verdict", "event", "level", "until"]
DATE = re.compile(r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Step(NamedTuple):
    """One row: the term of the star held, the verdict, the star awarded against the one held; what happens, and which star
    stands then: the new one from today, the old one to its old end, or none.
    """

    term: str
    verdict: str
    compared: str
    event: str
    stands: str


#: every combination that can be, once: only a pass awards a star, and it is a first one exactly where none is held
STEPS = (
    Step("none", "pass", "no_star", "none", "none"),
    Step("none", "pass", "first", "awarded", "new"),
    Step("none", "fail", "no_star", "none", "none"),
    Step("none", "more_evidence", "no_star", "none", "none"),
    Step("none", "not_reviewed", "no_star", "none", "none"),
    Step("none", "absent", "no_star", "none", "none"),
    Step("running", "pass", "no_star", "lapsed", "none"),
    Step("running", "pass", "lower", "downgraded", "new"),
    Step("running", "pass", "same", "renewed", "new"),
    Step("running", "pass", "higher", "upgraded", "new"),
    Step("running", "fail", "no_star", "lapsed", "none"),
    Step("running", "more_evidence", "no_star", "kept", "old"),
    Step("running", "not_reviewed", "no_star", "kept", "old"),
    Step("running", "absent", "no_star", "kept", "old"),
    Step("over", "pass", "no_star", "lapsed", "none"),
    Step("over", "pass", "lower", "downgraded", "new"),
    Step("over", "pass", "same", "renewed", "new"),
    Step("over", "pass", "higher", "upgraded", "new"),
    Step("over", "fail", "no_star", "lapsed", "none"),
    Step("over", "more_evidence", "no_star", "lapsed", "none"),
    Step("over", "not_reviewed", "no_star", "lapsed", "none"),
    Step("over", "absent", "no_star", "lapsed", "none"),
)
FOLLOWS = MappingProxyType({step[:3]: step for step in STEPS})


def standing(decided: pd.DataFrame, held: pd.DataFrame, levels: Mapping[str, float], on: str, years: int = 3) -> pd.DataFrame:
    """One row a community, sorted: community, held, until_before, verdict, event, level, until; "" where there is none.

    decided: community, verdict, level of `decide`. held: community, level, until, may be empty; those that are only there are
    `absent`. levels: id -> mark, a higher mark is a higher star. on: the day of the decision. Dates are text: 2026-12-31.
    until is the last day of validity; a new star's is `on` + `years` (from 29 February: the 28th in a year without one).

    Our choices. What was verified takes effect at once, for better and worse: a pass begins a new term, also at a lower star or
    after the old term; a fail, or a pass for which no star is awarded, ends the star at once. What was not settled
    (more_evidence, not_reviewed, absent) changes nothing while the term runs; a term that is over without a pass has lapsed.

    Missing data: a missing level is "", and with it whatever end is written beside it. ValueError: communities that are there
    twice or have no name, dates that are none, unknown levels or verdicts, a star without a pass, years that are not a whole
    number above 0 or lead beyond the calendar.
    """
    today = _date(on, "on")
    if isinstance(years, bool) or int(years) != years or years < 1:
        raise ValueError(f"years: {years!r} is not a whole number above 0")
    if today.year + years > 9999:
        raise ValueError(f"years: {years} years from {on} lie beyond the calendar")
    ends = _text(today + pd.DateOffset(years=int(years)))
    before, now = _by_community(held, "held", "until"), _by_community(decided, "decided", "verdict")
    rows = []
    for name in sorted({*before, *now}):
        had, end = before.get(name, ("", ""))
        level, verdict = now.get(name, ("", "absent"))
        for star in (had, level):
            if star and star not in levels:
                raise ValueError(f"{name}: the level {star!r} is none of {', '.join(levels)}")
        end = end if had else ""
        term = "none" if not had else "running" if _date(end, f"{name}: until") >= today else "over"
        step = FOLLOWS.get((term, verdict, _compared(had, level, levels)))
        if step is None:
            raise ValueError(f"{name}: the verdict {verdict!r} with the level {level!r} is none that `decide` gives")
        stands = {"new": (level, ends), "old": (had, end), "none": ("", "")}[step.stands]
        rows.append((name, had, end, verdict, step.event, *stands))
    return pd.DataFrame(rows, columns=COLUMNS, dtype="str")


def _by_community(table: pd.DataFrame, called: str, other: str) -> dict[str, tuple[str, str]]:
    """Level and the other column, by community, as text; missing is ""."""
    text = table[["community", "level", other]].astype("object")
    rows = text.where(text.notna(), "").astype("str")
    for name in rows["community"][rows["community"].duplicated() | (rows["community"] == "")]:
        raise ValueError(f"{called}: {name!r} is there twice" if name else f"{called}: a community has no name")
    return {name: (level, value) for name, level, value in rows.itertuples(index=False)}


def _compared(had: str, level: str, levels: Mapping[str, float]) -> str:
    """The star awarded against the one held. Levels of one mark are the same star."""
    if not level:
        return "no_star"
    if not had:
        return "first"
    return "same" if levels[level] == levels[had] else "higher" if levels[level] > levels[had] else "lower"


def _date(text: str, where: str) -> pd.Timestamp:
    if DATE.fullmatch(text):  # nothing else: pandas would read "today" from the clock
        date = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        if not pd.isna(date):
            return date
    raise ValueError(f"{where}: {text!r} is no date such as 2026-12-31")


def _text(date: pd.Timestamp) -> str:
    return date.isoformat()[:10]
