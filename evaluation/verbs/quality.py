"""`quality`: checks on what came back from the field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evaluation.fieldwork.quality.again import read_again
from evaluation.fieldwork.quality.figures import by_check
from evaluation.fieldwork.quality.kept import write_flags
from evaluation.fieldwork.quality.rounds import Checked, check_round, forms_of, reviewed_as
from evaluation.reporting.quality.backcheck import compared, write_back_check
from evaluation.reporting.quality.tables import back_check_tables, check_rows
from evaluation.reporting.report import words
from evaluation.verbs.telling import tell


def check_quality(folder: Path, method: str | None, lang: str, back_check: Path | None, reviewed: list[str],
                  note: str | None) -> None:
    """Check answers and paradata of a round, write quality/flags.csv, and print how many flags there are by check.

    method: print this one alone; all are checked. reviewed, note: flags that were looked at, and what was found. back_check:
    a file of interviews made again, compared too.
    """
    checked = check_round(folder)
    if method is not None:
        forms_of(checked, method, "--method")
    tell(checked.warnings)
    if reviewed or note is not None:
        checked = reviewed_as(checked, reviewed, note)
    file = write_flags(folder, checked.flags, checked.inputs)
    for name in checked.forms if method is None else [method]:
        _print_checks(checked, name, lang)
    print(file)
    if back_check is not None:
        _back_check(checked, back_check, method, lang)


def _print_checks(checked: Checked, method: str, lang: str) -> None:
    rows = by_check(checked.forms[method], checked.flags, checked.declared.quality)
    _, columns, cells = check_rows(rows, checked.declared.quality.exclude, lang)
    _print(f"{words(lang)[method]}: {len(checked.forms[method].index)}", [name for name, _ in columns], cells)


def _back_check(checked: Checked, file: Path, method: str | None, lang: str) -> None:
    methods = {name: forms for name, forms in checked.forms.items() if method in (None, name)}
    asked = checked.declared.quality.back_check
    pairs, warnings = read_again(file, methods, asked)
    tell(warnings)
    table = compared(pairs, asked)
    of = str(pairs["method"].iloc[0])
    for title, columns, cells in back_check_tables(table.astype({"type": float}), lang):
        _print(title, [name for name, _ in columns], cells)
    print(write_back_check(checked.folder, table, of, checked.inputs[checked.declared.answers_of(of).file]))


def _print(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(headers):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    Console(width=120).print(table)
