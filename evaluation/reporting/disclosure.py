"""The gate that answers pass on their way to a report: no group smaller than the round's minimum is shown.

A number withheld is not to be had by subtraction either: other parts of the sums that it stands in are withheld with it
until the shown numbers no longer determine it (complementary suppression). Sheets and records are known on site; they
protect nobody and are never withheld for another's sake. Source: Hundepool et al. (2012), Statistical
Disclosure Control, ch. 4.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.rubric import Rubric

NUMBERS = ["value", "se", "df", "ci_low", "ci_high"]
Node = tuple[str, str, str]  # level, id, method
PREFERRED = ("evidence", "method", "indicator", "aim", "dimension", "total")  # what is withheld first for the sake of another


def gate_scores(scores: pd.DataFrame, rubric: Rubric, minimum: int) -> pd.DataFrame:
    """The scores with a column `withheld`; withheld rows have NaN for their numbers and 0 for n.

    Withheld first: evidence with an item that 1 to minimum - 1 respondents answered, and every sum with residents' answers
    in it that rests on so few. Then what would give one of them away by subtraction. The n of a sum with withheld
    evidence in it is 0 too.
    """
    evidence = scores["level"].isin(["evidence", "method"]) & scores["evidence"].isin(RESPONDENT_METHODS)
    few = scores["fewest"].between(1, minimum - 1)
    small = few & (evidence | _rests_on_residents(scores, rubric))
    withheld, counted = np.zeros(len(scores), dtype=bool), np.ones(len(scores), dtype=bool)
    touching = np.flatnonzero(scores["community"].isin(scores.loc[small, "community"].unique()))
    part = scores.iloc[touching]
    points = part["points"].where(part["state"] != "not_applicable", 0.0).to_numpy(dtype=float)
    nodes, flagged = _nodes(part), small.to_numpy(dtype=bool)
    patterns: dict[tuple[Node | float, ...], tuple[set[Node], set[Node]]] = {}   # communities alike are withheld alike
    for found in part.groupby("community", sort=False).indices.values():
        places = np.atleast_1d(np.asarray(found, dtype=np.int64))
        rows = touching[places]
        own = {nodes[place]: points[place] for place in places}
        protected = {nodes[place] for place in places[flagged[rows]]}
        pattern = (*sorted(protected), *own.values())
        if pattern not in patterns:
            patterns[pattern] = _hidden(own, protected, rubric)
        hidden, touched = patterns[pattern]
        withheld[rows] = [nodes[place] in hidden for place in places]
        counted[rows] = [nodes[place] not in touched for place in places]
    gated = scores.drop(columns="fewest").assign(withheld=withheld, n=scores["n"].where(counted, 0),
                                                   units=scores["units"].where(counted, 0))
    gated.loc[gated["withheld"], NUMBERS] = np.nan
    return gated


def _rests_on_residents(scores: pd.DataFrame, rubric: Rubric) -> pd.Series:
    """True for indicators, dimensions, aims and totals that take evidence from residents' answers."""
    resident = {part.id for part in rubric.indicators if set(part.evidence) & set(RESPONDENT_METHODS)}
    sums = {("indicator", name) for name in resident} | {("total", "total")}
    sums |= {("dimension", part.id) for part in rubric.dimensions if resident & {inner.id for inner in part.indicators}}
    sums |= {("aim", part.aim) for part in rubric.indicators if part.id in resident and part.aim}
    return (scores["level"] + " " + scores["id"]).isin({f"{level} {name}" for level, name in sums})


def _nodes(scores: pd.DataFrame) -> list[Node]:
    method = scores["evidence"].where(scores["level"].isin(["evidence", "method"]), "")
    return list(zip(scores["level"].astype(str), scores["id"].astype(str), method.astype(str), strict=True))


def _hidden(own: dict[Node, float], protected: set[Node], rubric: Rubric) -> tuple[set[Node], set[Node]]:
    """The nodes to withhold - those protected, and others until none of those is determined by what is shown - and all
    that are made of them. `own`: a community's nodes with their points.
    """
    points = {node: value for node, value in own.items() if value > 0}
    sums = [[parent, *(part for part in parts if part in points)] for parent, parts in _sums(rubric) if parent in points]
    hidden = set(protected)
    while known := _determined(sums, points, hidden) & protected:
        reached = {min(known)}
        around: set[Node] = set()
        while around != (around := {node for total in sums if reached & set(total) for node in total}):
            reached |= around & hidden
        shown = {node for node in around - hidden if node[2] in ("", *RESPONDENT_METHODS)}
        if not shown:
            break
        hidden.add(min(shown, key=lambda node: (PREFERRED.index(node[0]), points[node], node)))
    touched = set(hidden)
    for parent, parts in _sums(rubric):   # in this order: indicators, then what is made of them
        touched |= {parent} if touched & set(parts) else set()
    return hidden, touched


def _determined(sums: list[list[Node]], points: dict[Node, float], hidden: set[Node]) -> set[Node]:
    """Hidden nodes whose value follows from the shown ones: those that the null space of the sums leaves alone."""
    order = sorted(hidden)
    matrix = np.array([[points[node] * (-1 if node == total[0] else 1) if node in total else 0.0 for node in order]
                       for total in sums if hidden & set(total)]).reshape(-1, len(order))
    if not len(matrix):
        return set()
    _, singular, right = np.linalg.svd(matrix)
    null = right[int((singular > 1e-9 * max(1.0, singular.max())).sum()):]
    return {node for column, node in enumerate(order) if np.all(np.abs(null[:, column]) < 1e-9)}


def _sums(rubric: Rubric) -> Iterable[tuple[Node, list[Node]]]:
    """Every sum that a reader can do: of evidence to indicators and methods, of those to dimensions and aims, to totals."""
    methods = sorted({method for indicator in rubric.indicators for method in indicator.evidence})
    for method in methods:
        takes = [part for part in rubric.indicators if method in part.evidence]
        yield ("method", method, method), [("evidence", part.id, method) for part in takes]
    for indicator in rubric.indicators:
        yield ("indicator", indicator.id, ""), [("evidence", indicator.id, method) for method in indicator.evidence]
    for dimension in rubric.dimensions:
        yield ("dimension", dimension.id, ""), [("indicator", part.id, "") for part in dimension.indicators]
    for aim in rubric.aims:
        yield ("aim", aim.id, ""), [("indicator", part.id, "") for part in rubric.indicators if part.aim == aim.id]
    yield ("total", "total", ""), [("dimension", dimension.id, "") for dimension in rubric.dimensions]
    yield ("total", "total", ""), [("aim", aim.id, "") for aim in rubric.aims]
    yield ("total", "total", ""), [("method", method, method) for method in methods]


def gate_counts(counts: pd.Series, minimum: int, rest: str) -> pd.Series:
    """Counts by group with the groups under the minimum added up under `rest`; if that is still small, the next joins."""
    small = counts[(counts > 0) & (counts < minimum)]
    kept = counts[counts >= minimum]
    while 0 < small.sum() < minimum and len(kept):
        least = kept.index[int(np.argmin(kept.to_numpy()))]
        small = pd.concat([small, kept[[least]]])
        kept = kept.drop(least)
    if small.sum() < minimum:
        return kept
    return pd.Series(pd.concat([kept, pd.Series({rest: small.sum()})]))
