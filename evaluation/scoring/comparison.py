"""What communities declared against what the review found, without chasing noise over many communities."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

COLUMNS = ["community", "level", "id", "declared", "value", "difference", "se", "ci_low", "ci_high", "p", "q", "flagged"]


def declared_against_verified(scores: pd.DataFrame, false_discoveries: float = 0.05) -> pd.DataFrame:
    """Verified minus declared of totals and dimensions: one row a community and level, those with both alone.

    difference, se, ci_low, ci_high (95%, Student's t): in points of 0-100; the declared score is a number without error. p:
    two-sided, of a difference of 0. q: p corrected for the many looks, over the communities of the round for totals, and over
    communities and dimensions for dimensions, so that of those flagged (q <= false_discoveries) no larger a share is noise:
    Benjamini and Hochberg (1995). A standard error of 0 or not known gives no p and is not flagged.
    """
    rows = scores[scores["level"].isin(["total", "dimension"]) & scores["declared"].notna() & scores["value"].notna()]
    table = rows[["community", "level", "id", "declared", "value", "se", "df"]]
    table = table.assign(difference=table["value"] - table["declared"])
    with np.errstate(invalid="ignore", divide="ignore"):
        margin = stats.t.ppf(0.975, table["df"]) * table["se"]
        p = 2 * stats.t.sf((table["difference"] / table["se"]).abs(), table["df"])
    table = table.assign(ci_low=table["difference"] - margin, ci_high=table["difference"] + margin,
                         p=np.where(table["se"] > 0, p, np.nan), q=np.nan)
    for level in ("total", "dimension"):
        known = (table["level"] == level) & table["p"].notna()
        if known.any():
            table.loc[known, "q"] = stats.false_discovery_control(table.loc[known, "p"])
    return table.assign(flagged=table["q"] <= false_discoveries)[COLUMNS].reset_index(drop=True)
