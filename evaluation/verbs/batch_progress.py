"""A batch as it is seen while it runs, and when it has run."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from evaluation.reporting.record import BatchRecord
from evaluation.reporting.report import words
from evaluation.reporting.tasks import STATES, Outcome


class Rate(ProgressColumn):
    """Notebooks a second."""

    def render(self, task: Task) -> Text:
        """The speed of late, once there is one."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")


class BatchProgress:
    """A bar with rate, remaining time and failures on standard error; none for a single notebook."""

    def __init__(self, lang: str, total: int) -> None:
        self.word, self.bad = words(lang), 0
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(),
                   TextColumn("[red]{task.fields[bad]}"))
        self.bar = Progress(*columns, console=Console(stderr=True), disable=total < 2)
        self.task = self.bar.add_task(self.word["community_report"], total=total, bad="")

    def advance(self, outcome: Outcome) -> None:
        """One more. What is skipped is taken out of what there is to do: rate and remaining time are of notebooks run."""
        if outcome.state == "skipped":
            self.bar.update(self.task, total=(self.bar.tasks[0].total or 0) - 1)
            return
        self.bad += outcome.state != "done"
        self.bar.update(self.task, advance=1, bad=self.word["batch_bad"].format(n=self.bad) if self.bad else "")

    def __enter__(self) -> BatchProgress:
        self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.bar.stop()


def print_batch(record: BatchRecord, lang: str) -> None:
    """How many notebooks came to what, how long they took, how much memory."""
    word, counts = words(lang), record.counts()
    table = Table()
    for name in ("batch_state", "count", "batch_seconds", "batch_memory"):
        table.add_column(word[name], justify="left" if name == "batch_state" else "right")
    for state in STATES:
        if counts[state]:
            own = [outcome for outcome in record.outcomes if outcome.state == state]
            peak = max(outcome.peak_mb for outcome in own)
            table.add_row(word[f"batch_{state}"], str(len(own)), f"{max(outcome.seconds for outcome in own):.1f}",
                          f"{peak} MB" if peak else "–")
    Console(width=100).print(table)
