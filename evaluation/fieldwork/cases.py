"""A phone case from its first attempt to its final disposition: what each outcome leads to, and when to try again.

States and outcomes are tables; the clock is an argument. Source of the codes: AAPOR (2023), Standard Definitions.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from evaluation.core.errors import DataError, near_miss, problem
from evaluation.fieldwork.windows import DAYPARTS, Windows

#: open states, and the final one
STATES = ("new", "waiting", "appointment", "refused_once", "final")
#: (state, kind of outcome) -> state; a second soft refusal is final
NEXT = {
    **{(state, kind): result for state in ("new", "waiting", "appointment") for kind, result in (
        ("retry", "waiting"), ("contact", "waiting"), ("appointment", "appointment"), ("soft_refusal", "refused_once"),
        ("final", "final"))},
    **{("refused_once", kind): "refused_once" for kind in ("retry", "contact", "appointment")},
    ("refused_once", "soft_refusal"): "final", ("refused_once", "final"): "final",
}
DELAYS: Mapping[str, timedelta] = MappingProxyType({
    "no_answer": timedelta(hours=3), "busy": timedelta(minutes=30), "machine": timedelta(hours=4),
    "technical": timedelta(minutes=15), "not_at_home": timedelta(hours=4), "call_back": timedelta(hours=4),
    "soft_refusal": timedelta(days=3),
})


@dataclass(frozen=True)
class Outcome:
    """One row of dispositions.csv: what the caller says, the AAPOR code if it is the last word, and its kind."""

    word: str
    code: str
    event: str
    zh: str
    en: str


@dataclass(frozen=True)
class Rules:
    """How often and when a case is tried: at most `cap` attempts over `dayparts` dayparts or more, those in `needed` among
    them; one conversion of a soft refusal, none of a hard one. A call begun in the calling hours may be written down within
    `overtime` of its beginning.
    """

    cap: int = 6
    dayparts: int = 3
    needed: tuple[str, ...] = ("evening", "weekend")
    delays: Mapping[str, timedelta] = field(default_factory=lambda: DELAYS)
    windows: Windows = field(default_factory=Windows)
    overtime: timedelta = timedelta(hours=2)


@dataclass(frozen=True)
class Attempt:
    """A call: when, in which daypart, and how it ended."""

    at: datetime
    daypart: str
    word: str


@dataclass(frozen=True)
class Case:
    """Where a case stands. due: not before; only: the dayparts it may be tried in (none = any); appointment: the time agreed;
    final: the AAPOR code once it is closed.
    """

    state: str = "new"
    attempts: tuple[Attempt, ...] = ()
    due: datetime | None = None
    only: tuple[str, ...] = ()
    appointment: datetime | None = None
    final: str | None = None


@cache
def outcomes() -> Mapping[str, Outcome]:
    """What a call can end with, by word."""
    with Path(__file__).with_name("dispositions.csv").open(encoding="utf-8", newline="") as stream:
        return MappingProxyType({row["word"]: Outcome(**row) for row in csv.DictReader(stream)})


def outcome_of(text: str) -> Outcome:
    """The outcome of a word, or of a final AAPOR code. DataError with the nearest word [K01]."""
    table = outcomes()
    word = text.strip().casefold().replace("-", "_").replace(" ", "_")
    if word in table:
        return table[word]
    finals = [outcome for outcome in table.values() if outcome.code == text.strip() and outcome.event == "final"]
    if len(finals) == 1:
        return finals[0]
    raise DataError(problem("K01", path="disposition", given=text, hint=near_miss(word, table)))


def after(case: Case, word: str, at: datetime, rules: Rules, appointment: datetime | None = None,
          began: datetime | None = None) -> Case:
    """The case after an attempt that ended with `word` at a moment; the daypart is that in which it began.

    DataError: the case is closed [K02]; the clock went back before the last attempt [K03]; outside the calling hours [K04]; an
    appointment without a time, in the past or outside the calling hours [K05].
    """
    outcome = outcome_of(word)
    if case.state == "final":
        raise DataError(problem("K02", path="case", final=case.final))
    if case.attempts and at < case.attempts[-1].at:
        raise DataError(problem("K03", path="at", at=_shown(at, rules), last=_shown(case.attempts[-1].at, rules)))
    start = at if began is None else min(began, at)
    daypart = rules.windows.daypart(start)
    if daypart is None or (rules.windows.daypart(at) is None and at - start > rules.overtime):
        hours = {name: getattr(rules.windows, name).strftime("%H:%M") for name in ("opens", "closes")}
        raise DataError(problem("K04", path="at", at=_shown(at, rules), **hours))
    reachable = appointment is not None and appointment > at and rules.windows.daypart(appointment) is not None
    if outcome.event == "appointment" and not reachable:
        raise DataError(problem("K05", path="appointment", at=_shown(appointment, rules) if appointment else "–"))
    attempts = (*case.attempts, Attempt(at, daypart, outcome.word))
    state = NEXT[case.state, outcome.event]
    if state == "final":
        return Case("final", attempts, final=outcome.code)
    if len(attempts) >= rules.cap and outcome.event != "appointment":
        return Case("final", attempts, final=closing_code([attempt.word for attempt in attempts]))
    if len(attempts) > rules.cap:  # an appointment made at the last attempt is kept once
        return Case("final", attempts, final=closing_code([attempt.word for attempt in attempts]))
    if outcome.event == "appointment":
        return Case(state, attempts, due=appointment, appointment=appointment)
    only = _only(attempts, rules)
    due = rules.windows.next_open(at + rules.delays[outcome.word], frozenset(only or DAYPARTS))
    return Case(state, attempts, due=due, only=only)


def _only(attempts: tuple[Attempt, ...], rules: Rules) -> tuple[str, ...]:
    """The dayparts of the next attempt, where only these still leave enough of them to be tried; () = any."""
    tried = {attempt.daypart for attempt in attempts}
    missing = [daypart for daypart in rules.needed if daypart not in tried]
    left = rules.cap - len(attempts)
    short = max(rules.dayparts - len(tried | set(missing)), 0)
    if missing and left <= len(missing):
        return tuple(missing)
    return tuple(daypart for daypart in DAYPARTS if daypart not in tried) if left <= len(missing) + short and short else ()


def closing_code(words: Sequence[str]) -> str:
    """The final code of a case that is given up after attempts that ended so: what the best known of them says.

    2.11 after a soft refusal, 2.21 after a contact, 3.14 after a machine, 3.12 or 3.16 if always busy or a bad line, 3.11 if
    nobody ever called, else 3.13. Source: AAPOR (2023), Standard Definitions, phone.
    """
    if not words:
        return "3.11"
    if "soft_refusal" in words:
        return "2.11"
    if any(outcomes()[word].event in ("contact", "appointment") for word in words):
        return "2.21"
    if "machine" in words:
        return "3.14"
    same = {"busy": "3.12", "technical": "3.16"}
    return same.get(words[0], "3.13") if len(set(words)) == 1 else "3.13"


def _shown(moment: datetime, rules: Rules) -> str:
    return rules.windows.local(moment).strftime("%Y-%m-%d %H:%M")


def with_windows(rules: Rules, zone: str) -> Rules:
    """The same rules in another time zone."""
    return replace(rules, windows=replace(rules.windows, zone=zone))
