"""A round: which programme, which communities, where the answers lie, how they were drawn, how it is decided."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from evaluation.declare.model import METHODS, Count, Declared, Labels, Method, Name, Points, Text
from evaluation.declare.quality import Quality
from evaluation.declare.signoff import Day, SignOff


def _column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise PydanticCustomError("zone", "not a time zone") from None
    return value


def _pattern(value: Any) -> Any:
    try:
        re.compile(str(value))
    except re.error:
        raise PydanticCustomError("pattern", "not a regular expression") from None
    return value


class CommunityColumn(Declared):
    """How a file names the community: its column, made tidy (`case`, then the `first` characters), and the `pattern`
    that the result must match. Rows that do not match are left out and counted.
    """

    column: Text = "community"
    case: Literal["keep", "upper", "lower"] = "keep"
    first: Annotated[Count, Field(ge=1)] | None = None
    pattern: Annotated[Text, BeforeValidator(_pattern)] | None = None


Positive = Annotated[float, Field(gt=0)]
CommunityAt = Annotated[CommunityColumn, BeforeValidator(_column)]


class AnswersFile(Declared):
    """One method's answers: a CSV or Parquet file, and the columns that are not called what the instrument calls them.

    `columns` maps item ids to headers; items that are not in it are looked up by their id. `population` names the
    column of communities.csv that holds N for the finite population correction; none is applied without it. N counts residents
    or households for questionnaire and phone, and what is rated for the others: meetings, activities, documents. `rater`: who
    filled in the sheet; with it the spread between raters is part of the error. `margins`: a file of known totals of
    residents (community, item, answer, total) that the weights are brought to. `paradata`: how each form
    came about; paradata/<method>.csv without it, where that is there.
    """

    file: Text
    instrument: Name | None = None
    encoding: Text | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    respondent: Text = "respondent"
    community: CommunityAt = CommunityColumn()
    stratum: Text | None = None
    psu: Text | None = None
    weight: Text | None = None
    rater: Text | None = None
    population: Text | None = None
    margins: Text | None = None
    paradata: Text | None = None
    columns: dict[Name, Text] = {}


class CommunitiesFile(Declared):
    """The list of communities. `from: answers` makes it of those with at least `minimum_answers` rows of answers."""

    source: Annotated[Literal["file", "answers"], Field(alias="from")] = "file"
    file: Text = "communities.csv"
    encoding: Text | None = None
    minimum_answers: Annotated[Count, Field(ge=1)] = 1


class FrameFile(Declared):
    """The contact frame: one row a household. Names and phone numbers live in this file alone.

    `population` names the column of communities.csv with the known number of households, which the frame is held against.
    """

    file: Text = "frame/frame.csv"
    unit: Text = "unit"
    phone: Text = "phone"
    population: Text | None = None
    encoding: Text | None = None


Columns = Annotated[list[Text], BeforeValidator(_listed)]


class Sequential(Declared):
    """Looks while the calls go on: see `evaluation.sampling.sequential_plan`. sd: of one respondent's score, pooled."""

    sd: Annotated[float, Field(gt=0, le=50)]
    low: Points
    high: Points
    every: Annotated[Count, Field(ge=2)] = 10
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    beta: Annotated[float, Field(gt=0, lt=0.5)] = 0.05


class Goal(Declared):
    """What the sample is for: a margin of the total score with a confidence, or a chance of a wrong verdict at low and high.

    Without `sd` the pooled standard deviation of the answers there are; without rates those of the calls made so far.
    """

    margin: Positive | None = None
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.9
    wrong: Annotated[float, Field(gt=0, lt=0.5)] | None = None
    low: Points = 83
    high: Points = 87
    sd: Positive | None = None
    deff: Positive = 1.0
    response_rate: Annotated[float, Field(gt=0, le=1)] | None = None
    eligibility: Annotated[float, Field(gt=0, le=1)] | None = None


