"""Warnings on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from evaluation.core.errors import Problem


def tell(warnings: Iterable[Problem]) -> None:
    """Print warnings to standard error."""
    for told in warnings:
        print(told.announced(), file=sys.stderr)
