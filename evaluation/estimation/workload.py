"""The effect of interviewers: how alike the forms of one interviewer are, beside those of others in the same communities."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from evaluation.estimation.agreement import icc


class Effect(NamedTuple):
    """icc with its interval, of so many interviewers and forms; deff: what it multiplies variances by, at least 1."""

    interviewers: int
    forms: int
    icc: float
    low: float
    high: float
    deff: float


def interviewer_effect(values: pd.Series, interviewer: pd.Series, community: pd.Series | None = None,
                       confidence: float = 0.95) -> Effect:
    """Intraclass correlation of values within interviewers, by unbalanced one-way analysis of variance with n0.

    With communities, values are taken as deviations from their community's mean: what an interviewer has alone to himself, a
    community or a street, cannot be told from him. Values that are NaN and interviewers that are blank are left out. deff =
    1 + (m - 1) max(icc, 0), m = Σn²/Σn the workload. NaN with fewer than two interviewers, or no interviewer with two forms.
    Sources: Kish (1962) for deff; `icc` for ICC(1), n0 and its limits.
    """
    there = values.notna() & (interviewer != "")
    own, who = values[there].astype(float), interviewer[there].astype("str")
    if community is not None:
        own = own - own.groupby(community[there].astype("str")).transform("mean")
    sizes = who.value_counts()
    nothing = Effect(len(sizes), len(own), np.nan, np.nan, np.nan, np.nan)
    if len(sizes) < 2 or sizes.max() < 2:
        return nothing
    number = who.groupby(who).cumcount()
    wide = pd.DataFrame({"who": who, "number": number, "value": own}).pivot(index="who", columns="number", values="value")
    found = icc(wide, confidence)
    value, low, high = found.loc[found["coefficient"] == "ICC(1)", ["icc", "ci_low", "ci_high"]].to_numpy(dtype=float)[0]
    load = float((sizes**2).sum() / sizes.sum())
    return Effect(len(sizes), len(own), float(value), float(low), float(high), 1 + (load - 1) * max(float(value), 0.0))
