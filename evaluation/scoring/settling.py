"""What evidence would settle a verdict soonest: how many more calls, forms or visits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

if TYPE_CHECKING:
    from evaluation.scoring.decision import Rule

EFFORT: Mapping[str, float] = {"phone": 1, "questionnaire": 2, "meeting": 20, "activity": 20}   # of one more: ours
MOST = 10_000


def settling(scores: pd.DataFrame, rule: Rule, undecided: pd.Series) -> pd.DataFrame:
    """Ways to settle the undecided communities under a guarded rule: community, method, more, effort; the least effort first.

    scores: of score_round; undecided: ids. `more` respondents (phone, questionnaire) or meetings and activities of the method
    alone would bring the standard error down to where the guard decides, if the total stayed where it is: the method's part of
    the variance is taken to fall as 1/n, the others stay. No row where no number up to 10,000 does. Efforts are relative, and
    ours: a call 1, a form 2, a visit 20. Finite populations are not looked at: small communities need fewer.
    """
    total = scores[(scores["level"] == "total") & scores["community"].isin(undecided)].set_index("community")
    with np.errstate(invalid="ignore"):
        quantile = stats.t.ppf(rule.confidence, total["df"].to_numpy(dtype=float))
    enough = ((total["value"] - rule.threshold) / quantile) ** 2
    part = scores[(scores["level"] == "method") & scores["community"].isin(undecided)]
    if part.empty:
        return pd.DataFrame({"community": [], "method": [], "more": [], "effort": []})
    part = part[part["units"] > 0]
    own = ((part["se"] * part["weight"]) ** 2).to_numpy(dtype=float)
    whole, allowed = (column.reindex(part["community"]).to_numpy(dtype=float) for column in (total["se"] ** 2, enough))
    room = allowed - (whole - own)
    units = part["units"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        more = np.ceil(units * (own / room - 1) - 1e-9)
    possible = (room > 0) & (own > 0) & (more >= 1) & (more <= MOST)
    methods = part["id"].to_numpy(dtype=object)[possible]
    effort = more[possible] * np.array([EFFORT.get(method, max(EFFORT.values())) for method in methods], dtype=float)
    ways = pd.DataFrame({"community": part["community"].to_numpy(dtype=object)[possible], "method": methods,
                         "more": more[possible].astype(int), "effort": effort})
    return ways.sort_values(["community", "effort", "method"], ignore_index=True)
