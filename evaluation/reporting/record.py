"""results/batch.json: what came of every notebook of a batch. A log, not a result: it holds times."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from evaluation.core.errors import Problem, problem
from evaluation.core.files import write_json
from evaluation.reporting.tasks import STATES, Outcome

SCHEMA = "evaluation/batch/1"
CODES = {"failed": "N01", "timeout": "N03", "died": "N04"}


class Progress(Protocol):
    """What is told of each outcome."""

    def advance(self, outcome: Outcome) -> None:
        """One more."""


@dataclass
class BatchRecord:
    """The outcomes so far, and under what they came. about: what the batch was asked for."""

    about: dict[str, Any]
    outcomes: list[Outcome] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def follow(self, progress: Progress) -> Callable[[Outcome], None]:
        """What notes each outcome here and in the progress."""
        def note(outcome: Outcome) -> None:
            self.outcomes.append(outcome)
            progress.advance(outcome)
        return note

    def skip(self, progress: Progress, names: Iterable[str]) -> None:
        """Note those that were done before."""
        for name in names:
            self.follow(progress)(Outcome(name, "skipped"))

    def counts(self) -> dict[str, int]:
        """How many came to each state."""
        tally = Counter(outcome.state for outcome in self.outcomes)
        return {state: tally[state] for state in STATES}

    def problems(self) -> list[Problem]:
        """A problem for each notebook that did not come to its end."""
        return [problem(CODES[outcome.state], outcome.name, name=outcome.name, reason=outcome.error,
                        kept=outcome.kept) for outcome in self.outcomes if outcome.state in CODES]

    def write(self, file: Path, inputs: str) -> Path:
        """Write the log, in the order of the names."""
        told = [asdict(outcome) for outcome in sorted(self.outcomes, key=lambda outcome: outcome.name)]
        write_json(file, {"schema": SCHEMA, **self.about, "inputs_sha256": inputs, "counts": self.counts(),
                          "seconds": round(time.monotonic() - self.began, 3), "notebooks": told})
        return file
