"""Where the shipped questionnaires, notebooks and sample round are: in the checkout, or inside the installed wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = ("questionnaires", "notebooks", "data_samples")


def shipped(folder: str) -> Path:
    """Folder `questionnaires`, `notebooks` or `data_samples` as shipped. Read-only for everybody."""
    installed = PACKAGE / "shipped" / folder
    return installed if installed.is_dir() else PACKAGE.parent / folder
