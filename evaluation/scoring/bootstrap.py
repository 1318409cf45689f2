"""Totals by the Bayesian bootstrap: a cross-check of standard errors and probabilities that assumes no normal distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from evaluation.estimation.grouped import Floats
from evaluation.fieldwork.opening import Round
from evaluation.scoring.evidence import Reduced, item_weights, membership, takes_of
from evaluation.scoring.item_scores import score_columns
from evaluation.scoring.score import Scored, reduced, scored_of


def bayesian_bootstrap(round_: Round, mark: float, draws: int = 1000, seed: int = 1,
                       progress: Callable[[Iterable[int]], Iterable[int]] = iter) -> pd.DataFrame:
    """One row a community: community, value (mean of the draws), se, ci_low, ci_high (2.5% and 97.5% of them), p_pass (share of
    the draws at or above the mark). NaN where the community has no total.

    Every draw gives the respondents of a community (PSUs, where sheets or answers come in clusters) exponential weights, times
    their own: Rubin (1981), The Bayesian Bootstrap, Annals of Statistics 9:130. The rubric's weights and limits stay as they
    were found, and methods are drawn independently. Raters, documents not seen, and finite populations are not part of it.
    progress: wraps the loop over communities, a bar.
    """
    found = reduced(round_)
    scored = scored_of(round_, found, {})
    totals = np.repeat(scored.value[:, :1], draws, axis=1)
    parts = [(one, _weights(one, scored), score_columns(one.answers, scored.rubric, one.items), _rows(one))
             for one in found.values() if one is not None]
    for number, community in enumerate(progress(range(len(scored.names)))):
        rng = np.random.default_rng([seed, number])
        for one, weights, columns, rows in parts:
            place = np.flatnonzero(one.at == community)
            if len(place) and weights[place[0]].any():
                own = np.column_stack([column.value[column.code[rows[place[0]]]] for column in columns])
                totals[community] += _drawn(one, int(place[0]), own, draws, rng) @ weights[place[0]]
    low, high = np.quantile(totals, [0.025, 0.975], axis=1)
    passed = np.where(np.isnan(totals[:, 0]), np.nan, (totals >= mark).mean(axis=1))
    return pd.DataFrame({"community": scored.names, "value": totals.mean(axis=1), "se": totals.std(axis=1), "ci_low": low,
                         "ci_high": high, "p_pass": passed})


def _drawn(one: Reduced, place: int, scores: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Item means less those found (draws, j) of one community; 0 for items that nobody answered."""
    grouped = one.grouped
    first = int(grouped.starts[place])
    edges = np.r_[grouped.psu_starts, grouped.rows]
    psus = edges[np.searchsorted(edges, first): np.searchsorted(edges, first + len(scores)) + 1]
    weight = np.repeat(rng.standard_exponential((draws, len(psus) - 1)), np.diff(psus), axis=1)
    if grouped.weight is not None:
        weight = weight * grouped.weight[first: first + len(scores)]
    there = np.isfinite(scores)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = weight @ np.where(there, scores, 0.0) / (weight @ there)
    return np.asarray(np.nan_to_num(mean - one.moments.mean[place]))


def _rows(one: Reduced) -> list[slice | np.ndarray]:
    """The rows of each community in the order of the answers."""
    grouped = one.grouped
    ends = np.r_[grouped.starts[1:], grouped.rows]
    parts = [slice(int(first), int(last)) for first, last in zip(grouped.starts, ends, strict=True)]
    return list(parts) if grouped.order is None else [grouped.order[part] for part in parts]


def _weights(one: Reduced, scored: Scored) -> Floats:
    """Weight (c, j) of each item mean in the total."""
    method = one.answers.instrument.method
    takes = takes_of(scored.rubric, method)
    u = item_weights(one.items, membership(one.items, scored.rubric, method)[: len(takes)], one.moments.n)
    share = (scored.shares[:, 0] * scored.combined.weights[method])[one.at][:, takes]
    return np.asarray((share[:, :, None] * u).sum(axis=1))
