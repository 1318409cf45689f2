"""Forms that were written here and changed since: what derives from the instrument is not read back, and a change is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from evaluation.declare.instrument import Instrument
from evaluation.fieldwork.forms.export.expressions import calculation, constraint
from evaluation.fieldwork.forms.names import form_names
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.logic import Draughted


def tell_edits(items: Sequence[Draughted], data: Mapping[str, Any], doubts: Doubts) -> None:
    """Tell of every constraint and calculation that is not what the export makes of the declared one."""
    try:
        instrument = Instrument.model_validate(data)
    except ValidationError:
        return
    names = form_names(item.id for item in instrument.items)
    rows = {item.id: item.row for item in items}
    for item in instrument.items:
        derived = {"constraint": constraint(instrument, item, names) if item.is_answered else "",
                   "calculation": calculation(instrument, item, names) if item.calculation is not None else ""}
        row = rows[item.id]
        for column, text in derived.items():
            if row.get(column) != text.strip():
                doubts.tell("X19", row.sheet, row.number, f"{item.id}.{column}", text=row.get(column) or "—")
