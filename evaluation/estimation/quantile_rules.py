"""Quantiles of a weighted list of numbers by the rules of Hyndman and Fan, free of the scale of the weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evaluation.estimation.columns import Floats

Rule = Callable[[Floats, Floats, float], float]
TIE = 1e-12  # shares of the weight nearer than this count as equal, whatever the weights' scale


def _place(cumulative: Floats, p: float) -> tuple[int, bool]:
    """Number of the first value whose cumulative share reaches p, and whether it reaches it exactly."""
    at = min(int(np.searchsorted(cumulative, p - TIE)), len(cumulative) - 1)
    return at, abs(float(cumulative[at]) - p) <= TIE


def _math(x: Floats, share: Floats, p: float) -> float:
    """Hyndman-Fan 1: the inverse of the distribution function."""
    return float(x[_place(np.cumsum(share), p)[0]])


def _school(x: Floats, share: Floats, p: float) -> float:
    """Hyndman-Fan 2: the mean of both neighbours where the function is flat, as the median of an even number."""
    at, tie = _place(np.cumsum(share), p)
    return float((x[at] + x[min(at + 1, len(x) - 1)]) / 2 if tie else x[at])


def _even(x: Floats, share: Floats, p: float) -> float:
    """Hyndman-Fan 3 as in R survey: on distinct values; where the function is flat, the neighbour of even number."""
    values, place = np.unique(x, return_inverse=True)
    at, tie = _place(np.cumsum(np.bincount(place, share)), p)
    return float(values[min(at + 1, len(values) - 1)] if tie and (at + 1) % 2 else values[at])


def _line(points: Callable[[Floats, Floats], Floats]) -> Rule:
    """A rule that runs straight lines through the values at given points of the share, and is flat outside them."""

    def rule(x: Floats, share: Floats, p: float) -> float:
        return float(x[0]) if len(x) == 1 else float(np.interp(p, points(np.cumsum(share), share), x))

    return rule


#: rule -> function of sorted values, their shares of the weight (adding up to 1) and p
RULES: dict[str, Rule] = {
    "math": _math, "hf1": _math, "school": _school, "hf2": _school, "hf3": _even,
    "hf4": _line(lambda upto, share: upto),
    "hf5": _line(lambda upto, share: upto - share / 2),
    "hf6": _line(lambda upto, share: upto / (1 + share[-1])),
    "hf7": _line(lambda upto, share: (upto - share) / upto[-2]),
    "hf8": _line(lambda upto, share: ((upto - share) / 3 + upto * 2 / 3) / (1 + share[-1] / 3)),
    "hf9": _line(lambda upto, share: ((upto - share) * 3 / 8 + upto * 5 / 8) / (1 + share[-1] / 4)),
}


def weighted_quantile(x: Floats, share: Floats, p: float, rule: str = "math") -> float:
    """The p-quantile of sorted values x (n,) with shares of the weight (n,); NaN for an empty list or a p outside [0, 1].

    Source: Hyndman and Fan (1996); the weighted forms of their rules as in R survey 4.5, svyquantile.
    """
    if not len(x) or not 0 <= p <= 1:
        return float("nan")
    return RULES[rule](x, share, p)
