"""Raking against svy and weightipy: one table of 1,000,000 rows, and 5,000 tables of 100 rows at once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.measure import peers_here, seconds, tell
from evaluation.estimation import SurveyDesign, rake

TOLERANCE = 1e-10
LEVELS = {"age": 6, "sex": 2, "tenure": 4, "block": 10}


def sample(rows: int, levels: dict[str, int]) -> pd.DataFrame:
    """Rows with weights of 1 and levels that are not equally many."""
    rng = np.random.default_rng(2)
    table = {}
    for name, count in levels.items():
        shares = np.arange(1, count + 1) / sum(range(count + 1))
        table[name] = rng.choice([f"{name}{level}" for level in range(count)], rows, p=shares)
    return pd.DataFrame({**table, "weight": np.ones(rows)})


def totals(table: pd.DataFrame, name: str, seed: int) -> dict[str, float]:
    """Counts of the levels, each changed by up to a fifth; they add up to twice the rows."""
    counts = table[name].value_counts().sort_index()
    changed = counts * np.random.default_rng(seed).uniform(0.8, 1.2, len(counts))
    return {str(level): float(n) for level, n in (changed / changed.sum() * 2 * len(table)).items()}


def met(table: pd.DataFrame, weights: np.ndarray, margins: dict[str, dict[str, float]]) -> float:
    """Largest relative distance from a margin."""
    return max(float(np.abs(pd.Series(weights).groupby(table[name].to_numpy()).sum() / pd.Series(levels) - 1).max())
               for name, levels in margins.items())


def one_table() -> None:
    """1,000,000 rows, 4 margins."""
    print("Raking 1,000,000 rows to 4 margins of 6, 2, 4 and 10 levels, each met to 1e-10")
    table = sample(1_000_000, LEVELS)
    margins = {name: totals(table, name, seed) for seed, name in enumerate(LEVELS)}

    def ours() -> np.ndarray:
        return rake(SurveyDesign(table, weights="weight"), [{name: levels} for name, levels in margins.items()]).weight

    time, found = seconds(ours), ours()
    if peers_here():
        from bench.peers import as_polars, svy_rake, weightipy_rake

        polars = as_polars(table)
        theirs = seconds(svy_rake, polars, margins, TOLERANCE)
        assert np.allclose(svy_rake(polars, margins, TOLERANCE), found, rtol=1e-8)
        tell("svy to ours", f"{theirs / time:.1f}x ({theirs:.2f} s / {time:.2f} s)", ">= 10x", theirs >= 10 * time)
        sweeps = fewest_sweeps(table, margins)
        assert np.allclose(2 * weightipy_rake(table, margins, sweeps), found, rtol=1e-8)
        theirs = seconds(weightipy_rake, table, margins, sweeps)
        tell(f"weightipy to ours, same tolerance ({sweeps} sweeps)", f"{theirs / time:.1f}x ({theirs:.2f} s)", ">= 1x",
             theirs >= time)
        theirs = seconds(weightipy_rake, table, margins)
        tell("weightipy to ours, where it stops by itself", f"{theirs / time:.1f}x ({theirs:.2f} s)", ">= 1x", theirs >= time)


def fewest_sweeps(table: pd.DataFrame, margins: dict[str, dict[str, float]]) -> int:
    """Sweeps after which weightipy meets the margins to the tolerance asked of all."""
    from bench.peers import weightipy_rake

    return next(sweeps for sweeps in range(1, 1000)
                if met(table, 2 * weightipy_rake(table, margins, sweeps), margins) <= TOLERANCE)


def many_tables() -> None:
    """5,000 communities x 100 rows, 3 margins each."""
    print("Raking 5,000 communities x 100 rows to 3 margins each, met to 1e-10")
    levels = {name: LEVELS[name] for name in ("age", "sex", "tenure")}
    table = sample(500_000, levels).assign(community=np.repeat(np.arange(5_000), 100))
    counts = {name: table.groupby(["community", name], sort=True)["weight"].sum() * 2 for name in levels}
    moved = [{name: moved_margin(counts[name], seed)} for seed, name in enumerate(levels)]

    def ours() -> np.ndarray:
        return rake(SurveyDesign(table, weights="weight"), moved, within="community").weight

    time, found = seconds(ours), ours()
    if peers_here():
        from bench.peers import as_polars, svy_rake

        parts = [as_polars(table.iloc[community * 100 : community * 100 + 100]) for community in range(50)]

        def loop() -> np.ndarray:
            made = []
            for community, part in enumerate(parts):
                asked = {name: margin[name].loc[community].to_dict() for margin in moved for name in margin}
                made.append(svy_rake(part, asked, TOLERANCE))
            return np.concatenate(made)

        assert np.allclose(loop(), found[:5_000], rtol=1e-7)
        theirs = seconds(loop) * 100
        tell("svy's loop (50 communities, times 100) to ours", f"{theirs / time:,.0f}x ({theirs:.1f} s / {time:.2f} s)",
             ">= 20x", theirs >= 20 * time)


def moved_margin(counts: pd.Series, seed: int) -> pd.Series:
    """Totals by community and level, each changed by up to a tenth; those of a community still add up to 200."""
    changed = counts * np.random.default_rng(seed).uniform(0.9, 1.1, len(counts))
    whole = changed.groupby(level="community").transform("sum")
    return changed / whole * 200
