"""A case's way through its states: tables complete, caps and dayparts held, clocks and closed cases refused."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from evaluation.core.errors import DataError
from evaluation.fieldwork.cases import DELAYS, NEXT, STATES, Case, Rules, after, closing_code, outcome_of, outcomes
from evaluation.fieldwork.dispositions import Disposition
from evaluation.fieldwork.windows import DAYPARTS, Windows

RULES = Rules()
MONDAY = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


def walk(words, start=MONDAY, rules=RULES, hours=24):
    """The case after outcomes a day apart."""
    case = Case()
    for number, word in enumerate(words):
        case = after(case, word, start + timedelta(hours=hours * number), rules)
    return case


def test_every_open_state_has_every_kind_of_outcome():
    kinds = {outcome.event for outcome in outcomes().values()}
    assert set(NEXT) == set(product(set(STATES) - {"final"}, kinds))
    assert set(NEXT.values()) <= set(STATES) - {"new"}


def test_every_outcome_has_a_code_of_aapor_and_every_open_one_a_delay():
    for word, outcome in outcomes().items():
        assert Disposition(outcome.code).group
        assert outcome.zh
        assert outcome.en
        assert outcome.event in ("final", "appointment") or word in DELAYS
    assert Disposition(outcomes()["hard_refusal"].code).group == "R"
    assert {Disposition(outcomes()[word].code).group for word in ("not_working", "no_household", "no_eligible")} == {"NE"}


@pytest.mark.parametrize(("moment", "daypart"), [
    ("2026-10-05 01:00", "morning"), ("2026-10-05 04:00", "afternoon"), ("2026-10-05 10:00", "evening"),
    ("2026-10-05 12:59", "evening"), ("2026-10-05 13:00", None), ("2026-10-05 00:59", None),
    ("2026-10-03 02:00", "weekend"), ("2026-10-04 10:30", "evening"),
])
def test_dayparts_in_local_time(moment, daypart):
    assert Windows().daypart(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == daypart


def test_the_next_opening():
    night = datetime(2026, 10, 5, 14, tzinfo=UTC)  # 22:00
    assert Windows().next_open(night) == datetime(2026, 10, 6, 1, tzinfo=UTC)
    assert Windows().next_open(night, frozenset({"weekend"})) == datetime(2026, 10, 10, 1, tzinfo=UTC)
    assert Windows().next_open(MONDAY) == MONDAY


def test_final_outcomes_close_at_once():
    assert walk(["complete"]).final == "1.1"
    assert walk(["hard_refusal"]).final == "2.11"
    assert walk(["not_working"]).state == "final"


def test_one_conversion_of_a_refusal_and_not_before_three_days():
    once = walk(["soft_refusal"])
    assert once.state == "refused_once"
    assert once.final is None
    assert once.due >= MONDAY + timedelta(days=3)
    assert walk(["soft_refusal", "no_answer"]).state == "refused_once"
    assert (walk(["soft_refusal", "soft_refusal"]).final, walk(["soft_refusal", "complete"]).final) == ("2.11", "1.1")


def test_a_pending_appointment_is_no_refusal_and_is_kept():
    at = MONDAY + timedelta(days=1)
    case = after(Case(), "appointment", MONDAY, RULES, appointment=at)
    assert (case.state, case.due, case.appointment, case.final) == ("appointment", at, at, None)
    assert after(case, "no_answer", at, RULES).state == "waiting"


@pytest.mark.parametrize(("words", "code"), [
    (["no_answer"] * 6, "3.13"), (["busy"] * 6, "3.12"), (["no_answer", "machine", "busy"] * 2, "3.14"),
    (["no_answer"] * 5 + ["not_at_home"], "2.21"), (["soft_refusal"] + ["no_answer"] * 5, "2.11"),
    (["technical"] * 6, "3.16"), (["technical", "busy"] * 3, "3.13"),
])
def test_the_code_at_the_cap_says_what_is_best_known(words, code):
    assert walk(words[:-1]).final is None
    assert walk(words).final == code


def test_a_case_that_was_never_called_is_3_11_and_all_these_codes_are_of_unknown_eligibility():
    assert closing_code([]) == "3.11"
    codes = [closing_code(words) for words in ([], ["busy"], ["machine"], ["technical"], ["no_answer"])]
    assert [Disposition(code).group for code in codes] == ["UH"] * 5
    reached = [closing_code([word]) for word in ("soft_refusal", "appointment", "call_back")]
    assert [Disposition(code).group for code in reached] == ["R", "NC", "NC"]


def test_a_call_that_runs_over_closing_time_counts_in_the_daypart_it_began_in():
    began = MONDAY + timedelta(hours=10, minutes=55)  # 20:55
    assert after(Case(), "complete", began + timedelta(minutes=30), RULES, began=began).attempts[0].daypart == "evening"
    for wrong in (began + timedelta(hours=2, seconds=1), MONDAY + timedelta(hours=12)):
        with pytest.raises(DataError, match="K04"):
            after(Case(), "complete", wrong, RULES, began=min(began, wrong - timedelta(hours=2, seconds=1)))


def test_an_appointment_at_the_last_attempt_is_kept_once():
    case = walk(["no_answer"] * 5)
    at = MONDAY + timedelta(days=10)
    case = after(case, "appointment", MONDAY + timedelta(days=6), RULES, appointment=at)
    assert case.state == "appointment"
    assert after(case, "complete", at, RULES).final == "1.1"
    assert after(case, "no_answer", at, RULES).final == "2.21"


@pytest.mark.parametrize("seed", range(40))
def test_no_walk_breaks_the_rules(seed):
    """Any outcomes, called at some time after the case is due: the cap, the dayparts and one conversion hold."""
    chance, now, case = random.Random(seed), MONDAY, Case()
    while case.state != "final":
        now = max(now, case.due or now) + timedelta(minutes=chance.randrange(0, 600))
        now = RULES.windows.next_open(now, frozenset(case.only or DAYPARTS))
        word = chance.choice(["no_answer", "busy", "machine", "not_at_home", "technical", "soft_refusal", "appointment"])
        meeting = RULES.windows.next_open(now + timedelta(hours=20)) if word == "appointment" else None
        case = after(case, word, now, RULES, meeting)
    words = [attempt.word for attempt in case.attempts]
    assert len(words) <= RULES.cap + 1
    assert words.count("soft_refusal") <= 2
    if words.count("soft_refusal") < 2:
        parts = {attempt.daypart for attempt in case.attempts}
        assert len(parts) >= 3
        assert {"evening", "weekend"} <= parts or "appointment" in words
    assert [attempt.at for attempt in case.attempts] == sorted(attempt.at for attempt in case.attempts)


@pytest.mark.parametrize(("code", "work"), [
    ("K01", lambda: outcome_of("refused")), ("K01", lambda: outcome_of("2.21")),
    ("K02", lambda: after(walk(["complete"]), "no_answer", MONDAY + timedelta(days=9), RULES)),
    ("K03", lambda: after(walk(["no_answer"]), "busy", MONDAY - timedelta(hours=1), RULES)),
    ("K04", lambda: after(Case(), "busy", MONDAY + timedelta(hours=12), RULES)),
    ("K05", lambda: after(Case(), "appointment", MONDAY, RULES)),
    ("K05", lambda: after(Case(), "appointment", MONDAY, RULES, MONDAY - timedelta(days=1))),
    ("K05", lambda: after(Case(), "appointment", MONDAY, RULES, MONDAY + timedelta(hours=12))),
])
def test_refused(code, work):
    with pytest.raises(DataError) as caught:
        work()
    assert caught.value.problems[0].code == code
    assert caught.value.problems[0].text("zh") != caught.value.problems[0].text("en")


def test_words_and_codes():
    assert outcome_of("Soft-refusal").word == "soft_refusal"
    assert outcome_of("1.1").word == "complete"
