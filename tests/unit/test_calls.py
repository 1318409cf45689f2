"""The store of cases: order of the calls, leases, two callers at once, nothing lost, progress."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from evaluation.core.errors import DataError
from evaluation.fieldwork.calls import claim_next, load_cases, open_store, record, release, tables
from evaluation.fieldwork.cases import Rules
from evaluation.fieldwork.dispositions import outcome_rates
from evaluation.fieldwork.progress import closing_dispositions, final_dispositions, progress
from evaluation.fieldwork.store import METADATA

NOW = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
RULES = Rules()
SAMPLE = pd.DataFrame({"unit": [f"h{number:03d}" for number in range(200)], "stratum": ["c1/b1"] * 100 + ["c2/b1"] * 100,
                       "replicate": [1 + number % 100 // 50 for number in range(200)]})
POSTGRES = os.environ.get("EVALUATION_TEST_POSTGRES")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(
    POSTGRES is None, reason="EVALUATION_TEST_POSTGRES holds no URL of a database whose tables may be dropped"))])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'evaluation.db'}"
    engine = sa.create_engine(POSTGRES)
    METADATA.drop_all(engine)
    engine.dispose()
    return POSTGRES


@pytest.fixture
def store(url):
    opened = open_store(url)
    load_cases(opened, SAMPLE)
    yield opened
    opened.dispose()


def call(store, word, now=NOW, caller="ana", **more):
    claimed = claim_next(store, caller, now, RULES)
    return claimed, record(store, claimed.case, caller, word, now, RULES, **more)


def test_new_cases_come_in_the_order_of_the_draw_from_released_replicates(store):
    cases = [call(store, "complete")[0].case for _ in range(100)]
    assert cases == [f"h{number:03d}" for number in (*range(50), *range(100, 150))]
    assert claim_next(store, "ana", NOW, RULES) is None
    assert release(store, 2, "c2") == 50
    assert claim_next(store, "ana", NOW, RULES).case == "h150"


def test_appointments_come_first_then_retries_then_new(store):
    late = NOW + timedelta(hours=5)
    first, _ = call(store, "appointment", appointment=late)
    second, after = call(store, "no_answer")
    assert call(store, "complete", now=NOW + timedelta(hours=1))[0].case == "h002"
    assert after.due <= late
    assert [call(store, "complete", now=late)[0].case for _ in range(3)] == [first.case, second.case, "h003"]


def test_a_lease_keeps_others_away_until_it_runs_out(store):
    mine = claim_next(store, "ana", NOW, RULES)
    assert claim_next(store, "ana", NOW, RULES).case == mine.case  # asked again: the same one
    assert claim_next(store, "bo", NOW, RULES).case != mine.case
    with pytest.raises(DataError, match="K07"):
        record(store, mine.case, "bo", "complete", NOW, RULES)
    later = NOW + timedelta(minutes=16)
    assert claim_next(store, "cy", later, RULES).case == mine.case
    with pytest.raises(DataError, match="K07"):
        record(store, mine.case, "ana", "complete", later, RULES)


def test_an_outcome_is_written_down_once_and_by_who_was_given_the_case(store):
    claimed, _ = call(store, "no_answer")
    unreleased = "h050"
    for case in (claimed.case, "h007", unreleased):
        with pytest.raises(DataError, match="K10"):
            record(store, case, "ana", "no_answer", NOW + timedelta(seconds=30), RULES)
    cases, attempts = tables(store)
    assert len(attempts) == 1
    assert cases["final"].isna().all()


def test_an_interview_may_outlast_its_lease(store):
    claimed = claim_next(store, "ana", NOW, RULES)
    assert record(store, claimed.case, "ana", "complete", NOW + timedelta(minutes=40), RULES).final == "1.1"


def test_a_call_begun_before_closing_time_is_written_down_after_it(store):
    late = NOW + timedelta(hours=10, minutes=50)  # 20:50
    claimed = claim_next(store, "ana", late, RULES)
    with pytest.raises(DataError, match="K04"):
        record(store, claimed.case, "ana", "no_answer", late + timedelta(hours=3), RULES)
    case = record(store, claimed.case, "ana", "no_answer", late + timedelta(minutes=20), RULES)  # 21:10
    assert case.attempts[0].daypart == "evening"
    assert case.due == datetime(2026, 10, 6, 1, tzinfo=UTC)  # three hours later is night: 9:00 the next day


@pytest.mark.parametrize("caller", ["", "  ", "a" * 65, "ana 13800001111", "ana@example.org"])
def test_a_caller_s_name_is_no_number_and_no_address(store, caller):
    with pytest.raises(DataError, match="K11"):
        claim_next(store, caller, NOW, RULES)
    assert tables(store)[0]["caller"].isna().all()


def test_a_moment_without_its_zone_is_a_mistake_of_the_program(store):
    with pytest.raises(ValueError, match="no time zone"):
        claim_next(store, "ana", NOW.replace(tzinfo=None), RULES)


def test_nobody_is_called_at_night(store):
    assert claim_next(store, "ana", NOW + timedelta(hours=12), RULES) is None


def test_communities_can_be_chosen(store):
    assert claim_next(store, "ana", NOW, RULES, communities=["c2"]).community == "c2"


def test_what_is_refused_leaves_nothing_behind(store):
    claimed = claim_next(store, "ana", NOW, RULES)
    before = [table.to_csv() for table in tables(store)]
    for code, case, word, moment in [("K06", "h999", "complete", NOW), ("K01", claimed.case, "gone", NOW),
                                     ("K04", claimed.case, "busy", NOW + timedelta(hours=12)),
                                     ("K05", claimed.case, "appointment", NOW)]:
        with pytest.raises(DataError, match=code):
            record(store, case, "ana", word, moment, RULES)
    assert [table.to_csv() for table in tables(store)] == before
    record(store, claimed.case, "ana", "busy", NOW, RULES)
    assert claim_next(store, "ana", NOW + timedelta(hours=4), RULES).case == claimed.case
    with pytest.raises(DataError, match="K03"):
        record(store, claimed.case, "ana", "busy", NOW - timedelta(hours=1), RULES)


def test_loading_again_changes_nothing_and_tops_up(store):
    call(store, "complete")
    assert load_cases(store, SAMPLE) == 0
    more = pd.concat([SAMPLE, pd.DataFrame({"unit": ["h900"], "stratum": ["c1/b1"], "replicate": [3]})])
    assert load_cases(store, more) == 1
    with pytest.raises(DataError, match="K08"):
        load_cases(store, SAMPLE.iloc[1:])
    for edited in (SAMPLE.assign(replicate=1), SAMPLE.assign(stratum="c2/b1")):
        with pytest.raises(DataError, match="K08"):
            load_cases(store, edited)
    with pytest.raises(DataError, match="'h900' stands in rows 202, 203"):
        load_cases(store, pd.concat([more, more.iloc[-1:]]))


def test_cases_added_to_a_released_replicate_are_released_where_it_is(store):
    release(store, 2, "c2")
    more = pd.DataFrame({"unit": ["h900", "h901"], "stratum": ["c1/b1", "c2/b1"], "replicate": [2, 2]})
    assert load_cases(store, pd.concat([SAMPLE, more])) == 2
    assert tables(store)[0].set_index("case").loc[["h900", "h901"], "released"].tolist() == [False, True]


def take_all(url, caller, found):
    store = open_store(url)
    while (claimed := claim_next(store, caller, NOW, RULES)) is not None:
        record(store, claimed.case, caller, "complete", NOW, RULES)
        found.put(claimed.case)
    store.dispose()


def load_and_take_all(url, caller, found):
    store = open_store(url)
    load_cases(store, SAMPLE, release=2)
    store.dispose()
    take_all(url, caller, found)


def test_two_callers_at_once_never_get_the_same_case(url):
    """Both fill the store and begin at the same moment."""
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    callers = [context.Process(target=load_and_take_all, args=(url, name, found)) for name in ("ana", "bo")]
    for caller in callers:
        caller.start()
    cases = [found.get(timeout=60) for _ in range(200)]
    for caller in callers:
        caller.join(60)
    assert sorted(cases) == sorted(SAMPLE["unit"])
    assert [caller.exitcode for caller in callers] == [0, 0]


def test_a_killed_caller_loses_nothing_that_was_recorded(url):
    store = open_store(url)
    load_cases(store, SAMPLE, release=2)
    store.dispose()
    context = multiprocessing.get_context("spawn")
    found = context.Queue()
    caller = context.Process(target=take_all, args=(url, "ana", found))
    caller.start()
    told = [found.get(timeout=60) for _ in range(10)]
    os.kill(caller.pid, signal.SIGKILL)
    caller.join(60)
    time.sleep(0.1)
    reopened = open_store(url)
    cases, attempts = tables(reopened)
    closed = cases[cases["final"].notna()]
    assert set(told) <= set(closed["case"])
    assert sorted(attempts["case"]) == sorted(closed["case"])  # a case is closed if and only if its attempt stands there
    reopened.dispose()


def test_progress_counts_open_cases_in_no_rate(store):
    for word in ("complete", "complete", "hard_refusal", "no_answer", "soft_refusal", "not_working"):
        call(store, word)
    call(store, "appointment", appointment=NOW + timedelta(days=1))
    table = progress(*tables(store)).set_index("community")
    row = table.loc["c1"]
    assert row[["cases", "released", "new", "open", "appointments", "attempts", "I", "R", "NE"]].tolist() == [
        100, 50, 43, 3, 1, 7, 2, 1, 1]
    assert (row["RR1"], row["COOP1"]) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert table.loc["c2", ["RR1", "CON1"]].isna().all()
    assert len(progress(*tables(store), by=("community", "stratum", "replicate"))) == 4
    assert final_dispositions(tables(store)[0])["disposition"].tolist() == ["1.1", "1.1", "2.11", "4.31"]


def test_rates_of_closed_cases_alone_are_too_high_until_the_calls_end(store):
    """One interview and one refusal of 5 cases tried, 50 released: RR1 = 1/2 of the closed, 1/50 of the released in c1."""
    for word in ("complete", "hard_refusal", "no_answer", "not_at_home", "technical"):
        call(store, word)
    cases, attempts = tables(store)
    assert len(final_dispositions(cases)) == 2
    ended = closing_dispositions(cases, attempts)
    assert ended.columns.tolist() == ["case", "community", "disposition"]
    there = ended[ended["community"] == "c1"]["disposition"].value_counts()
    assert there.to_dict() == {"3.11": 45, "1.1": 1, "2.11": 1, "3.13": 1, "2.21": 1, "3.16": 1}
    assert outcome_rates(there.to_dict())["RR1"] == pytest.approx(1 / 50)
    assert outcome_rates(final_dispositions(cases)["disposition"].value_counts().to_dict())["RR1"] == pytest.approx(1 / 2)
    assert len(ended) == cases["released"].sum()


def test_no_column_could_hold_a_name_or_a_number(store):
    columns = {name for table in tables(store) for name in table.columns}
    assert columns == {"case", "place", "community", "stratum", "replicate", "released", "state", "due", "only", "appointment",
                       "final", "caller", "since", "lease", "number", "at", "daypart", "word"}
