"""Columns of a survey table as numpy arrays: codes of a classification, numbers of an item."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from numbers import Number
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


def in_order(values: Any, data: pd.DataFrame) -> Any:
    """Values in the order of the table's rows: a Series with the table's own labels in another order is put right."""
    if not isinstance(values, pd.Series) or values.index.equals(data.index) or len(values) != len(data):
        return values
    unique = values.index.is_unique and data.index.is_unique
    return values.reindex(data.index) if unique and values.index.isin(data.index).all() else values


def names_of(columns: Any) -> list[str]:
    """One name or several, as a list; a name need not be text."""
    return list(columns) if isinstance(columns, (list, tuple, pd.Index, np.ndarray)) else [columns]


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
    if column.dtype == object and all(isinstance(value, Number) for value in column.dropna()):
        column = column.astype(float)
    kind = column.dtype
    if isinstance(kind, np.dtype) and kind.kind in "fiu":
        return column.to_numpy()
    if not (pd.api.types.is_bool_dtype(kind) or pd.api.types.is_numeric_dtype(kind)):
        raise DesignError(problem("E10", path="items", name=item, kind=kind))
    return column.to_numpy(dtype=float, na_value=np.nan)
