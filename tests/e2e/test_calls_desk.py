"""The phone desk in a terminal: next, record, release, progress; contact data stay in the frame; the gate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from evaluation.core.errors import DataError, DesignError
from evaluation.fieldwork import open_round, outcome_rates
from evaluation.scoring import decide, rule_of, score_round
from evaluation.verbs import next_case, record_call, release_cases, sample, show_progress

MONDAY = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


@pytest.fixture
def desk(folder):
    return folder


def take(desk, capsys, now=MONDAY, lang="en"):
    next_case(desk, "ana", lang, [], now)
    return capsys.readouterr().out.splitlines()[0].split()


def test_a_caller_s_morning(desk, capsys):
    case, community, phone = take(desk, capsys)
    frame = pd.read_csv(desk / "frame" / "frame.csv", dtype=str).set_index("unit")
    assert (frame.at[case, "community"], frame.at[case, "phone"]) == (community, phone)
    record_call(desk, "ana", case, "appointment", "2026-10-05 19:30", "en", MONDAY)
    assert capsys.readouterr().out == f"{case}: appointment; again from 2026-10-05 19:30\n"
    other, *_ = take(desk, capsys)
    assert other != case
    record_call(desk, "ana", other, "complete", None, "zh", MONDAY)
    assert "已结束 1.1" in capsys.readouterr().out
    assert take(desk, capsys, MONDAY + timedelta(hours=9, minutes=35))[0] == case
    show_progress(desk, "en", "replicate", write=True)
    assert "n/a" in capsys.readouterr().out
    assert (desk / "sample" / "phone_calls.csv").read_text(encoding="utf-8") == f"case,community,disposition\n{other},c01,1.1\n"
    release_cases(desk, 3, "c02", "en")
    assert capsys.readouterr().out == "40 cases released\n"


def test_at_night_nobody_is_called(desk, capsys):
    next_case(desk, "ana", "zh", [], MONDAY + timedelta(hours=14))
    assert capsys.readouterr().out == "现在没有可拨打的个案\n"


def test_contact_data_are_in_no_file_but_the_frame(desk, capsys):
    case, _, phone = take(desk, capsys)
    record_call(desk, "ana", case, "busy", None, "en", MONDAY)
    show_progress(desk, "en", "community", write=True)
    for file in desk.rglob("*"):
        if file.is_file() and file.parent.name != "frame":
            assert phone.encode() not in file.read_bytes(), file


def test_a_sample_with_calls_on_it_is_not_drawn_again_otherwise(desk, capsys):
    take(desk, capsys)
    rows = pd.read_csv(desk / "sample" / "phone.csv")
    rows.iloc[1:].to_csv(desk / "sample" / "phone.csv", index=False)
    with pytest.raises(DataError, match="K08"):
        take(desk, capsys)


def test_a_frame_edited_after_the_draw_stops_the_calls_but_a_corrected_number_does_not(desk, capsys):
    case, community, phone = take(desk, capsys)
    file = desk / "frame" / "frame.csv"
    text = file.read_text(encoding="utf-8")
    assert (text.count(phone), text.count(f"{case},")) == (1, 1)
    file.write_text(text.replace(phone, "13900000000"), encoding="utf-8")
    assert take(desk, capsys) == [case, community, "13900000000"]
    file.write_text(text.replace(f"{case},", "c01-9999,"), encoding="utf-8")
    with pytest.raises(DesignError, match="G24"):
        next_case(desk, "bo", "en", [], MONDAY)
    file.write_text(text, encoding="utf-8")
    record_call(desk, "ana", case, "complete", None, "en", MONDAY)  # nothing was lost


def test_the_calls_end(desk, capsys):
    """20 cases of c01 released: one interview, 19 never called. RR1 = 1/20, not 1/1."""
    case, *_ = take(desk, capsys)
    record_call(desk, "ana", case, "complete", None, "en", MONDAY)
    show_progress(desk, "en", "community", write=True, close=True)
    written = pd.read_csv(desk / "sample" / "phone_calls.csv", dtype=str)
    there = written[written["community"] == "c01"]["disposition"].value_counts()
    assert there.to_dict() == {"3.11": 19, "1.1": 1}
    assert outcome_rates(there.to_dict())["RR1"] == pytest.approx(1 / 20)
    assert len(open_round(desk).calls) == len(written)


def test_the_time_of_an_appointment_may_name_its_zone(desk, capsys):
    case, *_ = take(desk, capsys)
    record_call(desk, "ana", case, "appointment", "2026-10-05T11:30+00:00", "en", MONDAY)
    assert capsys.readouterr().out == f"{case}: appointment; again from 2026-10-05 19:30\n"


def test_topping_up_adds_cases(desk, capsys):
    take(desk, capsys)
    file = desk / "round.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("n: 110", "n: 125"), encoding="utf-8")
    sample(desk)
    show_progress(desk, "en", "community", write=False)
    assert " 125 " in capsys.readouterr().out


def test_a_response_rate_below_the_gate_gives_no_verdict(desk):
    file = desk / "round.yaml"
    plain = open_round(desk)
    assert rule_of(plain).below_gate == frozenset()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("timezone: Asia/Shanghai", "gate: {rate: RR1, at_least: 0.45}"), encoding="utf-8")
    gated = open_round(desk)
    below = rule_of(gated).below_gate
    calls = gated.calls.assign(done=gated.calls["disposition"] == "1.1", out=gated.calls["disposition"].str.startswith("4"))
    rates = calls.groupby("community")["done"].sum() / (~calls["out"]).groupby(calls["community"]).sum()
    assert below == set(rates[rates < 0.45].index)
    assert 0 < len(below) < 24
    decided = decide(score_round(gated), rule_of(gated)).set_index("community")["verdict"]
    assert set(decided[list(below)]) <= {"more_evidence", "not_reviewed"}
    assert (decided[~decided.index.isin(below)] == decide(score_round(plain), rule_of(plain)).set_index("community")["verdict"][
        ~decided.index.isin(below)]).all()


def test_whom_to_ask_for_and_a_round_without_a_sample(desk, capsys):
    file = desk / "round.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("phone: {n: 110,", "phone: {n: 110, adult: last_birthday,"), encoding="utf-8")
    next_case(desk, "ana", "en", [], MONDAY)
    assert "whose birthday was last" in capsys.readouterr().out
    file.write_text(text.replace("phone: {n: 110,", "phone: {n: 110, adult: kish,"), encoding="utf-8")
    (desk / "sample" / "phone.json").unlink()
    sample(desk)
    capsys.readouterr()
    next_case(desk, "bo", "zh", [], MONDAY)
    assert "1→1 2→" in capsys.readouterr().out
    (desk / "sample" / "phone.csv").unlink()
    with pytest.raises(DataError, match="K09"):
        next_case(desk, "ana", "en", [], MONDAY)
