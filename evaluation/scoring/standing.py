"""Stars between rounds: awarded, renewed, raised, lowered, kept, lapsed. One table says what follows from what.

The notice keeps levels as stars and says no more; terms and consequences are ours, stated here and changeable here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

VERDICTS = ("pass", "fail", "more_evidence", "not_reviewed", "absent")
COLUMNS = ["community", "held", "held_until", "verdict", "event", "level", "until"]
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HELD_COLUMNS = ("community", "level", "until")

# (a star is held: no, within its term, after its term; verdict of the round; the star now awarded against the one held,
# "none" where none is awarded) -> (event, what stands then: "new" from today, "held" to its old end, or "" for none)
AWARDED = {"none": ("none", ""), "same": ("awarded", "new"), "higher": ("awarded", "new"), "lower": ("awarded", "new")}
PASSED = {"none": ("lapsed", ""), "same": ("renewed", "new"), "higher": ("upgraded", "new"), "lower": ("downgraded", "new")}
TRANSITIONS: dict[tuple[str, str, str], tuple[str, str]] = {
    **{("no", "pass", compared): then for compared, then in AWARDED.items()},
    **{(held, "pass", compared): then for held in ("running", "over") for compared, then in PASSED.items()},
    **{("no", verdict, "none"): ("none", "") for verdict in VERDICTS[1:]},
    ("running", "fail", "none"): ("lapsed", ""),                 # a review that fails ends the star at once
    **{("running", verdict, "none"): ("kept", "held") for verdict in VERDICTS[2:]},
    **{("over", verdict, "none"): ("lapsed", "") for verdict in VERDICTS[1:]},
}


def standing(decided: pd.DataFrame, held: pd.DataFrame, levels: Mapping[str, float], on: str, years: int = 3) -> pd.DataFrame:
    """The star of every community after a round: community, held, held_until, verdict, event, level, until; sorted.

    decided: of `decide` (community, verdict, level). held: community, level, until (the last day of its term); communities that
    are only there are `absent`. levels: id -> mark. on: the day of the decision; a star awarded then runs `years` years, to the
    day before (29 February: to 28). Dates are text such as 2026-12-31; "" where nothing is held. ValueError: dates that are
    none, levels that `levels` does not have, communities that are there twice, a star without a pass.
    """
    today = _date(on, "on")
    for name, table in (("decided", decided), ("held", held)):
        if table["community"].duplicated().any():
            raise ValueError(f"{name}: {table['community'][table['community'].duplicated()].iloc[0]} is there twice")
    until = str((today + pd.DateOffset(years=years) - pd.Timedelta(days=1)).date())
    before = {str(name): (str(level), str(end)) for name, level, end in held[list(HELD_COLUMNS)].itertuples(index=False)}
    now = {str(name): (str(verdict), str(level)) for name, verdict, level in
           decided[["community", "verdict", "level"]].itertuples(index=False)}
    rows = []
    for name in sorted({*before, *now}):
        had, end = before.get(name, ("", ""))
        verdict, level = now.get(name, ("absent", ""))
        for star in {had, level} - {"", *levels}:
            raise ValueError(f"{name}: the level {star!r} is none of {', '.join(levels)}")
        state = "no" if not had else "running" if _date(end, name) >= today else "over"
        key = (state, verdict, _compared(had, level, levels))
        if key not in TRANSITIONS:
            raise ValueError(f"{name}: {verdict!r} with the level {level!r} is no verdict of a round")
        event, then = TRANSITIONS[key]
        stands = {"new": (level, until), "held": (had, end), "": ("", "")}[then]
        rows.append((name, had, end, verdict, event, *stands))
    return pd.DataFrame(rows, columns=COLUMNS)


def _compared(had: str, level: str, levels: Mapping[str, float]) -> str:
    """The star awarded against the one held."""
    if not level:
        return "none"
    if not had or levels[level] == levels[had]:
        return "same"
    return "higher" if levels[level] > levels[had] else "lower"


def _date(text: str, where: str) -> pd.Timestamp:
    try:
        if DATE.fullmatch(text):    # pandas would read "today" from the clock
            return pd.Timestamp(text)
    except ValueError:
        pass
    raise ValueError(f"{where}: {text!r} is no date such as 2026-12-31")
