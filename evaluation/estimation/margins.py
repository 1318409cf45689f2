"""Known totals of classifications, as users write them, checked against the sample."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from evaluation.core.errors import DesignError, Problem, problem
from evaluation.estimation.codes import Ints, crossed
from evaluation.estimation.columns import Floats, checked
from evaluation.estimation.design import SurveyDesign

Totals = Mapping[Any, float] | pd.Series | pd.DataFrame
MarginLike = Mapping[Any, Totals] | pd.Series


@dataclass(frozen=True, eq=False)
class Margin:
    """One margin: its columns, the number of each row's cell (n,), the cells' labels, and the total asked of each cell."""

    columns: tuple[str, ...]
    cell: Ints
    labels: tuple[Hashable, ...]
    totals: Floats

    @property
    def name(self) -> str:
        """The columns, joined by ×."""
        return " × ".join(self.columns)


def margins_of(design: SurveyDesign, given: MarginLike | Sequence[MarginLike], within: str | None = None) -> list[Margin]:
    """The margins of {column: {level: total}}, {(column, column): {(level, level): total}}, or a list of such.

    A margin may also be a Series of totals whose index is named after its columns, as `value_counts` gives it. `within`: the
    totals are given per level of that column, as {(level of within, level): total} or as a table with one row a level of
    `within` and one column a level. DesignError that tells all faults: unknown columns [E01], missing values [W01], levels
    without a total [W02], totals without anyone in the sample [W03], totals that are not above 0 [W04], rows without a weight
    [W06], sums that differ from margin to margin [W05].
    """
    pairs = [pair for margin in ([given] if isinstance(given, (Mapping, pd.Series)) else given) for pair in _pairs(margin)]
    if not pairs:
        raise DesignError(problem("W04", path="margins", cells="{}"))
    columns = [([within] if within else []) + ([key] if isinstance(key, str) else list(key)) for key, _ in pairs]
    named = [name for names in columns for name in names]
    checked(design.data, named, "margins")
    design.columns.number(named)
    faults: list[Problem] = []
    margins = [_margin(design, names, _flat(totals), faults) for names, (_, totals) in zip(columns, pairs, strict=True)]
    zero = int((design.weight[slice(None) if design.active is None else design.active] == 0).sum())
    if zero:
        faults.append(problem("W06", path=f"margin '{margins[0].name}'", count=zero))
    if not faults:
        faults += _disagreements(margins, within)
    if faults:
        raise DesignError(faults)
    return margins


def _pairs(margin: MarginLike) -> list[tuple[Any, Totals]]:
    """Columns and their totals, of one margin as users write it."""
    if isinstance(margin, pd.Series):
        names = [name for name in margin.index.names if name is not None] or [margin.name]
        return [(str(names[0]) if len(names) == 1 else tuple(names), margin)]
    tables = (Mapping, pd.Series, pd.DataFrame)
    if not isinstance(margin, Mapping) or not all(isinstance(part, tables) for part in margin.values()):
        raise DesignError(problem("W04", path="margins", cells=str(margin)))
    return list(margin.items())


def _flat(totals: Totals) -> dict[Any, float]:
    if isinstance(totals, pd.DataFrame):
        return _flat(totals.stack())
    held: Mapping[Any, Any] = totals.to_dict() if isinstance(totals, pd.Series) else totals
    numbers = pd.to_numeric(pd.Series(list(held.values()), dtype=object), errors="coerce").fillna(np.inf)  # told as not finite
    return dict(zip(held, numbers.astype(float).tolist(), strict=True))


def _margin(design: SurveyDesign, columns: list[str], totals: dict[Any, float], faults: list[Problem]) -> Margin:
    """The margin; what is wrong with it goes to `faults`."""
    path = f"margin '{' × '.join(columns)}'"
    codes = [design.columns.codes(column)[0] for column in columns]
    for column, code in zip(columns, codes, strict=True):
        missing = int((code < 0 if design.active is None else (code < 0) & design.active).sum())
        if missing:
            faults.append(problem("W01", path=path, name=column, count=missing))
    if design.active is not None:
        codes[0] = np.where(design.active, codes[0], -1)
    cell, rows = crossed(*codes)
    levels = [design.columns.codes(column)[1][code[rows]].tolist() for column, code in zip(columns, codes, strict=True)]
    labels: tuple[Any, ...] = tuple(levels[0]) if len(columns) == 1 else tuple(zip(*levels, strict=True))
    found = np.array([totals.get(label, np.nan) for label in labels], dtype=float)
    untold = [label for label, total in zip(labels, found, strict=True) if np.isnan(total)]
    known = set(labels)
    unmet = [key for key, total in totals.items() if key not in known and total != 0]
    if untold:
        faults.append(problem("W02", path=path, levels=untold, hint=[str(key) for key in unmet or totals][:5]))
    if unmet:
        faults.append(problem("W03", path=path, levels=unmet))
    wrong = [key for key, total in totals.items() if not np.isfinite(total) or total < 0 or (total == 0 and key in known)]
    if wrong:
        faults.append(problem("W04", path=path, cells=wrong))
    return Margin(tuple(columns), cell, labels, found)


def shared_blocks(margins: Sequence[Margin], design: SurveyDesign) -> Ints:
    """Number of the group (n,) in which the margins work: the columns that all of them share; one group if there are none."""
    shared = [column for column in margins[0].columns if all(column in margin.columns for margin in margins)]
    if not shared:
        return np.zeros(len(design), dtype=np.int64)
    return crossed(*(np.maximum(design.columns.codes(column)[0], 0) for column in shared))[0]


def _disagreements(margins: Sequence[Margin], within: str | None) -> list[Problem]:
    """Margins whose totals do not add up to the first margin's, by level of `within`."""
    def sums(margin: Margin) -> pd.Series[Any]:
        keys = [label[0] if within and isinstance(label, tuple) else "" for label in margin.labels]
        return pd.Series(margin.totals).groupby(pd.Index(keys)).sum()

    first = sums(margins[0])
    faults = []
    for margin in margins[1:]:
        other = sums(margin).reindex(first.index)
        apart = np.flatnonzero(~(np.abs(other.to_numpy() / first.to_numpy() - 1) < 1e-8))
        if len(apart):
            where = f"{within}={first.index[apart[0]]}: " if within else ""
            faults.append(problem("W05", path=f"margin '{margin.name}'", where=where, sum=f"{other.iloc[apart[0]]:.10g}",
                                  first=margins[0].name, expected=f"{first.iloc[apart[0]]:.10g}"))
    return faults
