"""Sheets computed anew from the inputs at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.core.errors import SignoffError, problem
from evaluation.fieldwork.opening import Round, open_round
from evaluation.reporting.results import ScoreFile, fresh_scores, score_files
from evaluation.signoff.drafting import build_sheet
from evaluation.signoff.sheet import Sheet


@dataclass(frozen=True)
class Figures:
    """A round that is open, and what its scores come to now, by community."""

    round: Round
    scores: dict[str, ScoreFile]

    def compare(self, sheet: Sheet, where: object) -> None:
        """SignoffError: the sheet says something else than the inputs; they are those that it was made from [V25], or others
        [V26]. Inputs that have grown since, as those of a rolling round do, are right where they give the same.
        """
        score = self.scores.get(sheet.community)
        if score is None:
            raise SignoffError(problem("V26", where, what=sheet.community))
        made = build_sheet(self.round, sheet.community, score=score)
        if differing := list(differences(made.says(), sheet.says())):
            same = made.inputs.round_sha256 == sheet.inputs.round_sha256
            raise SignoffError(problem("V25" if same else "V26", where, what=differing))


def figures_of(folder: Path) -> Figures:
    """Open a round and compute its scores. Raises DeclarationError and DataError where its inputs are not at hand."""
    opened = open_round(folder)
    return Figures(opened, {told.community: told for told in score_files(opened, fresh_scores(opened))})


def differences(made: Any, given: Any, path: str = "") -> Iterator[str]:
    """Where two values differ: `total.earned: 8197 ≠ 9000`."""
    if isinstance(made, dict) and isinstance(given, dict) and made.keys() == given.keys():
        for name in made:
            yield from differences(made[name], given[name], f"{path}.{name}" if path else name)
    elif isinstance(made, list) and isinstance(given, list) and len(made) == len(given):
        for number, (one, other) in enumerate(zip(made, given, strict=True)):
            called = one["id"] if isinstance(one, dict) and "id" in one else number
            yield from differences(one, other, f"{path}[{called}]")
    elif made != given or type(made) is not type(given):
        shown = "" if isinstance(made, (dict, list)) else f": {made} ≠ {given}"
        yield f"{path}{shown}"
