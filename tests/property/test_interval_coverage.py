"""How often the intervals of a proportion hold the truth: exact, by summing over all samples of small communities.

For every number K of "yes" in a community of N, every sample of n has a hypergeometric probability; coverage is the sum of the
probabilities of the samples whose interval holds K/N. The table of docs/methods.md is what this prints: `python <this file>`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from evaluation.estimation import SurveyDesign, proportion

METHODS = Path(__file__).resolve().parents[2] / "docs" / "methods.md"
SIZES = [(60, 5), (60, 20), (60, 50), (200, 10), (200, 30), (1000, 10), (1000, 60)]
KINDS = ("hypergeometric", "korn-graubard", "wilson", "logit", "t")


def samples(population, n):
    """One community for each number of yes that a sample of n may hold."""
    yes = np.tril(np.ones((n + 1, n)), -1)
    return SurveyDesign(pd.DataFrame({"yes": yes.ravel(), "x": np.repeat(np.arange(n + 1), n), "N": population}),
                        strata="x", fpc="N")


def coverage(population, n, ci):
    """Coverage (N + 1,) of the 95% interval for K = 0 … N."""
    found = proportion(samples(population, n), "yes", by="x", ci=ci, df="domain")
    truth = np.arange(population + 1)
    chance = stats.hypergeom.pmf(np.arange(n + 1)[:, None], population, truth, n)
    low, high = found["ci_low"].to_numpy()[:, None], found["ci_high"].to_numpy()[:, None]
    return (chance * ((low <= truth / population + 1e-12) & (truth / population <= high + 1e-12))).sum(axis=0)


def table():
    """Least and mean coverage over shares from 5% to 95%, as Markdown."""
    lines = ["| N | n | " + " | ".join(KINDS) + " |", "|---|---|" + "---|" * len(KINDS)]
    for population, n in SIZES:
        truth = np.arange(population + 1) / population
        inner = (truth >= 0.05) & (truth <= 0.95)
        cells = [coverage(population, n, ci)[inner] for ci in KINDS]
        lines.append(f"| {population} | {n} | " + " | ".join(f"{held.min():.3f} / {held.mean():.3f}" for held in cells) + " |")
    return "\n".join(lines)


def test_the_table_of_the_methods_is_what_is_counted():
    assert table() in METHODS.read_text(encoding="utf-8")


def test_the_exact_interval_never_holds_less_than_it_says():
    for population, n in SIZES:
        assert coverage(population, n, "hypergeometric").min() >= 0.95


def test_the_symmetric_interval_is_why_there_are_others():
    assert coverage(60, 5, "t")[3:58].min() < 0.3 < 0.94 < coverage(60, 5, "korn-graubard")[3:58].min()


if __name__ == "__main__":
    print(table())
