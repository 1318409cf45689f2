"""How a sample is drawn: strata, allocation, selection, stages, replicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.core.errors import DesignError, near_miss, problem
from evaluation.sampling.allocation import METHODS as ALLOCATIONS

SELECTIONS = ("simple_random", "systematic", "pps_systematic", "brewer", "poisson")


@dataclass(frozen=True)
class Design:
    """n units of the frame, or of every level of `by` (a community); with `clusters`, n of these.

    n: a whole number, or one by level of `by` (levels that are not named are not drawn). strata: columns; n is spread over
    them by `allocation` ("proportional", "equal", "neyman", "power", "cost", see `allocate`, with sd, cost, power), at least
    `minimum` units in each, all units of those in `take_all`. "fixed": `n` is a number by stratum. method: "simple_random";
    "systematic" along `order_by` (implicit stratification); with probability proportional to `size`: "pps_systematic",
    "brewer" (fixed size, no order), "poisson" (random size, permanent random numbers). clusters: a column whose levels are
    drawn in place of units, and then `within` units of each (None = all). replicate: units of a replicate; replicates are
    numbered in the order in which they are released. whole_if_fewer: a level of `by`, or a stratum of "fixed", that has fewer
    than n is taken whole; without it that is an error.

    DesignError that tells all faults: unknown words [G08], what a method needs and what does not fit it [G09].
    """

    n: int | Mapping[Any, int]
    by: str | None = None
    strata: str | Sequence[str] = ()
    allocation: str = "proportional"
    method: str = "simple_random"
    minimum: int = 0
    take_all: Sequence[str] = ()
    sd: Any = None
    cost: Any = None
    power: float = 0.5
    size: str | None = None
    order_by: str | Sequence[str] = ()
    clusters: str | None = None
    within: int | None = None
    replicate: int | None = None
    whole_if_fewer: bool = False

    def __post_init__(self) -> None:
        faults = [problem("G08", path=path, given=given, expected=known, hint=near_miss(str(given), known))
                  for path, given, known in (("method", self.method, SELECTIONS), ("allocation", self.allocation,
                                             (*ALLOCATIONS, "fixed"))) if given not in known]
        sized = self.method in ("pps_systematic", "brewer", "poisson")
        faults += [problem("G09", path=path, name=name) for missing, path, name in (
            (sized and self.size is None, f"method '{self.method}'", "size"),
            (self.allocation in ("neyman", "cost") and self.sd is None, f"allocation '{self.allocation}'", "sd"),
            (self.allocation == "cost" and self.cost is None, "allocation 'cost'", "cost"),
            (self.allocation == "fixed" and isinstance(self.n, int), "allocation 'fixed'", "n"),
            (self.within is not None and self.clusters is None, "within", "clusters"),
        ) if missing]
        numbers = list(self.n.values()) if isinstance(self.n, Mapping) else [self.n]
        numbers += [number for number in (self.within, self.replicate) if number is not None]
        faults += [problem("G15", path="n", given=number) for number in numbers
                   if isinstance(number, bool) or number != int(number) or number < 0]
        if faults:
            raise DesignError(faults)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose combinations are sampled by themselves: `by`, then the strata."""
        strata = (self.strata,) if isinstance(self.strata, str) else tuple(self.strata)
        return ((self.by,) if self.by else ()) + strata

    @property
    def ordered_by(self) -> tuple[str, ...]:
        """The columns of `order_by`."""
        return (self.order_by,) if isinstance(self.order_by, str) else tuple(self.order_by)
