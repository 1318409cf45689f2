"""Columns that no file of answers may have: contact data, and what lies outside the scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from evaluation.core.csvfile import read_table, tidy
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.declare.scope import folded, offending

SHORT = 4  # words of a header that names a thing rather than asks a question
CONTACT = re.compile(
    r"\b(name|full name|first name|last name|surname|phone|phone number|tel|telephone|mobile|mobile number|cell|email|"
    r"e mail|address|home address|id card|id number|passport|wechat|qq)\b"
    r"|姓名|名字|电话|手机|联系方式|邮箱|住址|地址|门牌|身份证|微信",
    re.IGNORECASE,
)


def asks_for_contact(header: str) -> bool:
    """True for `phone`, `Home address`, `What is your phone number?`; not for a question that speaks of e-mail."""
    found = CONTACT.search(header)
    return found is not None and (len(header.split()) <= SHORT or "your" in header[: found.start()].split())


def refused_columns(file: Path, columns: Iterable[str], *, contact_allowed: bool = False) -> list[Problem]:
    """A problem for each column that may not be there. Contact data may lie in the frame; a question may speak of it."""
    faults = []
    for column in columns:
        if found := offending(column):
            faults.append(problem("S03", file, 1, column, words=[f"“{word}”" for _, word in found]))
        elif not contact_allowed and asks_for_contact(folded(column)):
            faults.append(problem("S04", file, 1, column))
    return faults


def read_columns(file: Path, names: Sequence[str]) -> pd.DataFrame:
    """Columns of a file as tidy text; no rows where it has a header alone. Raises DataError for columns that are not there, and
    others that may not be.
    """
    try:
        table = read_table(file)
    except DataError as error:
        if [fault.code for fault in error.problems] != ["F09"]:
            raise
        return pd.DataFrame({name: pd.Series([], dtype="str") for name in names})
    faults = [problem("A01", file, 1, name, name=name, hint=near_miss(name, table.columns))
              for name in names if name not in table]
    faults += refused_columns(file, [name for name in table.columns if name not in names])
    if faults:
        raise DataError(faults)
    return pd.DataFrame({name: tidy(table[name])[0].astype("str") for name in names})
