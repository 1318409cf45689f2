"""Classifications as whole numbers: the distinct values of a column, and the combinations of several columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]


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


def crossed(*codes: Ints) -> tuple[Ints, Ints]:
    """Numbers of the combinations of several codes that occur, in order (n,), -1 where one is; and the first row of each."""
    key, spare = codes[0], 4 * len(codes[0]) + 1000  # as many as are counted without sorting
    span = int(key.max(initial=0)) + 1
    for code in codes[1:]:
        width = int(code.max(initial=0)) + 1
        if span * width > spare and span > len(key):
            key = _numbered(key, span, spare)[0]
            span = int(key.max(initial=0)) + 1
        gaps = key.min(initial=0) < 0 or code.min(initial=0) < 0
        key = np.where((key < 0) | (code < 0), -1, key * width + code) if gaps else key * width + code
        span *= width
    return _numbered(key, span, spare)


def _numbered(key: Ints, span: int, spare: int) -> tuple[Ints, Ints]:
    """The keys (n,) in [0, span), numbered in order, -1 kept; and the first row of each."""
    if span <= spare:
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
