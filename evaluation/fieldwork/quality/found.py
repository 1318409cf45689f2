"""What a check found: the forms, a detail for people, and what the flag's id stands for."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pandas as pd

from evaluation.fieldwork.quality.forms import Forms, Ints

#: respondent, detail (for people, without any answer), basis (what was found, whole)
Found = pd.DataFrame
ID_LENGTH = 12


def found(forms: Forms, places: Ints, detail: Sequence[str], basis: Sequence[str] | None = None) -> Found:
    """A row for each of the forms at these places. basis: what was found, so that it is a new flag when that changes; detail
    without.
    """
    names = forms.respondent.iloc[places].astype("str").to_numpy()
    return pd.DataFrame({"respondent": names, "detail": pd.Series(list(detail), dtype="str"),
                         "basis": pd.Series(list(detail if basis is None else basis), dtype="str")})


def said(forms: Forms, places: Ints, items: Sequence[str] | None = None) -> list[str]:
    """The answers of the forms at these places to these items, or to all, each as one text."""
    own = forms.codes.iloc[places][list(forms.codes if items is None else items)].astype("str")
    return ["\x1f".join(row) for row in own.itertuples(index=False)]


def flag_id(method: str, respondent: str, check: str, basis: str) -> str:
    """Twelve hex digits of SHA-256: the same finding on the same form is always the same flag."""
    return sha256("\0".join((method, respondent, check, basis)).encode()).hexdigest()[:ID_LENGTH]
