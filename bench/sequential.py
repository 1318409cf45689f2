"""Stopping early: chances of a wrong verdict and calls saved, against one look at the fixed size and against two naive rules.

`python -m bench.sequential`: 20,000 simulated communities at each truth, twelve correlated five-level answers a respondent. The
naive rules are measured beside: a nominal SPRT with the running standard deviation, and "stop when P >= 0.95" at every look.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from bench.measure import tell
from evaluation.sampling import sequential_plan
from evaluation.sampling.sequential import SequentialPlan, follow
from evaluation.sampling.simulated import respondent_scores

COMMUNITIES, SD, ROOM = 20_000, 12.0, 3 * np.sqrt(0.05 * 0.95 / 20_000)


def running(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """n, mean and standard deviation after every interview (communities, cap)."""
    n = np.arange(1, scores.shape[1] + 1)
    mean = np.cumsum(scores, axis=1) / n
    squares = np.cumsum(scores**2, axis=1) - n * mean**2
    return n, mean, np.sqrt(np.maximum(squares / np.maximum(n - 1, 1), 1e-9))


def nominal_sprt(scores: np.ndarray, plan: SequentialPlan) -> tuple[np.ndarray, np.ndarray]:
    """Wald's test after each interview from the fifth on, with the standard deviation so far; the sign at the cap."""
    n, mean, sd = running(scores)
    ratio = (plan.high - plan.low) * n * (mean - plan.threshold) / sd**2
    return stopped(ratio, np.log((1 - plan.beta) / plan.alpha), np.flatnonzero(n >= 5))


def when_sure(scores: np.ndarray, plan: SequentialPlan) -> tuple[np.ndarray, np.ndarray]:
    """At each look stop if P(score >= mark) is at least 0.95 or at most 0.05; the sign at the cap."""
    n, mean, sd = running(scores)
    places = np.array(plan.looks) - 1
    sure = (mean - plan.threshold) / (sd / np.sqrt(n))
    return stopped(sure, stats.t.ppf(0.95, places), places)


def stopped(statistic: np.ndarray, bound: np.ndarray | float, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether each community passes, and after how many interviews."""
    seen = statistic[:, places]
    out = np.abs(seen) >= bound
    out[:, -1] = True
    first = out.argmax(axis=1)
    return seen[np.arange(len(seen)), first] > 0, places[first] + 1


def main() -> None:
    """Print error rates and calls."""
    plan = sequential_plan(SD)
    rng = np.random.default_rng(2026)
    print(f"Looks at {plan.looks[0]}, {plan.looks[1]}, … {plan.looks[-1]} interviews; one look would need {plan.fixed}; "
          f"sd {SD:g}, {COMMUNITIES:,} communities a truth")
    calls = {}
    for truth, wrong in ((plan.low, "false passes at 83"), (plan.high, "false fails at 87")):
        scores = respondent_scores(truth, SD, (COMMUNITIES, plan.looks[-1]), rng)
        for name, (passed, n) in (("", follow(plan, scores)), ("nominal SPRT, running sd: ", nominal_sprt(scores, plan)),
                                  ("stop when P >= 0.95: ", when_sure(scores, plan))):
            rate = passed.mean() if truth == plan.low else 1 - passed.mean()
            if name:
                tell(f"{name}{wrong}", f"{rate:.1%} ({n.mean():.0f} calls)", "(to compare)")
            else:
                calls[truth] = n.mean()
                tell(wrong, f"{rate:.2%}", "<= 5% + 3 simulation errors", rate <= 0.05 + ROOM)
    saved = 1 - np.mean(list(calls.values())) / plan.fixed
    both = f"{saved:.1%} ({calls[plan.low]:.0f} and {calls[plan.high]:.0f})"
    tell("calls saved, mean of the two truths", both, ">= 45%", saved >= 0.45)
    at_mark = follow(plan, respondent_scores(85, SD, (COMMUNITIES, plan.looks[-1]), rng))[1].mean()
    tell("calls saved at 85 itself, the worst case", f"{1 - at_mark / plan.fixed:.1%} ({at_mark:.0f})", "(to know)")
    truths = np.clip(rng.normal(86, 5, 100), 65, 97)
    scores = (respondent_scores(float(truth), SD * min(1, (100 - truth) / 12), (200, plan.looks[-1]), rng) for truth in truths)
    spread = np.mean([follow(plan, given)[1].mean() for given in scores])
    tell("calls saved over truths around 86, sd 5", f"{1 - spread / plan.fixed:.1%} ({spread:.0f})", "(to know)")



if __name__ == "__main__":
    main()
