"""What is told while a form is read: doubts with sheet and row, labels to be completed, text that is left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.core.errors import Problem, problem
from evaluation.fieldwork.forms.drafts import told_file


@dataclass
class Doubts:
    """Gathers doubts about one file; rows that share a doubt are told together, at the first of them. sheets: all, in order."""

    file: Path
    sheets: tuple[str, ...] = ()
    told: dict[Problem, None] = field(default_factory=dict)
    left_out: list[tuple[str, int, str]] = field(default_factory=list)
    rows: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[int]] = field(default_factory=dict)

    def tell(self, code: str, sheet: str, row: int = 0, path: str = "", **values: Any) -> None:
        """A doubt about one row."""
        self.told[problem(code, told_file(self.file, sheet), row, path, warning=True, **values)] = None

    def tell_rows(self, code: str, sheet: str, row: int, **values: str) -> None:
        """The same doubt about many rows: told once."""
        self.rows.setdefault((code, sheet, tuple(sorted(values.items()))), []).append(row)

    def leave_out(self, sheet: str, row: int, texts: Iterable[str]) -> None:
        """Text that the draft does not hold; the scope holds for it all the same."""
        self.left_out += [(sheet, row, text) for text in texts if text]

    def fault(self, code: str, sheet: str = "", row: int = 0, **values: Any) -> Problem:
        """A fault for which the form is refused."""
        return problem(code, told_file(self.file, sheet), row, **values)

    def all(self) -> tuple[Problem, ...]:
        """Every doubt, by sheet and row."""
        for (code, sheet, values), rows in self.rows.items():
            rows = sorted(set(rows))
            self.tell(code, sheet, rows[0], rows=rows, count=len(rows), **dict(values))
        order = [told_file(self.file, sheet) for sheet in self.sheets]
        return tuple(sorted(self.told, key=lambda doubt: (order.index(doubt.file), doubt.line)))
