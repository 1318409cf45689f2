"""The same work by svy and weightipy, for the benches; imported only where they are installed."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl
from svy import Design, Sample


def svy_means(parts: dict[tuple[object, ...], pl.DataFrame], items: Sequence[str]) -> pd.DataFrame:
    """Means and errors of items, one community after the other."""
    rows = []
    for (community,), part in parts.items():
        for item, found in zip(items, Sample(part, Design(wgt="weight")).estimation.mean(list(items)), strict=True):
            rows.append((community, item, found.estimates[0].est, found.estimates[0].se))
    found = pd.DataFrame(rows, columns=["community", "item", "value", "se"])
    return found.sort_values(["item", "community"], ignore_index=True)


def svy_bootstrap(table: pl.DataFrame) -> float:
    """Standard error of a mean from 500 Rao-Wu replicates."""
    sample = Sample(table, Design(wgt="weight", stratum="stratum", psu="psu"))
    made = sample.weighting.create_bs_wgts(500, rstate=1)
    return float(made.estimation.mean("y", method="replication").estimates[0].se)


def as_polars(table: pd.DataFrame) -> pl.DataFrame:
    """The table as svy holds it, made before the clock runs."""
    return pl.from_pandas(table)


def svy_rake(table: pl.DataFrame, margins: dict[str, dict[str, float]], tolerance: float) -> np.ndarray:
    """Raked weights."""
    made = Sample(table, Design(wgt="weight")).weighting.rake(controls=margins, tol=tolerance, max_iter=1000)
    return made.data["rk_wgt"].to_numpy()


def svy_means_by(parts: Sequence[pl.DataFrame], items: Sequence[str]) -> None:
    """Means and errors of items by svy's own `by`, a few communities at once: its time grows with their square."""
    for part in parts:
        Sample(part, Design(wgt="weight")).estimation.mean(list(items), by="community")


def weightipy_rake(table: pd.DataFrame, margins: dict[str, dict[str, float]], sweeps: int = 1000) -> np.ndarray:
    """Raked weights from weights of 1, after so many sweeps at most.

    weightipy 0.4.2 does not hand its `convcrit` on: it goes on until nothing changes. Only the sweeps can be limited.
    """
    import weightipy

    total = sum(next(iter(margins.values())).values())
    shares = {name: {level: 100 * count / total for level, count in levels.items()} for name, levels in margins.items()}
    scheme = weightipy.scheme_from_dict(shares, rim_params={"max_iterations": sweeps})
    with contextlib.redirect_stdout(io.StringIO()):  # it says when it is stopped
        return weightipy.weight_dataframe(table, scheme)["weights"].to_numpy()


def svy_draw(table: pl.DataFrame, n: int) -> pl.DataFrame:
    """A simple random sample of n units of every stratum."""
    return Sample(table, Design(stratum="stratum")).sampling.srs(n, by="stratum", rstate=1).data
