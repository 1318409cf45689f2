"""Near duplicates found by blocks are those that comparing every pair finds, whatever the answers."""

from __future__ import annotations

from collections import Counter

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.declare.instrument import Instrument
from evaluation.declare.quality import Quality
from evaluation.fieldwork.answers import Answers
from evaluation.fieldwork.quality.alike import duplicate_answers, near_duplicate
from evaluation.fieldwork.quality.forms import Forms

ITEMS = [f"q{n}" for n in range(6)]


def forms_of(rows):
    """Forms of (community, interviewer, answers)."""
    choices = {"s": [{"value": value, "label": value, "score": 50} for value in "123"]}
    instrument = Instrument(instrument="f", method="questionnaire", version="1", title="t", languages=("en",), choices=choices,
                            items=[{"id": name, "type": "select_one s", "label": "x"} for name in ITEMS])
    table = pd.DataFrame([given_ for _, _, given_ in rows], columns=ITEMS).astype("str").astype("category")
    design = pd.DataFrame({"community": pd.Categorical([community for community, _, _ in rows])})
    answers = Answers(instrument, design, table, table.notna())
    paradata = pd.DataFrame({"interviewer": [interviewer for _, interviewer, _ in rows]})
    return Forms("questionnaire", answers, pd.Series([f"r{n:02d}" for n in range(len(rows))]), pd.DataFrame(index=table.index),
                 paradata)


def by_every_pair(rows, share, uncommon):
    """Form: the nearest other one, and its share of equal answers."""
    common = {}
    for community, _, answers in rows:
        for place, answer in enumerate(answers):
            common.setdefault((community, place), Counter())[answer] += answer != ""
    rare = [[answer != "" and common[community, place][answer] < max(common[community, place].values())
             for place, answer in enumerate(answers)] for community, _, answers in rows]
    near = {}
    for a, (community, interviewer, one) in enumerate(rows):
        for b, (other_community, other_interviewer, two) in enumerate(rows):
            together = community == other_community or (interviewer and interviewer == other_interviewer)
            equal = [place for place in range(len(one)) if one[place] == two[place] != ""]
            either = sum(1 for x, y in zip(one, two, strict=True) if x or y)
            rate = len(equal) / either if either else 0
            telling = sum(rare[a][place] and rare[b][place] for place in equal)
            if a != b and together and share <= rate < 1 and telling >= uncommon:
                near[f"r{a:02d}"] = min(near.get(f"r{a:02d}", (0, "")), (-rate, f"r{b:02d}"))
    return {name: f"{other} {-rate:.1%}" for name, (rate, other) in near.items()}


row = st.tuples(st.sampled_from(["c1", "c2"]), st.sampled_from(["i1", "i2", ""]),
                st.lists(st.sampled_from(["1", "2", "2", "3", ""]), min_size=6, max_size=6))


@settings(max_examples=150, deadline=None)
@given(st.lists(row, min_size=1, max_size=16), st.sampled_from([0.55, 0.7, 0.8]), st.integers(0, 2))
def test_near_duplicates_are_those_of_every_pair(rows, share, uncommon):
    limits = Quality(alike={"share": share, "uncommon": uncommon})
    found = near_duplicate(forms_of(rows), limits)
    assert dict(zip(found["respondent"], found["detail"], strict=True)) == by_every_pair(rows, share, uncommon)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=12))
def test_whole_duplicates_are_those_of_every_pair(rows):
    found = duplicate_answers(forms_of(rows), Quality(alike={"uncommon": 0}))
    alike = {f"r{a:02d}" for a, (community, _, one) in enumerate(rows) for b, (other, _, two) in enumerate(rows)
             if a != b and community == other and one == two}
    assert set(found["respondent"]) == alike
