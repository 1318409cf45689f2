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

COMPLETE_METHODS = ("records",)
LEVELS = ("total", "dimension", "aim", "indicator", "evidence")
COLUMNS = ["community", "level", "id", "evidence", "points", "weight", "value", "se", "df", "ci_low", "ci_high", "n",
           "declared", "state"]


def score_round(round_: Round, confidence: float = 0.95) -> pd.DataFrame:
    """Scores of all communities: one row a community, level and id (and method, for evidence).

    Columns: community; level (total, dimension, aim, indicator, evidence); id; evidence (the methods that it rests
    on); points (at stake, after what does not apply has left); weight (of evidence in its indicator, 0-1); value, se,
    ci_low, ci_high and declared on 0-100; df; n (answers); state (scored, incomplete, not_applicable, not_assessed).
    Missing: an indicator that is not scored has value NaN; a total over fewer than all its points is `incomplete`.
    `confidence`: of the intervals, which are Student's t with Satterthwaite's degrees of freedom.
    """
    rubric = round_.programme.rubric
    names = [str(name) for name in round_.communities.index]
    stated = _stated_not_applicable(round_.communities, rubric)
    evidence = evidence_of(round_.answers, rubric, names)
    combined = combine(evidence, rubric, stated)
    groups = _groups(rubric)
    points = np.array([indicator.points for indicator in rubric.indicators])
    member = np.array([[k in members for k in range(len(points))] for _, _, members in groups], dtype=float)
    scored = np.isfinite(combined.value)
    base = (scored * points) @ member.T
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (np.nan_to_num(combined.value) * points) @ member.T / base
    count, levels = len(names), len(groups) + len(points)
    variance, squares = np.zeros((count, levels)), np.zeros((count, levels))
    n = np.zeros((count, levels), dtype=np.int64)
    rows = []
    for given in evidence:
        own, group, df = _variances(given, combined, member * points, base, round_.population(given.method))
        every = np.hstack([group, own * combined.weights[given.method] ** 2])
        variance += every
        with np.errstate(invalid="ignore", divide="ignore"):
            squares += np.where(every > 0, every**2 / np.maximum(df, 1e-12)[:, None], 0.0) + np.where(np.isnan(every), np.nan, 0.0)
        used = given.n * (combined.weights[given.method] > 0)
        n += np.hstack([_respondents(given, member, combined), used])
        rows.append(_evidence_table(names, rubric, given, combined, own, df, confidence))
    declared = _declared(round_.communities, rubric, combined.not_applicable)
    with np.errstate(invalid="ignore", divide="ignore"):
        df = np.where(variance > 0, variance**2 / squares, np.inf)
        declared_groups = (np.where(combined.not_applicable, 0.0, declared) * points) @ member.T
        declared_groups = declared_groups / ((~combined.not_applicable * points) @ member.T)
    methods = sorted(combined.weights)
    rests = np.array([["+".join(method for method in methods if combined.weights[method][c, k] > 0)
                       for k in range(len(points))] for c in range(count)], dtype=object).reshape(count, len(points))
    incomplete = (combined.not_assessed @ member.T.astype(bool)) > 0
    state = np.hstack([
        np.where(base == 0, np.where(incomplete, "not_assessed", "not_applicable"), np.where(incomplete, "incomplete", "scored")),
        np.where(combined.not_applicable, "not_applicable", np.where(combined.not_assessed, "not_assessed", "scored")),
    ])
    ids = [(level, name) for level, name, _ in groups] + [("indicator", indicator.id) for indicator in rubric.indicators]
    table = pd.DataFrame({
        "community": np.repeat(names, levels),
        "level": np.tile([level for level, _ in ids], count),
        "id": np.tile([name for _, name in ids], count),
        "evidence": np.hstack([np.full((count, len(groups)), "", dtype=object), rests]).ravel(),
        "points": np.hstack([base, scored * points]).ravel(),
        "weight": np.nan,
        "value": np.hstack([value, combined.value]).ravel(),
        "se": np.sqrt(variance).ravel(),
        "df": df.ravel(),
        "n": n.ravel(),
        "declared": np.hstack([declared_groups, declared]).ravel(),
        "state": state.ravel(),
    })
    table.loc[table["value"].isna(), ["se", "df"]] = np.nan
    scores = pd.concat([_with_interval(table, confidence), *rows], ignore_index=True)[COLUMNS]
    scores["level"] = pd.Categorical(scores["level"], categories=LEVELS, ordered=True)
    scores = scores.sort_values(["community", "level"], kind="stable", ignore_index=True)
    return scores.assign(level=scores["level"].astype(str))


