"""Columns that are not taken: told once, and what they say is held against the scope."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.fieldwork.forms.sheets import CHOICE_COLUMNS, DECLARED_COLUMNS, ITEM_COLUMNS, ROLE_COLUMN
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.rows import SCORE_COLUMN
from evaluation.fieldwork.forms.xlsform.tables import Row

SURVEY = frozenset({"type", "name", "label", "hint", "relevant", "constraint", "constraint_message", "calculation", "required",
                    "disabled", "choice_filter", SCORE_COLUMN, ROLE_COLUMN, *ITEM_COLUMNS, *DECLARED_COLUMNS})
CHOICES = frozenset({"list_name", "name", "label", *CHOICE_COLUMNS})
#: what the export derives from the instrument
DERIVED = frozenset({"required_message", "appearance"})
#: what a program reads, not a person
TECHNICAL = frozenset({"appearance", "parameters", "read_only", "repeat_count", "trigger", "publishable", "minimum_seconds"})


def account_for_columns(survey: Sequence[Row], choices: Sequence[Row], exact: bool, doubts: Doubts) -> None:
    """Tell which columns of the two sheets have something in them and are not taken. exact: the form was written here."""
    for rows, taken in ((survey, SURVEY | DERIVED if exact else SURVEY), (choices, CHOICES)):
        names: dict[str, None] = {}
        for row in rows:
            for (name, _), text in row.cells.items():
                if name not in taken:
                    names[name] = None
                    if name not in TECHNICAL and not name.startswith("$"):
                        doubts.leave_out(row.sheet, row.number, [text])
        if names:
            doubts.tell("X06", rows[0].sheet, names=list(names))
