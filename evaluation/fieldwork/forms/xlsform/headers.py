"""The names of columns, whatever their dialect: case, spaces, width, old names, `bind::` and language suffixes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from types import MappingProxyType

Column = tuple[str, str]              # name as XLSForm's reference has it, and the language as the header writes it
ENTITY = re.compile(r"&(?:nbsp|#160|#xa0);?", re.IGNORECASE)
MOST_HEADER_ROWS = 20                 # above the header there may be a title
PREFIXES = ("bind", "control", "body", "jr", "odk")
SURVEY_NAMES = MappingProxyType({
    "command": "type", "tag": "name", "value": "name", "caption": "label", "relevance": "relevant", "calculate": "calculation",
    "constraintmsg": "constraint_message", "constraint_msg": "constraint_message", "constraining_message": "constraint_message",
    "readonly": "read_only", "requiredmsg": "required_message", "required_msg": "required_message", "count": "repeat_count",
    "noapperrorstring": "no_app_error_string",
})  # fmt: skip
CHOICE_NAMES = MappingProxyType({"listname": "list_name", "value": "name", "caption": "label"})
SETTING_NAMES = MappingProxyType({"set_form_title": "form_title", "set_form_id": "form_id", "id_string": "form_id"})
NAMES = MappingProxyType({"survey": SURVEY_NAMES, "choices": CHOICE_NAMES, "settings": SETTING_NAMES})
#: the column without which a sheet is not what its name says
KEY_COLUMN = MappingProxyType({"survey": "type", "choices": "list_name", "settings": ""})


def tidy(text: str) -> str:
    """Text without invisible characters, full-width forms, entities of spaces, and spaces that are doubled or around it."""
    plain = unicodedata.normalize("NFKC", ENTITY.sub(" ", text))
    plain = "".join(char for char in plain if unicodedata.category(char) not in ("Cf", "Cs", "Co"))
    return " ".join(plain.split())


def column_of(header: str, sheet: str) -> Column:
    """Name and language of a column: `Label : English (en)` is ("label", "English (en)"). Blank names are no column."""
    first, *rest = [part.strip() for part in re.split("::?", tidy(header))]
    name = _name(first)
    while name in PREFIXES and rest:
        first, *rest = rest
        name = _name(first)
    if name == "media":
        return "::".join(["media", *rest[:1]]).lower(), ":".join(rest[1:])
    return NAMES[sheet].get(name, name), ":".join(rest)


def header_row(rows: Sequence[Sequence[str]], sheet: str) -> int | None:
    """Index of the row of headers: the first that has the sheet's key column, else the first that is not blank."""
    filled = [number for number, row in enumerate(rows[:MOST_HEADER_ROWS]) if any(tidy(cell) for cell in row)]
    for number in filled:
        if KEY_COLUMN[sheet] and KEY_COLUMN[sheet] in {column_of(cell, sheet)[0] for cell in rows[number]}:
            return number
    return filled[0] if filled else None


def _name(text: str) -> str:
    return text.lower().replace(" ", "_").replace("-", "_")
