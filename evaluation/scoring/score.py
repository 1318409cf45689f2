"""Scores of every community of a round in one pass: evidence, indicators, dimensions, aims and the total.

All values are on 0-100: an indicator's 80 is 80% of its points. The total is linear in the item means, so its variance
is that of each respondent's linearised value; methods are independent, so their variances add up (docs/methods.md).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from evaluation.declare.rubric import Rubric
from evaluation.estimation.grouped import Floats
from evaluation.fieldwork.communities import DECLARED, NOT_APPLICABLE
from evaluation.fieldwork.opening import Round
from evaluation.scoring.combine import Combined, combine
from evaluation.scoring.evidence import Evidence, evidence_of
from evaluation.scoring.groups import Groups, Spread, respondents, spread_of

LEVELS = ("total", "dimension", "aim", "indicator", "evidence")
COLUMNS = ["community", "level", "id", "evidence", "points", "weight", "value", "se", "df", "ci_low", "ci_high", "n",
           "fewest", "declared", "state"]


def score_round(round_: Round, confidence: float = 0.95) -> pd.DataFrame:
    """Scores of all communities: one row a community, level and id (and method, for evidence).

    Columns: community; level (total, dimension, aim, indicator, evidence); id; evidence (the methods that it rests
    on); points (at stake, after what does not apply has left); weight (of evidence in its indicator, 0-1); value, se,
    ci_low, ci_high and declared on 0-100; df; n (answers); fewest (answers to one of its items, for the disclosure
    gate); state (scored, incomplete, not_applicable, not_assessed).
    Missing: an indicator that is not scored has value NaN; a total over fewer than all its points is `incomplete`.
    `confidence`: of the intervals, which are Student's t with Satterthwaite's degrees of freedom.
    """
    rubric = round_.programme.rubric
    names = [str(name) for name in round_.communities.index]
    groups = Groups.of(rubric)
    evidence = evidence_of(round_.answers, rubric, names)
    combined = combine(evidence, rubric, _stated_not_applicable(round_.communities, rubric))
    spreads = [spread_of(given, combined, groups, round_.population(given.method)) for given in evidence]
    declared = np.where(combined.not_applicable, np.nan, _declared(round_.communities, rubric))
    scored = np.isfinite(combined.value)
    variance, df = _added_up(evidence, combined, spreads)
    n = sum((np.hstack([respondents(given, combined, groups), given.n * (combined.weights[given.method] > 0)])
             for given in evidence), np.zeros(variance.shape, dtype=np.int64))
    ids = [*groups.ids, *(("indicator", indicator.id) for indicator in rubric.indicators)]
    rests = np.full(variance.shape, "", dtype=object)
    rests[:, len(groups.ids):] = _methods(combined)
    table = pd.DataFrame({
        "community": np.repeat(names, len(ids)),
        "level": np.tile([level for level, _ in ids], len(names)),
        "id": np.tile([name for _, name in ids], len(names)),
        "evidence": rests.ravel(),
        "points": np.hstack([groups.base(scored), scored * groups.points]).ravel(),
        "weight": np.nan,
        "value": np.hstack([groups.mean(combined.value), combined.value]).ravel(),
        "se": np.sqrt(variance).ravel(),
        "df": df.ravel(),
        "n": n.ravel(),
        "fewest": n.ravel(),
        "declared": np.hstack([_whole_mean(declared, combined, groups), declared]).ravel(),
        "state": _states(combined, groups).ravel(),
    })
    rows = [_evidence_table(names, rubric, *given, combined) for given in zip(evidence, spreads, strict=True)]
    scores = _with_interval(pd.concat([table, *rows], ignore_index=True), confidence)[COLUMNS]
    order = scores["level"].map({level: place for place, level in enumerate(LEVELS)})
    return scores.iloc[np.lexsort((order, scores["community"]))].reset_index(drop=True)


def _added_up(evidence: list[Evidence], combined: Combined, spreads: list[Spread]) -> tuple[Floats, Floats]:
    """Variances (c, groups + k) added over the methods, and Satterthwaite's degrees of freedom."""
    parts = []
    for given, spread in zip(evidence, spreads, strict=True):
        weight = combined.weights[given.method]
        own = np.where(weight > 0, spread.evidence, 0.0) * weight**2
        parts.append((np.hstack([spread.groups, own]), np.hstack([spread.groups_df, spread.evidence_df])))
    variance, squares = np.zeros(parts[0][0].shape), np.zeros(parts[0][0].shape)
    for part, df in parts:
        variance += part
        squares += np.where(part > 0, part**2 / np.maximum(df, 1e-12), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return variance, np.where(variance > 0, variance**2 / squares, np.inf)


def _whole_mean(declared: Floats, combined: Combined, groups: Groups) -> Floats:
    """Declared means (c, groups); NaN where an indicator that applies was not declared."""
    whole = groups.base(np.isfinite(declared)) == groups.base(~combined.not_applicable)
    return np.where(whole, groups.mean(declared), np.nan)


def _methods(combined: Combined) -> NDArray[np.object_]:
    """The methods (c, k) that each indicator rests on, joined by +."""
    methods = sorted(combined.weights)
    used = sum((combined.weights[method] > 0) * 2**place for place, method in enumerate(methods))
    names = ["+".join(method for place, method in enumerate(methods) if code >> place & 1) for code in range(2 ** len(methods))]
    return np.asarray(np.array(names, dtype=object)[used])


def _states(combined: Combined, groups: Groups) -> NDArray[np.object_]:
    """The state of each group and indicator (c, groups + k)."""
    missing = combined.not_assessed @ groups.member.T > 0
    empty = groups.base(np.isfinite(combined.value)) == 0
    nothing = np.where(missing, "not_assessed", "not_applicable")
    whole = np.where(empty, nothing, np.where(missing, "incomplete", "scored"))
    single = np.where(combined.not_applicable, "not_applicable", np.where(combined.not_assessed, "not_assessed", "scored"))
    return np.hstack([whole, single]).astype(object)


def _evidence_table(names: list[str], rubric: Rubric, given: Evidence, spread: Spread, combined: Combined) -> pd.DataFrame:
    takes = [k for k, indicator in enumerate(rubric.indicators) if given.method in indicator.evidence]
    weight = combined.weights[given.method][:, takes]
    value = given.value[:, takes]
    state = np.where(given.not_applicable[:, takes], "not_applicable", np.where(np.isnan(value), "not_assessed", "scored"))
    points = np.array([rubric.indicators[k].points for k in takes])
    return pd.DataFrame({
        "community": np.repeat(names, len(takes)),
        "level": "evidence",
        "id": np.tile([rubric.indicators[k].id for k in takes], len(names)),
        "evidence": given.method,
        "points": (points * weight).ravel(),
        "weight": weight.ravel(),
        "value": value.ravel(),
        "se": np.sqrt(spread.evidence)[:, takes].ravel(),
        "df": spread.evidence_df[:, takes].ravel(),
        "n": given.n[:, takes].ravel(),
        "fewest": given.fewest[:, takes].ravel(),
        "declared": np.nan,
        "state": state.ravel(),
    })


def _with_interval(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    value = table["value"].to_numpy(dtype=float)
    se, df = (np.where(np.isnan(value), np.nan, table[name].to_numpy(dtype=float)) for name in ("se", "df"))
    margin = np.where(se == 0, 0.0, stats.t.ppf(0.5 + confidence / 2, np.where(df > 0, df, np.nan)) * se)
    low, high = np.clip(value - margin, 0, 100), np.clip(value + margin, 0, 100)
    return table.assign(se=se, df=df, ci_low=low, ci_high=high)


def _stated_not_applicable(communities: pd.DataFrame, rubric: Rubric) -> NDArray[np.bool_]:
    stated = np.zeros((len(communities), len(rubric.indicators)), dtype=bool)
    if NOT_APPLICABLE in communities:
        for c, text in enumerate(communities[NOT_APPLICABLE].astype(str)):
            given = {part.strip() for part in text.replace("；", ";").split(";")}
            stated[c] = [indicator.id in given for indicator in rubric.indicators]
    return stated


def _declared(communities: pd.DataFrame, rubric: Rubric) -> Floats:
    """Declared scores (c, k) on 0-100; NaN where none is stated."""
    columns = [communities.get(f"{DECLARED}{indicator.id}") for indicator in rubric.indicators]
    missing = np.full(len(communities), np.nan)
    return np.column_stack([missing if column is None else column.to_numpy(dtype=float) for column in columns])
