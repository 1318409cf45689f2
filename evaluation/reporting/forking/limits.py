"""What a notebook may take, and the clock that is kept on it."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a notebook may take: seconds a cell and in all, megabytes of memory beyond what it begins with; None: no limit.
    grace: seconds between a polite interrupt and the end.
    """

    cell_seconds: float | None = None
    notebook_seconds: float | None = None
    memory_mb: int | None = None
    grace: float = 2.0


NO_LIMITS = Limits()


class Clock:
    """What a notebook and its cell have left; and which signal is due."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.began = time.monotonic()
        self.cell: float | None = None
        self.late = ""
        self.interrupted = 0.0

    def hear(self, kind: str) -> None:
        """A cell begins, or ends."""
        if kind == "begin":
            self.cell = time.monotonic()
        elif kind == "reply":
            self.cell = None

    def _due(self) -> dict[str, float]:
        due = {}
        if self.limits.cell_seconds and self.cell is not None:
            due["cell timeout"] = self.cell + self.limits.cell_seconds
        if self.limits.notebook_seconds:
            due["notebook timeout"] = self.began + self.limits.notebook_seconds
        return due

    def left(self) -> float | None:
        """Seconds until something is due; None if nothing ever is."""
        due = [self.interrupted + self.limits.grace] if self.late else list(self._due().values())
        return max(0.0, min(due) - time.monotonic()) if due else None

    def signal(self) -> int:
        """SIGINT when the time is up, SIGKILL when the grace is; 0 otherwise."""
        now = time.monotonic()
        if self.late:
            if now >= self.interrupted + self.limits.grace or self.cell is None:
                self.interrupted = now
                return int(signal.SIGKILL)
            return 0
        for name, due in self._due().items():
            if now >= due:
                self.late, self.interrupted = name, now
                return int(signal.SIGINT)
        return 0
