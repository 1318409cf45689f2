"""`relevant`: read and evaluated by hand, over a whole column at a time."""

from __future__ import annotations

import pandas as pd
import pytest

from evaluation.declare.relevant import Comparison, ExpressionError, Junction, Not, comparisons, parse_relevant

#                     row 0      1     2       3      4
ANSWERS = {
    "q": pd.Series(["yes", "no", "", "dk", "yes"]),
    "n": pd.Series(["3", "10", "", "-2", "3.5"]),
    "m": pd.Series(["a b", "ab", "", "b", "c a"]),
}


def rows(text: str) -> list[int]:
    held = parse_relevant(text).holds(ANSWERS)
    return [row for row, holds in enumerate(held) if holds]


@pytest.mark.parametrize(("text", "expected"), [
    ("${q} = 'yes'", [0, 4]),
    ('${ q }="yes"', [0, 4]),
    ("${q} != 'yes'", [1, 2, 3]),  # a blank is not 'yes'
    ("${q} = ''", [2]),
    ("${q} != ''", [0, 1, 3, 4]),
    ("${q} = 'Yes'", []),  # codes are exact
    ("${n} = 3", [0]),
    ("${n} = 3.0", [0]),  # as a number
    ("${n} = '3.0'", []),  # as text
    ("${n} != 3", [1, 2, 3, 4]),
    ("${n} > 3", [1, 4]),  # 10 is above 3: numbers, not text
    ("${n} >= 3", [0, 1, 4]),
    ("${n} < 3", [3]),  # a blank is not smaller
    ("${n} <= -2", [3]),
    ("${n} < -2", []),
    ("not(${n} < 3)", [0, 1, 2, 4]),
    ("${q} > 0", []),  # words are not numbers
    ("selected(${m}, 'a')", [0, 4]),  # not 'ab'
    ("selected( ${m} , \"b\" )", [0, 3]),
    ("not(selected(${m}, 'a'))", [1, 2, 3]),
    # precedence: not, then and, then or
    ("${q} = 'yes' or ${q} = 'no' and ${n} = 3", [0, 4]),
    ("(${q} = 'yes' or ${q} = 'no') and ${n} = 3", [0]),
    ("${q} = 'no' and ${n} = 3 or ${q} = 'yes'", [0, 4]),
    ("not(${q} = 'yes') and ${n} > 0", [1]),
    ("not(${q} = 'yes' and ${n} = 3)", [1, 2, 3, 4]),
    ("not(not(${q} = 'yes'))", [0, 4]),
    ("${q} = 'dk' or ${q} = 'no' or ${q} = ''", [1, 2, 3]),
    ("${q}='yes'and${n}=3", [0]),
    ("  ( ( ${q} = 'yes' ) )\n", [0, 4]),
])
def test_evaluated_by_hand(text: str, expected: list[int]) -> None:
    assert rows(text) == expected


def test_the_tree_binds_and_before_or() -> None:
    a, b, c = (Comparison(name, "=", "1", True) for name in "abc")
    assert parse_relevant("${a} = 1 or ${b} = 1 and ${c} = 1") == Junction("or", a, Junction("and", b, c))
    assert parse_relevant("${a} = 1 and ${b} = 1 or ${c} = 1") == Junction("or", Junction("and", a, b), c)
    assert parse_relevant("not(${a} = 1) and ${b} = 1") == Junction("and", Not(a), b)
    assert parse_relevant("${a} = 1 and ${b} = 1 and ${c} = 1") == Junction("and", Junction("and", a, b), c)


def test_comparisons_are_listed_from_left_to_right() -> None:
    found = comparisons(parse_relevant("not(${a} = 'x' or selected(${b}, 'y')) and ${c.1-d} >= -2.5"))
    assert [(part.item, part.op, part.value, part.is_number) for part in found] == [
        ("a", "=", "x", False), ("b", "selected", "y", False), ("c.1-d", ">=", "-2.5", True)]


@pytest.mark.parametrize(("text", "word"), [
    ("", "…"),
    ("   ", "…"),
    ("${q}", "…"),
    ("${q} =", "…"),
    ("${q} = yes", "yes"),
    ("q = 'yes'", "q"),
    ("${q} == 'yes'", "="),
    ("${q} = 'yes", "'yes"),
    ("${q} > 'yes'", "> 'yes'"),
    ("${q} = 'a' ${n} = 1", "${n}"),
    ("${q} = 'a' xor ${n} = 1", "xor"),
    ("${q} = 'a' AND ${n} = 1", "AND"),
    ("${q} = 'a' and", "…"),
    ("and ${q} = 'a'", "and"),
    ("(${q} = 'a'", "…"),
    ("${q} = 'a')", ")"),
    ("not ${q} = 'a'", "${q}"),
    ("not()", ")"),
    ("selected(${m})", ")"),
    ("selected(${m}, a)", "a"),
    ("selected('a', ${m})", "'a'"),
    ("'yes' = ${q}", "'yes'"),
    ("${q} = ${n}", "${n}"),
    ("${q q} = 1", "${q q} = 1"),
    ("${} = 1", "${} = 1"),
    ("${q} = 1 + 1", "+ 1"),
    ("${q} = 1.2.3", ".3"),
    ("__import__('os')", "__import__('os')"),
    ("${q} = 'a'; ${n} = 1", "; ${n} = 1"),
    (" or ".join(["${q} = 1"] * 60), "…"),  # 239 words
])
def test_what_is_not_readable_is_told_with_the_word(text: str, word: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_relevant(text)
    assert str(error.value) == word


def test_deep_brackets_end_in_a_tree_or_an_error() -> None:
    assert parse_relevant("(" * 90 + "${a} = 1" + ")" * 90) == Comparison("a", "=", "1", True)
    with pytest.raises(ExpressionError):
        parse_relevant("(" * 5000 + "${a} = 1" + ")" * 5000)


def test_an_empty_column_gives_an_empty_mask() -> None:
    empty = {"q": pd.Series([], dtype=str)}
    for text in ("${q} = 'a'", "${q} > 1", "selected(${q}, 'a')", "not(${q} = 1)"):
        held = parse_relevant(text).holds(empty)
        assert held.shape == (0,)
        assert held.dtype == bool
