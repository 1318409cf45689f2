"""The sheet settings: what the form says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluation.core.yamlfile import Path_
from evaluation.declare.model import METHODS
from evaluation.fieldwork.forms.drafts import Place
from evaluation.fieldwork.forms.sheets import SETTING_COLUMNS, TITLE_COLUMN
from evaluation.fieldwork.forms.xlsform.cells import listed, number_in, one_of
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.labels import Languages
from evaluation.fieldwork.forms.xlsform.names import made_name
from evaluation.fieldwork.forms.xlsform.tables import Row


def heading(rows: Sequence[Row], stem: str, languages: Languages, doubts: Doubts) -> tuple[dict[str, Any], dict[Path_, Place]]:
    """Instrument, method, version, title, languages, topics and minutes as far as the form says them; and where it does."""
    row = rows[0] if rows else Row("", 0, {})
    method, minutes, topics = SETTING_COLUMNS
    said = {
        "instrument": _form_id(row, doubts),
        "method": one_of(row, method, METHODS, doubts),
        "version": (row.raw("version") if languages.exact else row.get("version")) or None,
        "title": _title(row, stem, languages, doubts),
        "languages": list(languages.all),
        "topics": listed(row, topics),
        "minutes": number_in(row, minutes, doubts, least=1e-9),
    }
    data = {name: value for name, value in said.items() if value is not None}
    return data, {(name,): (row.sheet, row.number) for name in data if row.number}


def _form_id(row: Row, doubts: Doubts) -> str | None:
    given = row.get("form_id")
    if not given:
        return None
    made = made_name(given, "form", ())
    if made != given:
        doubts.tell("X14", row.sheet, row.number, "form_id", name=given, made=made)
        doubts.leave_out(row.sheet, row.number, [given])
    return made


def _title(row: Row, stem: str, languages: Languages, doubts: Doubts) -> dict[str, str]:
    """instrument_title::LANGUAGE, else form_title in every language, else the form's id, else the name of its file."""
    title = row.get("form_title") or row.get("form_id") or stem
    return languages.complete(row, TITLE_COLUMN, "", doubts) or dict.fromkeys(languages.all, title)
