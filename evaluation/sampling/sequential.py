"""When to stop calling: looks after every few interviews, with boundaries found by simulation and frozen before the first call.

At each look the mean score of those interviewed is compared with two boundaries around the pass mark, wide at first and closed
at the cap (a triangular test with curved sides, truncated). The boundaries are calibrated, with the pooled standard deviation
of respondents' scores, so that both chances of a wrong verdict are what was asked over the whole path, not at each look.
Formulas, sources and figures: docs/methods.md, "When to stop calling".
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from evaluation.core.errors import DesignError, problem
from evaluation.sampling.simulated import respondent_scores

Floats = NDArray[np.float64]
CLOSING = 0.4  # the sides close as (1 - n/cap) to this power; 1 would be a triangle


@dataclass(frozen=True)
class SequentialPlan:
    """Boundaries for the mean score at each look, all on 0-100.

    threshold: the pass mark; low, high: truths at which a pass and a fail would be wrong, with chances alpha and beta. sd:
    of one respondent's score, pooled over communities. looks: numbers of interviews; pass_at, fail_at: at look k stop with a
    pass from pass_at[k] up, with a fail from fail_at[k] down; they meet at the last look, the cap. fixed: interviews that one
    look alone would need for the same chances. simulations, seed: what the calibration rests on.
    """

    threshold: float
    low: float
    high: float
    alpha: float
    beta: float
    sd: float
    looks: tuple[int, ...]
    pass_at: tuple[float, ...]
    fail_at: tuple[float, ...]
    fixed: int
    simulations: int
    seed: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; the boundaries rounded to six decimals, as they are."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, held: dict[str, Any]) -> SequentialPlan:
        """The plan that `to_dict` gave."""
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in held.items()}
        return cls(**values)


@dataclass(frozen=True)
class Look:
    """One look: respondents with a score, their mean, the boundaries there, the verdict ("pass", "fail" or "continue"), and
    the number of interviews at the next look (None after a verdict).
    """

    n: int
    mean: float
    fail_at: float
    pass_at: float
    verdict: str
    next_look: int | None


def sequential_plan(sd: float, threshold: float = 85, low: float = 83, high: float = 87, alpha: float = 0.05,
                    beta: float = 0.05, every: int = 10, cap: int | None = None, simulations: int = 40_000,
                    seed: int = 1) -> SequentialPlan:
    """A plan with a look after `every` interviews and a cap of about 1.3 times the fixed size.

    The fixed size is ((z_alpha + z_beta) sd / (high - low))². Scores of respondents are simulated as weighted means of
    correlated five-level answers with the means low and high and the given sd, and the two boundaries widened until no more
    than alpha of the paths at `low` pass and no more than beta at `high` fail. DesignError: numbers out of order or of range
    [Q01], a cap too small for the chances asked [Q02].
    """
    spread = stats.norm.isf(alpha) + stats.norm.isf(beta) if 0 < alpha < 0.5 and 0 < beta < 0.5 else math.nan
    if not (low < threshold < high and low >= 0 and high <= 100 and 0 < sd <= 50 and every >= 2 and spread > 0):
        raise DesignError(problem("Q01", path="sequential"))
    fixed = math.ceil((spread * sd / (high - low)) ** 2)
    last = cap if cap is not None else every * math.ceil(1.3 * fixed / every)
    looks = (*range(every, last, every), last)
    at = np.array(looks)
    rng = np.random.default_rng(seed)
    wrong_pass = _paths(respondent_scores(low, sd, (simulations, last), rng), at, threshold)
    wrong_fail = -_paths(respondent_scores(high, sd, (simulations, last), rng), at, threshold)
    shape = (1 - at / last) ** CLOSING * sd * math.sqrt(last)
    sides = _calibrated(wrong_pass, wrong_fail, shape, alpha, beta)
    if sides is None:
        raise DesignError(problem("Q02", path="cap", cap=last, fixed=fixed))
    passing, failing = (np.round(threshold + sign * side * shape / at, 6) for sign, side in zip((1, -1), sides, strict=True))
    return SequentialPlan(float(threshold), float(low), float(high), alpha, beta, float(sd), looks, tuple(passing.tolist()),
                          tuple(failing.tolist()), fixed, simulations, seed)


def look(plan: SequentialPlan, scores: ArrayLike) -> Look:
    """What the scores so far say, at the last look that they reach; NaN = an interview without a score, which does not count.

    Before the first look: "continue". Beyond the cap the boundaries of the cap hold. A verdict stands: looking again later
    does not undo it. DesignError: a score outside 0-100 [Q03].
    """
    given = np.asarray(scores, dtype=float)
    held = given[~np.isnan(given)]
    if ((held < -1e-9) | (held > 100 + 1e-9)).any():
        raise DesignError(problem("Q03", path="scores"))
    reached = [place for place, n in enumerate(plan.looks) if n <= len(held)]
    mean = float(held.mean()) if len(held) else math.nan
    if not reached:
        return Look(len(held), mean, math.nan, math.nan, "continue", plan.looks[0])
    place = reached[-1]
    passing, failing = plan.pass_at[place], plan.fail_at[place]
    verdict = "pass" if mean >= passing else "fail" if mean <= failing else "continue"
    following = plan.looks[place + 1] if verdict == "continue" else None
    return Look(len(held), mean, failing, passing, verdict, following)


def follow(plan: SequentialPlan, scores: Floats) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whether each of many communities passes, and after how many interviews: scores (communities, cap), in order."""
    at = np.array(plan.looks)
    means = np.cumsum(scores, axis=1)[:, at - 1] / at
    passing, failing = means >= np.array(plan.pass_at), means <= np.array(plan.fail_at)
    first = (passing | failing).argmax(axis=1)
    rows = np.arange(len(scores))
    return passing[rows, first], at[first]


def _paths(scores: Floats, at: NDArray[np.int64], threshold: float) -> Floats:
    """Sums of the distances from the threshold at each look (paths, looks)."""
    return np.asarray(np.cumsum(scores - threshold, axis=1)[:, at - 1])


def _calibrated(low: Floats, high: Floats, shape: Floats, alpha: float, beta: float) -> tuple[float, float] | None:
    """The narrowest sides for which at most alpha of the paths `low` leave above, and beta of `high` (turned) above theirs."""
    sides = [0.5, 0.5]
    for _ in range(12):
        before = list(sides)
        for which, (paths, chance) in enumerate(((low, alpha), (high, beta))):
            under, over = 0.0, 4.0
            if _wrong(paths, over * shape, sides[1 - which] * shape) > chance:
                return None
            while over - under > 1e-4:
                middle = (under + over) / 2
                if _wrong(paths, middle * shape, sides[1 - which] * shape) > chance:
                    under = middle
                else:
                    over = middle
            sides[which] = over
        if np.abs(np.array(before) - sides).max() < 2e-4:
            break
    return sides[0], sides[1]


def _wrong(paths: Floats, above: Floats, below: Floats) -> float:
    """Share of the paths that leave above before they leave below; at the last look both meet."""
    up, down = paths >= above, paths <= -below
    first = (up | down).argmax(axis=1)
    return float(up[np.arange(len(paths)), first].mean())
