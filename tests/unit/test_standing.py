"""Stars between rounds: the table is complete, each row by hand, dates, bad input; and what holds of all of them."""

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.scoring.decision import VERDICTS as DECIDED
from evaluation.scoring.standing import COLUMNS, COMPARED, FOLLOWS, STEPS, TERMS, VERDICTS, standing

LEVELS = {"star3": 85.0, "star4": 90.0, "star5": 95.0}
TODAY, RUNS, LAST_DAY, OVER, NEW = "2026-11-23", "2028-12-31", "2026-11-23", "2026-11-22", "2029-11-23"


def decided_of(rows):
    return pd.DataFrame(rows, columns=["community", "verdict", "level"], dtype="str")


def held_of(rows):
    return pd.DataFrame(rows, columns=["community", "level", "until"], dtype="str")


def after(verdict, level="", had="", end="", **more):
    decided = decided_of([] if verdict == "absent" else [("a", verdict, level)])
    held = held_of([("a", had, end)] if had or verdict == "absent" else [])
    return standing(decided, held, LEVELS, **{"on": TODAY, **more}).iloc[0]


def can_be(term, verdict, compared):
    """Only a pass awards a star; a star is a first one exactly where none was held."""
    if compared == "no_star":
        return True
    return verdict == "pass" and (compared == "first") == (term == "none")


def test_every_combination_has_exactly_one_row():
    possible = [key for key in itertools.product(TERMS, VERDICTS, COMPARED) if can_be(*key)]
    assert sorted(step[:3] for step in STEPS) == sorted(possible)
    assert len(STEPS) == len(FOLLOWS) == 22
    assert set(VERDICTS) == {*DECIDED, "absent"}


def test_what_stands_fits_the_event():
    fits = {"awarded": "new", "renewed": "new", "upgraded": "new", "downgraded": "new", "kept": "old", "lapsed": "none",
            "none": "none"}
    assert all(step.stands == fits[step.event] for step in STEPS)
    assert {step.event for step in STEPS} == set(fits)


ROWS = {
    ("none", "pass", "no_star"): (("pass",), ("none", "", "")),
    ("none", "pass", "first"): (("pass", "star4"), ("awarded", "star4", NEW)),
    ("none", "fail", "no_star"): (("fail",), ("none", "", "")),
    ("none", "more_evidence", "no_star"): (("more_evidence",), ("none", "", "")),
    ("none", "not_reviewed", "no_star"): (("not_reviewed",), ("none", "", "")),
    ("none", "absent", "no_star"): (("absent",), ("none", "", "")),
    ("running", "pass", "no_star"): (("pass", "", "star4", RUNS), ("lapsed", "", "")),
    ("running", "pass", "lower"): (("pass", "star3", "star4", RUNS), ("downgraded", "star3", NEW)),
    ("running", "pass", "same"): (("pass", "star4", "star4", RUNS), ("renewed", "star4", NEW)),
    ("running", "pass", "higher"): (("pass", "star5", "star4", RUNS), ("upgraded", "star5", NEW)),
    ("running", "fail", "no_star"): (("fail", "", "star4", RUNS), ("lapsed", "", "")),
    ("running", "more_evidence", "no_star"): (("more_evidence", "", "star4", RUNS), ("kept", "star4", RUNS)),
    ("running", "not_reviewed", "no_star"): (("not_reviewed", "", "star4", RUNS), ("kept", "star4", RUNS)),
    ("running", "absent", "no_star"): (("absent", "", "star4", RUNS), ("kept", "star4", RUNS)),
    ("over", "pass", "no_star"): (("pass", "", "star4", OVER), ("lapsed", "", "")),
    ("over", "pass", "lower"): (("pass", "star3", "star4", OVER), ("downgraded", "star3", NEW)),
    ("over", "pass", "same"): (("pass", "star4", "star4", OVER), ("renewed", "star4", NEW)),
    ("over", "pass", "higher"): (("pass", "star5", "star4", OVER), ("upgraded", "star5", NEW)),
    ("over", "fail", "no_star"): (("fail", "", "star4", OVER), ("lapsed", "", "")),
    ("over", "more_evidence", "no_star"): (("more_evidence", "", "star4", OVER), ("lapsed", "", "")),
    ("over", "not_reviewed", "no_star"): (("not_reviewed", "", "star4", OVER), ("lapsed", "", "")),
    ("over", "absent", "no_star"): (("absent", "", "star4", OVER), ("lapsed", "", "")),
}


@pytest.mark.parametrize("key", ROWS, ids="-".join)
def test_each_row_by_hand(key):
    asked, expected = ROWS[key]
    row = after(*asked)
    assert tuple(row[["event", "level", "until"]]) == expected
    assert tuple(row[["community", "held", "until_before", "verdict"]]) == ("a", *(asked[2:] or ("", "")), asked[0])


def test_no_row_was_forgotten():
    assert set(ROWS) == set(FOLLOWS)


def test_the_last_day_counts():
    assert after("more_evidence", "", "star4", LAST_DAY)["event"] == "kept"
    assert after("more_evidence", "", "star4", OVER)["event"] == "lapsed"


