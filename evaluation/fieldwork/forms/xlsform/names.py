"""Ids of items and of lists: names of the form that are names here stay; others are made so, each only once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
MOST = 64


def made_name(text: str, instead: str, taken: Container[str]) -> str:
    """A name like `text` that is not taken; like `instead` where nothing of the text can stay."""
    if NAME.fullmatch(text) and text not in taken:
        return text
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", plain).strip("_.-") or instead
    if NAME.fullmatch(plain) and plain not in taken:
        return plain
    for number in count(2):
        made = f"{plain[:MOST - len(str(number)) - 1]}_{number}"
        if made not in taken:
            return made
    raise AssertionError
