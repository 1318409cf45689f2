"""Documents that were not looked at: what those that were say of them."""

from __future__ import annotations

import numpy as np

from evaluation.estimation.grouped import Floats

PRIOR = 0.5   # Jeffreys' prior of a share: half a document in order, half a document not


def with_unseen(share: Floats, seen: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Share in order among all `total` documents, and its variance, from the share among those `seen`; all of one shape.

    The documents not seen are in order as a beta-binomial variable says, given those seen and Jeffreys' prior: Gelman et al.
    (2013), Bayesian Data Analysis, ch. 2. Shares between 0 and 1 count as so much of a document. All seen: variance 0. None
    seen, or a share of NaN: NaN.
    """
    left = np.maximum(total - seen, 0.0)
    a, b = PRIOR + share * seen, PRIOR + (1 - share) * seen
    p = a / (a + b)
    value = np.where(left > 0, (share * seen + left * p) / np.maximum(total, seen), share)
    spread = left * p * (1 - p) * (a + b + left) / (a + b + 1)
    known = (seen > 0) & np.isfinite(share)
    return np.where(known, value, np.nan), np.where(known, spread / np.maximum(total, seen) ** 2, np.nan)
