"""Draws: exact sizes, the same units for any order of the frame, top-up, known probabilities; by every method."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evaluation.core.errors import DesignError
from evaluation.sampling import Design, Frame, draw

SIZES = {"c1": 7, "c2": 40, "c3": 1}
TABLE = pd.DataFrame(
    [(f"{name}-{i:02d}", name, f"b{i % 3}", i % 5 + 1.0, f"h{i // 2:02d}-{name}")
     for name, size in SIZES.items() for i in range(size)], columns=["unit", "community", "block", "x", "home"])
FRAME = Frame(TABLE)
EACH = {"by": "community", "whole_if_fewer": True}


@pytest.mark.parametrize(("n", "drawn"), [
    (1, {"c1": 1, "c2": 1, "c3": 1}),
    (5, {"c1": 5, "c2": 5, "c3": 1}),  # c3 has one unit
    (1000, SIZES),
    ({"c1": 3, "c2": 4, "c3": 1}, {"c1": 3, "c2": 4, "c3": 1}),
    ({"c2": 4}, {"c2": 4}),  # some of the communities
])
def test_sizes_are_exact_and_weights_sum_to_the_stratum(n, drawn):
    sample = draw(FRAME, Design(n, **EACH), seed=20)
    assert list(sample.columns) == ["unit", "stratum", "replicate", "inclusion_probability", "weight"]
    assert sample["stratum"].value_counts().to_dict() == drawn
    assert sample["unit"].is_unique
    for name, part in sample.groupby("stratum"):
        assert set(part["unit"]) <= set(TABLE.loc[TABLE["community"] == name, "unit"])
        assert part["inclusion_probability"].to_numpy() == pytest.approx(drawn[name] / SIZES[name])
        assert part["weight"].sum() == pytest.approx(SIZES[name])
    assert (sample["replicate"] == 1).all()


DESIGNS = [Design(12), Design(12, strata=["community"]), Design(6, strata="block", allocation="equal"), Design(3, **EACH),
           Design(4, strata="block", **EACH), Design(10, method="systematic", order_by=["community", "block"]),
           Design(6, method="pps_systematic", size="x"), Design(6, method="brewer", size="x", strata="block"),
           Design(6, method="poisson", size="x"), Design(5, clusters="home", within=1), Design(5, clusters="home", replicate=2),
           Design(12, strata="block", replicate=5)]


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: f"{design.method}-{design.columns}-{design.clusters}")
def test_the_order_of_the_frame_does_not_matter(design):
    sample = draw(FRAME, design, seed=20)
    for seed in range(3):
        mixed = TABLE.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(draw(Frame(mixed), design, seed=20), sample)
    assert not draw(FRAME, design, seed=21)["unit"].equals(sample["unit"])


@pytest.mark.parametrize("design", DESIGNS[:9], ids=lambda design: f"{design.method}-{design.columns}")
def test_weights_estimate_the_frame(design):
    """On average the weights sum to the frame; weighted measures of size sum to theirs in every sample."""
    samples = [draw(FRAME, design, seed=seed) for seed in range(300)]
    assert np.mean([sample["weight"].sum() for sample in samples]) == pytest.approx(len(TABLE), rel=0.08)
    if design.size and design.method != "poisson":
        sizes = TABLE.set_index("unit")["x"]
        for sample in samples[:20]:
            assert (sample["weight"] * sample["unit"].map(sizes)).sum() == pytest.approx(TABLE["x"].sum())


def test_a_larger_n_extends_the_sample_and_other_units_do_not_matter():
    units = [set(draw(FRAME, Design(n, **EACH), seed=20)["unit"]) for n in range(1, 41)]
    assert all(small < large for small, large in pairwise(units))
    alone = Frame(TABLE[TABLE["community"] == "c2"])
    assert set(draw(alone, Design(9, **EACH), seed=20)["unit"]) == {unit for unit in units[8] if unit.startswith("c2")}


def test_topping_up_keeps_units_and_replicates():
    first = draw(FRAME, Design(9, strata="block", replicate=3), seed=5)
    assert first["replicate"].value_counts().to_dict() == {1: 3, 2: 3, 3: 3}
    more = draw(FRAME, Design(14, strata="block", replicate=3), seed=5, extends=first)
    both = first.merge(more, on="unit")
    assert len(both) == 9
    assert (both["replicate_x"] == both["replicate_y"]).all()
    assert more["replicate"].value_counts().sort_index().to_dict() == {1: 3, 2: 3, 3: 3, 4: 3, 5: 2}
    with pytest.raises(DesignError, match="G17"):
        draw(FRAME, Design(14, strata="block"), seed=6, extends=first)


def test_every_replicate_spreads_over_the_strata():
    sample = draw(FRAME, Design(24, strata="block", allocation="equal", replicate=6), seed=1)
    assert (sample.groupby(["replicate", "stratum"]).size() == 2).all()


def test_two_surveys_that_do_not_overlap():
    phone = draw(FRAME, Design(15, strata="block"), seed=1)
    paper = draw(FRAME, Design(12, strata="block"), seed=1, apart_from=phone)
    assert not set(phone["unit"]) & set(paper["unit"])
    assert paper["weight"].sum() == pytest.approx(48)
    met = pd.Series(0, index=TABLE["unit"])
    for seed in range(600):
        first = draw(FRAME, Design(20), seed=seed)
        met[draw(FRAME, Design(12), seed=seed, apart_from=first)["unit"]] += 1
    assert met.between(100, 205).all()  # 600 x 12/48 = 150, sd 10.6


def test_systematic_spreads_along_the_order():
    """One of every four in order of x: never two neighbours, every x met in its share to within one."""
    line = Frame(pd.DataFrame({"unit": [f"u{i:03d}" for i in range(80)], "x": np.arange(80)}))
    for seed in range(20):
        sample = draw(line, Design(20, method="systematic", order_by="x"), seed=seed)
        assert set(np.diff(np.sort(sample["unit"].str[1:].astype(int)))) == {4}


PPS = Frame(pd.DataFrame({"unit": list("abcdefgh"), "x": [1.0, 2, 3, 4, 5, 6, 7, 8]}))


@pytest.mark.parametrize("method", ["pps_systematic", "brewer", "poisson"])
def test_stated_probabilities_hold(method):
    """20,000 draws of 3: each share within 4.5 standard errors of 3 x / 36."""
    stated = 3 * np.arange(1, 9) / 36
    frame = Frame(pd.concat([PPS.table.assign(unit=PPS.table["unit"] + str(copy), copy=copy) for copy in range(20_000)]))
    sample = draw(frame, Design(3, by="copy", method=method, size="x") if method != "poisson" else
                  Design(60_000, method=method, size="x"), seed=3)
    share = sample["unit"].str[0].value_counts().sort_index().to_numpy() / 20_000
    assert np.abs((share - stated) / np.sqrt(stated * (1 - stated) / 20_000)).max() < 4.5
    if method != "poisson":
        assert len(sample) == 60_000
        by_unit = dict(zip("abcdefgh", stated, strict=True))
        np.testing.assert_allclose(sample["inclusion_probability"], sample["unit"].str[0].map(by_unit))


def test_brewers_pairs_for_two_units():
    """n = 2: Brewer (1963) gives each pair 2 p_i p_j / k (1/(1 - 2 p_i) + 1/(1 - 2 p_j)), k = 1 + sum of p/(1 - 2p)."""
    x = np.array([1.0, 2, 3, 4])
    p = x / x.sum()
    k = (1 + (p / (1 - 2 * p)).sum())
    joint = {(i, j): 2 * p[i] * p[j] / k * (1 / (1 - 2 * p[i]) + 1 / (1 - 2 * p[j])) for i in range(4) for j in range(i)}
    assert sum(joint.values()) == pytest.approx(1)
    table = pd.DataFrame({"unit": [f"{copy}-{i}" for copy in range(20_000) for i in range(4)],
                          "copy": np.repeat(np.arange(20_000), 4), "x": np.tile(x, 20_000)})
    sample = draw(Frame(table), Design(2, by="copy", method="brewer", size="x"), seed=8)
    pairs = sample.assign(i=sample["unit"].str[-1].astype(int)).groupby("stratum")["i"].agg(["max", "min"])
    seen = pairs.value_counts()
    expected = np.array([joint[pair] * 20_000 for pair in joint])
    assert stats.chisquare([seen.get(pair, 0) for pair in joint], expected * 20_000 / expected.sum()).pvalue > 1e-4


def test_a_unit_above_one_is_certain_and_told():
    frame = Frame(pd.DataFrame({"unit": list("abcd"), "x": [100.0, 1, 1, 1]}))
    for method in ("pps_systematic", "brewer", "poisson"):
        with pytest.warns(UserWarning, match=r"1 units are so large.*: a"):
            sample = draw(frame, Design(2, method=method, size="x"), seed=1).set_index("unit")
        assert sample.at["a", "weight"] == 1
        assert sample.drop(index="a")["inclusion_probability"].tolist() == pytest.approx([1 / 3] * (len(sample) - 1))


def test_two_stages():
    sample = draw(FRAME, Design(10, strata="community", clusters="home", within=1), seed=2)
    assert sample["cluster"].is_unique
    assert len(sample) == 10
    homes = TABLE.groupby("home")["unit"].count()
    counts = TABLE.groupby("community")["home"].nunique()
    for row in sample.itertuples():
        drawn = (sample["stratum"] == row.stratum).sum()
        assert row.inclusion_probability == pytest.approx(drawn / counts[row.stratum] / homes[row.cluster])
    whole = draw(FRAME, Design(4, clusters="home"), seed=2)
    assert whole.groupby("cluster")["unit"].count().to_dict() == {home: homes[home] for home in whole["cluster"].unique()}
    assert len(draw(FRAME, Design(6, clusters="home", method="brewer", size="x", within=1), seed=1)) == 6


def test_poisson_samples_of_one_seed_move_together():
    few, many = (set(draw(PPS, Design(n, method="poisson", size="x"), seed=4)["unit"]) for n in (2, 4))
    assert few <= many


FAULTS = [
    ("G01", lambda: draw(FRAME, Design(9, by="community"), seed=1)),
    ("G01", lambda: draw(FRAME, Design(49), seed=1)),
    ("G26", lambda: draw(FRAME, Design({"c9": 1}, by="community"), seed=1)),
    ("G26", lambda: draw(FRAME, Design({"b9": 1}, strata="block", allocation="fixed"), seed=1)),
    ("G01", lambda: draw(FRAME, Design({"b1": 99}, strata="block", allocation="fixed"), seed=1)),
    ("G02", lambda: Frame(pd.concat([TABLE, TABLE.iloc[:1]]))),
    ("G11", lambda: Frame(TABLE.assign(unit=TABLE["unit"].where(TABLE["x"] > 1)))),
    ("G11", lambda: Frame(TABLE.iloc[:0])),
    ("G12", lambda: draw(FRAME, Design(3, strata="blok"), seed=1)),
    ("G12", lambda: Frame(TABLE, unit="units")),
    ("G13", lambda: draw(Frame(TABLE.assign(block=TABLE["block"].where(TABLE["x"] > 1))), Design(3, strata="block"), seed=1)),
    ("G14", lambda: draw(Frame(TABLE.assign(x=TABLE["x"] - 1)), Design(3, method="brewer", size="x"), seed=1)),
    ("G14", lambda: draw(FRAME, Design(3, method="poisson", size="block"), seed=1)),
    ("G08", lambda: Design(3, method="random")),
    ("G08", lambda: Design(3, allocation="neymann")),
    ("G09", lambda: Design(3, method="brewer")),
    ("G09", lambda: Design(3, strata="block", allocation="neyman")),
    ("G15", lambda: Design(-1)),
    ("G15", lambda: Design({"c1": 2.5}, by="community")),
    ("G16", lambda: draw(FRAME, Design(3, method="systematic"), seed=1, apart_from=draw(FRAME, Design(3), seed=1))),
    ("G17", lambda: draw(FRAME, Design(3), seed=1, extends=pd.DataFrame({"unit": ["z"], "replicate": [1]}))),
    ("G19", lambda: draw(FRAME, Design(3, strata="x", clusters="home"), seed=1)),
    ("G06", lambda: draw(FRAME, Design(3, strata="block", minimum=2), seed=1)),
]


@pytest.mark.parametrize(("code", "work"), FAULTS)
def test_refused(code, work):
    with pytest.raises(DesignError) as caught:
        work()
    assert caught.value.problems[0].code == code
    assert caught.value.problems[0].text("zh") != caught.value.problems[0].text("en")
