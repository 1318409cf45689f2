"""Flags counted: by check, by interviewer, by day. Numbers of forms, never what one of them says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.declare.quality import Quality
from evaluation.fieldwork.quality.checks import CHECKS, runs_on
from evaluation.fieldwork.quality.forms import Forms
from evaluation.fieldwork.quality.unanswered import shares


def by_check(forms: Forms, flags: pd.DataFrame, limits: Quality) -> pd.DataFrame:
    """check, open, reviewed, forms, rate (open over forms): a row for each check that could look at something, in its order."""
    own = flags[flags["method"] == forms.method]
    rows = []
    for name in runs_on(forms, limits):
        flagged = own[own["check"] == name]
        opened = int((~flagged["reviewed"]).sum())
        rows.append((name, opened, len(flagged) - opened, len(forms.index), opened / max(len(forms.index), 1)))
    return pd.DataFrame(rows, columns=["check", "open", "reviewed", "forms", "rate"])


def by_interviewer(forms: Forms, flags: pd.DataFrame, limits: Quality) -> pd.DataFrame:
    """A row an interviewer: interviewer, n, minutes (median), flagged (forms with an open flag), a column a check (forms), and
    items_asked, items_unanswered, items_dont_know, items_refused. Forms without an interviewer are left out; no rows without
    paradata.
    """
    table = _rows(forms, flags, limits)
    if forms.paradata is None:
        return table.iloc[:0]
    table = table.assign(interviewer=forms.column("interviewer"), minutes=forms.minutes)
    groups = table[table["interviewer"] != ""].groupby("interviewer", sort=True)
    counts = [name for name in table if name not in ("interviewer", "minutes")]
    made = groups[counts].sum().astype(int)
    return made.assign(n=groups.size(), minutes=groups["minutes"].median()).reset_index()


def by_day(forms: Forms, flags: pd.DataFrame, limits: Quality, zone: str) -> pd.DataFrame:
    """A row a day (local, of the start, else of the submission), n, flagged, and n_so_far, flagged_so_far, rate_so_far.

    Forms without a time are left out. Days without a form have no row.
    """
    if forms.paradata is None:
        return pd.DataFrame(columns=["day", "n", "flagged", "n_so_far", "flagged_so_far", "rate_so_far"])
    moment = forms.column("started").fillna(forms.column("submitted"))
    day = moment.dt.tz_convert(zone).dt.strftime("%Y-%m-%d")
    table = _rows(forms, flags, limits)[["flagged"]].assign(day=day, n=1).dropna()
    made = table.groupby("day", sort=True)[["n", "flagged"]].sum().astype(int).reset_index()
    so_far = made[["n", "flagged"]].cumsum()
    return made.assign(n_so_far=so_far["n"], flagged_so_far=so_far["flagged"], rate_so_far=so_far["flagged"] / so_far["n"])


def _rows(forms: Forms, flags: pd.DataFrame, limits: Quality) -> pd.DataFrame:
    """A row a form: flagged and each check as 0 or 1, open flags alone; numbers of items."""
    own = flags[(flags["method"] == forms.method) & ~flags["reviewed"]]
    made = shares(forms, limits)
    counted = made.rename(columns={name: f"items_{name}" for name in made})
    table = pd.DataFrame({"flagged": forms.respondent.isin(own["respondent"]).astype(int)}, index=forms.index)
    for name in CHECKS:
        table[name] = forms.respondent.isin(own.loc[own["check"] == name, "respondent"]).astype(int)
    return table.join(counted)


def share_of(part: pd.Series, whole: pd.Series) -> pd.Series:
    """A share, NaN of nothing."""
    return part.astype(float) / whole.astype(float).where(whole > 0, np.nan)
