"""The indicators that a community should look at first: weak, and surely so."""

from __future__ import annotations

import pandas as pd

from evaluation.scoring.decision import probability_at_least

COLUMNS = ["community", "indicator", "value", "p_below"]


def weakest(scores: pd.DataFrame, target: float, confidence: float = 0.8, most: int = 5) -> pd.DataFrame:
    """Indicators whose true score is below the target with at least `confidence`: community, indicator, value, p_below.

    At most `most` a community, the lowest first. Those without a value or a standard error, and those withheld, are not named.
    """
    rows = scores[(scores["level"] == "indicator") & scores["value"].notna() & scores["se"].notna()]
    value, se, df = (rows[name].to_numpy(dtype=float) for name in ("value", "se", "df"))
    found = pd.DataFrame({"community": rows["community"], "indicator": rows["id"], "value": value,
                          "p_below": 1 - probability_at_least(value, se, df, target)})
    found = found[found["p_below"] >= confidence].sort_values(["community", "value", "indicator"], kind="stable")
    return found.groupby("community", sort=False).head(most)[COLUMNS].reset_index(drop=True)
