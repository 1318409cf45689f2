"""What would settle a verdict, and the many looks at declared scores; by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.scoring import Rule, decide
from evaluation.scoring.comparison import declared_against_verified
from evaluation.scoring.settling import settling

RULE = Rule("guarded", 85, 0.95)


def scores(value, parts, df=np.inf, community="a"):
    """parts: method -> (variance in the total, units)."""
    se = np.sqrt(sum(variance for variance, _ in parts.values()))
    rows = [{"level": "total", "id": "total", "value": value, "se": se, "weight": np.nan, "units": 0}]
    rows += [{"level": "method", "id": method, "value": value, "se": np.sqrt(variance) / 0.5, "weight": 0.5, "units": units}
             for method, (variance, units) in parts.items()]
    return pd.DataFrame(rows).assign(community=community, df=df, ci_low=0.0, ci_high=100.0, n=1, declared=90.0, state="scored")


def test_how_many_more_calls_bring_the_guard_to_decide():
    # 87 is 2 above the mark: se may be 2 / 1.645 = 1.216, variance 1.478; 1.478 - 0.5 is left for the phone's 3 x 50 / n
    table = scores(87, {"phone": (3.0, 50), "meeting": (0.5, 2)})
    ways = settling(table, RULE, pd.Series(["a"])).set_index("method")
    room = (2 / stats.norm.ppf(0.95)) ** 2 - 0.5
    assert ways.loc["phone", "more"] == np.ceil(50 * (3 / room - 1))
    assert list(ways.index) == ["phone"]    # meetings alone cannot: the phone's 3.0 is more than there is room for
    row = decide(table, RULE).iloc[0]
    assert (row["verdict"], row["settle"], row["more"]) == ("more_evidence", "phone", ways.loc["phone", "more"])
    enough = decide(scores(87, {"phone": (3.0 * 50 / (50 + row["more"]), 50), "meeting": (0.5, 2)}), RULE).iloc[0]
    assert enough["verdict"] == "pass"
    short = decide(scores(87, {"phone": (3.0 * 50 / (49 + row["more"]), 50), "meeting": (0.5, 2)}), RULE).iloc[0]
    assert short["verdict"] == "more_evidence"


def test_a_visit_is_the_way_where_it_takes_less_effort():
    ways = settling(scores(87, {"phone": (0.9, 200), "meeting": (1.0, 2)}), RULE, pd.Series(["a"]))
    assert ways["method"].tolist() == ["meeting", "phone"]    # a visit or two against hundreds of calls
    assert (ways["effort"].diff().dropna() >= 0).all()


def test_nothing_settles_a_total_at_the_mark_or_an_error_that_is_not_known():
    assert settling(scores(85, {"phone": (1.0, 50)}), RULE, pd.Series(["a"])).empty
    unknown = scores(87, {"phone": (3.0, 50)}).assign(se=np.nan)
    assert settling(unknown, RULE, pd.Series(["a"])).empty
    row = decide(unknown, RULE).iloc[0]
    assert (row["verdict"], row["settle"], row["more"]) == ("more_evidence", "", 0)


def test_a_decided_community_needs_nothing():
    row = decide(scores(95, {"phone": (3.0, 50)}), RULE).iloc[0]
    assert (row["verdict"], row["settle"], row["more"]) == ("pass", "", 0)


def test_the_probability_of_the_star_awarded():
    rule = Rule("guarded", 85, 0.95, {"star3": 85, "star4": 90})
    row = decide(scores(93, {"phone": (1.0, 50)}), rule).iloc[0]
    assert (row["level"], row["p_level"]) == ("star4", pytest.approx(stats.norm.cdf(3)))
    assert np.isnan(decide(scores(80, {"phone": (1.0, 50)}), rule).iloc[0]["p_level"])


def test_declared_against_verified_is_corrected_for_many_looks():
    p = [0.001, 0.02, 0.03, 0.9]
    z = stats.norm.isf(np.array(p) / 2)
    table = pd.concat([scores(90 - 1.5 * value, {"phone": (2.25, 50)}, community=f"c{n}") for n, value in enumerate(z)])
    found = declared_against_verified(table).set_index("community")
    assert found["p"].to_numpy() == pytest.approx(p)
    assert found["q"].to_numpy() == pytest.approx([0.004, 0.04, 0.04, 0.9])    # p x 4 / rank, made monotone from the top
    assert found["flagged"].tolist() == [True, True, True, False]
    assert found["difference"].to_numpy() == pytest.approx(-1.5 * z)
    assert (found["ci_high"] - found["ci_low"]).to_numpy() == pytest.approx(2 * 1.5 * stats.norm.ppf(0.975))


def test_what_has_no_known_error_is_not_flagged():
    table = scores(80, {"phone": (0.0, 50)})
    assert declared_against_verified(table)["flagged"].tolist() == [False]
    assert declared_against_verified(table.assign(declared=np.nan)).empty
