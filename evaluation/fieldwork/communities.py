"""The communities of a round: ids that are safe to name folders by, names, sizes and declared scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.core.csvfile import read_table, rows_where, tidy
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.core.files import is_safe_id
from evaluation.declare.round import RoundFile
from evaluation.declare.rubric import Rubric
from evaluation.fieldwork.columns import refused_columns

DECLARED = "declared_"
NAMES = {"zh": "name_zh", "en": "name_en"}
NOT_APPLICABLE = "not_applicable"
Faults = list[Problem]


def read_communities(folder: Path, declared: RoundFile, rubric: Rubric) -> tuple[pd.DataFrame, Faults]:
    """communities.csv, indexed by id: name_zh, name_en, sizes, and `declared_<indicator>` on 0-100 where stated.

    Raises DataError with every fault; returns warnings. Blank declared scores are NaN.
    """
    file = folder / declared.communities.file
    table = read_table(file, declared.communities.encoding)
    if "id" not in table:
        raise DataError(problem("C01", file, 1, "id", hint=near_miss("id", table.columns)))
    faults = _not_contact(refused_columns(file, table.columns))
    warnings: Faults = []
    for column in table.columns:
        table[column], wide = tidy(table[column])
        if wide:
            warnings.append(problem("A07", file, wide[0], column, rows=wide, count=len(wide), warning=True))
    unsafe = ~table["id"].map(is_safe_id).astype(bool)
    for row in rows_where(unsafe, table.index):
        faults.append(problem("C02", file, row, "id", id=table.at[row, "id"]))
    for name, rows in table.groupby(table["id"].str.casefold()):
        if len(rows) > 1:
            faults.append(problem("C03", file, int(rows.index[1]), "id", id=name, rows=[int(row) for row in rows.index]))
    sizes = {answers.population for answers in declared.answers.values() if answers.population}
    for column in sorted(sizes):
        faults += _number(table, column, file, low=1, whole=True, needed=True)
    known = [f"{DECLARED}{indicator.id}" for indicator in rubric.indicators]
    for column in [column for column in table.columns if column.startswith(DECLARED)]:
        if column not in known:
            faults.append(problem("C05", file, 1, column, hint=near_miss(column, known)))
            continue
        faults += _number(table, column, file, low=0, high=100)
    if declared.declared_at_least is not None:
        faults += _undeclared(table, known, file)
    if NOT_APPLICABLE in table:
        ids = {indicator.id for indicator in rubric.indicators}
        for number, text in table[NOT_APPLICABLE].items():
            for name in _parts(text) - ids:
                hint = near_miss(name, ids)
                faults.append(problem("C06", file, int(str(number)), NOT_APPLICABLE, name=name, hint=hint))
    if faults:
        raise DataError(faults)
    return _named(table.set_index("id")), warnings


def _undeclared(table: pd.DataFrame, known: list[str], file: Path) -> Faults:
    """Declared scores that are missing, where the round asks for them and the indicator applies."""
    faults = []
    exempt = table.get(NOT_APPLICABLE, pd.Series("", index=table.index)).map(_parts)
    for column in known:
        blank = table[column].isna() if column in table else pd.Series(True, index=table.index)
        indicator = column.removeprefix(DECLARED)
        applies = [indicator not in given for given in exempt]
        rows = rows_where(blank.to_numpy(dtype=bool) & np.array(applies), table.index)
        if rows and len(rows) == len(table):
            faults.append(problem("C01", file, 1, column, hint=near_miss(column, table.columns)))
        elif rows:
            faults.append(problem("C09", file, rows[0], column, rows=rows))
    return faults


def _parts(text: object) -> set[str]:
    """Ids in a cell such as `3.4;4.2`."""
    return {part.strip() for part in str(text).replace("；", ";").split(";") if part.strip()}


def _not_contact(faults: Faults) -> Faults:
    """A community has a name and perhaps an address of its office; only residents' contact data are refused."""
    return [fault for fault in faults if fault.code != "S04"]


def communities_from_answers(ids: pd.Series, minimum: int) -> pd.DataFrame:
    """Communities that have at least `minimum` rows of answers, named by their ids."""
    counts = ids.value_counts()
    kept = sorted(str(name) for name in counts.index[counts >= minimum] if is_safe_id(str(name)))
    return _named(pd.DataFrame(index=pd.Index(kept, name="id")))


def _named(table: pd.DataFrame) -> pd.DataFrame:
    fallback = table.get("name", table.index.to_series())
    for column in NAMES.values():
        given = table.get(column, fallback)
        table[column] = given.where(given != "", table.index.to_series())
    return table.sort_index()


def _number(table: pd.DataFrame, column: str, file: Path, *, low: float, high: float = np.inf, whole: bool = False,
            needed: bool = False) -> Faults:
    """Turn a column into numbers in place; faults for what is not one, or not within bounds."""
    if column not in table:
        return [problem("C01", file, 1, column, hint=near_miss(column, table.columns))]
    text = table[column]
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    wrong = ~(numbers.between(low, high) & np.isfinite(numbers) & ((numbers % 1 == 0) | (not whole)))
    wrong &= (text != "") | needed
    table[column] = numbers
    kind = "1, 2, 3, …" if whole else f"{low:g}–{high:g}"
    return [problem("C04", file, row, column, value=text.at[row], expected=kind) for row in rows_where(wrong, text.index)]
