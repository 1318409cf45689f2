"""3,000 simulated communities with known truth: what the intervals, the probabilities and the guarded verdicts are worth.

The figures are printed; run pytest with -s to see them.
"""

import numpy as np
import pandas as pd
import pytest
from test_coverage import simulated

from evaluation import decide
from evaluation.scoring import Rule
from evaluation.scoring.bootstrap import bayesian_bootstrap
from evaluation.scoring.decision import probability_at_least
from evaluation.scoring.score import scored
from evaluation.scoring.table import score_table

N, SEED, COMMUNITIES = 60, 20, 3_000


@pytest.fixture(scope="module")
def made():
    """The round, true totals, the mark (their median, where verdicts are hardest), scores as arrays, verdicts."""
    round_, true = simulated(N, SEED, COMMUNITIES)
    truth = true["total"].to_numpy()
    mark = float(np.median(truth))
    whole = scored(round_)
    scores = score_table(whole, 0.95)
    verdicts = decide(scores, Rule("guarded", mark, 0.95))
    assert verdicts["community"].tolist() == true.index.tolist()
    return round_, truth, mark, whole, verdicts


def brier(claimed, reached):
    return float(((claimed - reached) ** 2).mean())


def test_95_percent_intervals_hold_the_truth_95_times_of_100(made):
    _, truth, _, _, verdicts = made
    share = ((verdicts["ci_low"] <= truth) & (truth <= verdicts["ci_high"])).mean()
    print(f"\ncoverage {share:.4f}")
    assert 0.94 <= share <= 0.96


def test_few_of_those_that_pass_should_not_have(made):
    _, truth, mark, _, verdicts = made
    passed = (verdicts["verdict"] == "pass").to_numpy()
    wrong = (truth[passed] < mark).mean()
    print(f"\nwrong among {passed.sum()} passed {wrong:.4f}")
    assert passed.sum() > 900
    assert wrong <= 0.015


def test_what_passes_with_a_claimed_chance_passes_so_often(made):
    _, truth, mark, _, verdicts = made
    claimed, reached = verdicts["p_pass"].to_numpy(), truth >= mark
    tenth = np.minimum((claimed * 10).astype(int), 9)
    for number in range(10):
        inside = tenth == number
        expected = claimed[inside]
        error = 3 * np.sqrt((expected * (1 - expected)).sum()) / inside.sum()
        print(f"claimed {expected.mean():.3f}  reached {reached[inside].mean():.3f}  within {error:.3f}  n {inside.sum()}")
        assert inside.sum() > 30
        assert abs(reached[inside].mean() - expected.mean()) <= error


def test_the_probabilities_are_as_good_as_the_bayesian_bootstraps_and_better_than_of_independent_items(made):
    round_, truth, mark, whole, verdicts = made
    reached = truth >= mark
    bootstrap = bayesian_bootstrap(round_, mark, draws=1000, seed=3)
    share = whole.shares[:, 0]
    apart = sum(((share[:, given.takes] * whole.combined.weights[given.method][:, given.takes]) ** 2
                 * np.einsum("ctt->ct", given.sources[0].covariance)).sum(axis=1) for given in whole.evidence)
    independent = probability_at_least(whole.value[:, 0], np.sqrt(apart), verdicts["df"].to_numpy(), mark)
    ours, theirs, naive = brier(verdicts["p_pass"], reached), brier(bootstrap["p_pass"], reached), brier(independent, reached)
    print(f"\nBrier {ours:.5f}, Bayesian bootstrap {theirs:.5f}, independent items {naive:.5f}")
    assert ours <= theirs * 1.002    # simulation error of 1,000 draws
    assert ours < naive


def test_the_bayesian_bootstrap_agrees_with_the_standard_errors(made):
    round_, _, mark, whole, _ = made
    few = pd.Index(whole.names[:200])
    bootstrap = bayesian_bootstrap(round_, mark, draws=400, seed=4).set_index("community").loc[few]
    unseen = np.sqrt(1 - N / 300)    # the bootstrap knows of no finite population
    ratio = np.sqrt(whole.variance.value[:200, 0]) / unseen / bootstrap["se"].to_numpy()
    assert np.median(ratio) == pytest.approx(1, abs=0.04)