class SampleDesign(Declared):
    """`n` units in every community (all of them where it has fewer), spread over `strata` by `allocation`.

    What the words mean: `evaluation.sampling.Design`. `apart_from`: another method's sample, drawn before, whose units this
    one leaves out. `replicate`: units of a replicate; replicates are released one after another. `fixed`: units by stratum,
    in place of `n` and an allocation. `adult`: who of a household is asked.
    """

    n: Annotated[Count, Field(ge=1)] | None = None
    fixed: dict[Text, Count] | None = None
    method: Literal["simple_random", "systematic", "pps_systematic", "brewer", "poisson"] = "simple_random"
    strata: Columns = []
    allocation: Literal["proportional", "equal", "neyman", "power", "cost"] = "proportional"
    minimum: Count = 0
    take_all: Columns = []
    sd: dict[Text, Positive] | None = None
    cost: dict[Text, Positive] | None = None
    power: Annotated[float, Field(ge=0, le=1)] = 0.5
    size: Text | None = None
    order_by: Columns = []
    clusters: Text | None = None
    within: Annotated[Count, Field(ge=1)] | None = None
    replicate: Annotated[Count, Field(ge=1)] | None = None
    apart_from: Method | None = None
    adult: Literal["kish", "last_birthday"] | None = None
    sequential: Sequential | None = None


class RateGate(Declared):
    """The response rate that a community's phone spot-check must reach; below it no verdict is given but "more evidence"."""

    rate: Literal["RR1", "RR2", "RR3", "RR4", "RR5", "RR6"] = "RR1"
    at_least: Annotated[float, Field(gt=0, le=1)]


class CallsFile(Declared):
    """The phone cases. `file`: one row a drawn case, community and final disposition, no contact data. `timezone`, `cap`: where
    and how often people are called. `database`: where attempts are kept, a file of the round or a database's URL.
    """

    file: Text
    case: Text = "case"
    disposition: Text = "disposition"
    timezone: Annotated[Text, AfterValidator(_zone)] = "Asia/Shanghai"
    cap: Annotated[Count, Field(ge=1)] = 6
    database: Text = "evaluation.db"
    gate: RateGate | None = None


class Decision(Declared):
    """`simple`: pass if score >= threshold. `guarded`: pass if P(score >= threshold) >= confidence, fail if it is
    <= 1 - confidence, else more evidence. The threshold is the rubric's pass mark unless it is stated here.
    """

    rule: Literal["simple", "guarded"] = "guarded"
    threshold: Points | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class Disclosure(Declared):
    """No group smaller than `minimum` is shown. Never under 5."""

    minimum: Annotated[Count, Field(ge=5)] = 10


class FollowUp(Declared):
    """What inspectors wrote down: findings and good practice. Indicators below `target` are named as weak where the score is
    sure enough of it; without a target the pass mark is taken.
    """

    findings: Text | None = None
    good_practice: Text | None = None
    target: Points | None = None
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.8


class Stars(Declared):
    """Stars from rounds before. held: a file of them (community, level, until); on: the day of this round's decision; years:
    how long a star runs.
    """

    held: Text | None = None
    on: Day
    years: Annotated[Count, Field(ge=1, le=20)] = 3


class RoundFile(Declared):
    """round.yaml as it is written. Paths are relative to its folder; `programme` may also be one that is shipped."""

    round: Name
    title: Labels
    programme: Text
    seed: Count = 1
    declared_at_least: Points | None = None
    communities: CommunitiesFile = CommunitiesFile()
    frame: FrameFile | None = None
    goal: Goal | None = None
    design: dict[Method, SampleDesign] = {}
    answers: Annotated[dict[Method, AnswersFile], Field(min_length=1)]
    calls: CallsFile | None = None
    decision: Decision = Decision()
    disclosure: Disclosure = Disclosure()
    follow_up: FollowUp = FollowUp()
    stars: Stars | None = None
    quality: Quality = Quality()
    signoff: SignOff = SignOff()

    def answers_of(self, method: str) -> AnswersFile:
        """The file of one method. Raises KeyError for a method that the round does not have."""
        return self.answers[cast(Method, method)]

    @property
    def timezone(self) -> str:
        """Where the round takes place: times without an offset are of there, and so are its days."""
        return self.calls.timezone if self.calls is not None else CallsFile.model_fields["timezone"].default

    def seed_of(self, method: Method) -> int:
        """Seed of one method's draw: no two methods draw alike."""
        return self.seed + METHODS.index(method)
