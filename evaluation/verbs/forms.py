"""Forms that travel: instruments written for other tools, and read from them."""

from __future__ import annotations

from pathlib import Path


def import_form(files: list[Path], out: Path | None, method: str | None, name: str | None, overwrite: bool) -> None:
    """Read forms of other tools into instruments in YAML; print where, and every doubt."""
    raise NotImplementedError
