"""The stratified draw of a large frame, against svy's.

`python -m bench.sampling`: 1,000,000 units in 366 strata, 100 of each. The frame is made once (ids hashed, strata numbered), as
svy's table is; what is measured is a draw. Peer: svy 0.35 (`pip install .[bench]`).
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from bench.measure import peers_here, seconds, tell
from evaluation.sampling import Design, Frame, draw

UNITS, STRATA, EACH = 1_000_000, 366, 100


def main() -> None:
    """Print the seconds of a draw and its ratio to svy's."""
    stratum = np.random.default_rng(1).integers(0, STRATA, UNITS)
    table = pd.DataFrame({"unit": [f"h{number:07d}" for number in range(UNITS)],
                          "stratum": [f"s{name:03d}" for name in stratum]})
    print(f"{EACH} units of each of {STRATA} strata, {UNITS:,} units in the frame")
    start = time.perf_counter()
    frame, design = Frame(table), Design(EACH, by="stratum")
    draw(frame, design, seed=1)
    tell("frame made and first draw", f"{time.perf_counter() - start:.2f} s", "(once a frame)")
    assert (draw(frame, design, seed=2)["stratum"].value_counts() == EACH).all()
    ours = seconds(draw, frame, design, 2, runs=7)
    tell("a draw", f"{ours:.3f} s", "<= 0.05 s", ours <= 0.05)
    if peers_here():
        from bench.peers import as_polars, svy_draw

        polars = as_polars(table)
        theirs = seconds(svy_draw, polars, EACH, runs=5)
        tell("svy to ours", f"{theirs / ours:.1f}x ({theirs:.3f} s)", ">= 2x", theirs >= 2 * ours)


if __name__ == "__main__":
    main()
