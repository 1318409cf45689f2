"""Simple random samples within strata, keyed by a hash of seed and unit id: the same units however the frame is sorted.

A unit's hash does not depend on the other units, so that drawing more extends a sample instead of replacing it.
Source: sequential (permanent random number) sampling, Ohlsson (1995), in Business Survey Methods, ch. 9.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.core.errors import DesignError, near_miss, problem


@dataclass(frozen=True)
class Frame:
    """The list a sample is drawn from: one unit id (text) and one stratum a row. Raises DesignError for a unit twice."""

    unit: pd.Series
    stratum: pd.Series

    def __post_init__(self) -> None:
        doubled = self.unit[self.unit.duplicated(keep=False)]
        faults = [problem("G02", path="unit", id=name, rows=[int(row) for row in rows.index])
                  for name, rows in doubled.groupby(doubled)]
        if faults:
            raise DesignError(faults)


@dataclass(frozen=True)
class Design:
    """`n` units in every stratum, or by stratum; with `take_all`, all of a stratum that has fewer."""

    n: int | Mapping[str, int]
    take_all: bool = True

    def size(self, stratum: str) -> int:
        """Units asked for in one stratum."""
        return self.n if isinstance(self.n, int) else self.n[stratum]


def draw(frame: Frame, design: Design, seed: int) -> pd.DataFrame:
    """Draw the sample: unit, stratum, replicate (1), inclusion_probability in (0, 1], weight = its inverse.

    Sorted by stratum and unit. Raises DesignError where a stratum has fewer units than asked for (unless take_all), or
    where the design names a stratum that the frame does not have.
    """
    table = pd.DataFrame({"unit": frame.unit.astype(str), "stratum": frame.stratum.astype(str)})
    sizes = table["stratum"].value_counts().sort_index()
    named = [] if isinstance(design.n, int) else sorted(set(design.n) - set(sizes.index))
    faults = [problem("U02", path="stratum", id=name, hint=near_miss(name, sizes.index)) for name in named]
    strata = [name for name in sizes.index if isinstance(design.n, int) or name in design.n]
    asked = pd.Series({name: design.size(name) for name in strata}, dtype=int)
    for name in strata:
        if asked[name] > sizes[name] and not design.take_all:
            faults.append(problem("G01", path="n", community=name, n=asked[name], size=sizes[name]))
    if faults:
        raise DesignError(faults)
    taken = asked.clip(upper=sizes[strata])
    table = table.assign(key=unit_keys(frame.unit, seed))
    table = table[table["stratum"].isin(strata)].sort_values(["stratum", "key", "unit"])
    kept = table[table.groupby("stratum").cumcount() < table["stratum"].map(taken)]
    probability = kept["stratum"].map(taken / sizes[strata])
    drawn = kept[["unit", "stratum"]].assign(replicate=1, inclusion_probability=probability, weight=1 / probability)
    return drawn.sort_values(["stratum", "unit"], ignore_index=True)


def unit_keys(unit: pd.Series, seed: int) -> np.ndarray:
    """A 64-bit random number for each unit id, the same for the same seed and id wherever it is computed."""
    key = hashlib.blake2b(str(seed).encode(), digest_size=8).hexdigest()
    hashed = pd.util.hash_array(unit.astype(str).to_numpy(dtype=object), hash_key=key, categorize=False)
    return np.asarray(hashed, dtype=np.uint64)
