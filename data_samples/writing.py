"""How the maker writes its tables: CSV, and Markdown for SOURCES.md."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evaluation.core.files import write_text


def write_csv(file: Path, table: pd.DataFrame) -> None:
    """CSV with a header and Unix line ends, whole or not at all."""
    write_text(file, table.to_csv(index=False, lineterminator="\n"))


def counted(planted: pd.DataFrame) -> pd.DataFrame:
    """How many forms of each method got which defect."""
    return planted.groupby(["check", "method"]).size().unstack(fill_value=0).reset_index()


def markdown(table: pd.DataFrame) -> str:
    """A table in Markdown."""
    rows = [list(table.columns), ["---"] * table.shape[1], *table.astype(str).to_numpy().tolist()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
