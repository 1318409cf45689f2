"""A rubric: dimensions, indicators and points, each indicator with the evidence that it is scored by."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field

from evaluation.declare.model import RESPONDENT_METHODS, Declared, Labels, Method, Name, Number, Points, Share, Text, Topics

Measure = Literal["mean", "top_two", "yes"]


def _of_residents(value: Any) -> Any:
    return dict.fromkeys(RESPONDENT_METHODS, value) if isinstance(value, str) else value


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
    """What is scored: its points, its aim and the weight of each method's evidence.

    measure: what an item's answers count as. `mean`: their scores; `top_two`: the share of the two best answers; `yes`: the
    share of the best one. One word is for questionnaire and phone. inverted: 100 minus that.
    """

    id: Name
    label: Labels
    points: Annotated[Number, Field(gt=0, le=100)]
    aim: Name | None = None
    evidence: dict[Method, Annotated[Share, Field(gt=0)]] = {}
    missing: MissingRule | None = None
    measure: Annotated[dict[Method, Measure], BeforeValidator(_of_residents)] = {}
    inverted: bool = False
    topics: Topics = ()

    def measure_of(self, method: str) -> str:
        """What a method's answers count as; `mean` where nothing else is said."""
        return self.measure.get(cast(Method, method), "mean")


class Dimension(Declared):
    """Indicators that belong together; its points are the sum of theirs."""

    id: Name
    label: Labels
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]

    @property
    def points(self) -> float:
        """Sum of the indicators' points."""
        return sum(indicator.points for indicator in self.indicators)


class CapCondition(Declared):
    """An item of one method whose mean in a community, 0-100, is below a mark: a document that is not there scores 0."""

    method: Method
    item: Name
    below: Annotated[Points, Field(gt=0)] = 50


class Cap(Declared):
    """A limit of a dimension: where the condition holds, it scores at most `at_most` percent of its points."""

    id: Name
    label: Labels
    when: CapCondition
    dimension: Name
    at_most: Points


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
    caps: tuple[Cap, ...] = ()
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]
    topics: Topics = ()

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators, in order."""
        return tuple(indicator for dimension in self.dimensions for indicator in dimension.indicators)

    def missing_rule(self, indicator: Indicator) -> MissingRule:
        """The indicator's own rule for missing evidence, else the rubric's."""
        return indicator.missing or self.missing
