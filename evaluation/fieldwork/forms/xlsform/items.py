"""One row of the sheet survey as an item, and the text item that `or_other` adds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaluation.fieldwork.forms.names import item_logic
from evaluation.fieldwork.forms.sheets import DECLARED_COLUMNS, ITEM_COLUMNS
from evaluation.fieldwork.forms.xlsform.cells import TRUE, listed, name_in, number_in, number_of, truth_in
from evaluation.fieldwork.forms.xlsform.choices import ChoiceList
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.headers import tidy
from evaluation.fieldwork.forms.xlsform.labels import Languages
from evaluation.fieldwork.forms.xlsform.logic import Draughted
from evaluation.fieldwork.forms.xlsform.names import made_name
from evaluation.fieldwork.forms.xlsform.rows import Found
from evaluation.fieldwork.forms.xlsform.tables import Row

SPECIFY = {"zh": "请注明", "en": "Please specify", "de": "Bitte angeben", "fr": "Veuillez préciser", "es": "Especifique"}
PARAMETER = re.compile(r"(\w+)\s*=\s*([^\s;,]+)")
NUMBERS = ("integer", "decimal")


@dataclass
class Desk:
    """What items are made with. lists: by name in the form; used: by id, those that items take their choices from."""

    lists: Mapping[str, ChoiceList]
    languages: Languages
    doubts: Doubts
    taken: set[str]
    plainly_used: set[str]
    used: dict[str, ChoiceList] = field(default_factory=dict)

    def made(self, found: Found, name: str) -> list[Draughted]:
        """The item of a row, and the one that `or_other` adds after it."""
        row, kind = found.row, found.kind
        choices = self._choices(found)
        what = f"{kind.what} {choices.id}" if choices else self._plain_type(found)
        if not kind.as_is or (what.split(" ")[0] != kind.what and kind.what != "range"):
            self.doubts.tell("X13", row.sheet, row.number, name, kind=kind.told, made=what)
        data = {"id": name, "type": what, **self._texts(found, name, what), **self._own(row, what)}
        if row.get("choice_filter") and choices:
            self.doubts.tell("X18", row.sheet, row.number, f"{name}.choice_filter", text=row.get("choice_filter"))
        item = Draughted(name, row, data, self._wanted(found, what, name))
        if not (choices and kind.or_other):
            return [item]
        return [item, self._other(item, choices)]

    def _choices(self, found: Found) -> ChoiceList | None:
        """The list of a select; None where it is not there, or has fewer than two choices."""
        kind = found.kind
        name = tidy(kind.list)
        choices = self.lists.get(name)
        if kind.what not in ("select_one", "select_multiple") or choices is None:
            return None
        if kind.or_other:
            apart = f"{choices.id}_or_other" if name in self.plainly_used else choices.id
            others = {one.id for one in self.lists.values() if one is not choices}
            choices = choices.with_other(made_name(apart, "list", others), self.languages)
        if len(choices.choices) < 2:
            return None
        return self.used.setdefault(choices.id, choices)

    def _plain_type(self, found: Found) -> str:
        kind, row = found.kind, found.row
        if kind.what == "range":
            return "integer" if all(isinstance(value, int) for value in _parameters(row).values()) else "decimal"
        if kind.what in ("select_one", "select_multiple"):
            return "text"
        if kind.what in (*NUMBERS, "text") and calculated(row) and not is_shown(row):
            return "calculate"
        return kind.what

    def _texts(self, found: Found, name: str, what: str) -> dict[str, Any]:
        row = found.row
        message = DECLARED_COLUMNS[2] if self.languages.exact else "constraint_message"
        told = {"hint": self.languages.complete(row, "hint", "", self.doubts),
                "constraint_message": self.languages.complete(row, message, "", self.doubts)}
        if what == "calculate" and not row.labels("label"):
            label = dict.fromkeys(self.languages.all, name)
        else:
            label = self.languages.complete(row, "label", row.get("name") or name, self.doubts)
        return {"label": label} | {column: texts for column, texts in told.items() if texts}

    def _own(self, row: Row, what: str) -> dict[str, Any]:
        """What the form says in our own columns, required, and the range of a slider."""
        indicator, weight, reverse, low, high, topics = ITEM_COLUMNS
        bounds = {"low": number_in(row, low, self.doubts), "high": number_in(row, high, self.doubts)}
        if what in NUMBERS and tidy(row.get("type")).lower() == "range" and None in bounds.values():
            found = _parameters(row)
            bounds = {"low": min(found["start"], found["end"]), "high": max(found["start"], found["end"])}
        is_range = None not in bounds.values() and bounds["low"] != bounds["high"]
        told = {
            "indicator": name_in(row, indicator, self.doubts), "weight": number_in(row, weight, self.doubts, least=1e-9),
            "required": truth_in(row, "required", self.doubts) or None, "reverse": truth_in(row, reverse, self.doubts) or None,
            "topics": listed(row, topics), "range": bounds if is_range else None,
        }
        return {column: value for column, value in told.items() if value is not None}

    def _wanted(self, found: Found, what: str, name: str) -> dict[str, list[tuple[Row, str]]]:
        """Field -> expressions of the form, those of the groups around the row first."""
        row = found.row
        if self.languages.exact:
            constraint, calculation, _ = DECLARED_COLUMNS
            own = {"relevant": row.raw("relevant"), "constraint": row.raw(constraint), "calculation": row.raw(calculation)}
            return {column: [(row, item_logic(text))] for column, text in own.items() if text}
        within = found.groups if found.groups and found.groups[-1] is row else (*found.groups, row)
        wanted: dict[str, list[tuple[Row, str]]] = {
            "relevant": [(group, group.get("relevant")) for group in within],
            "constraint": [(row, row.get("constraint"))],
            "calculation": [(row, calculated(row))],
        }
        if what != "calculate" and calculated(row):
            kind = f"{found.kind.told} + calculation {calculated(row)}"
            self.doubts.tell("X13", row.sheet, row.number, f"{name}.calculation", kind=kind, made=what)
            del wanted["calculation"]
        if what in ("note", "calculate"):
            del wanted["constraint"]
        told = {column: [(where, text) for where, text in pairs if text] for column, pairs in wanted.items()}
        return {column: pairs for column, pairs in told.items() if pairs}

    def _other(self, item: Draughted, choices: ChoiceList) -> Draughted:
        """The text item that asks what "other" is."""
        name = made_name(f"{item.id}_other", "other", self.taken)
        self.taken.add(name)
        self.doubts.tell("X28", item.row.sheet, item.row.number, item.id, made=name, choices=choices.id)
        label = {language: SPECIFY.get(language, SPECIFY["en"]) for language in self.languages.all}
        data = {"id": name, "type": "text", "label": label, "relevant": f"selected(${{{item.id}}}, '{choices.other}')"}
        return Draughted(name, item.row, data)


def calculated(row: Row) -> str:
    """The calculation of a row; blank if it has none."""
    return row.get(DECLARED_COLUMNS[1]) or row.get("calculation")


def is_shown(row: Row) -> bool:
    """Whether somebody sees the row and can answer it."""
    return bool(row.labels("label") or row.labels("hint")) and row.get("read_only").lower() not in TRUE


def _parameters(row: Row) -> dict[str, int | float]:
    """start, end and step of a slider; 1, 10 and 1 where they are not stated, as in the XLSForm reference."""
    told = {name.lower(): number_of(text) for name, text in PARAMETER.findall(row.get("parameters"))}
    return {name: found if (found := told.get(name)) is not None else default
            for name, default in (("start", 1), ("end", 10), ("step", 1))}
