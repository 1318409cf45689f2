"""Problems, told where, what and how to mend; and the errors that carry them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

MESSAGES = Path(__file__).with_name("messages.yaml")


@cache
def catalogue() -> dict[str, dict[str, list[str]]]:
    """Message texts: code -> language -> [what is wrong, how to mend it]."""
    loaded: dict[str, dict[str, list[str]]] = YAML(typ="safe", pure=True).load(MESSAGES.read_text(encoding="utf-8"))
    return loaded


def message_language(lang: str | None = None) -> str:
    """Language of messages, "zh" or "en": the one asked for, else EVALUATION_LANG, else the locale's."""
    wanted = lang or os.environ.get("EVALUATION_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "zh" if wanted.lower().startswith("zh") else "en"


@dataclass(frozen=True, order=True)
class Problem:
    """One fault or warning. `file` and `line` say where, `path` which field or column, `code` which message."""

    file: str = ""
    line: int = 0
    path: str = ""
    code: str = ""
    values: tuple[tuple[str, str], ...] = field(default=())
    warning: bool = False

    def text(self, lang: str | None = None) -> str:
        """`file:line: path: what is wrong; how to mend it [code]`, in Chinese or English."""
        what, mend = catalogue()[self.code][message_language(lang)]
        values = _Values(self.values)
        where = f"{self.file}:{self.line}" if self.line else self.file
        place = ": ".join(part for part in (where, self.path) if part)
        stop = "。" if message_language(lang) == "zh" else ". "
        body = f"{what.format_map(values)}{stop}{mend.format_map(values)}".rstrip()
        return f"{place}: {body} [{self.code}]" if place else f"{body} [{self.code}]"

    def announced(self) -> str:
        """The text, with "warning:" before it if it is one."""
        sign = {"zh": "提醒：", "en": "warning: "}[message_language()] if self.warning else ""
        return f"{sign}{self}"

    def __str__(self) -> str:
        return self.text()


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def problem(code: str, file: object = "", line: int = 0, path: object = "", *, warning: bool = False,
            **values: Any) -> Problem:
    """A problem with its message's values turned to text."""
    told = tuple((key, _short(value)) for key, value in values.items())
    return Problem(str(file), line, str(path), code, told, warning)


def _short(value: object) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        shown = [str(part) for part in value]
        return ", ".join(shown[:8]) + (f", … ({len(shown)})" if len(shown) > 8 else "")
    text = str(value)
    return text if len(text) <= 300 else text[:297] + "…"


def near_miss(name: str, known: Iterable[str]) -> str:
    """The nearest known name in quotes, or all known names where none is near."""
    names = sorted(set(known))
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"'{close[0]}'"
    return _short(names) if names else "—"


class EvaluationError(Exception):
    """Faults that a user can mend. `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        faults = [problems] if isinstance(problems, Problem) else list(problems)
        self.problems = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.problems))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the faults, no traceback."""
        return [str(fault) for fault in self.problems]


class UsageError(EvaluationError):
    """A command or a notebook was called with words it does not know."""

    exit_code = 2


class DeclarationError(EvaluationError):
    """A declared file (rubric, instrument, round) has faults."""

    exit_code = 10


class DataError(EvaluationError):
    """A data file (communities, frame, answers, calls) has faults."""

    exit_code = 11


class DesignError(EvaluationError):
    """A sample was asked for that the frame cannot give."""

    exit_code = 12


class SignoffError(EvaluationError):
    """A sheet, a signature, a key or the ledger does not hold, or does not allow what was asked."""

    exit_code = 13
