"""The forms of one method as the checks look at them: answers, who was asked what, how each form came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from evaluation.core.csvfile import distinct
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.model import RESPONDENT_METHODS
from evaluation.fieldwork.answers import Answers

Mask = NDArray[np.bool_]
Codes = NDArray[np.int16]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Forms:
    """Rows = forms, in any order; every table has the same index.

    texts: what was written into items of text, as it stands. paradata: version, started, ended,
    submitted (UTC, NaT where unknown), interviewer, and `copies`: how many other rows of paradata are of the form's respondent
    or instance; None where the method has no paradata. started_text, …: the times as written.
    """

    method: str
    answers: Answers
    respondent: pd.Series
    texts: pd.DataFrame
    paradata: pd.DataFrame | None = None

    @property
    def instrument(self) -> Instrument:
        """What was asked."""
        return self.answers.instrument

    @property
    def community(self) -> pd.Series:
        """Where each form is from."""
        return self.answers.design["community"].astype("str")

    @property
    def codes(self) -> pd.DataFrame:
        """The answers, a column an item; those to texts are blank."""
        return self.answers.codes

    @property
    def asked(self) -> pd.DataFrame:
        """True where an item was asked."""
        return self.answers.asked

    @property
    def of_residents(self) -> bool:
        """True where a form is what a resident answered; raters of one meeting are alike for good reasons."""
        return self.method in RESPONDENT_METHODS

    @property
    def index(self) -> pd.Index:
        """The index of every table."""
        return self.respondent.index

    def items(self, *kinds: str) -> list[Item]:
        """Items of these types that there are answers to."""
        return [item for item in self.instrument.items if item.kind in kinds and item.id in self.codes]

    def column(self, name: str) -> pd.Series:
        """A column of paradata."""
        assert self.paradata is not None
        return self.paradata[name]

    def words(self, name: str) -> list[str]:
        """A column of paradata that is text."""
        return [str(value) for value in self.column(name)]

    @property
    def minutes(self) -> pd.Series:
        """Minutes from start to end; NaN where they are not known to the minute, or end before they start."""
        made = (self.column("ended") - self.column("started")).dt.total_seconds() / 60
        return made.where((made >= 0) & self.has_hours("started") & self.has_hours("ended"))

    def has_hours(self, name: str) -> pd.Series:
        """Where a time of paradata is more than a date."""
        return self.column(f"{name}_text").astype("str").str.contains(":", regex=False)


def places(mask: ArrayLike) -> Ints:
    """Where a mask holds."""
    return np.asarray(np.flatnonzero(np.asarray(mask, dtype=bool)), dtype=np.int64)


def numbered(forms: Forms, items: Sequence[Item]) -> tuple[Codes, Mask]:
    """A number for each answer (forms, items), equal for equal answers of an item; and where there is one."""
    codes = np.zeros((len(forms.index), len(items)), dtype=np.int16)
    given = np.zeros(codes.shape, dtype=bool)
    for place, item in enumerate(items):
        numbers, values = distinct(forms.codes[item.id])
        given[:, place] = np.array([value != "" for value in values] or [False])[numbers]
        codes[:, place] = np.where(given[:, place], numbers, -1)
    return codes, given


def one_of(forms: Forms, item: Item, values: frozenset[str]) -> Mask:
    """Where the answer to an item is one of these values."""
    return np.asarray(forms.codes[item.id].isin(values).to_numpy(), dtype=bool)
