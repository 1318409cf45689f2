"""Errors of methods whose sheets are filled in by raters: meetings, activities, records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.estimation.components import Sums, components, concentration, sums_of
from evaluation.estimation.grouped import Floats, Ints, coded
from evaluation.estimation.moments import Column, Moments
from evaluation.estimation.unseen import with_unseen

FULL = 100.0
ItemErrors = tuple[Floats, NDArray[np.bool_], Floats]


@dataclass(frozen=True)
class Rated:
    """Sums of squares of a method's sheets, and how much of each component is in the error of a community's means.

    carried (f + 1, c): what was rated, if it is a sample; raters; and what is left. sums: products in the same order.
    """

    sums: Sums
    carried: Floats


def rated_of(design: pd.DataFrame, columns: Sequence[Column], made: Moments, complete: bool,
             population: Floats | None) -> Rated | None:
    """Of sheets whose design names raters; None without. complete: all that there is to rate was rated, its spread is no error.

    population (c,): number of meetings or activities that there are, for the finite population correction; none without it.
    """
    if "rater" not in design:
        return None
    community = coded(design["community"])[0]
    count = len(made.mean)
    rows = np.bincount(community, minlength=count)
    factors: list[Ints] = []
    carried: list[Floats] = []
    if "psu" in design:
        unseen = np.ones(count) if population is None else np.clip(1 - made.units / population, 0.0, 1.0)
        factors.append(coded(design["psu"])[0])
        carried.append(np.zeros(count) if complete else concentration(community, factors[0], count) * unseen)
    factors.append(coded(design["rater"])[0])
    carried += [concentration(community, factors[-1], count), 1 / np.maximum(rows, 1)]
    x = np.column_stack([column.value[column.code] for column in columns])
    there = np.isfinite(x)
    answering = rows[:, None] / np.maximum(made.n, 1)    # a sheet without an answer takes no part in the mean of the item
    deviations = np.where(there, (x - made.mean[community]) * answering[community], 0.0)
    return Rated(sums_of(deviations, community, factors), np.array(carried))


def rated_errors(rated: Rated, made: Moments, sums: Sums) -> Iterator[ItemErrors]:
    """Covariances (c, j, j) of item means from each component, where they are not known (c, j), and df (c,).

    sums: of the whole round. A component that the round cannot show - one rater in every community - is left out, except
    that of what is left over in the things rated: then the errors are not known.
    """
    found = components(sums)
    for number, carried in enumerate(rated.carried):
        shown = np.isfinite(found[number]).all()
        if not carried.any() or (not shown and number > 0):
            continue
        covariance = carried[:, None, None] * np.nan_to_num(found[number])
        unknown = (made.n > 0) & (carried > 0)[:, None] & (not shown)
        yield covariance, unknown, np.full(len(carried), max(float(sums.df[number]), 1.0))


def unseen_errors(made: Moments, population: Floats) -> tuple[Floats, ItemErrors]:
    """Item means (c, j) over all documents where some were not looked at, and their errors. population (c,): documents.

    As if documents that lack one thing lacked all of them: the errors of the items have correlation 1, the most there can be.
    """
    seen = made.psus.astype(float)
    mean, variance = with_unseen(made.mean / FULL, seen, np.broadcast_to(population[:, None], seen.shape))
    error = np.nan_to_num(np.sqrt(variance)) * FULL
    covariance = error[:, :, None] * error[:, None, :]
    df = np.maximum(made.units - 1.0, 1.0)
    return mean * FULL, (covariance, np.zeros(made.mean.shape, dtype=bool), df)
