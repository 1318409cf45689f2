"""McDonald's omega: how much of a sum score's variance one common factor makes."""

from __future__ import annotations

import warnings

import numpy as np
from scipy import special

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.columns import Floats


def omega_interval(covariance: Floats, n: int, confidence: float) -> tuple[float, float, float]:
    """Omega and its limits from the covariances (k, k) of n respondents; NaN with fewer than three items.

    One factor by maximum likelihood: S = loadings loadings' + diag(unique), omega = (sum of loadings)² / ((sum of loadings)² +
    sum of unique). Its variance follows by the delta method from the normal information matrix of loadings and unique
    variances, the limits from the normal quantile on the logit scale. DesignError: no model fits [E42].
    """
    if len(covariance) < 3:
        return float("nan"), float("nan"), float("nan")
    loadings, unique = _one_factor(covariance, n)
    common, own = loadings.sum() ** 2, unique.sum()
    omega = common / (common + own)
    slope = np.r_[np.full(len(loadings), 2 * loadings.sum() * own), np.full(len(unique), -common)] / (common + own) ** 2
    variance = slope @ np.linalg.solve(_information(loadings, unique, n), slope)
    half = special.ndtri((1 + confidence) / 2) * np.sqrt(max(variance, 0.0)) / (omega * (1 - omega))
    centre = special.logit(omega)
    return float(omega), float(special.expit(centre - half)), float(special.expit(centre + half))


def _one_factor(covariance: Floats, n: int) -> tuple[Floats, Floats]:
    """Loadings (k,) and unique variances (k,) of one factor, in the items' units.

    The climb begins where one principal axis of the correlations would end, so the same table always gives the same digits;
    statsmodels by itself begins at random. DesignError where it ends on a slope or on a unique variance of 0 [E42].
    """
    from statsmodels.multivariate.factor import Factor  # a second to import: only for those who ask

    spread = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlation)[0] <= 1e-10:
        raise DesignError(problem("E42", path="items", n=n))
    left = 1 / np.diag(np.linalg.inv(correlation))
    roots, axes = np.linalg.eigh(correlation - np.diag(left))
    start = axes[:, -1:] * np.sqrt(max(roots[-1], 1e-4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both of its warnings are tested below
        found = Factor(None, 1, corr=correlation, method="ml", nobs=n).fit(start=(start, left), opt={"gtol": 1e-9})
    loadings = np.asarray(found.loadings, dtype=float)[:, 0] * spread
    unique = np.asarray(found.uniqueness, dtype=float) * spread**2
    settled = bool(np.abs(found.model.mle_retvals.jac).max() < 1e-5)
    if not (settled and np.isfinite(loadings).all() and (unique > 1e-8 * spread**2).all() and loadings.sum() != 0):
        raise DesignError(problem("E42", path="items", n=n))
    return loadings, unique


def _information(loadings: Floats, unique: Floats, n: int) -> Floats:
    """Expected information (2k, 2k) of loadings and unique variances: (n - 1)/2 trace(S⁻¹ S_i S⁻¹ S_j)."""
    k = len(loadings)
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(unique))
    along = inverse @ loadings
    strength = loadings @ along
    information = np.empty((2 * k, 2 * k))
    information[:k, :k] = 2 * (inverse * strength + np.outer(along, along))
    information[:k, k:] = 2 * inverse * along[None, :]
    information[k:, :k] = information[:k, k:].T
    information[k:, k:] = inverse**2
    return (n - 1) / 2 * information
