"""The ledger: it grows and does nothing else, and whoever goes round that is found out."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from evaluation.core.errors import SignoffError
from evaluation.signoff.chain import Event, anchor_of, chain_faults, exported, hash_of, imported
from evaluation.signoff.ledger import METADATA, ledger_at


def event(community="c01", at="2026-11-23T08:00:00Z", version=1, subject="a" * 64):
    return Event(at, "", "spring", community, version, subject)


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
def filled(url):
    """Three sheets signed and countersigned."""
    with ledger_at(url) as ledger:
        for number in range(3):
            ledger.act([("sign", event(f"c{number}", f"2026-11-23T08:00:0{number}Z"), b"{}")])
            ledger.act([("countersign", event(f"c{number}", f"2026-11-23T08:00:0{number}Z"), b"{}")])
        return url, ledger.entries(), ledger.anchor()


def codes(raised):
    return [told.code for told in raised.value.problems]


def faults(url, heads=()):
    with ledger_at(url) as ledger:
        return [(told.code, dict(told.values).get("number")) for told in chain_faults(ledger.entries(), "ledger", heads)]


def test_what_was_done_is_there_in_order_and_the_chain_holds(filled):
    url, entries, anchor = filled
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert [entry.event for entry in entries] == ["signed", "countersigned"] * 3
    assert anchor == anchor_of(entries)
    assert faults(url, [("sheet", anchor)]) == []
    assert imported(exported(entries)) == entries
    with ledger_at(url) as ledger:
        assert ledger.versions("spring") == {f"c{number}": (1, "countersigned") for number in range(3)}
        assert ledger.held("spring", "c1", 1).envelopes == {"signed": b"{}", "countersigned": b"{}"}
        assert ledger.held("autumn", "c1", 1).state == "draft"


@pytest.mark.parametrize("statement", ["UPDATE ledger SET at = '2020-01-01T00:00:00Z'", "DELETE FROM ledger WHERE number = 2"])
def test_the_table_refuses_to_be_changed(filled, statement):
    url, entries, _ = filled
    engine = sa.create_engine(url)
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    with ledger_at(url) as ledger:
        assert ledger.entries() == entries


@pytest.mark.parametrize("changed", ["number", "number - 1, 'x' || substr(previous, 2)", "number + 1, previous"])
def test_replacing_an_entry_is_refused_too(filled, changed):
    """SQLite takes what stands in the way of INSERT OR REPLACE out without asking the trigger against deletion."""
    url, entries, _ = filled
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    number, _, previous = changed.partition(", ")
    engine = sa.create_engine(url)
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO ledger SELECT " + number + ", at, event, round, community, version, hash, "
            + (previous or "previous") + ", hash, envelope FROM ledger WHERE number = 6")
    engine.dispose()
    with ledger_at(url) as ledger:
        assert ledger.entries() == entries


def tampered(url, statement):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        sqlite = ["DROP TRIGGER ledger_no_update", "DROP TRIGGER ledger_no_delete"]
        for drop in sqlite if engine.dialect.name == "sqlite" else ["DROP TRIGGER ledger_only_grows ON ledger"]:
            connection.exec_driver_sql(drop)
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.parametrize(("statement", "found"), [
    ("UPDATE ledger SET subject = 'b' || substr(subject, 2) WHERE number = 3", [("V18", "3")]),
    ("UPDATE ledger SET at = '2020-01-01T00:00:00Z' WHERE number = 3", [("V18", "3"), ("V22", "3")]),
    ("DELETE FROM ledger WHERE number = 2", [("V19", "2")]),
    ("DELETE FROM ledger WHERE number = 1", [("V19", "1")]),
    ("UPDATE ledger SET community = 'c9' WHERE number = 6", [("V18", "6")]),
])
def test_a_row_changed_or_taken_out_behind_the_triggers_is_found(filled, statement, found):
    tampered(filled[0], statement)
    assert faults(filled[0]) == found


def test_a_shortened_ledger_is_caught_by_the_head_that_was_printed(filled):
    url, _, anchor = filled
    tampered(url, "DELETE FROM ledger WHERE number > 4")
    assert faults(url) == []
    assert faults(url, [("bulletin", anchor)]) == [("V20", "6")]


def test_a_ledger_hashed_anew_is_caught_by_the_head_that_was_printed(filled):
    _, entries, anchor = filled
    made, previous = [], "0" * 64
    for entry in entries:
        entry = replace(entry, subject="c" * 64 if entry.number == 3 else entry.subject, previous=previous)
        previous = hash_of(entry, entry.number, previous)
        made.append(replace(entry, hash=previous))
    assert chain_faults(made, "ledger") == []
    assert [told.code for told in chain_faults(made, "ledger", [("bulletin", anchor)])] == ["V20"]


@pytest.mark.parametrize(("action", "community"), [("sign", "c0"), ("countersign", "c0"), ("countersign", "c7"),
                                                   ("publish", "c7")])
def test_what_the_state_does_not_allow_is_refused_and_nothing_is_written(filled, action, community):
    with ledger_at(filled[0]) as ledger:
        with pytest.raises(SignoffError) as raised:
            ledger.act([("sign", event("c8"), b"{}"), (action, event(community, "2026-11-23T09:00:00Z"), b"{}")])
        assert codes(raised) in (["H01"], ["H07"])
        assert ledger.entries() == filled[1]


def test_a_clock_that_went_back_is_refused(filled):
    with ledger_at(filled[0]) as ledger, pytest.raises(SignoffError) as raised:
        ledger.act([("sign", event("c8", "2026-11-23T07:59:59Z"), b"{}")])
    assert codes(raised) == ["H07"]


def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told(url):
    with ledger_at(url) as ledger:
        ledger.act([("sign", event(f"c{number}"), b"{}") for number in range(20)])
    barrier = threading.Barrier(2)

    def review(number):
        done, refused = 0, 0
        with ledger_at(url) as ledger:
            for community in range(20):
                barrier.wait()
                try:
                    ledger.act([("countersign", event(f"c{community}", subject=f"{number}" * 64), b"{}")])
                    done += 1
                except SignoffError as error:
                    refused += [told.code for told in error.problems] == ["H01"]
        return done, refused

    with ThreadPoolExecutor(2) as both:
        (one, told_one), (other, told_other) = both.map(review, (1, 2))
    assert one + other == 20
    assert (told_one, told_other) == (other, one)
    assert faults(url) == []


def test_a_full_disk_is_told_with_its_own_reason_and_the_chain_stays_whole(filled):
    url, entries, _ = filled
    if not url.startswith("sqlite"):
        pytest.skip("SQLite's own limit of pages")
    with ledger_at(url) as ledger:
        @sa.event.listens_for(ledger.store, "begin")
        def _full(connection):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

        ledger.store.dispose()
        many = [("sign", event(f"d{number}", "2026-11-23T09:00:00Z"), b"x" * 5_000) for number in range(100)]
        with pytest.raises(SignoffError) as raised:
            ledger.act(many)
        assert codes(raised) == ["H13"]
        assert "full" in str(raised.value)
        assert ledger.entries() == entries
    assert faults(url) == []


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "evaluation.db").write_bytes(b"not a database" * 100)
    with pytest.raises(SignoffError) as raised, ledger_at(f"sqlite:///{tmp_path / 'evaluation.db'}"):
        pass
    assert codes(raised) == ["H13"]


def test_a_chain_of_other_things_is_refused():
    with pytest.raises(ValueError, match="ledger"):
        imported(b'{"a":1}\n')
