"""Columns of a survey table as numpy arrays: codes of a classification, numbers of an item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.core.errors import DesignError, Problem, near_miss, problem
from evaluation.estimation.codes import Ints, codes_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def one_of(value: str, known: Iterable[str], path: str) -> str:
    """The value, if it is a known word; DesignError [E11] with the nearest one if not."""
    names = list(known)
    if value not in names:
        raise DesignError(problem("E11", path=path, given=value, expected=names, hint=near_miss(str(value), names)))
    return value


def names_of(columns: str | Sequence[str]) -> list[str]:
    """One name or several, as a list."""
    return [columns] if isinstance(columns, str) else list(columns)


def absent(data: pd.DataFrame, columns: Iterable[str], path: str) -> list[Problem]:
    """A problem [E01] for each column that the table does not have."""
    known = [str(name) for name in data.columns]
    return [problem("E01", path=path, name=name, hint=near_miss(str(name), known))
            for name in columns if name not in data.columns]


def checked(data: pd.DataFrame, columns: Iterable[str], path: str) -> None:
    """DesignError [E01] that names every column the table does not have."""
    faults = absent(data, columns, path)
    if faults:
        raise DesignError(faults)


class Columns:
    """A survey table whose classifications are numbered once, when first asked for."""

    def __init__(self, data: pd.DataFrame) -> None:
        self.data = data
        self._codes: dict[str, tuple[Ints, pd.Index[Any]]] = {}

    def codes(self, name: str) -> tuple[Ints, pd.Index[Any]]:
        """`codes_of` the column."""
        if name not in self._codes:
            self._codes[name] = codes_of(self.data[name])
        return self._codes[name]

    def number(self, names: Iterable[str]) -> None:
        """Number several columns at once, on two threads: the hashing of strings lets others run."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self.codes, dict.fromkeys(names)))

    def complete_codes(self, name: str, path: str) -> tuple[Ints, pd.Index[Any]]:
        """`codes_of` a column that may have nothing missing: DesignError [E02]."""
        code, labels = self.codes(name)
        if (code < 0).any():
            none = code < 0
            raise DesignError(problem("E02", path=f"{path}='{name}'", count=int(none.sum()), row=int(none.argmax())))
        return code, labels


def numbers_of(data: pd.DataFrame, item: str) -> NDArray[Any]:
    """An item's numbers (n,), NaN = no answer; whole numbers stay whole. DesignError: absent [E01], not numbers [E10]."""
    checked(data, [item], "items")
    column = data[item]
    if isinstance(column, pd.DataFrame):
        raise DesignError(problem("E21", path="items", name=item))
    kind = column.dtype
    if isinstance(kind, np.dtype) and kind.kind in "fiu":
        return column.to_numpy()
    if not (pd.api.types.is_bool_dtype(kind) or pd.api.types.is_numeric_dtype(kind)):
        raise DesignError(problem("E10", path="items", name=item, kind=kind))
    return column.to_numpy(dtype=float, na_value=np.nan)
