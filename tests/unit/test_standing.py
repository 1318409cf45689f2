"""Stars between rounds: the table is complete, and each row by hand."""

import itertools

import pandas as pd
import pytest

from evaluation.scoring.standing import TRANSITIONS, VERDICTS, standing

LEVELS = {"star3": 85.0, "star4": 90.0, "star5": 95.0}


def after(verdict, level="", had="", end="", on="2026-11-23"):
    decided = pd.DataFrame({"community": ["a"], "verdict": [verdict], "level": [level]})
    if verdict == "absent":
        decided = decided.iloc[:0]
    held = pd.DataFrame({"community": ["a"] if had else [], "level": [had] if had else [], "until": [end] if had else []})
    return tuple(standing(decided, held, LEVELS, on).iloc[0][["event", "level", "until"]])


def test_the_table_has_a_row_for_everything_that_can_happen_and_no_other():
    possible = {(held, "pass", compared) for held, compared in
                itertools.product(("no", "running", "over"), ("none", "same", "higher", "lower"))}
    possible |= {(held, verdict, "none") for held, verdict in itertools.product(("no", "running", "over"), VERDICTS[1:])}
    assert set(TRANSITIONS) == possible


@pytest.mark.parametrize(("given", "expected"), [
    (("pass", "star3"), ("awarded", "star3", "2029-11-22")),
    (("pass", ""), ("none", "", "")),
    (("fail",), ("none", "", "")),
    (("not_reviewed",), ("none", "", "")),
    (("pass", "star4", "star4", "2026-12-31"), ("renewed", "star4", "2029-11-22")),
    (("pass", "star4", "star4", "2026-11-22"), ("renewed", "star4", "2029-11-22")),
    (("pass", "star5", "star4", "2026-12-31"), ("upgraded", "star5", "2029-11-22")),
    (("pass", "star3", "star4", "2028-12-31"), ("downgraded", "star3", "2029-11-22")),
    (("pass", "", "star4", "2028-12-31"), ("lapsed", "", "")),
    (("fail", "", "star4", "2028-12-31"), ("lapsed", "", "")),
    (("more_evidence", "", "star4", "2028-12-31"), ("kept", "star4", "2028-12-31")),
    (("more_evidence", "", "star4", "2026-11-23"), ("kept", "star4", "2026-11-23")),    # the last day counts
    (("more_evidence", "", "star4", "2026-11-22"), ("lapsed", "", "")),
    (("not_reviewed", "", "star3", "2028-12-31"), ("kept", "star3", "2028-12-31")),
    (("absent", "", "star3", "2028-12-31"), ("kept", "star3", "2028-12-31")),
    (("absent", "", "star3", "2020-12-31"), ("lapsed", "", "")),
])
def test_rows_by_hand(given, expected):
    assert after(*given) == expected


def test_a_term_that_begins_on_29_february():
    assert after("pass", "star3", on="2028-02-29")[2] == "2031-02-27"


def test_doing_it_again_on_the_same_day_with_nobody_reviewed_changes_nothing():
    decided = pd.DataFrame([("a", "pass", "star4"), ("b", "fail", ""), ("c", "more_evidence", "")],
                           columns=["community", "verdict", "level"])
    held = pd.DataFrame({"community": ["b", "c"], "level": ["star3", "star5"], "until": ["2027-01-01", "2027-01-01"]})
    first = standing(decided, held, LEVELS, "2026-11-23")
    kept = first[first["level"] != ""][["community", "level", "until"]]
    again = standing(decided.iloc[:0], kept, LEVELS, "2026-11-23")
    assert again[["community", "level", "until"]].values.tolist() == kept.values.tolist()
    assert set(again["event"]) == {"kept"}


@pytest.mark.parametrize(("given", "word"), [
    (("pass", "star9"), "star9"), (("pass", "star3", "star3", "soon"), "soon"), (("fail", "star3"), "no verdict"),
    (("pass", "star3", "gold", "2027-01-01"), "gold"), (("perhaps",), "perhaps"),
])
def test_bad_input(given, word):
    with pytest.raises(ValueError, match=word):
        after(*given)
    with pytest.raises(ValueError, match="is no date"):
        after("fail", on="today")


def test_a_community_that_is_there_twice():
    decided = pd.DataFrame({"community": ["a", "a"], "verdict": ["pass", "fail"], "level": ["star3", ""]})
    with pytest.raises(ValueError, match="a is there twice"):
        standing(decided, pd.DataFrame({"community": [], "level": [], "until": []}), LEVELS, "2026-11-23")
