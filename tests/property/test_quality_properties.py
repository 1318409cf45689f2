"""What must hold of the checks for any forms: the order of rows never matters, ids are stable, near pairs are all found."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from conftest import make_round
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.declare.quality import Quality
from evaluation.fieldwork.quality.alike import _candidates
from evaluation.fieldwork.quality.lines import longest_run
from evaluation.fieldwork.quality.rounds import check_round

FORM = """\
instrument: form
method: questionnaire
version: "1"
title: {zh: 问卷, en: Form}
languages: [zh, en]
choices:
  grade:
    - {value: 1, score: 0, label: {zh: 差, en: Bad}}
    - {value: 2, score: 100, label: {zh: 好, en: Good}}
    - {value: dk, status: dont_know, label: {zh: 不知道, en: Don't know}}
items:
""" + "".join(f"  - {{id: q{n}, type: select_one grade, indicator: '1.{1 + n % 2}', label: {{zh: 题{n}, en: Item {n}}}}}\n"
              for n in range(8))
ROUND = """\
round: spring
title: {zh: 春季, en: Spring}
programme: garden
communities: {file: communities.csv}
answers:
  questionnaire: {file: answers.csv}
quality: {alike: {share: 0.75, uncommon: 1}, straight_line: {items: 5, grid: 6}, unanswered: 0.2, dont_know: 0.2,
          too_short: {least: 3}, odd_duration: {least: 3}}
"""
answer = st.sampled_from(["1", "2", "2", "2", "dk", ""])
time = st.sampled_from(["2026-10-12T09:00:00Z", "2026-10-12T09:04:00", "2026-10-12T17:03:00+08:00", "2026-10-12T17:09:00", ""])
form = st.tuples(st.sampled_from(["c1", "c2"]), st.lists(answer, min_size=8, max_size=8), time, time, time,
                 st.sampled_from(["1", "0", ""]), st.sampled_from(["u1", "u2", "u3", ""]), st.sampled_from(["i1", "i2", ""]))


def flags_of(forms, order):
    """Flags of forms, written in an order."""
    answers, paradata = [], []
    for number in order:
        community, given_, start, end, sent, version, instance, interviewer = forms[number]
        answers.append(",".join([f"r{number:02d}", community, *given_]))
        paradata.append(f"r{number:02d},{instance},{version},{start},{end},{sent},{interviewer}")
    head = "respondent,community," + ",".join(f"q{n}" for n in range(8))
    with tempfile.TemporaryDirectory() as folder:
        made = make_round(Path(folder), form=FORM, round=ROUND, answers="\n".join([head, *answers]) + "\n",
                          paradata="\n".join(["respondent,instance,version,started,ended,submitted,interviewer",
                                              *reversed(paradata)]) + "\n")
        return check_round(made).flags


@settings(max_examples=40, deadline=None)
@given(st.lists(form, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(forms, random):
    order = list(range(len(forms)))
    first = flags_of(forms, order)
    random.shuffle(order)
    pd.testing.assert_frame_equal(flags_of(forms, order), first)
    assert first["id"].is_unique
    assert first["id"].str.fullmatch("[0-9a-f]{12}").all()


@settings(max_examples=40, deadline=None)
@given(st.lists(form, min_size=2, max_size=8))
def test_a_form_keeps_its_own_flags_when_another_method_of_telling_joins(forms):
    """What rests on one form alone keeps its id whatever comes in beside it."""
    own = {"stale_version", "ends_early", "starts_late", "straight_line", "unanswered", "dont_know"}
    few, all_ = flags_of(forms, range(len(forms) - 1)), flags_of(forms, range(len(forms)))
    ids = set(all_["id"])
    assert set(few[few["check"].isin(own)]["id"]) <= ids


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 25), st.integers(1, 12), st.sampled_from([0.6, 0.75, 0.9, 1.0]), st.integers(0, 10_000))
def test_every_near_pair_is_among_the_candidates(rows, items, share, seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, 2, (rows, items)).astype(np.int16)
    group = rng.integers(0, 2, rows).astype(np.int64)
    found = {tuple(sorted(pair)) for first, second in _candidates(codes, [group], share)
             for pair in zip(first.tolist(), second.tolist(), strict=True)}
    near = {(a, b) for a in range(rows) for b in range(a + 1, rows)
            if group[a] == group[b] and (codes[a] == codes[b]).sum() >= share * items - 1e-9}
    assert near <= found


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([-2, -1, 0, 1, 2]), min_size=1, max_size=12))
def test_the_longest_run_is_that_of_a_plain_loop(row):
    told = [value for value in row if value != -1]
    best, run, last = 0, 0, None
    for value in told:
        run = 0 if value < 0 else run + 1 if value == last else 1
        last, best = value, max(best, run)
    length, begin, end = (int(part[0]) for part in longest_run(np.array([row], dtype=np.int16)))
    assert length == best
    if best:
        assert [value for value in row[begin:end + 1] if value != -1] == [row[begin]] * best


def test_limits_have_the_defaults_that_are_documented():
    made = Quality()
    assert (made.alike.share, made.alike.uncommon, made.too_short.share, made.too_short.minutes) == (0.95, 5, 0.4, 2)
    assert (made.odd_duration.deviations, made.straight_line.items, made.straight_line.reversed) == (3.5, 15, 8)
    assert (made.unanswered, made.dont_know, made.refused, made.exclude) == (0.3, 0.4, 0.3, ())
