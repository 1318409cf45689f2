"""Any order of calls, pauses, lapsed leases, releases and reloads: what the store and the rules must hold."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from evaluation.core.errors import DataError
from evaluation.fieldwork.calls import LEASE, claim_next, load_cases, open_store, record, release, tables
from evaluation.fieldwork.cases import STATES, Rules, outcomes
from evaluation.fieldwork.dispositions import Disposition

RULES = Rules()
CALLERS = ("ana", "bo")
SAMPLE = pd.DataFrame({"unit": ["h1", "h2", "h3"], "stratum": ["c1", "c2", "c2"], "replicate": [1, 1, 2]})
SILENT = ["no_answer", "busy", "machine", "technical"]
REFUSING = ["no_answer", "soft_refusal", "hard_refusal"]
OPEN = sorted(word for word, outcome in outcomes().items() if outcome.event != "final")
WORDS = st.one_of(*[st.sampled_from(SILENT)] * 4, st.sampled_from(OPEN),
                  st.sampled_from(sorted(outcomes())))  # mostly nobody there, so that cases reach the cap
PAUSES = st.sampled_from([timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=5), timedelta(days=1),
                          timedelta(days=4)])


class Desk(RuleBasedStateMachine):
    """Two callers and a clock that moves forward."""

    @initialize()
    def opens(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(f"sqlite:///{Path(self.folder.name) / 'evaluation.db'}")
        load_cases(self.store, SAMPLE)
        self.now = datetime(2026, 10, 5, 2, tzinfo=UTC)
        self.held: dict[str, tuple[str, datetime]] = {}
        self.written: list[tuple[str, str]] = []
        self.hard: set[str] = set()

    @rule(pause=PAUSES)
    def waits(self, pause: timedelta) -> None:
        self.now = RULES.windows.next_open(self.now + pause)

    @rule(caller=st.sampled_from(CALLERS))
    def takes(self, caller: str) -> None:
        claimed = claim_next(self.store, caller, self.now, RULES)
        if claimed is not None:
            other = next(name for name in CALLERS if name != caller)
            assert not (self.held.get(other, ("",))[0] == claimed.case and self.held[other][1] > self.now)
            self.held[caller] = (claimed.case, self.now + LEASE)
            assert claimed.case not in self.hard
            assert claimed.attempts <= RULES.cap

    @rule(words=st.one_of(*[st.lists(st.sampled_from(words), min_size=6, max_size=20) for words in (SILENT, REFUSING)]),
          talk=st.sampled_from([timedelta(minutes=3), timedelta(hours=13)]))
    def a_row_of_calls(self, words: list[str], talk: timedelta) -> None:
        """One caller takes what is due first, as soon as it is due, and writes at once or the morning after."""
        for word in words:
            cases, _ = tables(self.store)
            due = cases.loc[cases["released"].astype(bool) & cases["final"].isna(), "due"].dropna()
            if len(due):
                self.now = RULES.windows.next_open(max(self.now + LEASE, datetime.fromtimestamp(int(due.min()), UTC)))
            claimed = claim_next(self.store, "ana", self.now, RULES)
            self.held.pop("ana", None)
            if claimed is None:
                return
            self.now = RULES.windows.next_open(self.now + talk)
            at = RULES.windows.next_open(self.now + timedelta(hours=20)) if word == "appointment" else None
            assert claimed.case not in self.hard
            record(self.store, claimed.case, "ana", word, self.now, RULES, at)
            self.written.append((claimed.case, word))
            if word == "hard_refusal":
                self.hard.add(claimed.case)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), word=WORDS, hours=st.integers(1, 200))
    def writes(self, data: st.DataObject, word: str, hours: int) -> None:
        caller = data.draw(st.sampled_from(sorted(self.held)))
        case, _ = self.held.pop(caller)
        at = RULES.windows.next_open(self.now + timedelta(hours=hours)) if word == "appointment" else None
        cases, _ = tables(self.store)
        mine = cases.set_index("case").at[case, "caller"] == caller
        if not mine:  # the lease ran out and another caller was given the case
            with pytest.raises(DataError):
                record(self.store, case, caller, word, self.now, RULES, at)
            return
        record(self.store, case, caller, word, self.now, RULES, at)
        self.written.append((case, word))
        if word == "hard_refusal":
            self.hard.add(case)
        with pytest.raises(DataError):  # the same outcome sent twice
            record(self.store, case, caller, word, self.now, RULES, at)

    @rule()
    def loads_again(self) -> None:
        assert load_cases(self.store, SAMPLE.sample(frac=1, random_state=1)) == 0

    @rule()
    def releases(self) -> None:
        release(self.store, 2, "c2")

    @invariant()
    def holds(self) -> None:
        cases, attempts = tables(self.store)
        assert set(cases["state"]) <= set(STATES)
        assert ((cases["state"] == "final") == cases["final"].notna()).all()
        assert len(attempts) == len(self.written)  # nothing lost, nothing twice
        for case, made in attempts.groupby("case"):
            words = made["word"].tolist()
            assert words == [word for unit, word in self.written if unit == case]
            assert made["number"].tolist() == list(range(1, len(made) + 1))
            assert made["at"].is_monotonic_increasing
            assert len(made) <= RULES.cap + ("appointment" in words)
            assert words.count("soft_refusal") <= 2
            assert not any(outcomes()[word].event == "final" for word in words[:-1])
            row = cases.set_index("case").loc[case]
            spread = "appointment" in words or {"evening", "weekend"} <= set(made["daypart"])
            if isinstance(row["final"], str) and Disposition(row["final"]).group in ("NC", "UH"):
                assert len(made) >= RULES.cap
                assert spread
                assert made["daypart"].nunique() >= RULES.dayparts or "appointment" in words
            if words[-1] in ("complete", "partial", "hard_refusal", "not_working"):
                assert row["final"] == outcomes()[words[-1]].code

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.dispose()
            self.folder.cleanup()


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=30, stateful_step_count=80, deadline=None)
