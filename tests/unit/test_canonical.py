"""Canonical JSON: known bytes of RFC 8785, and everything that is not canonical refused by its kind."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from evaluation.signoff.canonical import NotCanonicalError, dumps, loads

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
                      lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20)


def test_the_example_of_the_standard():
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f"
    assert dumps({"b": [1, True, None], "a": text}) == (
        b'{"a":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/","b":[1,true,null]}')
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(dumps(keys))) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@given(VALUES)
def test_what_is_written_is_read_back_and_is_what_the_library_says(value):
    assert dumps(value) == rfc8785.dumps(value)
    assert loads(dumps(value)) == value


@pytest.mark.parametrize(("content", "kind"), [
    (b'{"a":1,"a":2}', "duplicate"), (b'{"x":{"a":1,"a":1}}', "duplicate"), (b'{"a":NaN}', "number"),
    (b'{"a":Infinity}', "number"), (b'{"a":-Infinity}', "number"), (b'{"a":1.0}', "number"), (b'{"a":1e2}', "number"),
    (b'{"a":9007199254740993}', "number"), (b'{"b":1,"a":2}', "form"), (b'{"a": 1}', "form"), (b'{"a":1}\n', "form"),
    (b'{"a":"\\u0041"}', "form"), (b'{"a":-0}', "form"), (b"\xef\xbb\xbf{}", "json"), (b'{"a":1', "json"), (b"", "json"),
    (b'{"a":"\xff"}', "json"), (b'{"a":1}{"a":1}', "json"), (b'{"a":"\\ud800"}', "form"),
    (b"[9007199254740993]", "number"), (b"9" * 5000, "number"), (b"[" * 100_000, "json"),
])
def test_what_is_not_canonical_is_refused(content, kind):
    with pytest.raises(NotCanonicalError) as raised:
        loads(content)
    assert raised.value.kind == kind


@pytest.mark.parametrize("value", [1.5, float("nan"), {"a": [0.1]}, 2**53, {"a": -(2**53)}, "\ud800", {1: 2},
                                   {"a": {None: 1}}, b"a", {"a": object()}])
def test_what_cannot_be_signed_is_not_written(value):
    with pytest.raises(NotCanonicalError):
        dumps(value)
