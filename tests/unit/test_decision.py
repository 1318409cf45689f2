"""The decision: simple and guarded, stars, and everything that keeps a community from a verdict."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.scoring import Rule, decide
from evaluation.scoring.decision import VERDICTS, probability_at_least

LEVELS = {"star3": 85.0, "star4": 90.0, "star5": 95.0}


def total(value, se=1.0, df=30.0, declared=90.0, state="scored"):
    return pd.DataFrame([{"community": "a", "level": "total", "id": "total", "value": value, "se": se, "df": df, "ci_low": 0.0,
                          "ci_high": 0.0, "n": 1, "declared": declared, "state": state}])


def verdict(rule, **given):
    row = decide(total(**given), rule).iloc[0]
    assert row["verdict"] in VERDICTS
    return row["verdict"], row["level"]


GUARDED = Rule("guarded", 85, 0.95, LEVELS, 85)
SIMPLE = Rule("simple", 85, 0.95, LEVELS, 85)


def test_below_the_gate_there_is_neither_pass_nor_fail():
    for rule in (SIMPLE, GUARDED):
        gated = replace(rule, below_gate=frozenset({"a"}))
        for value in (99.0, 20.0):
            assert verdict(gated, value=value) == ("more_evidence", "")
        assert verdict(gated, value=99.0, declared=80.0) == ("not_reviewed", "")
        assert verdict(replace(rule, below_gate=frozenset({"b"})), value=99.0) == ("pass", "star5")


@pytest.mark.parametrize(("given", "expected"), [
    ({"value": 85.0}, ("pass", "star3")),
    ({"value": 84.99}, ("fail", "")),
    ({"value": 95.0}, ("pass", "star5")),
    ({"value": 84.9999999999}, ("pass", "star3")),       # 85 but for rounding
    ({"value": 99.0, "declared": 84.9}, ("not_reviewed", "")),
    ({"value": 99.0, "declared": np.nan}, ("pass", "star5")),
    ({"value": np.nan, "se": np.nan}, ("more_evidence", "")),
    ({"value": 99.0, "state": "incomplete"}, ("more_evidence", "")),
])
def test_simple(given, expected):
    assert verdict(SIMPLE, **given) == expected


@pytest.mark.parametrize(("given", "expected"), [
    ({"value": 87.0, "se": 1.0}, ("pass", "star3")),             # t = 2
    ({"value": 86.0, "se": 1.0}, ("more_evidence", "")),         # t = 1
    ({"value": 84.0, "se": 1.0}, ("more_evidence", "")),
    ({"value": 83.0, "se": 1.0}, ("fail", "")),
    ({"value": 91.0, "se": 1.0}, ("pass", "star3")),             # star 4 is not sure enough
    ({"value": 92.0, "se": 1.0}, ("pass", "star4")),
    ({"value": 85.0, "se": 0.0}, ("pass", "star3")),
    ({"value": 84.9, "se": 0.0}, ("fail", "")),
    ({"value": 95.0, "se": np.nan}, ("more_evidence", "")),
])
def test_guarded(given, expected):
    assert verdict(GUARDED, **given) == expected


def test_probability_is_students_t():
    near = probability_at_least(np.array([86.0]), np.array([2.0]), np.array([9.0]), 85)
    assert near[0] == pytest.approx(1 - stats.t.sf(0.5, 9))
    far = probability_at_least(np.array([80.0, 85.0, 90.0]), np.full(3, 2.0), np.full(3, np.inf), 85)
    assert far[1] == 0.5
    assert far[0] + far[2] == pytest.approx(1)
