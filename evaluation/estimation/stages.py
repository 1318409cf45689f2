"""The stages of a sample: strata, units and sampled fractions of each, checked when the design is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evaluation.core.errors import DesignError, Problem, problem
from evaluation.estimation.codes import Ints, crossed
from evaluation.estimation.columns import Columns, Floats, absent, in_order


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling.

    stratum: number of each row's stratum (n,); strata of a later stage lie within the unit of the stage before.
    unit: number of each row's unit (n,), units within strata; None = every row is a unit.
    sampled, population: units drawn and units there are, by stratum (strata,); population is inf without correction.
    names: label of each stratum, for messages.
    """

    stratum: Ints
    unit: Ints | None
    sampled: Floats
    population: Floats
    names: tuple[str, ...]

    @property
    def unsampled(self) -> Floats:
        """1 - n/N of each stratum; 0 where less than a ten-millionth is left, as in R survey."""
        left = 1 - self.sampled / self.population
        return np.where(left < 1e-7, 0.0, left)


def column_of(data: pd.DataFrame, given: str | ArrayLike, path: str) -> Floats:
    """Numbers (n,) of a column's name, of one number for all rows, or of an array."""
    if isinstance(given, str):
        faults = absent(data, [given], path)
        if faults:
            raise DesignError(faults)
        values = pd.to_numeric(data[given], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    else:
        values = np.asarray(in_order(given, data), dtype=float)
        values = np.full(len(data), float(values)) if values.ndim == 0 else values
        if values.shape != (len(data),):
            raise DesignError(problem("E12", path=path, given=len(values), expected=len(data)))
    if np.isnan(values).any():
        raise DesignError(problem("E02", path=path, count=int(np.isnan(values).sum()), row=int(np.isnan(values).argmax())))
    return values


def stages_of(columns: Columns, strata: Sequence[str], psu: Sequence[str], fpc: Sequence[str | ArrayLike],
              nest: bool) -> tuple[Stage, ...]:
    """The stages of a design. Without `fpc` only the first is kept: later ones add nothing to its variance."""
    data = columns.data
    faults = absent(data, strata, "strata") + absent(data, psu, "psu")
    if len(fpc) > max(len(psu), 1):
        faults.append(problem("E13", path="fpc", stages=len(fpc), psus=max(len(psu), 1)))
    if len(strata) > max(len(psu), 1):
        faults.append(problem("E13", path="strata", stages=len(strata), psus=max(len(psu), 1)))
    if faults:
        raise DesignError(faults)
    stages: list[Stage] = []
    above: Ints | None = None
    for level in range(max(len(fpc), 1)):
        if level < len(strata):
            stratum, labels = columns.complete_codes(strata[level], "strata")
            names = [str(label) for label in labels] if len(labels) <= 1_000_000 else []
        elif level == 0:
            stratum, names = np.zeros(len(data), dtype=np.int64), ["—"]
        if above is not None:
            stratum, rows = crossed(above, stratum if level < len(strata) else np.zeros(len(data), dtype=np.int64))
            names = [f"{psu[level - 1]}={data[psu[level - 1]].iloc[row]}" for row in rows] if len(rows) <= 100_000 else []
        unit = _units(columns, psu[level], stratum, nest or above is not None) if level < len(psu) else None
        stages.append(_stage(data, stratum, unit, fpc[level] if level < len(fpc) else None, names, level))
        above = unit
    return tuple(stages)


def _units(columns: Columns, name: str, stratum: Ints, nested: bool) -> Ints:
    code, _ = columns.complete_codes(name, "psu")
    unit, _ = crossed(stratum, code)
    if not nested:
        per_code = np.bincount(code[np.unique(unit, return_index=True)[1]])
        if (per_code > 1).any():
            twice = columns.data[name].iloc[int((code == per_code.argmax()).argmax())]
            raise DesignError(problem("E05", path=f"psu='{name}'", psu=twice, count=int((per_code > 1).sum())))
    return unit


def _stage(data: pd.DataFrame, stratum: Ints, unit: Ints | None, fpc: str | ArrayLike | None,
           names: list[str], level: int) -> Stage:
    count = int(stratum.max(initial=-1)) + 1
    if unit is None:
        sampled = np.bincount(stratum, minlength=count).astype(float)
    else:
        first = np.unique(unit, return_index=True)[1]
        sampled = np.bincount(stratum[first], minlength=count).astype(float)
    population = np.full(count, np.inf)
    if fpc is not None:
        population = _population(column_of(data, fpc, "fpc"), stratum, sampled, names, f"fpc[{level}]")
    return Stage(stratum, unit, sampled, population, tuple(names))


def _population(given: Floats, stratum: Ints, sampled: Floats, names: list[str], path: str) -> Floats:
    """Units there are in each stratum, from sizes, or from fractions where none is above 1."""
    fraction = bool((given <= 1).all())
    if (given <= 0).any() or (not fraction and (given < 1).any()):
        raise DesignError(problem("E08", path=path, least=given.min(), most=given.max()))
    by_stratum = np.zeros(len(sampled))
    by_stratum[stratum] = given
    faults: list[Problem] = []
    varied = np.unique(stratum[by_stratum[stratum] != given])
    if len(varied):
        faults.append(problem("E06", path=path, strata=[names[code] if names else code for code in varied]))
    population = sampled / by_stratum if fraction else by_stratum
    small = np.flatnonzero(population < sampled * (1 - 1e-12))
    if len(small):
        faults.append(problem("E07", path=path, strata=[names[code] if names else code for code in small],
                              size=population[small[0]], sampled=int(sampled[small[0]])))
    if faults:
        raise DesignError(faults)
    return np.maximum(population, sampled)
