"""The draw: a design and a seed pick units of a frame, the same ones however the frame is ordered."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from evaluation.core.errors import DesignError, near_miss, problem
from evaluation.sampling import selection
from evaluation.sampling.allocation import allocate
from evaluation.sampling.design import Design
from evaluation.sampling.frame import Frame, Ints, Levels
from evaluation.sampling.keys import Floats, seed_number, uniform, unit_keys


def draw(frame: Frame, design: Design, seed: int, extends: pd.DataFrame | None = None,
         apart_from: pd.DataFrame | None = None) -> pd.DataFrame:
    """Draw the sample: columns unit, stratum, (cluster,) replicate, inclusion_probability in (0, 1], weight = its inverse.

    Rows are in order of stratum and of the draw; `replicate` counts from 1 (all 1 unless the design has replicates).
    extends: an earlier sample of the same frame and seed that this one keeps whole, replicate numbers too. apart_from: a
    sample none of whose units is drawn again; the probabilities hold if it was drawn simply within the same strata. Both
    are for simple random selection [G16]. A unit whose share is above 1 is taken with certainty, and a warning names it
    [G18]. DesignError: more units asked than there are [G05, G01], strata the frame lacks [G26], an earlier sample that
    this design and seed do not hold [G17], clusters that lie in two strata [G19].
    """
    if design.clusters is not None:
        return _two_stages(frame, design, seed, extends, apart_from)
    code, names = frame.strata(design.columns)
    counts = np.bincount(code, minlength=len(names))
    earlier, out = _rows_of(frame, extends, "extends"), _rows_of(frame, apart_from, "apart_from")
    if design.method != "simple_random" and (extends is not None or apart_from is not None):
        raise DesignError(problem("G16", path="extends" if extends is not None else "apart_from", method=design.method))
    available = counts - np.bincount(code[out], minlength=len(names))
    least = np.bincount(code[earlier], minlength=len(names))
    n = _sizes(design, names, counts, available, least)
    keys = unit_keys(frame.hashes, seed)
    if design.method == "simple_random":
        if len(out):
            kept = np.ones(len(code), dtype=bool)
            kept[out] = False
            inside = np.flatnonzero(kept)
            rows = inside[selection.simple_random(code[inside], keys[inside], available, n)]
        else:
            rows = selection.simple_random(code, keys, counts, n)
        probability = (n / np.maximum(counts, 1))[code[rows]]
    else:
        rows, probability = _unequal(frame, design, seed, code, names, counts, n)
    if not np.isin(earlier, rows).all():
        raise DesignError(problem("G17", path="extends", count=int((~np.isin(earlier, rows)).sum())))
    return _table(frame, design, rows, code, names, probability, n, extends)


def _unequal(frame: Frame, design: Design, seed: int, code: Ints, names: list[Levels], counts: Ints,
             n: Ints) -> tuple[Ints, Floats]:
    """Rows and their probabilities for the methods other than simple random."""
    keys = unit_keys(frame.hashes, seed, "order")
    size = np.ones(len(code)) if design.size is None or design.method == "systematic" else frame.numbers(design.size, "size")
    probability, certain = selection.proportional_to_size(code, size, n)
    if certain.any() and design.method != "systematic":
        over = frame.table[frame.unit].iloc[np.flatnonzero(certain & (n < counts)[code])].astype(str).tolist()
        if over:
            told = problem("G18", path=design.size or "", count=len(over), units=over[:5], warning=True)
            warnings.warn(str(told), stacklevel=3)
    if design.method == "poisson":
        rows = selection.poisson(code, unit_keys(frame.hashes, seed), probability)
    elif design.method == "brewer":
        rows = selection.brewer(code, frame.hashes, probability, certain, n, seed)
    else:
        start = uniform(np.array([seed_number(seed, "start", *name) for name in names], dtype=np.uint64))
        rows = selection.systematic(code, frame.order(design.ordered_by, keys), probability, start)
    return rows, probability[rows]


def _sizes(design: Design, names: list[Levels], counts: Ints, available: Ints, least: Ints) -> Ints:
    """Units to draw in each stratum (H,)."""
    groups: dict[Any, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(name[0] if design.by else "all", []).append(place)
    given = design.n
    if design.allocation == "fixed":
        return _fixed(design, names, available)
    unknown = [name for name in given if str(name) not in groups] if isinstance(given, Mapping) else []
    faults = [problem("G26", path="n", id=name, hint=near_miss(str(name), groups)) for name in unknown]
    asked = {str(name): count for name, count in given.items()} if isinstance(given, Mapping) else dict.fromkeys(groups, given)
    n = np.zeros(len(names), dtype=np.int64)
    for name, places in groups.items():
        want, there = asked.get(name, 0), int(available[places].sum())
        if want > there and not design.whole_if_fewer:
            faults.append(problem("G01", path="n", community=name, n=want, size=there))
            continue
        want = min(want, there)
        if len(places) == 1:
            n[places] = max(want, int(least[places[0]]))
        elif want:
            n[places] = _allocated(design, [names[place] for place in places], available[places], least[places], want)
    if faults:
        raise DesignError(faults)
    return n


def _allocated(design: Design, names: list[Levels], available: Ints, least: Ints, n: int) -> Ints:
    """The allocation within one level of `by`; strata go by their own names there."""
    own = [_own(design, name) for name in names]
    sizes = pd.Series(available, index=own)
    here = {key: _here(value, own) for key, value in (("sd", design.sd), ("cost", design.cost))}
    minimum = np.maximum(np.minimum(design.minimum, available), least)
    take_all = [name for name in design.take_all if name in own]
    found = allocate(sizes, n, design.allocation, minimum=minimum, power=design.power, take_all=take_all, **here)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _own(design: Design, name: Levels) -> str:
    """A stratum's name within its level of `by`."""
    return "/".join(name[1:] if design.by and len(name) > 1 else name)


