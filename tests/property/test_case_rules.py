"""One case, any outcomes at any permitted times: cap, dayparts, one conversion, and the end after a hard refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.fieldwork.cases import Case, Rules, after, outcomes
from evaluation.fieldwork.dispositions import Disposition
from evaluation.fieldwork.windows import DAYPARTS

RULES = Rules()
SILENT = ["no_answer", "busy", "machine", "technical"]
REFUSING = ["no_answer", "soft_refusal", "hard_refusal"]
OPEN = sorted(word for word, outcome in outcomes().items() if outcome.event != "final")
WALKS = st.one_of(*[st.lists(st.sampled_from(words), min_size=8, max_size=8) for words in (SILENT, REFUSING, OPEN)])


@settings(max_examples=400, deadline=None)
@given(words=WALKS, pauses=st.lists(st.integers(0, 600), min_size=8, max_size=8),
       talk=st.sampled_from([timedelta(0), timedelta(hours=13)]))
def test_any_walk_of_one_case(words: list[str], pauses: list[int], talk: timedelta) -> None:
    """Called some minutes after it is due, in a daypart that it may be called in; written down at once or the day after."""
    now, case = datetime(2026, 10, 5, 2, tzinfo=UTC), Case()
    for word, pause in zip(words, pauses, strict=True):
        began = RULES.windows.next_open(max(now, case.due or now) + timedelta(minutes=pause), frozenset(case.only or DAYPARTS))
        now = RULES.windows.next_open(began + talk)
        meeting = RULES.windows.next_open(now + timedelta(hours=20)) if word == "appointment" else None
        case = after(case, word, now, RULES, meeting, began)
        if case.state == "final":
            break
    assert case.state == "final"  # eight outcomes are more than any case takes
    made = [attempt.word for attempt in case.attempts]
    agreed = "appointment" in made
    assert len(made) <= RULES.cap + agreed
    if "hard_refusal" in made:
        assert (made.index("hard_refusal"), case.final) == (len(made) - 1, "2.11")
    if made.count("soft_refusal") >= 2:
        assert (made.count("soft_refusal"), made[-1], case.final) == (2, "soft_refusal", "2.11")
    if Disposition(str(case.final)).group in ("NC", "UH") and not agreed:
        parts = {attempt.daypart for attempt in case.attempts}
        assert len(made) == RULES.cap
        assert parts >= {"evening", "weekend"}
        assert len(parts) >= RULES.dayparts
