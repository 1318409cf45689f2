"""Allocation: sums are exact, bounds hold, textbook shares; ties do not hang on the order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.core.errors import DesignError
from evaluation.sampling import allocate


@pytest.mark.parametrize(("method", "more", "expected"), [
    ("proportional", {}, [50, 30, 20]),
    ("equal", {}, [34, 33, 33]),  # the tie goes to the larger stratum
    ("neyman", {"sd": [1, 2, 4]}, [26, 32, 42]),  # 500, 600, 800 of 1,900: 26.3, 31.6, 42.1
    ("power", {"power": 0.5}, [42, 32, 26]),  # 22.36, 17.32, 14.14 of 53.82: 41.5, 32.2, 26.3
    ("power", {"power": 0.0, "sd": [1, 1, 2]}, [25, 25, 50]),
    ("cost", {"sd": [1, 1, 1], "cost": [1, 4, 16]}, [72, 21, 7]),  # 500, 150, 50 of 700: 71.43, 21.43, 7.1
])
def test_shares(method, more, expected):
    assert allocate([500, 300, 200], 100, method=method, **more).tolist() == expected


def test_neyman_has_the_smallest_variance():
    """Among all whole allocations of 12 to three strata: no other is more than rounding better."""
    size, sd = np.array([40, 30, 10]), np.array([1.0, 3.0, 8.0])

    def variance(n):
        return (size**2 * sd**2 / n * (1 - n / size)).sum()

    others = [variance(np.array([a, b, 12 - a - b])) for a in range(1, 11) for b in range(1, 12 - a) if 12 - a - b <= 10]
    assert variance(allocate(size, 12, method="neyman", sd=sd)) <= min(others) * 1.02


def test_a_small_stratum_is_taken_whole_and_the_rest_goes_on():
    assert allocate([50, 30, 2], 60, method="equal").tolist() == [29, 29, 2]
    assert allocate([5, 100], 30, method="neyman", sd=[100, 1]).tolist() == [5, 25]


def test_minimum_and_take_all():
    assert allocate([1000, 10, 4], 30, minimum=5).tolist() == [21, 5, 4]
    assert allocate({"a": 1000, "b": 10, "c": 4}, 30, take_all=["b"]) == {"a": 20, "b": 10, "c": 0}
    assert allocate({"a": 1000, "b": 10}, 30, minimum={"b": 7}) == {"a": 23, "b": 7}


def test_the_form_of_the_sizes_is_the_form_of_the_result():
    series = allocate(pd.Series({"a": 5, "b": 5}), 4)
    assert isinstance(series, pd.Series)
    assert series.to_dict() == {"a": 2, "b": 2}
    assert allocate({"a": 5, "b": 5}, 4) == {"a": 2, "b": 2}
    assert allocate(np.array([5, 5]), 4).dtype == np.int64


def test_strata_without_spread_get_the_rest():
    assert allocate([10, 20], 15, method="neyman", sd=[1, 0]).tolist() == [10, 5]
    assert allocate([10, 20], 15, method="neyman", sd=[0, 0]).tolist() == [5, 10]


sizes = st.lists(st.integers(0, 500), min_size=1, max_size=12)


@given(sizes, st.integers(0, 2000), st.sampled_from(["proportional", "equal", "neyman", "power", "cost"]), st.integers(0, 4),
       st.integers(0, 2**32 - 1))
def test_sums_and_bounds(sizes, n, method, minimum, seed):
    rng = np.random.default_rng(seed)
    least = sum(min(minimum, size) for size in sizes)
    n = max(min(n, sum(sizes)), least)
    more = {"sd": rng.uniform(0, 3, len(sizes)), "cost": rng.uniform(1, 9, len(sizes))}
    found = allocate(sizes, n, method=method, minimum=minimum, **more)
    assert found.sum() == n
    assert (found <= sizes).all()
    assert (found >= np.minimum(minimum, sizes)).all()
    names = {f"s{i}": size for i, size in enumerate(sizes)}
    by_name = {key: {f"s{i}": value for i, value in enumerate(values)} for key, values in more.items()}
    order = rng.permutation(list(names))
    turned = allocate({name: names[name] for name in order}, n, method=method, minimum=minimum, **by_name)
    assert [turned[name] for name in names] == [*allocate(names, n, method=method, minimum=minimum, **by_name).values()]


@given(sizes, st.integers(1, 400))
def test_within_one_of_the_exact_share(sizes, n):
    n = min(n, sum(sizes))
    exact = np.array(sizes) * n / max(sum(sizes), 1)
    assert (np.abs(allocate(sizes, n) - exact) < 1 + 1e-9).all()


@pytest.mark.parametrize(("code", "work"), [
    ("G05", lambda: allocate([3, 4], 8)), ("G05", lambda: allocate([3, 4], -1)),
    ("G06", lambda: allocate([30, 40], 5, minimum=3)),
    ("G07", lambda: allocate([3, -4], 2)), ("G07", lambda: allocate([3.5, 4], 2)), ("G07", lambda: allocate([3, np.nan], 2)),
    ("G07", lambda: allocate([3, 4], 2, method="neyman", sd=[1, -1])), ("G08", lambda: allocate([3, 4], 2, method="optimal")),
    ("G09", lambda: allocate([3, 4], 2, method="neyman")), ("G09", lambda: allocate([3, 4], 2, method="cost", sd=1)),
    ("G10", lambda: allocate({"a": 3, "b": 4}, 2, method="neyman", sd={"a": 1})),
    ("G26", lambda: allocate({"a": 3, "b": 4}, 2, take_all=["c"])), ("G10", lambda: allocate([3, 4], 2, minimum=[1, 1, 1])),
])
def test_refused(code, work):
    with pytest.raises(DesignError) as caught:
        work()
    assert caught.value.problems[0].code == code
