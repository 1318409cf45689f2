"""Sampling: exact sizes, the same units for any order of the frame, extension by a larger n, known probabilities."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from evaluation.core.errors import DesignError
from evaluation.sampling import Design, Frame, draw
from evaluation.sampling.draw import unit_keys

SIZES = {"c1": 7, "c2": 40, "c3": 1}
TABLE = pd.DataFrame([(f"{name}-{i:02d}", name) for name, size in SIZES.items() for i in range(size)],
                     columns=["unit", "stratum"])


def frame(table: pd.DataFrame = TABLE) -> Frame:
    return Frame(table["unit"], table["stratum"])


@pytest.mark.parametrize(("n", "drawn"), [
    (1, {"c1": 1, "c2": 1, "c3": 1}),
    (5, {"c1": 5, "c2": 5, "c3": 1}),  # take_all: c3 has one unit
    (1000, SIZES),
    ({"c1": 3, "c2": 4, "c3": 1}, {"c1": 3, "c2": 4, "c3": 1}),
    ({"c2": 4}, {"c2": 4}),  # a design for some of the strata
])
def test_sizes_are_exact_and_weights_sum_to_the_stratum(n: int | dict[str, int], drawn: dict[str, int]) -> None:
    sample = draw(frame(), Design(n), seed=20)
    assert sample["stratum"].value_counts().to_dict() == drawn
    assert sample["unit"].is_unique
    for name, part in sample.groupby("stratum"):
        share = float(Fraction(drawn[str(name)], SIZES[str(name)]))
        assert set(part["unit"]) <= set(TABLE.loc[TABLE["stratum"] == name, "unit"])
        assert part["inclusion_probability"].to_numpy() == pytest.approx(share)
        assert part["weight"].sum() == pytest.approx(SIZES[str(name)])
    assert (sample["replicate"] == 1).all()
    assert list(sample["unit"]) == sorted(sample["unit"])


def test_the_same_units_however_the_frame_is_sorted_and_numbered() -> None:
    sample = draw(frame(), Design(3), seed=20)
    for seed in range(5):
        mixed = TABLE.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(draw(frame(mixed), Design(3), seed=20), sample)
        pd.testing.assert_frame_equal(draw(frame(mixed.reset_index(drop=True)), Design(3), seed=20), sample)


def test_a_larger_n_extends_the_sample_and_other_units_do_not_matter() -> None:
    units = [set(draw(frame(), Design(n), seed=20)["unit"]) for n in range(1, 41)]
    assert all(small < large for small, large in pairwise(units))
    alone = TABLE[TABLE["stratum"] == "c2"]
    assert set(draw(frame(alone), Design(9), seed=20)["unit"]) == {unit for unit in units[8] if unit.startswith("c2")}


def test_another_seed_draws_other_units_and_the_same_seed_the_same() -> None:
    drawn = [tuple(draw(frame(), Design(3), seed=seed)["unit"]) for seed in (1, 2, 3, 1)]
    assert drawn[0] == drawn[3]
    assert len(set(drawn)) == 3


def test_every_unit_is_drawn_as_often_as_its_inclusion_probability_says() -> None:
    seeds, n, size = 2000, 12, SIZES["c2"]
    units = TABLE.loc[TABLE["stratum"] == "c2", "unit"]
    keys = np.array([unit_keys(units, seed) for seed in range(seeds)])
    taken = (keys.argsort(axis=1).argsort(axis=1) < n).sum(axis=0)  # rank of each unit by its random number
    sd = (seeds * n / size * (1 - n / size)) ** 0.5
    assert np.abs(taken - seeds * n / size).max() < 5 * sd
    some = draw(frame(), Design(n), seed=7)
    ranked = units.to_numpy()[keys[7].argsort()[:n]]  # that ranking is what draw does
    assert set(some.loc[some["stratum"] == "c2", "unit"]) == set(ranked)


def test_pairs_are_drawn_together_as_often_as_in_simple_random_sampling() -> None:
    seeds, n, size = 2000, 12, 40
    units = TABLE.loc[TABLE["stratum"] == "c2", "unit"]
    inside = np.array([unit_keys(units, seed).argsort().argsort() < n for seed in range(seeds)]).astype(int)
    pairs = (inside.T @ inside)[np.triu_indices(size, 1)]
    share = n * (n - 1) / (size * (size - 1))
    assert np.abs(pairs - seeds * share).max() < 5 * (seeds * share * (1 - share)) ** 0.5


@pytest.mark.parametrize(("design", "code", "word"), [
    (Design(8, take_all=False), "G01", "8 units were asked for in community c1, the frame has 7"),
    (Design({"c1": 3, "c9": 3}), "U02", "c9"),
])
def test_what_the_frame_cannot_give_is_told(design: Design, code: str, word: str) -> None:
    with pytest.raises(DesignError) as told:
        draw(frame(), design, seed=1)
    assert code in {problem.code for problem in told.value.problems}
    assert word in "\n".join(problem.text("en") for problem in told.value.problems)


def test_a_unit_that_stands_twice_is_told_with_its_rows() -> None:
    with pytest.raises(DesignError) as told:
        Frame(pd.Series(["a", "b", "a"], index=[2, 3, 4]), pd.Series(["c1", "c1", "c2"], index=[2, 3, 4]))
    (problem,) = told.value.problems
    assert problem.code == "G02"
    assert "'a' stands in rows 2, 4" in problem.text("en")


def test_keys_do_not_depend_on_the_machine_but_on_seed_and_id_alone() -> None:
    keys = unit_keys(pd.Series(["a", "b", "社"]), 1)
    assert len({*keys.tolist(), *unit_keys(pd.Series(["a", "b", "社"]), 2).tolist()}) == 6
    assert keys[1] == unit_keys(pd.Series(["b"]), 1)[0]
    assert keys.dtype == np.uint64
