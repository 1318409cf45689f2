"""An instrument: the questions of one method, XLSForm-shaped."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from evaluation.declare.model import Declared, Labels, Method, Name, Number, Points, Text, Topics

Status = Literal["dont_know", "prefer_not_to_say", "not_applicable", "not_assessed"]
TYPES = r"^(select_one|select_multiple) [A-Za-z0-9_.-]+$|^(integer|decimal|text|note|calculate)$"
ItemType = Annotated[str, Field(pattern=TYPES)]


class Choice(Declared):
    """One answer of a list: worth `score` (0-100), or a `status` that says why there is none, or neither."""

    value: Text
    label: Labels
    score: Points | None = None
    status: Status | None = None
    aliases: Topics = ()

    @model_validator(mode="after")
    def _score_or_status(self) -> Choice:
        if self.score is not None and self.status is not None:
            raise PydanticCustomError("score_and_status", "a choice has a score or a status")
        return self


class Range(Declared):
    """The numbers that score 0 (`low`) and 100 (`high`); answers outside are off the list."""

    low: Number
    high: Number

    @model_validator(mode="after")
    def _ascending(self) -> Range:
        if self.low >= self.high:
            raise PydanticCustomError("range", "low must be below high")
        return self


class Item(Declared):
    """One question. `indicator` is what it gives evidence for; `reverse` turns its scores round (100 - score). `constraint`:
    what an answer has to meet, `.` being the answer; `calculation`: of a calculate item, which nobody is asked.
    """

    id: Name
    type: ItemType
    label: Labels
    hint: Labels | None = None
    indicator: Name | None = None
    relevant: Text | None = None
    constraint: Text | None = None
    constraint_message: Labels | None = None
    calculation: Text | None = None
    required: bool = False
    reverse: bool = False
    weight: Annotated[Number, Field(gt=0)] = 1.0
    range: Range | None = None
    topics: Topics = ()

    @property
    def kind(self) -> str:
        """`select_one`, `select_multiple`, `integer`, `decimal`, `text`, `note` or `calculate`."""
        return self.type.split(" ")[0]

    @property
    def choice_list(self) -> str | None:
        """Name of the list that a select item takes its choices from."""
        return self.type.split(" ")[1] if " " in self.type else None

    @property
    def is_answered(self) -> bool:
        """True if respondents give an answer: not for what is read out or calculated."""
        return self.kind not in ("note", "calculate")

    @property
    def is_scored(self) -> bool:
        """True if the item feeds an indicator."""
        return self.indicator is not None


class Instrument(Declared):
    """The items of one method, in the order they are asked, with their lists of choices."""

    instrument: Name
    method: Method
    version: Text
    title: Labels
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    topics: Topics = ()
    consent: Labels | None = None
    minutes: Annotated[Number, Field(gt=0)] | None = None
    choices: dict[Name, Annotated[tuple[Choice, ...], Field(min_length=2)]] = {}
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    def no_answers(self, item: Item) -> frozenset[str]:
        """Values of a select item that say why there is no answer."""
        return frozenset(choice.value for choice in self.item_choices(item) if choice.status is not None)

    def item_choices(self, item: Item) -> tuple[Choice, ...]:
        """Choices of a select item; empty for the other types."""
        return self.choices.get(item.choice_list, ()) if item.choice_list else ()
