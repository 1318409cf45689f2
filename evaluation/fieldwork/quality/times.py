"""When a form was filled in, and how long it took."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from evaluation.declare.quality import Quality
from evaluation.fieldwork.quality.forms import Forms, Mask, places
from evaluation.fieldwork.quality.found import Found, found
from evaluation.fieldwork.quality.unanswered import agreed

MAD_OF_NORMAL = 0.6744897501960817     # the median absolute deviation of a normal distribution with standard deviation 1
KOBO_VERSION = re.compile(r"v[A-Za-z0-9]{20,24}")


def stale_version(forms: Forms, limits: Quality) -> Found:
    """Filled in on another version of the form than the instrument's; a version that is not known is no fault.

    Kobo counts versions by ids of its own: there it is another one than that of the form that was submitted last.
    """
    version = forms.words("version")
    current = {"", forms.instrument.version}
    own = pd.Series([KOBO_VERSION.fullmatch(name) is not None for name in version], index=forms.index)
    if (submitted := forms.column("submitted")[own].dropna()).size:
        last = forms.column("version")[own & (forms.column("submitted") == submitted.max())]
        current |= {str(name) for name in last}
    elif own.any():
        current |= {name for name in version if KOBO_VERSION.fullmatch(name)}
    at = places([name not in current for name in version])
    return found(forms, at, [version[place] for place in at])


def ends_early(forms: Forms, limits: Quality) -> Found:
    """The form ends before it starts."""
    return _out_of_order(forms, "started", "ended")


def starts_late(forms: Forms, limits: Quality) -> Found:
    """The form starts after it was submitted: a clock in the field was wrong."""
    return _out_of_order(forms, "started", "submitted")


def too_short(forms: Forms, limits: Quality) -> Found:
    """Fewer minutes than anybody needs. Forms that ended with a no to consent are rightly short, and are left out.

    Source of a limit relative to the median: Greszki, Meyer and Schoen (2015).
    """
    minutes = timed_minutes(forms, limits)
    return _flagged(forms, minutes, (minutes < shortest_minutes(minutes, limits)).to_numpy())


def odd_duration(forms: Forms, limits: Quality) -> Found:
    """Minutes that lie far from the others, on the log scale, by median and MAD; what is too short is not told twice.

    Source: Iglewicz and Hoaglin (1993), modified z-scores and the limit of 3.5.
    """
    minutes = timed_minutes(forms, limits)
    known = np.log(minutes[minutes > 0])
    odd = np.zeros(len(minutes), dtype=bool)
    if len(known) >= limits.odd_duration.least:
        spread = float((known - known.median()).abs().median()) / MAD_OF_NORMAL
        if spread > 0:
            far = ((np.log(minutes.where(minutes > 0)) - known.median()) / spread).abs()
            odd = (far > limits.odd_duration.deviations).to_numpy() & ~(minutes < shortest_minutes(minutes, limits)).to_numpy()
    return _flagged(forms, minutes, odd)


def timed_minutes(forms: Forms, limits: Quality) -> pd.Series:
    """Minutes of the forms that were filled in."""
    return forms.minutes.where(agreed(forms, limits))


def shortest_minutes(minutes: pd.Series, limits: Quality) -> float:
    """Minutes below which a form is too short."""
    least = limits.too_short.minutes
    known = minutes.dropna()
    if len(known) >= limits.too_short.least:
        least = max(least, limits.too_short.share * float(known.median()))
    return least


def _flagged(forms: Forms, minutes: pd.Series, where: Mask) -> Found:
    at = places(where)
    return found(forms, at, [f"{value:.1f} min" for value in minutes.to_numpy()[at]])


def _out_of_order(forms: Forms, first: str, second: str) -> Found:
    end_of_day = pd.to_timedelta(1 - forms.has_hours(second).astype(int), unit="D")      # a date is over when its day is
    at = places(forms.column(first) > forms.column(second) + end_of_day)
    before, after = forms.words(f"{first}_text"), forms.words(f"{second}_text")
    return found(forms, at, [f"{before[place]} → {after[place]}" for place in at])
