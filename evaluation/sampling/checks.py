"""What is wrong with a contact frame before anyone is called: duplicates, numbers nobody can call, communities cut short."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from evaluation.core.errors import Problem, problem

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0(10|2\d|[3-9]\d{2})([2-8]\d{6,7})")
OTHER = re.compile(r"\+?\d{7,15}")


def normalised_phone(number: object) -> str:
    """A phone number in one way of writing it: digits alone; "" where there is none that could be called.

    Full-width digits, spaces, dashes, dots, brackets and the country code 86 go; so does an extension (转, ext, x, #).
    Chinese mobiles have 11 digits from 13 to 19; landlines an area code from 0 and 7 or 8 digits. Other numbers of 7 to 15
    digits stay as they are, those of a frame of another country too.
    """
    text = unicodedata.normalize("NFKC", "" if number is None or number != number else str(number)).strip()
    text = re.split(r"转|ext\.?|分机|x|#|,|;", text, maxsplit=1, flags=re.IGNORECASE)[0]
    digits = re.sub(r"[\s\-–—.()/]", "", text).removesuffix("+")
    national = re.sub(r"^(\+|00)?86(?=1[3-9]\d{9}$|0?\d{9,11}$)", "", digits)
    if MOBILE.fullmatch(national):
        return national
    if national != digits and not national.startswith("0"):
        national = "0" + national
    for found in (national, re.sub(r"^0?(?=1[3-9]\d{9}$)", "", digits)):
        if MOBILE.fullmatch(found) or LANDLINE.fullmatch(found):
            return found
    return digits.lstrip("+") if OTHER.fullmatch(digits) and len(set(digits)) > 1 else ""


@dataclass(frozen=True)
class FrameReport:
    """Counts of a frame: units; twice: ids of units that share a phone number with an earlier one; unreachable: ids without a
    number that could be called; coverage: units over the known size, by community.
    """

    units: int
    twice: tuple[str, ...]
    unreachable: tuple[str, ...]
    coverage: pd.Series

    @property
    def problems(self) -> list[Problem]:
        """Warnings: what to look at before the draw; no phone number stands in them."""
        told = [problem("G21", path="phone", count=len(self.twice), units=self.twice[:5], warning=True)] if self.twice else []
        if self.unreachable:
            told.append(problem("G22", path="phone", count=len(self.unreachable), units=self.unreachable[:5], warning=True))
        short = self.coverage[(self.coverage < 0.95) | (self.coverage > 1.05)]
        if len(short):
            shown = [f"{name} {share:.0%}" for name, share in short.head(5).items()]
            told.append(problem("G23", path="community", count=len(short), communities=shown, warning=True))
        return told


def frame_report(table: pd.DataFrame, unit: str = "unit", community: str = "community", phone: str | None = "phone",
                 known: pd.Series | None = None) -> FrameReport:
    """Look through a frame, one row a unit. known: number of units by community, from elsewhere (the register, the census);
    without `phone` nobody is unreachable.
    """
    ids = table[unit].astype(str)
    twice: tuple[str, ...] = ()
    unreachable: tuple[str, ...] = ()
    if phone is not None and phone in table:
        numbers = table[phone].map(normalised_phone)
        twice = tuple(ids[(numbers != "") & numbers.duplicated()])
        unreachable = tuple(ids[numbers == ""])
    counts = table[community].value_counts()
    coverage = pd.Series(dtype=float) if known is None else (counts.reindex(known.index, fill_value=0) / known).sort_index()
    return FrameReport(len(table), twice, unreachable, coverage)
