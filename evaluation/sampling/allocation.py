"""How many units of each stratum: shares by a rule, within bounds, rounded so that they sum to what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evaluation.core.errors import DesignError, near_miss, problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

METHODS = ("proportional", "equal", "neyman", "power", "cost")


def allocate(sizes: Any, n: int, method: str = "proportional", sd: Any = None, minimum: Any = 0, cost: Any = None,
             power: float = 0.5, take_all: Any = None) -> Any:
    """Units of each stratum: whole numbers that sum to n, none above the stratum's size.

    sizes: units there are in each stratum; a Series, a mapping by stratum, or an array (H,), and so is the result. method:
    "proportional" to the sizes N; "equal"; "neyman", to N sd; "power", to N^power, times sd if given (Bankier: pass
    coefficients of variation); "cost", to N sd / sqrt(cost). sd, minimum, cost: one number, or one a stratum in the form of
    `sizes`. take_all: strata (names, or true/false) of which all units are taken. A stratum smaller than its share is taken
    whole and the rest goes to the others; a `minimum` above its size is its size. Rounded by largest remainder; ties go to
    the larger stratum, then to the first by name. DesignError: n above the frame [G05], minima above n [G06], sizes, sd,
    costs out of range [G07], unknown words [G08]. Sources: Cochran (1977), ch. 5; Bankier (1988); Hamilton's method.
    """
    names, size = _column(sizes)
    if method not in METHODS:
        raise DesignError(problem("G08", path="allocation", given=method, expected=METHODS, hint=near_miss(method, METHODS)))
    if (method in ("neyman", "cost") and sd is None) or (method == "cost" and cost is None):
        raise DesignError(problem("G09", path=f"allocation '{method}'", name="cost" if sd is not None else "sd"))
    spread, price, least = (_of(given, names, what) for given, what in ((sd, "sd"), (cost, "cost"), (minimum, "minimum")))
    ranges = (("sizes", size, 0), ("sd", spread, 0), ("cost", price, 1e-300), ("minimum", least, 0))
    wrong = [what for what, values, low in ranges
             if values is not None and not (np.isfinite(values) & (values >= low)).all()]
    if wrong or (size != np.round(size)).any():
        raise DesignError([problem("G07", path=what) for what in wrong or ["sizes"]])
    low = np.minimum(np.ceil(least), size) if least is not None else np.zeros(len(size))
    whole = _chosen(take_all, names)
    low = np.where(whole, size, low)
    if n > size.sum() or n < 0:
        raise DesignError(problem("G05", path="n", n=n, size=int(size.sum())))
    if low.sum() > n:
        raise DesignError(problem("G06", path="n", n=n, least=int(low.sum())))
    share = {"proportional": size, "equal": np.ones(len(size)), "power": size**power}.get(method, size)
    if spread is not None and method in ("neyman", "cost", "power"):
        share = share * spread
    if method == "cost" and price is not None:
        share = share / np.sqrt(price)
    return _as(sizes, _rounded(_bounded(share, low, size, n), low, size, n, names))


def _bounded(share: Floats, low: Floats, high: Floats, n: int) -> Floats:
    """Shares times the one factor for which they sum to n once each is brought into [low, high]."""
    share = np.where(high > low, share, 0.0)
    if (share > 0).sum() == 0 or np.where(share > 0, high, low).sum() < n:  # what no share asks for goes by size
        rest = np.where(share > 0, high, low)
        room = np.where(share > 0, 0.0, high - low)
        return np.asarray(rest + (n - rest.sum()) * room / max(room.sum(), 1e-300))
    live = np.flatnonzero(share > 0)
    factors = np.concatenate([low[live] / share[live], high[live] / share[live]])
    slopes = np.concatenate([share[live], -share[live]])
    order = np.argsort(factors, kind="stable")
    at, slope = factors[order], np.cumsum(slopes[order])
    reached = low.sum() + np.concatenate([[0.0], np.cumsum(slope[:-1] * np.diff(at))])
    last = max(int(np.searchsorted(reached, n, side="right")) - 1, 0)
    factor = at[last] + ((n - reached[last]) / slope[last] if slope[last] > 1e-12 * share.max() else 0.0)
    return np.where(share > 0, np.clip(factor * share, low, high), low)


def _rounded(exact: Floats, low: Floats, high: Floats, n: int, names: list[Any]) -> Ints:
    """Largest remainders: whole parts first, then one more where the remainder is largest."""
    near = np.round(exact)
    exact = np.where(np.abs(exact - near) < 1e-9, near, exact)
    floor = np.floor(exact)
    left = round(n - floor.sum())
    by_name = np.argsort(np.argsort(np.array([str(name) for name in names]), kind="stable"))
    order = np.lexsort((by_name, -high, -np.round(exact - floor, 9)))
    order = order[floor[order] < high[order]]
    floor[order[:left]] += 1
    return floor.astype(np.int64)


def _column(sizes: Any) -> tuple[list[Any], Floats]:
    if isinstance(sizes, pd.Series):
        return sizes.index.tolist(), sizes.to_numpy(dtype=float)
    if isinstance(sizes, Mapping):
        return list(sizes), np.array(list(sizes.values()), dtype=float)
    values = np.asarray(sizes, dtype=float)
    return list(range(len(values))), values


def _of(given: Any, names: list[Any], what: str) -> Floats | None:
    """One number a stratum, from one number, a mapping or Series by stratum, or an array; None stays."""
    if given is None:
        return None
    if isinstance(given, (pd.Series, Mapping)):
        held = dict(given.items())
        missing = [name for name in names if name not in held]
        if missing and what != "minimum":
            raise DesignError(problem("G10", path=what, strata=missing))
        unknown = [name for name in held if name not in names]
        if unknown:
            raise DesignError(problem("G26", path=what, id=unknown[0], hint=near_miss(str(unknown[0]), map(str, names))))
        return np.array([held.get(name, 0) for name in names], dtype=float)
    values: ArrayLike = np.asarray(given, dtype=float)
    try:
        return np.broadcast_to(np.asarray(values), (len(names),)).astype(float)
    except ValueError:
        raise DesignError(problem("G10", path=what, strata=names[:5])) from None


def _chosen(take_all: Any, names: list[Any]) -> NDArray[np.bool_]:
    if take_all is None:
        return np.zeros(len(names), dtype=bool)
    if isinstance(take_all, pd.Series):
        take_all = take_all.reindex(names).to_numpy() if take_all.dtype == bool else list(take_all)
    if isinstance(take_all, np.ndarray) and take_all.dtype == bool:
        return take_all
    asked = [take_all] if isinstance(take_all, str) else list(take_all)
    unknown = [name for name in asked if name not in names]
    if unknown:
        raise DesignError(problem("G26", path="take_all", id=unknown[0], hint=near_miss(str(unknown[0]), map(str, names))))
    return np.array([name in asked for name in names], dtype=bool)


def _as(sizes: Any, found: Ints) -> Any:
    if isinstance(sizes, pd.Series):
        return pd.Series(found, index=sizes.index, name="n")
    if isinstance(sizes, Mapping):
        return dict(zip(sizes, found.tolist(), strict=True))
    return found
