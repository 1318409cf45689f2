"""Estimates, raking and replicates against named peers, measured in the same run.

`python -m bench.estimation [means] [raking] [bootstrap]` prints each ratio beside its limit; all three without a word. Peers:
the bare numpy reduction of the same table; svy 0.35; weightipy 0.4 (`pip install .[bench]`). Where svy would take minutes it
runs on a part, which is told, and its time is scaled by the number of communities: its loop takes each alike.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd

from bench.measure import forget_peak, in_fresh_process, peers_here, resident, seconds, tell
from evaluation.estimation import SurveyDesign, mean, replicate

ITEMS = [f"q{number:02d}" for number in range(1, 31)]


def answers(communities: int, respondents: int = 100, kind: type = np.float64) -> pd.DataFrame:
    """Communities one after the other; 30 items of five answers, weights, and the number of the community."""
    rng = np.random.default_rng(1)
    rows = communities * respondents
    table = {item: rng.integers(0, 5, rows, dtype=np.int8).astype(kind, copy=False) for item in ITEMS}
    table["weight"] = rng.uniform(0.5, 2.0, rows)
    table["community"] = np.repeat(np.arange(communities, dtype=np.int32), respondents)
    return pd.DataFrame(table, copy=False)


def by_community(table: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard error and interval of every item in every community."""
    return mean(SurveyDesign(table, weights="weight", strata="community"), ITEMS, by="community", deff=False)


def without_strata(table: pd.DataFrame) -> pd.DataFrame:
    """The same with communities as domains of one sample, not as its strata."""
    return mean(SurveyDesign(table, weights="weight"), ITEMS, by="community", deff=False)


def bare(table: pd.DataFrame) -> None:
    """Weighted sum and sum of squares of every item in every community: the least that any mean with an error must read."""
    community, weight = table["community"].to_numpy(), table["weight"].to_numpy()
    starts = np.flatnonzero(np.r_[True, community[1:] != community[:-1]])
    for item in ITEMS:
        values = table[item].to_numpy()
        weighted = weight * values
        np.add.reduceat(weighted, starts)
        np.add.reduceat(weighted * values, starts)


