# ruff: noqa: E501  (a row of a table is a line)
"""Each check on a small table whose flags can be told by looking at it."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import BASE, make_round

from evaluation.declare.quality import CHECK_NAMES, Quality
from evaluation.fieldwork.quality.checks import CHECKS, flags_of
from evaluation.fieldwork.quality.rounds import check_round

GRID = """\
instrument: form
method: questionnaire
version: "2"
title: {zh: 问卷, en: Form}
languages: [zh, en]
choices:
  agreed: [{value: "yes", label: {zh: 是, en: "Yes"}}, {value: "no", label: {zh: 否, en: "No"}}]
  scale:
    - {value: 1, score: 0, label: {zh: 一, en: One}}
    - {value: 2, score: 50, label: {zh: 二, en: Two}}
    - {value: 3, score: 100, label: {zh: 三, en: Three}}
    - {value: dk, status: dont_know, label: {zh: 不知道, en: Don't know}}
    - {value: pns, status: prefer_not_to_say, label: {zh: 不愿回答, en: Rather not}}
  place: [{value: park, label: {zh: 公园, en: Park}}, {value: other, label: {zh: 其他, en: Other}}]
items:
  - {id: consent, type: select_one agreed, label: {zh: 同意吗, en: Do you agree}}
""" + "".join(f"  - {{id: s{n}, type: select_one scale, indicator: '1.{1 + n % 2}', relevant: \"${{consent}} = 'yes'\", label: {{zh: 题{n}, en: Item {n}}}{', reverse: true' if n == 3 else ''}}}\n"
            for n in range(1, 7)) + """\
  - {id: where, type: select_one place, label: {zh: 哪里, en: Which place}}
  - {id: words, type: text, relevant: "${where} = 'other'", label: {zh: 请说明, en: Which other}}
  - {id: rooms, type: integer, constraint: ". <= 5", label: {zh: 几间, en: How many rooms}}
"""
HEAD = "respondent,community,consent,s1,s2,s3,s4,s5,s6,where,words,rooms\n"
PARA = "respondent,instance,version,started,ended,submitted,interviewer\n"
ROUND = BASE["round"].replace(", weight: weight, population: households", "")


def checked(folder, rows, paradata=None, quality=""):
    """The round of these rows."""
    return check_round(make_round(folder, form=GRID, answers=HEAD + rows, round=ROUND + quality,
                                  paradata=None if paradata is None else PARA + paradata))


def flagged(folder, check, *given, **more):
    """Respondents that a check flags, with the detail."""
    flags = checked(folder, *given, **more).flags
    return {row.respondent: row.detail for row in flags[flags["check"] == check].itertuples()}


def test_the_table_of_checks_is_what_a_round_may_name():
    assert tuple(CHECKS) == CHECK_NAMES
    assert all(check.zh and check.en for check in CHECKS.values())


SAME = "a,c1,yes,1,2,3,1,2,3,park,,2\nb,c1,yes,1,2,3,1,2,3,park,,2\n"
FILL = "".join(f"f{n},c1,yes,3,3,1,3,3,1,park,,1\n" for n in range(4))     # what most say


@pytest.mark.parametrize(("rows", "expected"), [
    (FILL + SAME, {"a": "b", "b": "a"}),
    (FILL + SAME.replace("b,c1", "b,c2"), {}),                        # another community
    (FILL + SAME.replace("b,c1,yes,1", "b,c1,yes,2"), {}),            # one answer differs
    (SAME, {}),                                                       # these are the commonest answers here
    (FILL, {}),
])
def test_the_same_answers_throughout(tmp_path, rows, expected):
    assert flagged(tmp_path, "duplicate_answers", rows) == expected


@pytest.mark.parametrize(("share", "expected"), [(0.85, {"a": "b 87.5%", "b": "a 87.5%"}), (0.9, {})])
def test_nearly_the_same_answers(tmp_path, share, expected):
    """Seven of eight answers are equal."""
    rows = FILL + SAME.replace("b,c1,yes,1", "b,c1,yes,2")
    assert flagged(tmp_path, "near_duplicate", rows, quality=f"quality: {{alike: {{share: {share}}}}}\n") == expected


def test_near_duplicates_are_looked_for_with_the_interviewer_too(tmp_path):
    rows = FILL + FILL.replace("c1", "c2").replace("f", "g") + SAME.replace("b,c1,yes,1", "b,c2,yes,2")
    limits = "quality: {alike: {share: 0.85}}\n"
    one = "".join(f"{name},u{name},2,,,,i1\n" for name in "ab")
    assert flagged(tmp_path / "1", "near_duplicate", rows, one, limits) == {"a": "b 87.5%", "b": "a 87.5%"}
    assert flagged(tmp_path / "2", "near_duplicate", rows, one.replace("ub,2,,,,i1", "ub,2,,,,i2"), limits) == {}


def row(name, **changed):
    cells = {"consent": "yes", **{f"s{n}": "12"[n % 2] for n in range(1, 7)}, "where": "park", "words": "", "rooms": "1"} | changed
    return f"{name},c1," + ",".join(cells.values()) + "\n"


@pytest.mark.parametrize(("check", "changed", "detail"), [
    ("no_consent", {"consent": "no", **{f"s{n}": "" for n in range(1, 7)}}, "consent"),
    ("no_consent", {"consent": "", **{f"s{n}": "" for n in range(1, 7)}}, "consent"),
    ("unanswered", {"s1": "", "s2": "", "s3": ""}, "3 / 8"),            # above 0.3; 2 of 8 are not
    ("dont_know", {f"s{n}": "dk" for n in (1, 2, 4, 5)}, "4 / 8"),
    ("refused", {f"s{n}": "pns" for n in (1, 2, 4)}, "3 / 8"),
    ("other_unsaid", {"where": "other", "words": ""}, "words"),
    ("other_unsaid", {"where": "other", "words": " Park "}, "words"),
    ("other_unsaid", {"where": "other", "words": "公园"}, "words"),
    ("constraint", {"rooms": "6"}, "rooms"),
    ("contact", {"where": "other", "words": "ring 139 1234 5678"}, "words"),
])
def test_what_was_asked_and_not_said(tmp_path, check, changed, detail):
    good = row("g", where="other", words="the mill")
    assert flagged(tmp_path, check, good + row("x", **changed)) == {"x": detail}


@pytest.mark.parametrize(("check", "changed"), [
    ("unanswered", {"s1": "", "s2": ""}), ("dont_know", {"s1": "dk", "s2": "dk", "s4": "dk"}), ("refused", {"s1": "pns", "s2": "pns"}),
    ("unanswered", {"consent": "no", **{f"s{n}": "" for n in range(1, 7)}}),    # not asked is not blank
    ("constraint", {"rooms": "5"}), ("contact", {"where": "other", "words": "house 1987"}),
])
def test_what_lies_within_the_limits_is_no_flag(tmp_path, check, changed):
    assert flagged(tmp_path, check, row("x", **changed)) == {}


LINE = "quality: {straight_line: {items: 6, reversed: 4, grid: 6}}\n"


@pytest.mark.parametrize(("answers", "quality", "expected"), [
    ("111111", LINE, "s1–s6: 6"),
    ("222222", LINE, "s1–s6: 6"),
    ("311113", LINE, "s2–s5: 4"),          # through the reversed item s3
    ("322223", LINE, None),                # the middle answer says the same there
    ("121111", LINE, "s3–s6: 4"),
    ("113111", LINE, None),
    ("11-111", LINE, "s1–s6: 5"),          # a blank does not break it, but s3, the reversed one, is the blank
    ("d111dd", LINE, None),                # three
    ("dddddd", LINE, None),                # don't know is another check's
    ("111111", "quality: {straight_line: {items: 7, reversed: 7, grid: 6}}\n", "s1–s6: 6"),
    ("111111", "quality: {straight_line: {items: 7, reversed: 7, grid: 7}}\n", None),
])
def test_the_same_answer_all_the_way_down(tmp_path, answers, quality, expected):
    given = {f"s{n}": {"-": "", "d": "dk"}.get(answer, answer) for n, answer in enumerate(answers, 1)}
    if answers == "11-111":
        expected = None      # runs through both kinds of items only, and fewer than six
    assert flagged(tmp_path, "straight_line", row("x", **given), quality=quality) == ({"x": expected} if expected else {})


T = "2026-10-12T{}:00+08:00"


def para(name, start="09:00", end="09:20", sent="10:00", version="2", instance=None):
    times = ",".join(T.format(time) if time else "" for time in (start, end, sent))
    return f"{name},{instance or 'u' + name},{version},{times},i1\n"


@pytest.mark.parametrize(("check", "changed", "detail"), [
    ("stale_version", {"version": "1"}, "1"),
    ("ends_early", {"end": "08:59"}, "2026-10-12T09:00:00+08:00 → 2026-10-12T08:59:00+08:00"),
    ("starts_late", {"sent": "08:00"}, "2026-10-12T09:00:00+08:00 → 2026-10-12T08:00:00+08:00"),
    ("too_short", {"end": "09:01"}, "1.0 min"),             # below 2 minutes
    ("too_short", {"end": "09:07"}, "7.0 min"),             # below 0.4 of 20
    ("odd_duration", {"end": "21:00"}, "720.0 min"),
    ("duplicate_id", {"instance": "ug0"}, "× 2"),
])
def test_when_and_how_a_form_came_about(tmp_path, check, changed, detail):
    minutes = [18, 19, 20, 20, 20, 21, 22] * 4
    others = [f"g{n}" for n in range(28)]
    paradata = "".join(para(name, end=f"09:{m}") for name, m in zip(others, minutes, strict=True)) + para("x", **changed)
    rows = "".join(map(row, [*others, "x"]))
    expected = {"x": detail} | ({"g0": detail} if check == "duplicate_id" else {})
    assert flagged(tmp_path, check, rows, paradata) == expected


def test_what_is_too_short_is_not_told_twice(tmp_path):
    names = [f"g{n}" for n in range(30)]
    paradata = "".join(para(name, end=f"09:{19 + n % 3}") for n, name in enumerate(names)) + para("x", end="09:01")
    flags = checked(tmp_path, "".join(map(row, [*names, "x"])), paradata).flags
    assert flags[flags["respondent"] == "x"]["check"].tolist() == ["too_short"]


def test_dates_without_hours_make_no_form_short_and_a_date_is_over_when_its_day_is(tmp_path):
    names = [f"g{n}" for n in range(30)]
    day = "".join(f"{name},u{name},2,2026-10-12,2026-10-12,2026-10-12,i1\n" for name in names)
    late = "x,ux,2,2026-10-13,2026-10-12T09:20:00+08:00,2026-10-14,i1\n"
    part = "y,uy,2,2026-10-12T09:00:00+08:00,2026-10-12,2026-10-12,i1\n"
    flags = checked(tmp_path, "".join(map(row, [*names, "x", "y"])), day + late + part).flags
    told = flags[flags["check"].isin(["too_short", "odd_duration", "ends_early", "starts_late"])]
    assert list(told[["respondent", "check"]].itertuples(index=False, name=None)) == [("x", "ends_early")]


def test_of_two_rows_of_paradata_the_same_one_counts_in_any_order(tmp_path):
    twice = [para("x", end="09:01"), para("x", end="09:30"), para("y")]
    first, turned = (checked(tmp_path / name, row("x") + row("y"), "".join(rows)).flags
                     for name, rows in (("1", twice), ("2", twice[::-1])))
    pd.testing.assert_frame_equal(first, turned)
    told = [("x", "duplicate_id", "× 2"), ("x", "too_short", "1.0 min")]
    assert list(first[["respondent", "check", "detail"]].itertuples(index=False, name=None)) == told


def test_times_not_known_are_no_fault_and_a_no_is_rightly_short(tmp_path):
    rows = row("x", consent="no", **{f"s{n}": "" for n in range(1, 7)}) + row("y") + row("z")
    paradata = para("x", end="09:01") + para("y", end="") + para("z", start="", sent="", version="")
    flags = checked(tmp_path, rows, paradata).flags
    assert flags[["respondent", "check"]].to_numpy().tolist() == [["x", "no_consent"]]


def test_times_without_an_offset_are_of_the_round_and_days_too(tmp_path):
    paradata = "x,ux,2,2026-10-12T23:30:00,2026-10-12T16:10:00Z,2026-10-13,i1\ny,uy,2,2026-10-12T16:30:00Z,,,i1\n"
    forms = checked(tmp_path, row("x") + row("y"), paradata).forms["questionnaire"]
    assert forms.minutes.tolist()[0] == 40              # 23:30 in Shanghai is 15:30 UTC
    local = forms.column("started").dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m-%d").tolist()
    assert local == ["2026-10-12", "2026-10-13"]


def test_raters_of_one_meeting_may_say_the_same():
    assert {name for name, check in CHECKS.items() if check.residents} == {
        "duplicate_answers", "near_duplicate", "straight_line", "dont_know", "refused"}


def test_a_changed_answer_raises_the_flag_anew_and_another_form_does_not(tmp_path):
    first = checked(tmp_path / "1", row("x", rooms="6")).flags["id"].tolist()
    again = checked(tmp_path / "2", row("a") + row("x", rooms="6")).flags
    assert again[again["respondent"] == "x"]["id"].tolist() == first
    changed = checked(tmp_path / "3", row("x", rooms="7")).flags["id"].tolist()
    assert len(first) == len(changed) == 1
    assert first != changed


def test_a_median_that_moves_changes_no_id(tmp_path):
    def ids(folder, extra):
        rows = "".join(map(row, ["x", *(f"g{n}" for n in range(30 + extra))]))
        paradata = para("x", end="09:07") + "".join(para(f"g{n}", end="09:20" if n < 30 else "09:50") for n in range(30 + extra))
        flags = checked(folder, rows, paradata).flags
        return flags[flags["respondent"] == "x"]["id"].tolist()

    assert ids(tmp_path / "1", 0) == ids(tmp_path / "2", 40)
    assert len(ids(tmp_path / "3", 0)) == 1


def test_no_forms_no_flags():
    assert flags_of([], Quality()).columns.tolist() == ["method", "respondent", "check", "id", "detail"]
    assert isinstance(flags_of([], Quality()), pd.DataFrame)


def test_kobos_own_ids_of_versions_are_compared_with_the_last_form(tmp_path):
    """Kobo writes the id of what it deployed, never the form's version; a form submitted before that was deployed anew is told."""
    new, old = "vK3qPz7LmN2aBcDeFgHiJk", "vAAAAAAAAAAAAAAAAAAAAA"
    rows = "".join(map(row, "wxyz"))
    paradata = para("w", sent="10:00", version=old) + para("x", sent="11:00", version=new) + para("y", sent="12:00", version=new) \
        + para("z", sent="13:00", version="2")
    assert flagged(tmp_path / "kobo", "stale_version", rows, paradata) == {"w": old}
    unknown = "".join(para(name, sent="", version=version) for name, version in zip("wxyz", (old, new, new, "1"), strict=True))
    assert flagged(tmp_path / "unknown", "stale_version", rows, unknown) == {"z": "1"}