def _here(given: Any, own: list[str]) -> Any:
    """The numbers of the strata that there are here, of numbers by stratum."""
    if isinstance(given, (Mapping, pd.Series)):
        return {str(name): value for name, value in given.items() if str(name) in own}
    return given


def _fixed(design: Design, names: list[Levels], available: Ints) -> Ints:
    assert isinstance(design.n, Mapping)
    own = [_own(design, name) for name in names]
    asked = {str(name): count for name, count in design.n.items()}
    faults = [problem("G26", path="n", id=name, hint=near_miss(name, own)) for name in asked if name not in own]
    n = np.array([asked.get(name, 0) for name in own], dtype=np.int64)
    if design.whole_if_fewer:
        n = np.minimum(n, available)
    faults += [problem("G01", path="n", community="/".join(names[place]), n=int(n[place]), size=int(available[place]))
               for place in np.flatnonzero(n > available)]
    if faults:
        raise DesignError(faults)
    return n


def _two_stages(frame: Frame, design: Design, seed: int, extends: pd.DataFrame | None,
                apart_from: pd.DataFrame | None) -> pd.DataFrame:
    """Clusters by the design, then `within` units of each, simply."""
    if extends is not None or apart_from is not None:
        raise DesignError(problem("G16", path="extends" if extends is not None else "apart_from", method="clusters"))
    assert design.clusters is not None
    cluster, levels = frame.strata((design.clusters,))
    ids = [level[0] for level in levels]
    code, _ = frame.strata(design.columns)
    first = np.unique(cluster, return_index=True)[1]
    astray = np.flatnonzero(code != code[first][cluster])
    if len(astray):
        raise DesignError(problem("G19", path=design.clusters, cluster=ids[cluster[astray[0]]]))
    table = frame.table.iloc[first].assign(**{frame.unit: ids})
    if design.size is not None:
        table[design.size] = np.bincount(cluster, frame.numbers(design.size, "size"))
    above = Design(**{**vars(design), "clusters": None, "within": None})
    drawn = draw(Frame(table, frame.unit), above, seed)
    chosen = pd.Index(ids).get_indexer(pd.Index(drawn["unit"]))
    counts = np.bincount(cluster)
    n = np.zeros(len(ids), dtype=np.int64)
    n[chosen] = counts[chosen] if design.within is None else np.minimum(design.within, counts[chosen])
    rows = selection.simple_random(cluster, unit_keys(frame.hashes, seed, "within"), counts, n)
    at = pd.Series(range(len(drawn)), index=chosen)[cluster[rows]].to_numpy()
    probability = drawn["inclusion_probability"].to_numpy()[at] * (n / counts)[cluster[rows]]
    order = np.argsort(at, kind="stable")
    rows, at, probability = rows[order], at[order], probability[order]
    return pd.DataFrame({
        "unit": frame.table[frame.unit].astype(str).to_numpy()[rows], "stratum": drawn["stratum"].to_numpy()[at],
        "cluster": drawn["unit"].to_numpy()[at], "replicate": drawn["replicate"].to_numpy()[at],
        "inclusion_probability": probability, "weight": 1 / probability})


def _rows_of(frame: Frame, sample: pd.DataFrame | None, path: str) -> Ints:
    """Rows of the frame that an earlier sample holds."""
    if sample is None:
        return np.zeros(0, dtype=np.int64)
    rows = pd.Index(frame.table[frame.unit].astype(str)).get_indexer(pd.Index(sample["unit"].astype(str)))
    if (rows < 0).any():
        raise DesignError(problem("G17", path=path, count=int((rows < 0).sum())))
    return rows.astype(np.int64)


def _table(frame: Frame, design: Design, rows: Ints, code: Ints, names: list[Levels], probability: Floats, n: Ints,
           extends: pd.DataFrame | None) -> pd.DataFrame:
    labels = pd.array(["/".join(name) for name in names], dtype="str")
    sample = pd.DataFrame({"unit": frame.table[frame.unit].astype(str).array.take(rows), "stratum": labels.take(code[rows]),
                           "replicate": 1, "inclusion_probability": probability, "weight": 1 / probability})
    if design.replicate:
        sample["replicate"] = _replicates(design, rows, code, names, n, sample, extends)
    return sample


def _replicates(design: Design, rows: Ints, code: Ints, names: list[Levels], n: Ints, sample: pd.DataFrame,
                extends: pd.DataFrame | None) -> Ints:
    """Numbers of replicates: every replicate spreads over the strata as the sample does; earlier numbers stay."""
    group = pd.factorize(pd.Series([name[0] if design.by else "all" for name in names]))[0][code[rows]]
    stratum = code[rows]
    rank = np.arange(len(rows)) - np.searchsorted(stratum, stratum)
    before = np.zeros(len(rows), dtype=np.int64)
    if extends is not None:
        numbers = pd.Series(extends["replicate"].to_numpy(), index=extends["unit"].astype(str))
        before = sample["unit"].map(numbers).fillna(0).to_numpy(dtype=np.int64)
    order = np.lexsort((stratum, (rank + 0.5) / n[stratum], before == 0, group))
    begins = np.searchsorted(group[order], group[order])
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = (np.arange(len(rows)) - begins) // int(design.replicate or 1) + 1
    return np.where(before > 0, before, number)