def means() -> None:
    """5,000 communities x 100 respondents x 30 items; then 100,000 communities."""
    print("Mean, SE and CI of 30 items, 5,000 communities x 100 respondents")
    table = answers(5_000)
    ours, least = seconds(by_community, table, runs=5), seconds(bare, table, runs=5)
    tell("ratio to the bare numpy reduction", f"{ours / least:.1f}x ({ours:.3f} s / {least:.3f} s)", "<= 3x", ours <= 3 * least)
    fresh = in_fresh_process("bench.estimation", "domains")
    tell("the same without strata, communities as domains", f"{fresh['ours'] / fresh['bare']:.1f}x ({fresh['ours']:.3f} s)",
         "<= 3x", fresh["ours"] <= 3 * fresh["bare"])
    if peers_here():
        from bench.peers import as_polars, svy_means, svy_means_by

        part = table[table["community"] < 50]
        parts = as_polars(part).partition_by("community", as_dict=True)
        by_peer = svy_means(parts, ITEMS)
        pd.testing.assert_frame_equal(by_peer, by_community(part)[["community", "item", "value", "se"]], check_dtype=False)
        theirs = seconds(svy_means, parts, ITEMS, runs=2) * 100
        tell("svy's loop (50 communities, times 100) to ours", f"{theirs / ours:,.0f}x ({theirs:.1f} s)", ">= 150x",
             theirs >= 150 * ours)
        chunks = [as_polars(part[part["community"] // 25 == chunk]) for chunk in range(2)]
        theirs = seconds(svy_means_by, chunks, ITEMS, runs=3) * 100
        tell("svy's by=, 25 communities at once (50, times 100) to ours", f"{theirs / ours:,.0f}x ({theirs:.1f} s)", ">= 150x",
             theirs >= 150 * ours)
    small, large = (in_fresh_process("bench.estimation", "communities", count) for count in (10_000, 100_000))
    tell("100,000 communities, 10 M rows: seconds", f"{large['seconds']:.1f} s", "<= 10 s", large["seconds"] <= 10)
    tell("its peak of memory, table included", f"{large['peak']:,.0f} MB ({large['table']:,.0f} held)", "<= 2,048 MB",
         large["peak"] <= 2048)
    growth = large["seconds"] / small["seconds"]
    tell("10 times the communities: times the seconds", f"{growth:.1f}x ({small['seconds']:.2f} s)", "<= 12x", growth <= 12)


def domains() -> dict[str, float]:
    """Seconds without strata, in a process of its own: what it takes hangs on the memory that earlier work left mapped."""
    table = answers(5_000)
    return {"ours": seconds(without_strata, table, runs=5), "bare": seconds(bare, table, runs=5)}


def communities(count: int) -> dict[str, float]:
    """Seconds and megabytes of the estimates of so many communities, answers held as bytes."""
    table = answers(count, kind=np.int8)
    held = resident("VmRSS")
    forget_peak()
    return {"table": held, "seconds": seconds(by_community, table, runs=3), "peak": resident("VmHWM")}


def raking() -> None:
    """One large table, and many small ones, raked to margins they nearly have."""
    from bench.raking import many_tables, one_table

    one_table()
    many_tables()


def clusters() -> SurveyDesign:
    """100,000 rows in 100 strata of 100 units."""
    rng = np.random.default_rng(3)
    unit = np.repeat(np.arange(10_000), 10)
    return SurveyDesign(pd.DataFrame({"y": rng.normal(50, 10, len(unit)), "weight": rng.uniform(1, 3, len(unit)), "psu": unit,
                                      "stratum": unit // 100}), weights="weight", strata="stratum", psu="psu")


def resampled(design: SurveyDesign) -> pd.DataFrame:
    """A mean with the standard error of 500 bootstrap replicates."""
    return mean(replicate(design, "bootstrap", replicates=500, seed=1), "y")


def bootstrap() -> None:
    """500 bootstrap replicates of 100,000 rows."""
    print("500 bootstrap replicates of 100,000 rows (100 strata x 100 units x 10 rows), mean with SE")
    design = clusters()
    ours = seconds(resampled, design)
    if peers_here():
        from bench.peers import as_polars, svy_bootstrap

        table = as_polars(design.data)
        theirs = seconds(svy_bootstrap, table, runs=2)
        apart = svy_bootstrap(table) / resampled(design).at[0, "se"] - 1
        assert abs(apart) < 0.15, "two bootstraps of one design differ by chance alone"
        tell("svy to ours", f"{theirs / ours:.1f}x ({theirs:.2f} s / {ours:.2f} s)", ">= 3x", theirs >= 3 * ours)
    child = in_fresh_process("bench.estimation", "bootstrap")
    for name, words in (("units", "memory over the data"), ("rows", "memory over the data, every row a unit")):
        tell(words, f"{child[name]:.0f} MB", "<= 200 MB", child[name] <= 200)


def room_of_bootstrap() -> dict[str, float]:
    """Megabytes that 500 replicates need over the data, with units of ten rows and with every row a unit."""
    design = clusters()
    over = {}
    for name, of in (("units", design), ("rows", SurveyDesign(design.data, weights="weight", strata="stratum"))):
        mean(of, "y")
        held = resident("VmRSS")
        forget_peak()
        resampled(of)
        over[name] = resident("VmHWM") - held
    return over


PARTS: dict[str, Callable[[], None]] = {"means": means, "raking": raking, "bootstrap": bootstrap}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        children = {"communities": communities, "domains": domains, "bootstrap": room_of_bootstrap}
        print(json.dumps(children[sys.argv[2]](*map(int, sys.argv[3:]))))
    else:
        for part in sys.argv[1:] or PARTS:
            PARTS[part]()
