"""A rubric: dimensions, indicators and points, each indicator with the evidence that it is scored by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from evaluation.declare.model import Declared, Labels, Method, Name, Number, Points, Share, Text, Topics


class MissingRule(Declared):
    """What is done where a value is missing. Three different things, never mixed.

    not_applicable: the indicator does not exist for this community; its points leave the base and the rest is
        rescaled to 100.
    not_assessed: evidence that should be there is not. `redistribute`: the indicator's other methods stand in for it;
        `zero`: it counts as 0; `withhold`: the indicator is not scored and the verdict is "more evidence".
    refused: a resident declined; the answer is left out. No other rule is offered: a refusal costs nobody anything.
    dont_know: `exclude` leaves the answer out; `zero` counts it as 0 (where knowing is what the indicator asks).
    """

    not_applicable: Literal["rescale"] = "rescale"
    not_assessed: Literal["redistribute", "zero", "withhold"] = "redistribute"
    refused: Literal["exclude"] = "exclude"
    dont_know: Literal["exclude", "zero"] = "exclude"


class Aim(Declared):
    """One of the aims that indicators serve."""

    id: Name
    label: Labels


class Indicator(Declared):
    """What is scored: its points, its aim and the weight of each method's evidence."""

    id: Name
    label: Labels
    points: Annotated[Number, Field(gt=0, le=100)]
    aim: Name | None = None
    evidence: dict[Method, Annotated[Share, Field(gt=0)]] = {}
    missing: MissingRule | None = None
    topics: Topics = ()


class Dimension(Declared):
    """Indicators that belong together; its points are the sum of theirs."""

    id: Name
    label: Labels
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]

    @property
    def points(self) -> float:
        """Sum of the indicators' points."""
        return sum(indicator.points for indicator in self.indicators)


class Level(Declared):
    """A star: reached at a total of `at` points."""

    id: Name
    label: Labels
    at: Points


class Rubric(Declared):
    """100 points over dimensions and indicators, a pass mark, and levels above it."""

    rubric: Name
    version: Text
    title: Labels
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    note: Labels | None = None
    pass_mark: Points
    aims: tuple[Aim, ...] = ()
    levels: tuple[Level, ...] = ()
    missing: MissingRule = MissingRule()
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    topics: Topics = ()

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, in order."""
        return tuple(indicator for dimension in self.dimensions for indicator in dimension.indicators)

    def missing_rule(self, indicator: Indicator) -> MissingRule:
        """The indicator's own rule for missing evidence, else the rubric's."""
        return indicator.missing or self.missing
