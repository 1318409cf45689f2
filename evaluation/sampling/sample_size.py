"""How many interviews a goal needs: a margin, or a small chance of a wrong verdict; rounded up once, at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from evaluation.core.errors import DesignError, Problem, problem

Floats = NDArray[np.float64]
COLUMNS = ("population", "n", "cases", "margin", "p_wrong_low", "p_wrong_high")


def sample_size(*, margin: ArrayLike | None = None, confidence: float = 0.90, wrong: float | None = None,
                at: tuple[float, float] = (83, 87), threshold: float = 85, sd: ArrayLike | None = None,
                p: ArrayLike | None = None, population: Any = None, deff: ArrayLike = 1.0, response_rate: ArrayLike = 1.0,
                eligibility: ArrayLike = 1.0) -> pd.DataFrame:
    """Interviews and cases that reach a goal; one row a community (or one row, for plain numbers).

    The goal is a `margin` (half-width of the interval with `confidence`, in the units of `sd`), or `wrong`: the largest chance
    of a score at or above `threshold` where the truth is at[0], and below it where the truth is at[1]. sd: standard deviation
    of one respondent's score; or p, a proportion (0.5 is the worst), for sd = sqrt(p (1 - p)). population: N, one number or one
    a community (a Series gives the names of the rows), for the finite population correction; None = endless. deff: design
    effect. response_rate, eligibility: in (0, 1].

    n0 = deff (sd/d)², with d the standard error allowed: margin over t, or the distance to the threshold over z. With
    N: n = n0 / (1 + n0/N), from se² = deff sd²/n (1 - n/N), sd² with the divisor N - 1. t has n - 1 degrees of freedom, n
    found by repetition. Columns: population (inf = endless), n (completed interviews), cases (to draw: n over response rate
    and eligibility), margin (reached with n), p_wrong_low, p_wrong_high (chances of a wrong verdict at at[0] and at[1]).
    DesignError, all at once: no goal or two [P01], numbers out of range [P02], communities whose eligible respondents are
    fewer than n [P03]. Sources: Cochran (1977), ch. 4; Valliant, Dever and Kreuter (2018), ch. 3.
    """
    index, whole = _rows(population, margin, sd, p, deff, response_rate, eligibility)
    goal = {"margin": margin, "confidence": confidence, "wrong": wrong, "at": at, "threshold": threshold, "sd": sd, "p": p,
            "deff": deff, "response_rate": response_rate, "eligibility": eligibility}
    spread, allowed, rates, effect = _checked(goal, whole)
    n = _needed(margin, wrong, confidence, spread, allowed, effect, whole)
    cases = np.ceil(np.round(n / rates, 9))
    short = cases > whole
    if short.any():
        raise DesignError([problem("P03", path=str(name), n=int(need), reach=f"{size * rate:.1f}")
                           for name, need, size, rate in zip(index[short], n[short], whole[short], rates[short], strict=True)])
    se = spread * np.sqrt(effect / n * (1 - n / whole))
    reached = se * stats.t.ppf((1 + confidence) / 2, np.maximum(n - 1, 1))
    with np.errstate(divide="ignore"):
        low, high = (stats.norm.sf(np.abs(threshold - truth) / se) for truth in at)
    table = {"population": whole, "n": n.astype(np.int64), "cases": cases.astype(np.int64), "margin": reached,
             "p_wrong_low": low, "p_wrong_high": high}
    return pd.DataFrame(table, index=index)


def _needed(margin: ArrayLike | None, wrong: float | None, confidence: float, spread: Floats, allowed: Floats, effect: Floats,
            whole: Floats) -> Floats:
    """Whole numbers of interviews (n,)."""
    n = np.full(len(spread), 2.0)
    quantile = stats.norm.isf(wrong) if wrong is not None else stats.norm.ppf((1 + confidence) / 2)
    exact = n
    for _ in range(50):
        first = effect * (spread * quantile / allowed) ** 2
        exact = first / (1 + first / whole)
        if margin is None:
            break
        quantile = stats.t.ppf((1 + confidence) / 2, np.maximum(np.ceil(exact) - 1, 1))
        if (np.ceil(exact) == n).all():
            break
        n = np.ceil(exact)
    return np.minimum(np.maximum(np.ceil(np.round(exact, 9)), np.minimum(2, whole)), whole)


def _rows(population: Any, *others: Any) -> tuple[pd.Index[Any], Floats]:
    """Names of the rows, and N of each."""
    named = next((given for given in (population, *others) if isinstance(given, pd.Series)), None)
    lengths = {np.size(given) for given in (population, *others) if given is not None and np.ndim(given)}
    if len(lengths) > 1:
        raise DesignError(problem("P02", path="lengths", given=sorted(lengths)))
    count = lengths.pop() if lengths else 1
    whole = np.full(count, np.inf) if population is None else np.broadcast_to(np.asarray(population, dtype=float), (count,))
    return named.index if named is not None else pd.RangeIndex(count), whole


def _checked(goal: dict[str, Any], whole: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Standard deviation, distance allowed, share of cases that become interviews, design effect: (n,) each."""
    margin, wrong, sd, p, at = goal["margin"], goal["wrong"], goal["sd"], goal["p"], goal["at"]
    if (margin is None) == (wrong is None) or (sd is None) == (p is None):
        raise DesignError(problem("P01", path="goal"))

    def each(given: Any) -> Floats:
        return np.array(np.broadcast_to(np.asarray(given, dtype=float), whole.shape))

    def share(name: str) -> Any:
        return (each(goal[name]) > 0) & (each(goal[name]) <= 1)

    good = {
        "margin": margin is None or each(margin) > 0, "sd": sd is None or (each(sd) > 0) & np.isfinite(each(sd)),
        "p": p is None or (each(p) > 0) & (each(p) < 1), "deff": each(goal["deff"]) > 0, "population": whole >= 1,
        "response_rate": share("response_rate"), "eligibility": share("eligibility"),
        "confidence": 0 < goal["confidence"] < 1, "wrong": wrong is None or 0 < wrong < 0.5,
        "at": wrong is None or at[0] < goal["threshold"] < at[1],
    }
    faults: list[Problem] = [problem("P02", path=path, given=str(goal.get(path, whole))) for path, is_good in good.items()
                             if not np.all(is_good)]
    if faults:
        raise DesignError(faults)
    spread = each(sd) if p is None else np.sqrt(each(p) * (1 - each(p)))
    allowed = each(margin if margin is not None else min(abs(goal["threshold"] - truth) for truth in at))
    return spread, allowed, each(goal["response_rate"]) * each(goal["eligibility"]), each(goal["deff"])
