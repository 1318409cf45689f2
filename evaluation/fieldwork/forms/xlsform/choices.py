"""The sheet choices: lists of values and labels, each value once, and those that say why there is no answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from evaluation.core.csvfile import plain
from evaluation.declare.instrument import Status
from evaluation.fieldwork.forms.sheets import CHOICE_COLUMNS
from evaluation.fieldwork.forms.xlsform.cells import listed, number_in, one_of
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.headers import tidy
from evaluation.fieldwork.forms.xlsform.labels import Languages
from evaluation.fieldwork.forms.xlsform.names import NAME, made_name
from evaluation.fieldwork.forms.xlsform.statuses import status_of
from evaluation.fieldwork.forms.xlsform.tables import Row

STATUSES = get_args(Status)
OTHER = "other"
OTHER_LABELS = {"zh": "其他", "en": "Other", "de": "Sonstiges", "fr": "Autre", "es": "Otro"}


@dataclass
class ChoiceList:
    """A list. id: its name in the instrument; made: values that had to be changed; guessed: those whose status is a guess."""

    id: str
    rows: list[Row]
    choices: list[dict[str, Any]] = field(default_factory=list)
    places: list[Row] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)

    @property
    def values(self) -> list[str]:
        """The values, in order."""
        return [str(choice["value"]) for choice in self.choices]

    @property
    def other(self) -> str | None:
        """The value that stands for "other", in whatever capitals; None if there is none."""
        return next((value for value in self.values if value.casefold() == OTHER), None)

    def with_other(self, name: str, languages: Languages) -> ChoiceList:
        """A list like this one with the choice "other"."""
        label = {language: OTHER_LABELS.get(language, OTHER_LABELS["en"]) for language in languages.all}
        more = [] if self.other else [{"value": OTHER, "label": label}]
        places = [*self.places, *self.places[-1:]] if more else self.places
        return ChoiceList(name, self.rows, [*self.choices, *more], places, self.made, self.guessed)


def lists_of(rows: Sequence[Row], columns: Iterable[str], languages: Languages, doubts: Doubts) -> dict[str, ChoiceList]:
    """Every list by its name in the form."""
    lists: dict[str, ChoiceList] = {}
    ids = {name for row in rows if NAME.fullmatch(name := tidy(row.get("list_name")))}
    for row in rows:
        name = tidy(row.get("list_name"))
        if not name:
            if row.get("name") or row.labels("label"):
                doubts.tell_rows("X40", row.sheet, row.number)
            doubts.leave_out(row.sheet, row.number, row.labels("label").values())
            continue
        if name not in lists:
            lists[name] = ChoiceList(name if name in ids else made_name(name, f"list{row.number}", ids), [])
            ids.add(lists[name].id)
            if lists[name].id != name:
                doubts.tell("X14", row.sheet, row.number, "list_name", name=name, made=lists[name].id)
                doubts.leave_out(row.sheet, row.number, [name])
        lists[name].rows.append(row)
    guess = "status" not in columns and not languages.exact
    for found in lists.values():
        _fill(found, guess, languages, doubts)
    return lists


def _fill(found: ChoiceList, guess: bool, languages: Languages, doubts: Doubts) -> None:
    folded: set[str] = set()
    written = {row.get("name") for row in found.rows}
    seen: set[str] = set()
    for row in found.rows:
        given = row.raw("name") if languages.exact else row.get("name")
        if given and given in seen:
            doubts.tell_rows("X07", row.sheet, row.number, name=found.id)
            doubts.leave_out(row.sheet, row.number, row.labels("label").values())
            continue
        seen.add(given)
        value = given if languages.exact else _plain_value(given or row.get("label"), written, row)
        base, number = value, 2
        while plain(value).casefold() in folded or (value != given and value in written):
            value, number = f"{base}_{number}", number + 1
        folded.add(plain(value).casefold())
        if value != given:
            doubts.tell("X04", row.sheet, row.number, "name", value=given or "—", made=value)
            doubts.leave_out(row.sheet, row.number, [given])
            found.made |= {given: value} if given else {}
        choice: dict[str, Any] = {"value": value, "label": languages.complete(row, "label", given or value, doubts)}
        choice |= _own_columns(row, doubts)
        said = row.labels("label").values() or [given.replace("_", " ")]
        if guess and (status := status_of(said)):
            choice["status"] = status
            found.guessed.add(value)
            doubts.tell("X29", row.sheet, row.number, found.id, value=value, label=next(iter(said)), status=status)
        found.choices.append(choice)
        found.places.append(row)


def _own_columns(row: Row, doubts: Doubts) -> dict[str, Any]:
    """What our own columns say, taken exactly."""
    score, status, aliases = CHOICE_COLUMNS
    told = {score: number_in(row, score, doubts, 0, 100), status: one_of(row, status, STATUSES, doubts),
            aliases: listed(row, aliases)}
    return {name: value for name, value in told.items() if value is not None}


def _plain_value(text: str, written: set[str], row: Row) -> str:
    """A value that answers can be written with: no spaces, and 1 for 1.0 unless 1 is another one."""
    value = "_".join(tidy(text).split()) or f"choice{row.number}"
    whole = value.removesuffix(".0")
    return whole if whole != value and whole.removeprefix("-").isdecimal() and whole not in written else value
