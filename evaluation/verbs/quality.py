"""Checks on what came back from the field."""

from __future__ import annotations

from pathlib import Path


def check_quality(folder: Path, method: str | None, lang: str, back_check: Path | None, reviewed: list[str],
                  note: str | None) -> None:
    """Check answers and paradata of a round, write quality/flags.csv and the summary, and print it."""
    raise NotImplementedError