def _groups(rubric: Rubric) -> list[tuple[str, str, set[int]]]:
    """(level, id, numbers of its indicators) of the total, each dimension and each aim."""
    number = {indicator.id: k for k, indicator in enumerate(rubric.indicators)}
    groups = [("total", "total", set(number.values()))]
    for dimension in rubric.dimensions:
        groups.append(("dimension", dimension.id, {number[indicator.id] for indicator in dimension.indicators}))
    for aim in rubric.aims:
        groups.append(("aim", aim.id, {k for k, indicator in enumerate(rubric.indicators) if indicator.aim == aim.id}))
    return groups


def _variances(given: Evidence, combined: Combined, member_points: Floats, base: Floats,
               population: pd.Series | None) -> tuple[Floats, Floats, Floats]:
    """Variances (c, k) of one method's evidence, (c, groups) of its part in each group, and df (c,)."""
    count, indicators = combined.value.shape
    own, group, df = np.zeros((count, indicators)), np.zeros((count, len(member_points))), np.full(count, np.inf)
    if given.method in COMPLETE_METHODS:
        return own, group, df
    at, grouped = given.at, given.grouped
    in_points = (given.shares * combined.weights[given.method][at][grouped.community]) @ member_points.T
    sizes = None if population is None else population.to_numpy()[at]
    variance, df[at] = grouped.variance(np.hstack([given.shares, in_points]), sizes)
    own[at] = variance[:, :indicators]
    with np.errstate(invalid="ignore", divide="ignore"):
        group[at] = np.nan_to_num(variance[:, indicators:] / base[at] ** 2, nan=0.0, posinf=0.0)
    group[at] = np.where(np.isnan(variance[:, indicators:]), np.nan, group[at])
    return own, group, df


def _respondents(given: Evidence, member: Floats, combined: Combined) -> NDArray[np.int64]:
    """Respondents (c, groups) of one method who gave at least one answer that counts in the group."""
    grouped, at = given.grouped, given.at
    rows = np.zeros((len(combined.value), len(member)), dtype=np.int64)
    uses = combined.weights[given.method] > 0
    answered = given.answered[:, None, :] & (member[None, :, :] > 0) & uses[at][grouped.community][:, None, :]
    rows[at] = grouped.sums(answered.any(axis=2).astype(np.int64))
    return rows


def _evidence_table(names: list[str], rubric: Rubric, given: Evidence, combined: Combined, variance: Floats, df: Floats,
                    confidence: float) -> pd.DataFrame:
    takes = [k for k, indicator in enumerate(rubric.indicators) if given.method in indicator.evidence]
    count = len(names)
    state = np.where(given.not_applicable, "not_applicable", np.where(np.isnan(given.value), "not_assessed", "scored"))
    table = pd.DataFrame({
        "community": np.repeat(names, len(takes)),
        "level": "evidence",
        "id": np.tile([rubric.indicators[k].id for k in takes], count),
        "evidence": given.method,
        "points": np.tile([rubric.indicators[k].points for k in takes], count) * combined.weights[given.method][:, takes].ravel(),
        "weight": combined.weights[given.method][:, takes].ravel(),
        "value": given.value[:, takes].ravel(),
        "se": np.where(np.isnan(given.value), np.nan, np.sqrt(variance))[:, takes].ravel(),
        "df": np.repeat(df, len(takes)),
        "n": given.n[:, takes].ravel(),
        "declared": np.nan,
        "state": state[:, takes].ravel(),
    })
    return _with_interval(table, confidence)


def _with_interval(table: pd.DataFrame, confidence: float) -> pd.DataFrame:
    df = table["df"].to_numpy(dtype=float)
    se = table["se"].to_numpy(dtype=float)
    margin = np.where(se == 0, 0.0, stats.t.ppf(0.5 + confidence / 2, np.where(df > 0, df, np.nan)) * se)
    low = np.clip(table["value"] - margin, 0, 100)
    return table.assign(ci_low=low, ci_high=np.clip(table["value"] + margin, 0, 100))


def _stated_not_applicable(communities: pd.DataFrame, rubric: Rubric) -> NDArray[np.bool_]:
    stated = np.zeros((len(communities), len(rubric.indicators)), dtype=bool)
    if NOT_APPLICABLE in communities:
        for c, text in enumerate(communities[NOT_APPLICABLE].astype(str)):
            given = {part.strip() for part in text.replace("；", ";").split(";")}
            stated[c] = [indicator.id in given for indicator in rubric.indicators]
    return stated


def _declared(communities: pd.DataFrame, rubric: Rubric, not_applicable: NDArray[np.bool_]) -> Floats:
    """Declared scores (c, k) on 0-100; NaN where none is stated."""
    columns = [communities.get(f"{DECLARED}{indicator.id}") for indicator in rubric.indicators]
    declared = [np.full(len(communities), np.nan) if column is None else column.to_numpy(float) for column in columns]
    return np.where(not_applicable, np.nan, np.column_stack(declared))
