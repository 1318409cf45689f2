"""The list a sample is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.core.errors import DesignError, near_miss, problem
from evaluation.sampling.keys import Floats, Keys, id_hashes

Ints = NDArray[np.int64]
Levels = tuple[str, ...]


class Frame:
    """One row a unit; `unit` names the column of ids, which are text, complete, and never twice.

    The ids are hashed and the strata numbered once, so that many samples can be drawn of a large frame. The table is not
    changed; only ids and strata go into a sample. DesignError that tells all faults: no such column [U03], an empty table or
    id [G11], an id twice [G02].
    """

    def __init__(self, table: pd.DataFrame, unit: str = "unit") -> None:
        self.table, self.unit = table, unit
        self._strata: dict[tuple[str, ...], tuple[Ints, list[Levels]]] = {}
        ids = self.column(unit, "unit")
        if len(table) == 0 or ids.isna().any() or (ids.astype(str).str.strip() == "").any():
            raise DesignError(problem("G11", path=unit))
        doubled = ids[ids.duplicated(keep=False)]
        if len(doubled):
            raise DesignError([problem("G02", path=unit, id=name, rows=[int(row) for row in np.flatnonzero(ids == name)])
                               for name in doubled.unique()[:20]])
        self.hashes: Keys = id_hashes(ids)

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str, path: str) -> pd.Series:
        """A column of the table; DesignError with the nearest name if there is none [G12]."""
        if name not in self.table:
            raise DesignError(problem("G12", path=path, name=name, hint=near_miss(name, map(str, self.table.columns))))
        return self.table[name]

    def strata(self, columns: Sequence[str]) -> tuple[Ints, list[Levels]]:
        """Number of each unit's stratum (n,), in order of the levels; and the levels of each, one a column.

        Without columns all units are one stratum, ("all",). DesignError: a unit without a stratum [G13].
        """
        key = tuple(columns)
        if key not in self._strata:
            self._strata[key] = self._numbered(key)
        return self._strata[key]

    def _numbered(self, columns: tuple[str, ...]) -> tuple[Ints, list[Levels]]:
        code = np.zeros(len(self), dtype=np.int64)
        names: list[Levels] = [()] if columns else [("all",)]
        for column in columns:
            level, values = pd.factorize(self.column(column, "strata"), sort=True)
            if (level < 0).any():
                raise DesignError(problem("G13", path=column, unit=self.table[self.unit].iloc[int((level < 0).argmax())]))
            both = code * len(values) + level
            met = np.flatnonzero(np.bincount(both))
            code = np.searchsorted(met, both)
            names = [(*names[pair // len(values)], str(values[pair % len(values)])) for pair in met.tolist()]
        return code.astype(np.int64), names

    def numbers(self, column: str, path: str) -> Floats:
        """A measure of size (n,): DesignError where it is not above 0 [G14]."""
        values = pd.to_numeric(self.column(column, path), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        wrong = ~(values > 0) | ~np.isfinite(values)
        if wrong.any():
            first = self.table[self.unit].iloc[int(wrong.argmax())]
            raise DesignError(problem("G14", path=column, count=int(wrong.sum()), unit=first))
        return values

    def order(self, columns: Sequence[str], keys: Keys) -> Ints:
        """Place of each unit (n,) when sorted by the columns, then by keys."""
        by: list[Any] = [keys] + [pd.factorize(self.column(name, "order_by"), sort=True)[0] for name in reversed(columns)]
        place = np.empty(len(self), dtype=np.int64)
        place[np.lexsort(by)] = np.arange(len(self))
        return place
