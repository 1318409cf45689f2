"""Reliability of a scale: whether its items measure one thing.

Items are columns already keyed the same way, respondents are rows, NaN where there is no answer. Formulas and sources:
docs/methods.md, "Reliability of a scale".
"""

from __future__ import annotations

import warnings
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import special, stats

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints
from evaluation.estimation.columns import Floats, one_of
from evaluation.estimation.omega import omega_interval

Missing = Literal["pairwise", "listwise"]

#: a variance of the sum below this share of the items' own variances is rounding
NOTHING = 1e-12


def reliability(items: pd.DataFrame, missing: Missing = "pairwise", confidence: float = 0.95) -> pd.DataFrame:
    """Cronbach's alpha and McDonald's omega of k items with intervals: columns coefficient, value, ci_low, ci_high, items, n.

    alpha: raw, from covariances; interval by Feldt's F. omega: share of the sum score's variance that one common factor makes,
    fitted by maximum likelihood; interval by the delta method on the logit scale; NaN with fewer than three items, which
    do not determine a factor, and, with a warning [E42], where no factor can be fitted. n: complete rows, or for `pairwise`
    the fewest rows of any pair. No unit. DesignError: fewer than two items [E40], items that are not numbers or do not vary
    [E41], a sum of the items that does not vary [E42], confidence outside (0, 1) [E17], an unknown word for missing [E11].
    Sources: Cronbach (1951); Feldt (1965); McDonald (1999).
    """
    covariance, n = _covariance(items, missing, confidence)
    k = len(covariance)
    if not covariance.sum() > NOTHING * np.trace(covariance):
        raise DesignError(problem("E42", path="items", n=n))
    alpha = k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())
    tails = stats.f.ppf([(1 + confidence) / 2, (1 - confidence) / 2], n - 1, (n - 1) * (k - 1))
    low, high = 1 - (1 - alpha) * tails
    try:
        omega = omega_interval(covariance, n, confidence)
    except DesignError as error:
        warnings.warn(str(error), stacklevel=2)
        omega = (np.nan, np.nan, np.nan)
    rows = [("alpha", alpha, low, high), ("omega", *omega)]
    return pd.DataFrame(rows, columns=["coefficient", "value", "ci_low", "ci_high"]).assign(items=k, n=n)


def item_total(items: pd.DataFrame, missing: Missing = "pairwise", confidence: float = 0.95) -> pd.DataFrame:
    """How each of k items goes with the rest: columns item, n, r_total, r_drop, ci_low, ci_high, alpha_without.

    r_total: correlation with the sum of all items; r_drop: with the sum of the others (corrected), with its interval by
    Fisher's z; alpha_without: alpha of the others, NaN where one is left. From covariances, so that pairwise r_drop is psych's
    r.drop; its raw.r takes the mean of what each row answered, and is r_total on complete rows only. n: rows that have the
    item (listwise: complete rows), which Fisher's z takes. NaN where a sum does not vary, as with two items that mirror each
    other. Errors as for `reliability`, but for the factor.
    """
    covariance, complete = _covariance(items, missing, confidence)
    k, own = len(covariance), np.diag(covariance)
    with_all, whole = covariance.sum(axis=1), covariance.sum()
    rest = whole - 2 * with_all + own
    rest = np.where(rest > NOTHING * own.sum(), rest, np.nan)
    whole = whole if whole > NOTHING * own.sum() else np.nan
    r_drop = (with_all - own) / np.sqrt(own * rest)
    n: Ints = items.notna().sum().to_numpy() if missing == "pairwise" else np.full(k, complete)
    half = special.ndtri((1 + confidence) / 2) / np.sqrt(np.where(n > 3, n - 3.0, 1e-300))
    with np.errstate(divide="ignore", invalid="ignore"):  # an item that repeats the others; pairwise may even pass 1
        z = np.arctanh(r_drop)
    low, high = np.tanh(z - half), np.tanh(z + half)
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


def _covariance(items: pd.DataFrame, missing: Missing, confidence: float) -> tuple[Floats, int]:
    """Covariances (k, k), and the fewest rows that stand behind one; DesignError that names the items at fault."""
    one_of(missing, get_args(Missing), "missing")
    if not 0 < confidence < 1:
        raise DesignError(problem("E17", path="confidence", given=confidence))
    if items.shape[1] < 2:
        raise DesignError(problem("E40", path="items", count=items.shape[1]))
    words = [str(name) for name, kind in items.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    if words:
        raise DesignError(problem("E41", path="items", names=words))
    numbers = items.astype(float)
    answered = numbers.dropna() if missing == "listwise" else numbers
    alike = answered.nunique().to_numpy() < 2 if len(answered) > 1 else np.zeros(items.shape[1], dtype=bool)
    faulty = alike | np.isinf(answered.to_numpy()).any(axis=0)
    if faulty.any():
        raise DesignError(problem("E41", path="items", names=[str(name) for name in items.columns[faulty]]))
    held = answered.notna().to_numpy(dtype=float)
    n = int((held.T @ held).min())
    if n < 2:
        raise DesignError(problem("E42", path="items", n=n))
    return answered.cov().to_numpy(), n
