"""The contact frame before the draw, and the adult within the household."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from evaluation.core.errors import DesignError
from evaluation.sampling import frame_report
from evaluation.sampling.checks import normalised_phone
from evaluation.sampling.household import KISH, adult_weights, kish_adult, kish_tables


@pytest.mark.parametrize(("written", "number"), [
    ("13800138000", "13800138000"), (" 138-0013-8000 ", "13800138000"), ("+86 138 0013 8000", "13800138000"),
    ("8613800138000", "13800138000"), ("008613800138000", "13800138000"), ("１３８００１３８０００", "13800138000"),
    ("013800138000", "13800138000"),
    ("010-62751234", "01062751234"), ("(010) 6275 1234", "01062751234"), ("+86 10 62751234", "01062751234"),
    ("0755-2651234", "07552651234"), ("0431-85651234转802", "043185651234"), ("010 62751234 ext 12", "01062751234"),
    (13800138000, "13800138000"), ("10000004333", "10000004333"), ("+44 20 7946 0958", "442079460958"),
    ("", ""), (None, ""), (np.nan, ""), ("无", ""), ("138", ""), ("0000000", ""), ("1380013800a", ""), ("请勿拨打", ""),
])
def test_one_way_of_writing_a_number(written, number):
    assert normalised_phone(written) == number


FRAME = pd.DataFrame({"unit": ["a1", "a2", "a3", "b1", "b2"], "community": list("aaabb"),
                      "phone": ["138 0013 8000", "+8613800138000", "", "010-62751234", "12"]})


def test_what_is_reported_of_a_frame():
    found = frame_report(FRAME, known=pd.Series({"a": 3, "b": 4, "c": 2}))
    assert (found.units, found.twice, found.unreachable) == (5, ("a2",), ("a3", "b2"))
    assert found.coverage.to_dict() == {"a": 1, "b": 0.5, "c": 0}
    told = {problem.code: problem.text("en") for problem in found.problems}
    assert "b 50%, c 0%" in told["G23"]
    assert "a2" in told["G21"]
    assert "13800138000" not in " ".join(told.values())
    assert all(problem.warning and problem.text("zh") != problem.text("en") for problem in found.problems)


def test_a_frame_without_faults():
    assert frame_report(FRAME.iloc[[0, 3]], known=pd.Series({"a": 1, "b": 1})).problems == []
    assert frame_report(FRAME, phone=None).problems == []


@pytest.mark.parametrize(("adults", "shares"), [(1, [12]), (2, [6, 6]), (3, [4, 4, 4]), (4, [3, 3, 3, 3]), (5, [2, 2, 3, 2, 3]),
                                                (6, [2] * 6)])
def test_kishs_tables_give_every_adult_a_chance(adults, shares):
    """Twelfths; with five adults they cannot be alike, as Kish says."""
    found = [Fraction(0)] * adults
    for table, (twelfths, _) in KISH.items():
        found[kish_adult(table, adults) - 1] += Fraction(twelfths, 12)
    assert found == [Fraction(share, 12) for share in shares]


def test_tables_are_spread_in_twelfths_whatever_the_order():
    units = pd.Series([f"h{number}" for number in range(24_000)])
    tables = kish_tables(units, seed=3)
    counts = tables.value_counts()
    for name, (twelfths, _) in KISH.items():
        assert counts[name] == pytest.approx(2000 * twelfths, abs=4.5 * np.sqrt(2000 * twelfths))
    assert kish_tables(units[::-1], seed=3).sort_index().equals(tables)


def test_an_adult_stands_for_the_household_s_adults():
    assert adult_weights([2.0, 3.0, 1.0], [1, 4, 9]).tolist() == [2, 12, 6]
    for work in (lambda: adult_weights([1.0], [0]), lambda: kish_adult("G", 2), lambda: kish_adult("A", 0)):
        with pytest.raises(DesignError, match="G20"):
            work()
