"""Columns of a survey table as numpy arrays: codes of a classification, numbers of an item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.core.errors import DesignError, Problem, near_miss, problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
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


def codes_of(values: pd.Series[Any]) -> tuple[Ints, pd.Index[Any]]:
    """Number of each row's value among the sorted distinct values (n,), -1 where missing; and these values."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iu":
        held = values.to_numpy()
        changed = held[1:] != held[:-1]
        if (held[1:] >= held[:-1]).all():  # in order already: count the changes
            starts = np.r_[0, np.flatnonzero(changed) + 1]
            return np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(held)])), pd.Index(held[starts])
    code, distinct = pd.factorize(values, sort=True)
    return code.astype(np.int64, copy=False), pd.Index(distinct)


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

    def complete_codes(self, name: str, path: str) -> tuple[Ints, pd.Index[Any]]:
        """`codes_of` a column that may have nothing missing: DesignError [E02]."""
        code, labels = self.codes(name)
        if (code < 0).any():
            none = code < 0
            raise DesignError(problem("E02", path=f"{path}='{name}'", count=int(none.sum()), row=int(none.argmax())))
        return code, labels


def crossed(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Numbers of the pairs (first, second) that occur, in order of the pair (n,), -1 if either is; and a row of each pair."""
    width = int(second.max(initial=0)) + 1
    key = np.where((first < 0) | (second < 0), -1, first * width + second)
    span = (int(first.max(initial=0)) + 1) * width
    if span <= 4 * len(key) + 1000:  # few enough to count without sorting
        place = np.full(span + 1, -1, dtype=np.int64)
        place[key[::-1]] = np.arange(len(key) - 1, -1, -1)
        place[-1] = -1
        met = place >= 0
        number = np.cumsum(met) - 1
        number[-1] = -1
        return number[key], place[met]
    found, row, code = np.unique(key, return_index=True, return_inverse=True)
    none = int(len(found) > 0 and found[0] == -1)
    return code.astype(np.int64, copy=False) - none, row[none:].astype(np.int64, copy=False)


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
