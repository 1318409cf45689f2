"""Which adult of a household is asked: Kish's tables, or the last birthday.

The household is drawn beforehand, the number of adults becomes known at the door or on the phone. Source: Kish (1949).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evaluation.core.errors import DesignError, problem
from evaluation.sampling.keys import id_hashes, uniform, unit_keys

# table -> (twelfths of the households, number of the adult to ask where there are 1, 2, … 6 or more)
KISH = {
    "A": (2, (1, 1, 1, 1, 1, 1)), "B1": (1, (1, 1, 1, 1, 2, 2)), "B2": (1, (1, 1, 1, 2, 2, 2)), "C": (2, (1, 1, 2, 2, 3, 3)),
    "D": (2, (1, 2, 2, 3, 4, 4)), "E1": (1, (1, 2, 3, 3, 3, 5)), "E2": (1, (1, 2, 3, 4, 5, 5)), "F": (2, (1, 2, 3, 4, 5, 6)),
}  # fmt: skip


def kish_tables(unit: pd.Series, seed: int) -> pd.Series:
    """The table of each household, A to F, in Kish's twelfths: it hangs on the seed and the id alone."""
    names = np.repeat(list(KISH), [twelfths for twelfths, _ in KISH.values()])
    place = (uniform(unit_keys(id_hashes(unit), seed, "kish")) * 12).astype(np.int64)
    return pd.Series(names[place], index=unit.index, name="kish", dtype="str")


def kish_adult(table: str, adults: int) -> int:
    """Number of the adult to ask, counted from the oldest man to the youngest woman. DesignError: no such table or household
    [G20].
    """
    if table not in KISH or adults < 1 or adults != int(adults):
        raise DesignError(problem("G20", path="kish", table=table, adults=adults))
    return KISH[table][1][min(int(adults), 6) - 1]


def adult_weights(weights: ArrayLike, adults: ArrayLike) -> NDArray[np.float64]:
    """Weights of adults (n,): the household's times its adults, for Kish's tables and the last birthday alike.

    Kish's tables count more than six adults as six: so does this. DesignError: a household without adults [G20].
    """
    counted = np.asarray(adults, dtype=float)
    if not (counted >= 1).all():
        raise DesignError(problem("G20", path="adults", table="–", adults=counted[~(counted >= 1)][0]))
    return np.asarray(np.asarray(weights, dtype=float) * np.minimum(counted, 6))
