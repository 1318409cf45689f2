"""Design variances of many domains at once: sort the rows by domain, stratum and unit, reduce at the boundaries.

A domain keeps the whole design: units of a stratum that have nobody in the domain count with a total of 0. Only the pairs of
domain and stratum that occur are touched, so the work grows with the rows, never with domains x strata.
Formulas and sources: docs/methods.md, "Variance".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Bools, Floats
from evaluation.estimation.stages import Stage

LONELY = ("fail", "remove", "certainty", "adjust", "average")


@dataclass(frozen=True, eq=False)
class Level:
    """One stage of the sorted rows: where units, strata and the groups above them begin.

    units: first row of each unit (None = every row). strata: first unit of each stratum. groups: first stratum of each
    group, which is a domain in the first stage and a unit of the stage before in later ones. domains: domain of each group.
    drawn: units drawn in each stratum, in the domain or not. factor: (1 - n/N) of each stratum times the fractions of the
    stages above; spread: n/(n-1), 0 where n = 1. lonely: strata with one unit drawn of several.
    """

    units: Ints | None
    strata: Ints
    inside: Ints
    groups: Ints
    domains: Ints
    drawn: Floats
    factor: Floats
    spread: Floats
    lonely: Bools
    labels: tuple[str, ...]
    stratum: Ints


def _starts(*keys: Ints) -> Ints:
    """Rows at which one of the sorted keys (n,) changes."""
    changed = np.zeros(len(keys[0]), dtype=bool)
    changed[:1] = True
    for key in keys:
        changed[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changed)


def sorted_order(keys: list[Ints]) -> Ints | None:
    """The stable order of rows by the keys, first key first; None if they are in order already."""
    different = [key for number, key in enumerate(keys) if not any(key is other for other in keys[:number])]
    falls = np.zeros(len(keys[0]) - 1, dtype=bool)
    level = np.ones(len(keys[0]) - 1, dtype=bool)  # rows that are alike in the keys so far
    for key in different:
        falls |= level & (key[1:] < key[:-1])
        level &= key[1:] == key[:-1]
    return np.lexsort(different[::-1]) if falls.any() else None


class Layout:
    """The rows of some domains in the order of a design.

    domain: number of each row's domain (n,), -1 = in none. `rows`: the sorted rows (None = all, as they are). `starts`:
    first sorted row of each domain. Every domain 0 … count-1 must occur.
    """

    def __init__(self, stages: tuple[Stage, ...], weight: Floats, domain: Ints) -> None:
        kept = None if (domain >= 0).all() else np.flatnonzero(domain >= 0)
        keys = [domain]
        for stage in stages:
            keys += [stage.stratum] if stage.unit is None else [stage.stratum, stage.unit]
        if kept is not None:
            keys = [key[kept] for key in keys]
        order = sorted_order(keys)
        if order is not None:
            keys = [key[order] for key in keys]
        self.rows = order if kept is None else kept if order is None else kept[order]
        self.domain = keys[0]
        self.starts = _starts(keys[0])
        self.sizes = np.diff(np.r_[self.starts, len(self.domain)])
        self.weight = self.take(weight)
        self.levels = _levels(stages, keys)
        first = self.levels[0]
        #: a domain lies in one stratum in which every row is a unit: deviations from its mean need no second centring
        self.plain = bool(len(self.levels) == 1 and first.units is None and len(first.strata) == len(self.starts)
                          and not first.lonely.any())

    def forgive(self, domains: Bools) -> None:
        """Let lonely units of some domains (D,) add nothing, whatever the policy."""
        first = self.levels[0]
        within = np.repeat(first.domains, np.diff(np.r_[first.groups, len(first.strata)]))
        self.levels[0] = replace(first, lonely=first.lonely & ~domains[within])

    def take(self, values: Floats) -> Floats:
        """Values of the input's rows (n,) in sorted order."""
        return values if self.rows is None else values[self.rows]

    def sums(self, values: Floats) -> Floats:
        """Sums of sorted rows by domain."""
        return np.add.reduceat(values, self.starts)

    def spread(self, by_domain: Floats) -> Floats:
        """A value of each domain, repeated for its sorted rows."""
        return np.repeat(by_domain, self.sizes)

    def variance(self, values: Floats, lonely_psu: str, centred: bool = False) -> Floats:
        """Variance of the total of weighted linearised values, sorted rows (n,), of each domain.

        `centred`: the values of a domain add up to 0, as those of a ratio do. Where lonely_psu is "fail" and a lonely unit
        counts: DesignError [E09].
        """
        if self.plain and centred:
            level = self.levels[0]
            return self.sums(values * values) * (level.factor * level.spread)
        result = np.zeros(len(self.starts))
        for number, level in enumerate(self.levels):
            np.add.at(result, level.domains, _stage_variance(level, values, lonely_psu, number + 1))
        return result


def _levels(stages: tuple[Stage, ...], keys: list[Ints]) -> list[Level]:
    levels: list[Level] = []
    above = [keys[0]]
    key = 1
    fraction = np.ones(len(keys[0]))
    for stage in stages:
        stratum = keys[key]
        unit = None if stage.unit is None else keys[key + 1]
        key += 1 if unit is None else 2
        strata_rows = _starts(*above, stratum)
        group_rows = _starts(*above)
        units = None if unit is None else _starts(*above, stratum, unit)
        strata = strata_rows if units is None else np.searchsorted(units, strata_rows)
        ends = np.r_[strata[1:], len(keys[0]) if units is None else len(units)]
        number = stratum[strata_rows]
        drawn = stage.sampled[number]
        left = stage.unsampled[number]
        with np.errstate(divide="ignore"):
            spread = np.where(drawn > 1, drawn / np.maximum(drawn - 1, 1), 0.0)
        levels.append(Level(units, strata, ends - strata, np.searchsorted(strata_rows, group_rows), keys[0][group_rows],
                            drawn, left * fraction[strata_rows], spread, (drawn == 1) & (left > 0), stage.names, number))
        if unit is None:
            break
        fraction = fraction * (stage.sampled / stage.population)[stratum]
        above = [*above, stratum, unit]
    return levels


def _stage_variance(level: Level, values: Floats, lonely_psu: str, number: int) -> Floats:
    """What one stage adds to the variance, by group."""
    totals = values if level.units is None else np.add.reduceat(values, level.units)
    mean = np.add.reduceat(totals, level.strata) / level.drawn
    squares = np.add.reduceat((totals - np.repeat(mean, level.inside)) ** 2, level.strata)
    squares += (level.drawn - level.inside) * mean**2
    part = level.factor * level.spread * squares
    if not level.lonely.any():
        return np.add.reduceat(part, level.groups)
    if lonely_psu == "fail":
        found = np.unique(level.stratum[level.lonely])
        labels = [level.labels[code] if level.labels else code for code in found]
        raise DesignError(problem("E09", path="lonely_psu", strata=labels, stage=number))
    if lonely_psu == "adjust":
        part = np.where(level.lonely, level.factor * (mean * level.drawn) ** 2, part)
    summed = np.add.reduceat(part, level.groups)
    if lonely_psu == "average":
        strata = np.diff(np.r_[level.groups, len(part)])
        known = np.add.reduceat((~level.lonely).astype(float), level.groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            summed = np.where(known > 0, summed * strata / known, np.nan)
    return np.asarray(summed, dtype=float)
