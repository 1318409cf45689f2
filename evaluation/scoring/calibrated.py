"""Answers whose weights are brought to known totals of each community, and what that takes out of the errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.estimation import SurveyDesign, rake
from evaluation.estimation.grouped import Floats, Grouped, Ints
from evaluation.estimation.moments import Residuals
from evaluation.fieldwork.answers import Answers

ROUNDS = 10   # as the residuals of `rake`: one margin after the other, ten times over


@dataclass(frozen=True)
class Calibrated:
    """weight (n,): of the answers, in their order. cells: by margin, the cell of each row (n,), numbered over all communities;
    -1 for rows that the margins say nothing of.
    """

    weight: Floats
    cells: tuple[Ints, ...]

    def residuals(self, grouped: Grouped) -> Residuals:
        """Takes the means of the margins' cells out of weighted linearised values (j, rows) of sorted rows."""
        order = slice(None) if grouped.order is None else grouped.order
        weight, cells = self.weight[order], [cell[order] for cell in self.cells]

        def take_out(values: Floats, rows: slice) -> Floats:
            own = [cell[rows] for cell in cells]
            seen = own[0] >= 0
            rest = values[:, seen] / weight[rows][seen]
            for _ in range(ROUNDS):
                for cell in own:
                    number, place = np.unique(cell[seen], return_inverse=True)
                    at = place + len(number) * np.arange(len(rest))[:, None]
                    sums = np.bincount(at.ravel(), rest.ravel(), len(number) * len(rest)).reshape(len(rest), -1)
                    rest = rest - (sums / np.bincount(place, minlength=len(number)))[:, place]
            result = values.copy()
            result[:, seen] = rest * weight[rows][seen]
            return result

        return take_out


def calibrated(answers: Answers) -> Calibrated | None:
    """Rake the weights to the margins, community by community; None where the round states none.

    The weights of a community add up to the total of its first margin. Rows without one of the answers that the margins are
    about keep their share, and the margins are met among the others, in proportion. An answer that has a total and that
    nobody gave leaves its total to the other answers of the item. Communities without margins keep their weights.
    """
    margins = answers.margins
    if margins is None:
        return None
    community = answers.design["community"].astype("str").to_numpy(dtype=object)
    base = answers.design.get("weight", pd.Series(1.0, index=answers.design.index)).to_numpy(dtype=float)
    table = pd.DataFrame({"community": community, "weight": base})
    known = np.isin(community, margins["community"].unique())
    for item, part in margins.groupby("item"):
        table[item] = answers.codes[str(item)].astype("str").to_numpy(dtype=object)
        told = pd.MultiIndex.from_frame(part[["community", "answer"]])
        has = np.isin(community, part["community"].unique())
        known &= ~has | pd.MultiIndex.from_arrays([community, table[item]]).isin(told)
        table.loc[~has, item] = ""    # a community without this margin: one cell, which says nothing
    first = margins["item"] == margins.groupby("community")["item"].transform("first")
    size = margins[first].groupby("community")["total"].sum()
    whole = table.groupby("community")["weight"].transform("sum").to_numpy()
    n = pd.Series(community).map(size).to_numpy(dtype=float)
    weight = np.where(np.isfinite(n), base * n / whole, base)
    inside = table[known].reset_index(drop=True)
    if inside.empty:
        return Calibrated(weight, tuple(np.full(len(base), -1) for _ in margins["item"].unique()))
    inside["weight"] = weight[known]
    target = inside.groupby("community")["weight"].sum()
    asked = [{str(item): _totals(inside, part, str(item), target)} for item, part in margins.groupby("item")]
    weight[known] = rake(SurveyDesign(inside, weights="weight"), asked, within="community").weight
    cells = []
    for item in margins["item"].sort_values().unique():
        cell = np.full(len(base), -1, dtype=np.int64)
        cell[known] = pd.MultiIndex.from_frame(inside[["community", item]]).factorize()[0]
        cells.append(cell)
    return Calibrated(weight, tuple(cells))


def _totals(inside: pd.DataFrame, part: pd.DataFrame, item: str, target: pd.Series) -> dict[tuple[str, str], float]:
    """Totals of the cells that somebody is in, brought to what the community's rows stand for."""
    there = inside.groupby(["community", item]).size().index
    totals = part.set_index(["community", "answer"])["total"].reindex(there)
    totals = totals.where(totals.notna(), 1.0)    # the single cell of a community without this margin
    community = there.get_level_values(0)
    scaled = totals.to_numpy() * target.reindex(community).to_numpy() / totals.groupby(community).transform("sum").to_numpy()
    return {(str(name), str(answer)): float(total) for (name, answer), total in zip(there, scaled, strict=True)}
