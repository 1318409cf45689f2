"""How each form of the sample round came about, invented, with defects whose truth is known: see SOURCES.md.

It has a random generator of its own: nothing here changes an answer, a sample or a score.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd

from evaluation.declare.instrument import Instrument

SEED = 2026
THERE = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Fieldwork:
    """One method's field time. minutes: median; spread: standard deviation of log(minutes). planted: check: number of forms."""

    letter: str
    interviewers: int
    first: datetime
    days: int
    version: str
    minutes: float
    spread: float
    planted: dict[str, int]


# the interviewer to whom the forms with one answer all the way down are given: they are there among the answers
STRAIGHT = "f09"
FIELD = {
    "questionnaire": Fieldwork("f", 12, datetime(2026, 10, 12, 9, tzinfo=THERE), 14, "2026.1", 14.0, 0.26,
                               {"too_short": 7, "stale_version": 6, "ends_early": 2, "starts_late": 3, "odd_duration": 2,
                                "duplicate_id": 2}),
    "phone": Fieldwork("t", 8, datetime(2026, 10, 19, 9, tzinfo=THERE), 12, "2026.1", 6.8, 0.24,
                       {"too_short": 6, "stale_version": 5, "ends_early": 1, "starts_late": 2, "odd_duration": 2,
                        "duplicate_id": 2}),
}  # fmt: skip


def paradata(method: str, answers: pd.DataFrame, straight: frozenset[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Paradata of one method's answers (respondent, community), and what was planted: method, respondent, check.

    straight: respondents whose answers are one straight line, given to one interviewer.
    """
    field = FIELD[method]
    rng = np.random.default_rng([SEED, list(FIELD).index(method)])
    table = answers[["respondent", "community"]].sort_values("respondent", ignore_index=True)
    count = len(table)
    number = table["community"].str[1:].astype(int).to_numpy() * 2 + rng.integers(0, 4, count)
    made = pd.DataFrame({"respondent": table["respondent"],
                         "instance": [f"uuid:{high:08x}-{low:08x}" for high, low in rng.integers(2**32, size=(count, 2))],
                         "version": field.version,
                         "interviewer": [f"{field.letter}{one % field.interviewers + 1:02d}" for one in number]})
    day = np.minimum(rng.integers(0, field.days, count), rng.integers(0, field.days, count) + field.days // 4)
    start = day * 86_400 + rng.integers(0, 11 * 3_600, count)
    seconds = np.round(60 * field.minutes * np.exp(field.spread * rng.standard_normal(count))).astype(int)
    wait = rng.integers(30, 5 * 3_600, count)
    free = rng.permutation([row for row in range(count) if table.at[row, "respondent"] not in straight])
    planted: list[tuple[str, str, str]] = []
    for check, row in _places(field, free):
        planted.append((method, str(table.at[row, "respondent"]), check))
        if check == "too_short":
            seconds[row] = 50 + int(rng.integers(0, int(60 * field.minutes * 0.3) - 50))
        elif check == "odd_duration":
            seconds[row] = int(60 * field.minutes * (6 + rng.integers(0, 5)))
        elif check == "ends_early":
            seconds[row] = -int(rng.integers(120, 3_000))
            wait[row] -= seconds[row]     # it was submitted after it started
        elif check == "starts_late":
            wait[row] = -int(rng.integers(6, 30)) * 3_600
        elif check == "stale_version":
            made.at[row, "version"] = "2026.0"
    doubled = [row for check, row in _places(field, free) if check == "duplicate_id"]
    made.loc[doubled, "instance"] = made.at[doubled[0], "instance"]
    for row in np.flatnonzero(table["respondent"].isin(straight)):
        made.at[row, "interviewer"] = STRAIGHT
        planted.append((method, str(table.at[row, "respondent"]), "straight_line"))
    for name, offset in (("started", 0), ("ended", seconds), ("submitted", seconds + wait)):
        made[name] = [(field.first + timedelta(seconds=int(moment))).isoformat() for moment in start + offset]
    columns = ["respondent", "instance", "version", "started", "ended", "submitted", "interviewer"]
    return made[columns], pd.DataFrame(sorted(planted), columns=["method", "respondent", "check"])


def one_line(instrument: Instrument, answers: pd.DataFrame) -> frozenset[str]:
    """Respondents with one answer to 15 items of a scale in a row, or to 8 where one is reversed (not the middle one)."""
    scale = [item for item in instrument.items if len(instrument.item_choices(item)) == 7]
    found = set()
    for row in answers.to_dict("records"):
        run, value, kinds = 0, "", set()
        for item in scale:
            given = row[item.id]
            if given == "":
                continue
            if given != value or given in ("dk", "pns"):
                run, value, kinds = 0, given, set()
            run, kinds = run + 1, kinds | {item.reverse}
            if value not in ("dk", "pns") and (run >= 15 or (run >= 8 and len(kinds) == 2 and value != "3")):
                found.add(str(row["respondent"]))
    return frozenset(found)


def _places(field: Fieldwork, free: np.ndarray) -> Iterator[tuple[str, int]]:
    """Each planted defect and the row it goes to, no row twice."""
    rows = iter(free)
    for check, count in field.planted.items():
        for _ in range(count):
            yield check, int(next(rows))
