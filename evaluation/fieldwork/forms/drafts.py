"""A draft: what a reader of a foreign form made of it; and the same checked, every fault told where the source says it.

A reader is a function `read(file: Path) -> Draft` (see verbs/forms.py: READERS). It raises DataError where the file cannot be
read at all; what it guessed or left out is a doubt; what is wrong in the form itself is left to `checked`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evaluation.core.errors import DeclarationError, Problem, problem
from evaluation.core.yamlfile import Path_, YamlFile, show_path
from evaluation.declare.instrument import Instrument
from evaluation.declare.lint import lint_instrument
from evaluation.declare.loading import validated
from evaluation.declare.scope import offending, scope_problems

Place = tuple[str, int]                       # sheet, blank where the file has none; row or line, from 1; 0 for unknown
NOWHERE: Mapping[Path_, Place] = MappingProxyType({})


@dataclass(frozen=True)
class Draft:
    """data: an instrument as its YAML would be read: dicts, lists, texts and numbers; instrument, method and version may lack.

    places: a path of data -> where the source says it: ("items", 3), ("items", 3, "relevant"), ("choices", "yes_no"),
    ("choices", "yes_no", 0), ("title",), …; what has no place of its own is told at the nearest path above.
    doubts: warnings, told by `problem(…, warning=True)`, of the file as `told_file` names it.
    left_out: (sheet, row or line, text) of what the source says and data does not: the scope holds for it all the same.
    """

    file: Path
    data: Mapping[str, Any]
    places: Mapping[Path_, Place] = field(default_factory=dict)
    doubts: tuple[Problem, ...] = ()
    left_out: tuple[tuple[str, int, str], ...] = ()

    def named(self, name: str, method: str | None = None, version: str = "1") -> Draft:
        """The draft with a name, a method (questionnaire unless stated) and a version, where the form does not say them itself.

        A method that is stated holds over the form's own.
        """
        own = {"instrument": name, "method": "questionnaire", "version": version} | dict(self.data)
        return replace(self, data=own | ({"method": method} if method else {}))

    def renamed(self, name: str) -> Draft:
        """The draft with this name, whatever the form says."""
        return replace(self, data={**self.data, "instrument": name})


@dataclass
class DraftFile(YamlFile):
    """A draft as declare's checks look at it: each fault is told at the source's sheet and row."""

    sheets: dict[Path_, str] = field(default_factory=dict)

    def fault(self, code: str, path: Path_ = (), *, warning: bool = False, **values: Any) -> Problem:
        """A problem at the place of a path: `FILE.xlsx [survey]:12: relevant: …`."""
        nearest = path
        while nearest and nearest not in self.lines:
            nearest = nearest[:-1]
        file = told_file(self.file, self.sheets.get(nearest, ""))
        return problem(code, file, self.lines.get(nearest, 0), _field(path), warning=warning, **values)


def told_file(file: Path, sheet: str = "") -> str:
    """`FILE.xlsx [survey]`: how problems name a file and its sheet."""
    return f"{file} [{sheet}]" if sheet else str(file)


def checked(draft: Draft) -> tuple[Instrument, list[Problem]]:
    """The instrument of a draft that has a name, method and version, and the warnings about it.

    Raises DeclarationError with every fault: of form, of lint, and of scope, also in what was left out.
    """
    sheets = {path: sheet for path, (sheet, _) in draft.places.items()}
    lines = {path: line for path, (_, line) in draft.places.items()}
    loaded = DraftFile(draft.file, dict(draft.data), lines, sheets=sheets)
    outside = scope_problems(loaded)
    outside += _outside_left_out(draft, outside)
    if not draft.data.get("items"):
        raise DeclarationError([*outside, problem("X21", draft.file)])
    instrument, problems = validated(loaded, Instrument)
    problems += outside
    if instrument is not None:
        problems += lint_instrument(instrument, loaded)
    if faults := [told for told in problems if not told.warning]:
        raise DeclarationError(faults)
    assert instrument is not None
    return instrument, _without_many([told for told in problems if told.warning], draft.file)


def _outside_left_out(draft: Draft, told: Sequence[Problem]) -> list[Problem]:
    """Words outside the scope in what the draft leaves out, unless the same line is told already."""
    known = {(fault.file, fault.line) for fault in told}
    faults = []
    for sheet, line, text in draft.left_out:
        file = told_file(draft.file, sheet)
        if (file, line) not in known and (words := offending(text)):
            topics = sorted({topic for topic, _ in words})
            faults.append(problem("S02", file, line, words=[f"“{word}”" for _, word in words], topics=topics))
    return faults


def _without_many(warnings: Sequence[Problem], file: Path) -> list[Problem]:
    """Warnings with one in place of all those that an item has no indicator: a foreign form has none."""
    idle = [told for told in warnings if told.code == "L20"]
    rest = [told for told in warnings if told.code != "L20"]
    return [problem("X22", file, warning=True, count=len(idle)), *rest] if idle else rest


def _field(path: Path_) -> str:
    """The part of a path below its item or choice, whose place the sheet and row say already."""
    if path[:1] == ("items",) and len(path) > 2:
        return show_path(path[2:])
    if path[:1] == ("choices",) and len(path) > 3:
        return show_path(path[3:])
    return show_path(path)
