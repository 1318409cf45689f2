"""Expressions of forms: read and evaluated by hand, over a whole column at a time and for one respondent."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.declare.expression import read_expression
from evaluation.declare.grammar import ExpressionError

#                     row 0      1     2       3      4
ANSWERS = {
    "q": pd.Series(["yes", "no", "", "dk", "yes"]),
    "n": pd.Series(["3", "10", "", "-2", "3.5"]),
    "m": pd.Series(["a b", "ab", "", "b", "c a"]),
}


def rows(text: str) -> list[int]:
    held = read_expression(text).held_over(ANSWERS)
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


@pytest.mark.parametrize(("text", "expected"), [
    ("'yes' = ${q}", [0, 4]),
    ("${n} + 1 = 4", [0]),
    ("${n} * 2 > ${n} + 3", [1, 4]),
    ("- ${n} > 0", [3]),
    ("${n} mod 2 = 1", [0]),
    ("${n} div 2 = 5", [1]),
    ("count-selected(${m}) = 2", [0, 4]),
    ("selected(${m}, ${q})", []),                       # a blank is among no answers, not even among none
    ("if(${q} = 'yes', ${n} > 3, ${n} < 0)", [3, 4]),
    ("coalesce(${n}, 7) = 7", [2]),
    ("contains(${m}, 'ab')", [1]),
    ("starts-with(${m}, 'a')", [0, 1]),
    ("string-length(${m}) = 3", [0, 4]),
    ("round(${n}) = 4", [4]),
    ("min(${n}, 4) = 3.5", [4]),
    ("true()", [0, 1, 2, 3, 4]),
])
def test_arithmetic_and_functions_by_hand(text: str, expected: list[int]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("round(2.345, 2)", "2.35"), ("round(-2.5)", "-3"), ("round(2.5)", "3"), ("int(-3.9)", "-3"), ("abs(-4)", "4"),
    ("substr('abcd', 1, 3)", "bc"), ("substr('abcd', 2)", "cd"), ("substr('ab', 5)", ""), ("max(1, 3, 2)", "3"),
    ("min(1, '')", ""), ("pow(2, 10)", "1024"), ("concat('a', 1 + 1, '龘')", "a2龘"), ("selected-at('a b c', 1)", "b"),
    ("selected-at('a', 3)", ""), ("number('x')", ""), ("1 div 0", ""), ("not(1 = 1)", "false"), ("2 - -1", "3"),
    ("0.1 + 0.2", "0.3"), ("if(1 > 2, 'a', 'b')", "b"), ("coalesce('', 'x')", "x"), ("int(-2.7)", "-2"),
    ("normalize-space(' a  b ')", "a b"), ("ends-with('abc', 'bc')", "true"), ("string(3.0)", "3"),
    ("0 * -1", "0"), ("concat(0 * -1, '')", "0"), ("string(abs(0))", "0"), ("round(-0.2)", "0"),
    ("concat('a', round(-0.2))", "a0"), ("concat('a')", "a"), ("concat(1 + 1)", "2"),
    ("concat(concat('b'), 'concat(')", "bconcat("),
    ("substr('abcd', -1 div 0, 2)", "ab"), ("substr('abcd', 1, -1 div 0)", ""), ("substr('abcd', -9, -1)", "abc"),
])
def test_values_by_hand(text: str, expected: str) -> None:
    assert read_expression(text, condition=False).value({}) == expected


def test_a_constraint_looks_at_the_answer_itself() -> None:
    age = read_expression(". >= 18 and . < ${limit}")
    assert age.own
    assert [age.holds({"limit": "100"}, own) for own in ("17", "18", "99.5", "100", "")] == [False, True, True, False, False]
    assert list(age.held_over({"limit": pd.Series(["20", "30"])}, pd.Series(["25", "25"]))) == [False, True]


@given(st.lists(st.tuples(st.sampled_from(["yes", "no", "", "dk"]), st.sampled_from(["1", "2", "3.5", ""])), max_size=12))
def test_a_column_is_its_rows(given_rows: list[tuple[str, str]]) -> None:
    """Whole columns, categories or text, give what each respondent gives alone."""
    expression = read_expression("${q} = 'yes' and not(${n} > 2) or ${n} * 2 = 7")
    alone = [expression.holds({"q": q, "n": n}) for q, n in given_rows]
    columns = {"q": pd.Series([q for q, _ in given_rows], dtype=str), "n": pd.Series([n for _, n in given_rows], dtype=str)}
    assert list(expression.held_over(columns)) == alone
    assert list(expression.held_over({name: column.astype("category") for name, column in columns.items()})) == alone


def test_comparisons_are_listed_from_left_to_right() -> None:
    found = read_expression("not(${a} = 'x' or selected(${b}, 'y')) and ${c.1-d} >= -2.5").comparisons
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
    ("not ${q} = 'a'", "not"),
    ("not()", "not()"),
    ("selected(${m})", "selected()"),
    ("selected(${m}, 'a', 'b')", "selected()"),
    ("if(1, 2)", "if()"),
    ("selected(${m}, a)", "a"),
    ("/data/q = 1", "/data/q = 1"),
    ("${q}/../x = 1", "/../x = 1"),
    ("${q} = //x", "//x"),
    ("* = 1", "*"),
    ("${q} = 1 * ", "…"),
    ("${q}[1] = 1", "[1] = 1"),
    ("$q = 1", "$q = 1"),
    (".. = 1", "."),
    ("today() > 1", "today"),
    ("pulldata('a', 'b', 'c', ${q}) = 1", "pulldata"),
    ("regex(${q}, '(a+)+$')", "regex"),
    ("document('x') = 1", "document"),
    ("f:selected(${q}, 'a')", "f:selected"),
    ("@a = 1", "@a = 1"),
    ("${q}, ${n} = 1", ","),
    ("${q q} = 1", "${q q} = 1"),
    ("${} = 1", "${} = 1"),
    ("${q} = 1.2.3", "."),
    ("__import__('os')", "__import__('os')"),
    ("floor(${n}) = 1", "floor"),  # JavaRosa does not know it
    ("ceiling(${n}) = 1", "ceiling"),
    ("${q} = 'a'; ${n} = 1", "; ${n} = 1"),
    (" or ".join(["${q} = 1"] * 101), "…"),  # 403 words
])
def test_what_is_not_readable_is_told_with_the_word(text: str, word: str) -> None:
    with pytest.raises(ExpressionError) as error:
        read_expression(text)
    assert str(error.value) == word


@given(st.text(alphabet="${}qn ='\"()<>!+-*/.,[]@:0123456789andorselected", max_size=60))
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        expression = read_expression(text)
    except ExpressionError:
        return
    assert expression.holds({}) in (True, False)


def test_deep_brackets_end_in_an_expression_or_an_error() -> None:
    assert read_expression("(" * 90 + "${a} = 1" + ")" * 90).holds({"a": "1"})
    with pytest.raises(ExpressionError):
        read_expression("(" * 5000 + "${a} = 1" + ")" * 5000)


def test_an_empty_column_gives_an_empty_mask() -> None:
    empty = {"q": pd.Series([], dtype=str)}
    for text in ("${q} = 'a'", "${q} > 1", "selected(${q}, 'a')", "not(${q} = 1)"):
        held = read_expression(text).held_over(empty)
        assert held.shape == (0,)
        assert held.dtype == bool
