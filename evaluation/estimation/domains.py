"""Which rows an estimate is about: `where` keeps the design, `by` makes one domain of each level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaluation.core.errors import DesignError, problem
from evaluation.estimation.codes import Ints, crossed
from evaluation.estimation.columns import Bools, Floats, checked, in_order, names_of
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.replicates import rank
from evaluation.estimation.steps import again

Where = str | pd.Series | np.ndarray | Sequence[bool] | Callable[[pd.DataFrame], Any] | None
Freedom = float | Literal["design", "domain"] | None


@dataclass(frozen=True, eq=False)
class Domains:
    """code: number of each row's domain (n,), -1 = in none; labels: one row a domain, one column a `by`."""

    code: Ints
    labels: pd.DataFrame

    @property
    def count(self) -> int:
        """Number of domains."""
        return len(self.labels)


def where_of(design: SurveyDesign, where: Where) -> Bools | None:
    """Rows that `where` and the steps of weighting leave (n,); None = all. A missing value is not in the domain."""
    if where is None:
        return design.active
    given: Any = where
    if isinstance(given, str):
        checked(design.data, [given], "where")
        given = design.data[given]
    elif callable(given):
        given = given(design.data)
    given = in_order(given, design.data)
    if isinstance(given, pd.Series):
        given = given.fillna(False) if given.hasnans else given
    mask = np.asarray(given)
    if mask.shape != (len(design),):
        raise DesignError(problem("E12", path="where", given=mask.size, expected=len(design)))
    if mask.dtype.kind not in "b" and not np.isin(mask, (0, 1)).all():
        raise DesignError(problem("E22", path="where"))
    chosen = mask.astype(bool)
    return chosen if design.active is None else chosen & design.active


def domains_of(design: SurveyDesign, where: Where, by: str | Sequence[str] | None) -> Domains:
    """The domains of an estimate; rows with a missing level of `by` are in none. DesignError: nobody is in any [E14]."""
    mask = where_of(design, where)
    if by is None or not names_of(by):
        code = np.zeros(len(design), dtype=np.int64) if mask is None else np.where(mask, 0, -1)
        labels = pd.DataFrame(index=[0])
    else:
        names = names_of(by)
        checked(design.data, names, "by")
        code = design.columns.codes(names[0])[0]
        rows = np.zeros(0, dtype=np.int64)
        if mask is not None:
            code = np.where(mask, code, -1)
        for name in names[1:]:
            code, rows = crossed(code, design.columns.codes(name)[0])
        if len(names) == 1:
            code, labels = _one(design, names[0], code)
        else:
            labels = design.data[names].iloc[rows].reset_index(drop=True)
    if not (code >= 0).any():
        raise DesignError(problem("E14", path="where" if by is None else "by"))
    return Domains(code, labels)


def _one(design: SurveyDesign, name: str, code: Ints) -> tuple[Ints, pd.DataFrame]:
    """Domains of one classification, without the levels that nobody has."""
    levels = design.columns.codes(name)[1]
    met = np.bincount(code[code >= 0], minlength=len(levels)) > 0
    if not met.all():
        code = np.where(code >= 0, (np.cumsum(met) - 1)[code], -1)
    return code, pd.DataFrame({name: levels[met]})


def freedom(design: SurveyDesign, domains: Domains, df: Freedom) -> Floats:
    """Degrees of freedom by domain: PSUs minus strata that have a row with a weight.

    None or "design": counted over all domains together (R survey's degf of the subset); "domain": over each by itself; or the
    number given. Designs with given replicate weights take the rank of these weights, after all steps, minus 1.
    """
    if isinstance(df, (int, float)) and not isinstance(df, bool):
        return np.full(domains.count, float(df))
    if df not in (None, "design", "domain"):
        raise DesignError(problem("E11", path="df", given=df, expected=["design", "domain", "a number"], hint="'design'"))
    code = domains.code if df == "domain" else np.minimum(domains.code, 0)
    if not design.weight.all():
        code = np.where(design.weight != 0, code, -1)
    if design.replicates is not None and design.replicates.given:
        weights = np.column_stack([again(design, one) for one in design.replicates.weights(design.base)])
        found = [rank(weights[code == number]) - 1 for number in range(domains.count if df == "domain" else 1)]
        return np.broadcast_to(np.asarray(found, dtype=float), (domains.count,))
    stage = design.stages[0]
    if df != "domain" and (code >= 0).all():
        return np.full(domains.count, stage.sampled.sum() - len(stage.sampled))
    strata = _different(code, stage.stratum, domains.count)
    units = np.bincount(code[code >= 0], minlength=domains.count) if stage.unit is None else \
        _different(code, stage.unit, domains.count)
    counted = (units - strata).astype(float)
    return counted if df == "domain" else np.full(domains.count, counted[0])


def _different(code: Ints, of: Ints, count: int) -> Ints:
    """Number of different `of` among the rows of each domain."""
    if code.max(initial=-1) <= 0:
        only = np.zeros(count, dtype=np.int64)
        only[0] = np.count_nonzero(np.bincount(of[code >= 0]))
        return only
    _, rows = crossed(code, of)
    return np.bincount(code[rows], minlength=count)
