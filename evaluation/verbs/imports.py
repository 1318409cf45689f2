"""Answers brought in from the tools that collected them."""

from __future__ import annotations

from pathlib import Path


def import_answers(folder: Path, method: str, files: list[Path], mapping: Path | None, lang: str) -> None:
    """Read exports into answers/ and paradata/ of a round; tell what came, what changed and what was left out."""
    raise NotImplementedError
