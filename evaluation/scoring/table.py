"""Scores as a table: one row a community, level and id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evaluation.estimation.grouped import Floats
from evaluation.scoring.combine import Combined
from evaluation.scoring.groups import Groups

if TYPE_CHECKING:
    from evaluation.scoring.score import Scored

LEVELS = ("total", "dimension", "aim", "method", "indicator", "evidence")
COLUMNS = ["community", "level", "id", "evidence", "points", "weight", "value", "se", "df", "ci_low", "ci_high", "n",
           "units", "fewest", "declared", "state", "absent", "cap"]
Part = dict[str, Any]


def score_table(scored: Scored, confidence: float) -> pd.DataFrame:
    """The table that `score_round` describes. Every part below is a set of columns (c, width), laid side by side."""
    count = len(scored.names)
    parts = [_groups(scored), *_methods(scored), _indicators(scored), *_evidence(scored)]
    width = sum(len(part["id"]) for part in parts)
    table: dict[str, Any] = {"community": np.repeat(np.array(scored.names, dtype=object), width)}
    for name in COLUMNS[1:]:
        if name not in ("ci_low", "ci_high"):
            columns = [np.broadcast_to(np.asarray(part[name]), (count, len(part["id"]))) for part in parts]
            table[name] = np.concatenate(columns, axis=1).ravel()
    value = table["value"]
    se, df = (np.where(np.isnan(value), np.nan, table[name]) for name in ("se", "df"))
    with np.errstate(invalid="ignore"):
        margin = np.where(se == 0, 0.0, t_quantile(0.5 + confidence / 2, df) * se)
    table |= {"se": se, "df": df, "ci_low": np.clip(value - margin, 0, 100), "ci_high": np.clip(value + margin, 0, 100)}
    return pd.DataFrame({name: _text(table[name]) if table[name].dtype == object else table[name] for name in COLUMNS})


def t_quantile(probability: float, df: Floats) -> Floats:
    """Quantiles of Student's t, worked out once for each df; NaN where df is not above 0."""
    known, place = np.unique(df, return_inverse=True)
    return np.asarray(stats.t.ppf(probability, np.where(known > 0, known, np.nan)))[place]


def _text(values: NDArray[np.object_]) -> pd.Series:
    """A column of text from few different values."""
    code, names = pd.factorize(values)
    return pd.Series(pd.array(names, dtype="str").take(code))


def _groups(scored: Scored) -> Part:
    groups, combined = scored.groups, scored.combined
    width = len(groups.ids)
    cap = np.full(scored.value.shape, "", dtype=object)
    dimensions = scored.limits.caps.shape[1]
    cap[:, 1: 1 + dimensions] = scored.limits.caps
    if (scored.limits.caps != "").any():
        cap[:, 0] = ["+".join(name for name in row if name) for row in scored.limits.caps]
    n = np.zeros(scored.value.shape, dtype=np.int64)
    for given in scored.evidence:
        n += given.n_groups * (combined.weights[given.method] @ groups.member.T > 0)
    return {"level": [level for level, _ in groups.ids], "id": [name for _, name in groups.ids], "evidence": [""] * width,
            "points": groups.base(np.isfinite(combined.value)), "weight": np.nan, "value": scored.value,
            "se": np.sqrt(scored.variance.value), "df": scored.variance.df, "n": n, "units": 0,
            "fewest": n, "declared": _whole_mean(scored.declared, combined, groups), "state": _states(combined, groups),
            "absent": [""] * width, "cap": cap}


def _methods(scored: Scored) -> list[Part]:
    """What each method alone says, over the points that it makes up; weight and se give its part in the total's error."""
    parts: list[Part] = []
    combined, whole = scored.combined, scored.groups.base(np.isfinite(scored.combined.value))[:, :1]
    for given, variance in zip(scored.evidence, scored.by_method, strict=True):
        points = (combined.weights[given.method] * scored.groups.points)[:, given.takes]
        base = points.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = (points * np.nan_to_num(given.value)).sum(axis=1, keepdims=True) / base
            weight = np.where(whole > 0, base / whole, 0.0)
            se = np.sqrt(variance.value[:, :1]) / weight
        n = given.n_groups[:, :1]
        state = np.where(base > 0, "scored", "not_assessed").astype(object)
        parts.append({"level": ["method"], "id": [given.method], "evidence": [given.method], "points": base, "weight": weight,
                      "value": value, "se": se, "df": variance.df[:, :1], "n": n, "units": given.units[:, None], "fewest": n,
                      "declared": np.nan, "state": state, "absent": [""], "cap": [""]})
    return parts


def _indicators(scored: Scored) -> Part:
    combined, width = scored.combined, len(scored.groups.points)
    variance = scored.indicator_variance
    n = np.zeros(combined.value.shape, dtype=np.int64)
    for given in scored.evidence:
        n[:, given.takes] += given.n * (combined.weights[given.method][:, given.takes] > 0)
    absent = {method: gone & ~combined.not_applicable for method, gone in combined.absent.items()}
    state = np.where(combined.not_applicable, "not_applicable", np.where(combined.not_assessed, "not_assessed", "scored"))
    return {"level": ["indicator"] * width, "id": [part.id for part in scored.rubric.indicators],
            "evidence": _joined({method: weight > 0 for method, weight in combined.weights.items()}),
            "points": np.isfinite(combined.value) * scored.groups.points, "weight": np.nan, "value": combined.value,
            "se": np.sqrt(variance.value), "df": variance.df, "n": n, "units": 0, "fewest": n, "declared": scored.declared,
            "state": state.astype(object), "absent": _joined(absent), "cap": [""] * width}


def _evidence(scored: Scored) -> list[Part]:
    parts = []
    for given, own in zip(scored.evidence, scored.own, strict=True):
        weight = scored.combined.weights[given.method][:, given.takes]
        state = np.where(given.not_applicable, "not_applicable", np.where(np.isnan(given.value), "not_assessed", "scored"))
        width = len(given.takes)
        parts.append({"level": ["evidence"] * width, "id": [scored.rubric.indicators[k].id for k in given.takes],
                      "evidence": [given.method] * width, "points": scored.groups.points[given.takes] * weight,
                      "weight": weight, "value": given.value, "se": np.sqrt(own.value), "df": own.df, "n": given.n, "units": 0,
                      "fewest": given.fewest, "declared": np.nan, "state": state.astype(object), "absent": [""] * width,
                      "cap": [""] * width})
    return parts


def _whole_mean(declared: Floats, combined: Combined, groups: Groups) -> Floats:
    """Declared means (c, g); NaN where an indicator that applies was not declared."""
    whole = groups.base(np.isfinite(declared)) == groups.base(~combined.not_applicable)
    return np.where(whole, groups.mean(declared), np.nan)


def _joined(there: dict[str, NDArray[np.bool_]]) -> NDArray[np.object_]:
    """The methods (c, k) for which it is True, joined by +."""
    methods = sorted(there)
    used = sum((there[method].astype(np.int64) << place for place, method in enumerate(methods)), np.int64(0))
    names = ["+".join(method for place, method in enumerate(methods) if code >> place & 1) for code in range(2 ** len(methods))]
    return np.asarray(np.array(names, dtype=object)[used])


def _states(combined: Combined, groups: Groups) -> NDArray[np.object_]:
    """The state of each group (c, g)."""
    missing = combined.not_assessed @ groups.member.T > 0
    empty = groups.base(np.isfinite(combined.value)) == 0
    nothing = np.where(missing, "not_assessed", "not_applicable")
    return np.where(empty, nothing, np.where(missing, "incomplete", "scored")).astype(object)
