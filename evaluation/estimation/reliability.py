"""Reliability of a scale: whether its items measure one thing."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd


def cronbach_alpha(items: pd.DataFrame, missing: Literal["pairwise", "listwise"] = "pairwise") -> float:
    """Cronbach's alpha of k items, raw (from covariances), no unit; at most 1 (pairwise: usually).

    items: rows = respondents, columns = items already keyed the same way, NaN where there is no answer.
    alpha = k/(k-1) (1 - trace(S) / sum(S)). `pairwise` takes each covariance from the rows that have both items (as
    psych::alpha does); `listwise` keeps the rows that have all. NaN with fewer than two items, fewer than two rows, or
    no variance. Source: Cronbach (1951), Psychometrika 16:297-334, eq. 2.
    """
    answered = items.dropna() if missing == "listwise" else items
    k = items.shape[1]
    if k < 2 or len(answered) < 2:
        return float("nan")
    covariance = answered.cov().to_numpy()
    total = covariance.sum()
    if not np.isfinite(total) or total <= 0:
        return float("nan")
    return float(k / (k - 1) * (1 - np.trace(covariance) / total))