@pytest.mark.parametrize(("on", "years", "until"), [
    ("2028-02-29", 3, "2031-02-28"), ("2028-02-29", 4, "2032-02-29"), ("2028-02-28", 4, "2032-02-28"),
    ("2096-02-29", 4, "2100-02-28"), ("2026-12-31", 1, "2027-12-31"), ("1999-01-01", 3, "2002-01-01"),
    ("9996-12-31", 3, "9999-12-31"), ("0999-03-01", 3, "1002-03-01"),
])
def test_the_end_of_a_new_term(on, years, until):
    assert after("pass", "star3", on=on, years=years)["until"] == until


def test_levels_of_one_mark_are_the_same_star():
    found = standing(decided_of([("a", "pass", "gold")]), held_of([("a", "star5", RUNS)]), {**LEVELS, "gold": 95.0}, TODAY)
    assert tuple(found.iloc[0][["event", "level"]]) == ("renewed", "gold")


def test_a_missing_level_is_no_star_and_its_end_says_nothing():
    held = pd.DataFrame({"community": ["a", "b"], "level": [None, float("nan")], "until": ["soon", None]})
    decided = pd.DataFrame({"community": ["a"], "verdict": ["pass"], "level": [float("nan")]})
    found = standing(decided, held, LEVELS, TODAY)
    assert found[["held", "until_before", "event", "level", "until"]].values.tolist() == [["", "", "none", "", ""]] * 2


def test_nobody_at_all():
    found = standing(decided_of([]), pd.DataFrame({"community": [], "level": [], "until": []}), LEVELS, TODAY)
    assert found.columns.tolist() == COLUMNS
    assert found.empty


@pytest.mark.parametrize(("asked", "more", "told"), [
    (("pass", "star9"), {}, "a: the level 'star9' is none of star3, star4, star5"),
    (("fail", "", "star9", RUNS), {}, "a: the level 'star9' is none of"),
    (("pass", "star3", "star3", "soon"), {}, "a: until: 'soon' is no date"),
    (("pass", "star3", "star3", ""), {}, "a: until: '' is no date"),
    (("pass", "star3", "star3", "2027-02-29"), {}, "'2027-02-29' is no date"),
    (("fail", "star3"), {}, "a: the verdict 'fail' with the level 'star3'"),
    (("perhaps",), {}, "a: the verdict 'perhaps'"),
    (("fail",), {"on": "today"}, "on: 'today' is no date"),
    (("fail",), {"on": "2026-1-2"}, "on: '2026-1-2' is no date"),
    (("fail",), {"on": "0000-01-01"}, "on: '0000-01-01' is no date"),
    (("fail",), {"on": "２０２６-01-01"}, "is no date"),
    (("fail",), {"years": 0}, "years: 0 is not a whole number above 0"),
    (("fail",), {"years": 1.5}, "years: 1.5 is not a whole number above 0"),
    (("fail",), {"years": True}, "years: True is not"),
    (("fail",), {"on": "9998-01-01"}, "beyond the calendar"),
])
def test_bad_input(asked, more, told):
    with pytest.raises(ValueError, match=told):
        after(*asked, **more)


@pytest.mark.parametrize(("names", "told"), [(["a", "a"], "'a' is there twice"), (["1", 1], "'1' is there twice"),
                                             (["a", None], "a community has no name")])
def test_communities_that_are_there_twice_or_have_no_name(names, told):
    twice = pd.DataFrame({"community": names, "verdict": "fail", "level": "", "until": ""})
    for decided, held in ((twice, held_of([])), (decided_of([]), twice)):
        with pytest.raises(ValueError, match=told):
            standing(decided, held, LEVELS, TODAY)


NAMES = [f"c{number}" for number in range(8)]
DATES = st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2035-12-31").date()).map(str)
VERDICT = st.one_of(st.tuples(st.just("pass"), st.sampled_from(["", *LEVELS])),
                    st.tuples(st.sampled_from(DECIDED[1:]), st.just("")))
ROUNDS = st.dictionaries(st.sampled_from(NAMES), VERDICT)
STARS = st.dictionaries(st.sampled_from(NAMES), st.tuples(st.sampled_from(list(LEVELS)), DATES))


@settings(deadline=None)
@given(now=ROUNDS, before=STARS, on=DATES, years=st.integers(1, 9), rng=st.randoms(use_true_random=False))
def test_what_holds_of_every_round(now, before, on, years, rng):
    decided = [(name, *given) for name, given in now.items()]
    held = [(name, *given) for name, given in before.items()]
    found = standing(decided_of(decided), held_of(held), LEVELS, on, years)
    assert found["community"].tolist() == sorted({*now, *before})

    rng.shuffle(decided)
    rng.shuffle(held)
    pd.testing.assert_frame_equal(standing(decided_of(decided), held_of(held), LEVELS, on, years), found)

    assert ((found["level"] == "") == (found["until"] == "")).all()
    stars = found[found["level"] != ""]
    assert (stars["until"] >= on).all()                       # no star stands whose term is over
    assert (stars["event"].isin(["awarded", "renewed", "upgraded", "downgraded"]) == (stars["verdict"] == "pass")).all()
    kept = stars[stars["event"] == "kept"]
    assert (kept["level"] == kept["held"]).all()
    assert (kept["until"] == kept["until_before"]).all()
    passed = found[found["verdict"] == "pass"]
    assert passed["level"].tolist() == [now[name][1] for name in passed["community"]]

    again = standing(decided_of([]), found, LEVELS, on, years)   # the same day, nobody reviewed
    assert again[["community", "level", "until"]].equals(found[["community", "level", "until"]])
    assert set(again["event"]) <= {"kept", "none"}
