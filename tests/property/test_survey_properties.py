"""What may change nothing (order of rows, names of strata, scale of weights), what must add up, and what a census is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evaluation.estimation import (
    SurveyDesign,
    calibrate,
    categories,
    mean,
    poststratify,
    proportion,
    quantile,
    rake,
    ratio,
    replicate,
    total,
)

seeds = st.integers(0, 2**32 - 1)


def sample(seed, communities=3):
    """Communities of a few strata, of 2 to 4 PSUs, of 1 to 5 rows; some answers missing."""
    rng = np.random.default_rng(seed)
    rows = [(c, s, f"{c}-{s}-{p}") for c in range(communities) for s in range(rng.integers(1, 4))
            for p in range(rng.integers(2, 5)) for _ in range(rng.integers(1, 6))]
    table = pd.DataFrame(rows, columns=["community", "stratum", "psu"])
    n = len(table)
    table["stratum"] = table["community"].astype(str) + table["stratum"].map("s{}".format)
    table["w"] = rng.uniform(1, 5, n)
    table["y"] = np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 5, n) * 25.0)
    table["x"] = rng.uniform(1, 9, n)
    table["yes"] = rng.integers(0, 2, n)
    table["sex"] = rng.permutation(np.resize(["f", "m"], n))
    table["N"] = table.groupby("stratum")["psu"].transform("nunique") + rng.integers(0, 9)
    return table


def design(table, **more):
    return SurveyDesign(table, **({"weights": "w", "strata": "stratum", "psu": "psu", "fpc": "N"} | more))


def answers(of):
    """Every kind of estimate, in one table of numbers."""
    frames = [mean(of, ["y", "x"], by="community"), mean(of, "y", where=lambda rows: rows["x"] > 2), ratio(of, "x", "w"),
              proportion(of, "yes", by="sex"), proportion(of, "yes", ci="wilson"), categories(of, "sex", ci="logit"),
              quantile(of, "x", [0.25, 0.5], by="community"), quantile(of, "x", 0.4, rule="hf7", interval="xlogit")]
    return pd.concat(frames, ignore_index=True)


def margins_near(table, names):
    """Totals that some weights meet: those of the present weights, each changed at random, brought to a sum of 120."""
    moved = table["w"] * np.random.default_rng(len(table)).uniform(0.7, 1.4, len(table))
    moved *= 120 / moved.sum()
    return [{name: moved.groupby(table[name]).sum().to_dict()} for name in names]


def same(one, other, **close):
    pd.testing.assert_frame_equal(one, other, check_dtype=False, **({"rtol": 1e-9, "atol": 1e-9} | close))


@settings(max_examples=25, deadline=None)
@given(seeds)
@example(290)  # units of one community that are alike: no error at all, whatever the order
@example(1649449)
def test_the_order_of_rows_changes_nothing(seed):
    table = sample(seed)
    shuffled = table.sample(frac=1, random_state=1).reset_index(drop=True)
    same(answers(design(table)), answers(design(shuffled)))
    margins = margins_near(table, ["sex", "community"])
    for weighted in (lambda d: rake(d, margins), lambda d: poststratify(d, {"sex": {"f": 50, "m": 60}}),
                     lambda d: calibrate(d, {"(Intercept)": 120, "x": 580}, distance="raking"),
                     lambda d: replicate(d, "jkn"), lambda d: replicate(d, "bootstrap", replicates=20, seed=7)):
        same(mean(weighted(design(table)), "y"), mean(weighted(design(shuffled)), "y"), rtol=1e-7)


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_the_names_of_strata_change_nothing(seed):
    table = sample(seed)
    names = table["stratum"].unique()
    renamed = dict(zip(names, np.random.default_rng(seed).permutation(len(names)), strict=True))
    same(answers(design(table)), answers(design(table.assign(stratum=table["stratum"].map(renamed)))))


@settings(max_examples=25, deadline=None)
@given(seeds, st.sampled_from([0.001, 0.1, 7.0, 1e6]))
def test_the_scale_of_weights_changes_totals_alone(seed, scale):
    """The design effect of a mean counts rows against the weights' sum as a population: it is asked with replacement."""
    table = sample(seed)
    scaled = table.assign(w=table["w"] * scale)
    left = ["deff", "n_eff", "num"]
    one, other = (answers(design(rows)).drop(columns=left, errors="ignore") for rows in (table, scaled))
    is_ratio = one["item"] == "x/w"
    same(one[~is_ratio], other[~is_ratio])
    for quantity in ("deff", "n_eff"):
        same(*(mean(design(rows), "y", deff="replace")[[quantity]] for rows in (table, scaled)))
    one, other = total(design(table), "x"), total(design(scaled), "x")
    assert other.at[0, "value"] == pytest.approx(scale * one.at[0, "value"])
    assert other.at[0, "se"] == pytest.approx(scale * one.at[0, "se"])


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_parts_add_up_to_the_whole(seed):
    table = sample(seed).assign(half=lambda rows: np.arange(len(rows)) % 2)
    parts = total(design(table), ["y", "x"], by=["community", "half"])
    assert parts.groupby("item")["value"].sum().to_dict() == pytest.approx(
        total(design(table), ["y", "x"]).set_index("item")["value"].to_dict())
    for _, shares in categories(design(table), "sex", by="community").groupby("community"):
        assert shares["value"].sum() == pytest.approx(1)
    whole = total(design(table), "x").at[0, "se"] ** 2
    assert (total(design(table), "x", by="community")["se"] ** 2).sum() == pytest.approx(whole)  # strata lie within communities


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_a_census_has_no_error(seed):
    table = sample(seed)
    census = design(table, fpc=table.groupby("stratum")["psu"].transform("nunique").to_numpy(), weights=None)
    found = pd.concat([mean(census, ["y", "x"], by="community"), total(census, "x"), ratio(census, "y", "x")])
    assert (found["se"] == 0).all()
    assert (found["ci_low"] == found["ci_high"]).all()
    assert mean(census, "x").at[0, "value"] == pytest.approx(table["x"].mean())
    for ci in ("korn-graubard", "wilson", "logit", "t"):
        shares = proportion(census, "yes", by="community", ci=ci)
        np.testing.assert_allclose(shares["ci_high"] - shares["ci_low"], 0, atol=1e-12)
        assert shares["value"].tolist() == pytest.approx(table.groupby("community")["yes"].mean().tolist())


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_the_jackknife_is_taylors_variance_for_totals(seed):
    """For a linear estimate both are the same sum of squares, with and without fpc, PSUs or rows as units."""
    table = sample(seed)
    for of in (design(table), design(table, fpc=None)):
        assert total(replicate(of, "jkn"), "x").at[0, "se"] == pytest.approx(total(of, "x").at[0, "se"])


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_known_totals_are_met(seed):
    table = sample(seed)
    margins = margins_near(table, ["sex", "community"])
    raked = rake(design(table), margins)
    for name, totals in [pair for margin in margins for pair in margin.items()]:
        assert table.assign(w=raked.weight).groupby(name)["w"].sum().to_dict() == pytest.approx(totals, rel=1e-10)
        assert total(raked, "w", by=name)["n"].sum() == len(table)
    before = np.log(raked.weight / table["w"]).groupby([table["sex"], table["community"]])
    assert before.std().fillna(0).max() < 1e-9  # all of a combination change alike
    for distance, bounds in (("linear", (-np.inf, np.inf)), ("raking", (-np.inf, np.inf)), ("logit", (0.05, 20))):
        asked = {"(Intercept)": len(table) * 3, "x": table["x"].sum() * 3.05}
        met = calibrate(design(table), asked, distance=distance, bounds=bounds)
        assert [met.weight.sum(), (met.weight * table["x"]).sum()] == pytest.approx(list(asked.values()), rel=1e-10)
        assert total(met, "x").at[0, "se"] == pytest.approx(0, abs=1e-6)  # what is known has no error


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_communities_raked_at_once_are_each_raked_alone(seed):
    table = sample(seed)
    moved = table["w"] * np.random.default_rng(seed).uniform(0.9, 1.6, len(table))
    counts = {name: moved.groupby([table["community"], table[name]]).sum() for name in ("sex", "yes")}
    together = rake(design(table), [{name: totals} for name, totals in counts.items()], within="community").weight
    for community, rows in table.groupby("community"):
        alone = rake(design(rows), [{name: totals[community]} for name, totals in counts.items()]).weight
        np.testing.assert_allclose(together[rows.index], alone, rtol=1e-8)
