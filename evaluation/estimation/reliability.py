"""Reliability of a scale: whether its items measure one thing.

Items are columns already keyed the same way, respondents are rows, NaN where there is no answer. Formulas and sources:
docs/methods.md, "Reliability of a scale".
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import special, stats

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Floats
from evaluation.estimation.omega import omega_interval

Missing = Literal["pairwise", "listwise"]


def reliability(items: pd.DataFrame, missing: Missing = "pairwise", confidence: float = 0.95) -> pd.DataFrame:
    """Cronbach's alpha and McDonald's omega of k items with intervals: columns coefficient, value, ci_low, ci_high, items, n.

    alpha: raw, from covariances; interval by Feldt's F. omega: share of the sum score's variance that one common factor makes,
    fitted by maximum likelihood; interval by the delta method on the logit scale; NaN with fewer than three items, which
    do not determine a factor. n: complete rows, or for `pairwise` the fewest rows of any pair. No unit. DesignError: fewer
    than two items [E40], items that are not numbers or do not vary [E41], no factor to be fitted [E42].
    Sources: Cronbach (1951); Feldt (1965); McDonald (1999).
    """
    covariance, n = _covariance(items, missing)
    k = len(covariance)
    alpha = k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())
    tails = stats.f.ppf([(1 + confidence) / 2, (1 - confidence) / 2], n - 1, (n - 1) * (k - 1))
    low, high = 1 - (1 - alpha) * tails
    rows = [("alpha", alpha, low, high), ("omega", *omega_interval(covariance, n, confidence))]
    return pd.DataFrame(rows, columns=["coefficient", "value", "ci_low", "ci_high"]).assign(items=k, n=n)


def item_total(items: pd.DataFrame, missing: Missing = "pairwise", confidence: float = 0.95) -> pd.DataFrame:
    """How each of k items goes with the rest: columns item, n, r_total, r_drop, ci_low, ci_high, alpha_without.

    r_total: correlation with the sum of all items; r_drop: with the sum of the others (corrected), with its interval by
    Fisher's z; alpha_without: alpha of the others, NaN where one is left. From covariances, pairwise as psych does; n: rows
    that have the item (listwise: complete rows), which Fisher's z takes. Errors as for `reliability`.
    """
    covariance, complete = _covariance(items, missing)
    k, own = len(covariance), np.diag(covariance)
    with_all, whole = covariance.sum(axis=1), covariance.sum()
    rest = whole - 2 * with_all + own
    r_drop = (with_all - own) / np.sqrt(own * rest)
    n: Ints = items.notna().sum().to_numpy() if missing == "pairwise" else np.full(k, complete)
    half = special.ndtri((1 + confidence) / 2) / np.sqrt(np.maximum(n - 3, 0.0) + (n <= 3) * 1e-300)
    low, high = np.tanh(np.arctanh(r_drop) - half), np.tanh(np.arctanh(r_drop) + half)
    without = (k - 1) / max(k - 2, 1) * (1 - (own.sum() - own) / rest) if k > 2 else np.full(k, np.nan)
    return pd.DataFrame({"item": list(items.columns), "n": n, "r_total": with_all / np.sqrt(own * whole), "r_drop": r_drop,
                         "ci_low": low, "ci_high": high, "alpha_without": without})


def cronbach_alpha(items: pd.DataFrame, missing: Missing = "pairwise") -> float:
    """Cronbach's alpha of k items, raw (from covariances), no unit; at most 1 (pairwise: usually).

    alpha = k/(k-1) (1 - trace(S) / sum(S)). `pairwise` takes each covariance from the rows that have both items (as
    psych::alpha does); `listwise` keeps the rows that have all. NaN with fewer than two items, fewer than two rows, or
    no variance; `reliability` tells why instead, and has the interval. Source: Cronbach (1951), eq. 2.
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


def _covariance(items: pd.DataFrame, missing: Missing) -> tuple[Floats, int]:
    """Covariances (k, k), and the rows that stand behind each; DesignError that names the items at fault."""
    if items.shape[1] < 2:
        raise DesignError(problem("E40", path="items", count=items.shape[1]))
    words = [str(name) for name, kind in items.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    if words:
        raise DesignError(problem("E41", path="items", names=words))
    numbers = items.astype(float)
    answered = numbers.dropna() if missing == "listwise" else numbers
    covariance = answered.cov()
    flat = [str(name) for name in items.columns[~(np.diag(covariance) > 0)]]
    if flat:
        raise DesignError(problem("E41", path="items", names=flat))
    held = answered.notna().to_numpy(dtype=float)
    n = int((held.T @ held).min())
    found = covariance.to_numpy()
    if not np.isfinite(found).all() or found.sum() <= 0:
        raise DesignError(problem("E42", path="items", n=n))
    return found, n
