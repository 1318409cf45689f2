"""Tables for spreadsheets: Chinese opens intact in Excel, and text that begins like a formula stays text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evaluation.core.files import write_text

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")    # those of full width: typed with Chinese


def guarded(text: object) -> object:
    """Text that a spreadsheet would run as a formula, with an apostrophe before it; anything else as it is."""
    return f"'{text}" if isinstance(text, str) and text.lstrip(" ").startswith(FORMULA) else text


def write_csv(file: Path, table: pd.DataFrame) -> Path:
    """Write a table as CSV in UTF-8 with a byte order mark, whole or not at all; NaN is a blank."""
    write_text(file, csv_text(table))
    return file


def csv_text(table: pd.DataFrame) -> str:
    """The text that `write_csv` writes."""
    text = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    safe = table.assign(**{str(name): table[name].map(guarded) for name in text})
    return "\ufeff" + safe.to_csv(index=False, lineterminator="\n")


def unguarded(text: str) -> str:
    """What `guarded` was made of."""
    return text[1:] if text[:1] == "'" and text[1:].lstrip(" ").startswith(FORMULA) else text
