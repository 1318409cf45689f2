"""A design tried out on a frame whose truth is known: the same sample drawn again and again, each time estimated."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evaluation.estimation import SurveyDesign, mean
from evaluation.sampling import Design, Frame, draw

COLUMNS = ("value", "se", "df", "ci_low", "ci_high", "n")


def trials(frame: Frame, y: ArrayLike, design: Design, simulations: int = 500, seed: int = 1, response_rate: float = 1.0,
           progress: Callable[[Iterable[int]], Iterable[int]] = iter) -> pd.DataFrame:
    """Mean of y (n,), one value a unit of the frame, from `simulations` samples: value, se, df, interval, n, one row a sample.

    The estimate uses the sample's weights, strata and clusters, with the correction for finite populations where units were
    drawn simply. response_rate: each unit drawn answers with that chance; weights then stand for those who did. A sample that
    cannot be estimated (a stratum with a single answer, nobody answered) joins its strata. progress: wraps the loop, a bar.
    """
    values = pd.Series(np.asarray(y, dtype=float), index=frame.table[frame.unit].astype(str))
    code, names = frame.strata(design.columns)
    sizes = dict(zip(("/".join(name) for name in names), np.bincount(code), strict=True))
    rng = np.random.default_rng(seed)
    rows = []
    for _ in progress(range(simulations)):
        sample = draw(frame, design, seed=int(rng.integers(2**62)))
        drawn = sample.assign(y=values.reindex(sample["unit"]).to_numpy(), N=sample["stratum"].map(sizes))
        if response_rate < 1:
            drawn = drawn[rng.random(len(drawn)) < response_rate]
        rows.append(_estimated(drawn, design) if len(drawn) > 1 else [np.nan] * 5 + [len(drawn)])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _estimated(drawn: pd.DataFrame, design: Design) -> list[float]:
    simple = design.method in ("simple_random", "systematic") and design.clusters is None
    lone = drawn.groupby("stratum").size().min() < 2
    table = drawn.assign(stratum="all", N=drawn.groupby("stratum")["N"].first().sum()) if lone else drawn
    survey = SurveyDesign(table.reset_index(drop=True), weights="weight", strata="stratum", fpc="N" if simple else None,
                          psu="cluster" if design.clusters is not None else None, lonely_psu="adjust")
    return [float(mean(survey, "y", deff=False)[name].iloc[0]) for name in COLUMNS]


def judged(found: pd.DataFrame, truth: float, threshold: float | None = None) -> dict[str, float]:
    """What the samples say of a design: bias, rmse, se_ratio (mean se over the true spread), coverage of the intervals, mean
    n and margin, and with a threshold p_wrong, the share on its wrong side.
    """
    known = found.dropna(subset=["value"])
    spread = known["value"].std(ddof=0)
    result = {"bias": known["value"].mean() - truth, "rmse": float(np.sqrt(((known["value"] - truth) ** 2).mean())),
              "se_ratio": known["se"].mean() / spread if spread > 0 else float("nan"),
              "coverage": ((known["ci_low"] <= truth) & (truth <= known["ci_high"])).mean(), "n": known["n"].mean(),
              "margin": ((known["ci_high"] - known["ci_low"]) / 2).mean()}
    if threshold is not None:
        result["p_wrong"] = ((known["value"] >= threshold) != (truth >= threshold)).mean()
    return {name: float(value) for name, value in result.items()}
