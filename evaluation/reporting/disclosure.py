"""The gate that answers pass on their way to a report: no group smaller than the round's minimum is shown.

A number withheld is not to be had by subtraction either: where exactly one part of a shown sum is withheld, another part
is withheld with it (complementary suppression).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.declare.rubric import Rubric

NUMBERS = ["value", "se", "df", "ci_low", "ci_high"]
Node = tuple[str, str, str]  # level, id, method


def gate_scores(scores: pd.DataFrame, rubric: Rubric, minimum: int) -> pd.DataFrame:
    """The scores with a column `withheld`; withheld rows have NaN for their numbers and 0 for n.

    Withheld first: evidence given by 1 to minimum - 1 respondents. Then what would give it away by subtraction.
    """
    evidence = (scores["level"] == "evidence") & scores["evidence"].isin(RESPONDENT_METHODS)
    small = evidence & scores["n"].between(1, minimum - 1)
    gated = scores.assign(withheld=False)
    for community in scores.loc[small, "community"].unique():
        rows = scores["community"] == community
        hidden = _hidden(scores[rows], small[rows], rubric)
        gated.loc[rows, "withheld"] = [node in hidden for node in _nodes(scores[rows])]
    gated.loc[gated["withheld"], NUMBERS] = np.nan
    gated.loc[gated["withheld"], "n"] = 0
    return gated


def _nodes(scores: pd.DataFrame) -> list[Node]:
    method = scores["evidence"].where(scores["level"] == "evidence", "")
    return list(zip(scores["level"].astype(str), scores["id"].astype(str), method.astype(str), strict=True))


def _hidden(scores: pd.DataFrame, small: pd.Series, rubric: Rubric) -> set[Node]:
    there = scores[(scores["state"] != "not_applicable") & (scores["points"] > 0)]
    nodes = dict(zip(_nodes(there), there["points"].astype(float), strict=True))
    hidden = set(_nodes(scores[small]))
    sums = [(parent, [part for part in parts if part in nodes]) for parent, parts in _sums(rubric) if parent in nodes]
    changed = True
    while changed:
        before = len(hidden)
        for parent, parts in sums:
            inside = [part for part in parts if part in hidden]
            shown = sorted((part for part in parts if part not in hidden), key=lambda part: (nodes[part], part))
            if parent not in hidden and len(inside) == 1:
                hidden.add(shown[0] if shown else parent)
            elif parent in hidden and not inside and shown:
                hidden.add(shown[0])
        changed = len(hidden) > before
    return hidden


def _sums(rubric: Rubric) -> Iterable[tuple[Node, list[Node]]]:
    """Every sum that a reader can do: indicator = its evidence, dimension and aim = indicators, total = dimensions."""
    for indicator in rubric.indicators:
        yield ("indicator", indicator.id, ""), [("evidence", indicator.id, method) for method in indicator.evidence]
    for dimension in rubric.dimensions:
        yield ("dimension", dimension.id, ""), [("indicator", part.id, "") for part in dimension.indicators]
    for aim in rubric.aims:
        yield ("aim", aim.id, ""), [("indicator", part.id, "") for part in rubric.indicators if part.aim == aim.id]
    yield ("total", "total", ""), [("dimension", dimension.id, "") for dimension in rubric.dimensions]
    yield ("total", "total", ""), [("aim", aim.id, "") for aim in rubric.aims]


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
