"""The three sheets of an XLSForm as plain tables: every language of every text, and all that the instrument says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.declare.instrument import Choice, Instrument, Item
from evaluation.declare.model import label
from evaluation.fieldwork.forms.export.expressions import by_name, calculation, constraint, plain_number
from evaluation.fieldwork.forms.export.roles import Places, place_rows, places_name, role_rows
from evaluation.fieldwork.forms.export.texts import Row, constraint_message, each_language, labels, language_name, word
from evaluation.fieldwork.forms.names import form_names, form_text
from evaluation.fieldwork.forms.sheets import (
    CHOICE_COLUMNS,
    DECLARED_COLUMNS,
    ITEM_COLUMNS,
    ROLE_COLUMN,
    SETTING_COLUMNS,
    TITLE_COLUMN,
)

BETWEEN = ";"


@dataclass(frozen=True)
class Sheets:
    """Rows of the sheets survey, choices and settings, as text by column. A column that no row has is left out."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: tuple[Row, ...]

    def columns(self, sheet: str) -> tuple[str, ...]:
        """Columns of a sheet that any row fills, in their order."""
        rows: tuple[Row, ...] = getattr(self, sheet)
        filled = {column for row in rows for column, value in row.items() if value}
        languages = [column.partition("::")[2] for column in self.settings[0] if column.startswith(f"{TITLE_COLUMN}::")]
        known = [told for column in ORDER[sheet] for told in ([f"{column}::{name}" for name in languages]
                                                              if column in TRANSLATED else [column])]
        return tuple(column for column in known if column in filled)


TRANSLATED = frozenset({"label", "hint", "required_message", "constraint_message", "declared_constraint_message", TITLE_COLUMN})
ORDER = {
    "survey": ("type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message",
               "calculation", "appearance", ROLE_COLUMN, *ITEM_COLUMNS, *DECLARED_COLUMNS),
    "choices": ("list_name", "name", "label", *CHOICE_COLUMNS),
    "settings": ("form_title", "form_id", "version", "default_language", "clean_text_values", TITLE_COLUMN, *SETTING_COLUMNS),
}  # fmt: skip


def survey_rows(instrument: Instrument, communities: Places | None = None) -> Sheets:
    """An instrument as an XLSForm. communities: names by language by id, offered as a list; without them the id is typed in.

    Labels stand in every language of the instrument. What the form has to say more than the instrument (ranges, lone answers,
    "don't know" as blank) stands in constraint and calculation; declared_* has the instrument's own.
    """
    names = form_names(item.id for item in instrument.items)
    places = places_name(instrument)
    survey = role_rows(instrument, communities, places)
    survey += [_item_row(instrument, item, names) for item in instrument.items]
    choices = [_choice_row(name, choice, instrument.languages, names)
               for name, listed in instrument.choices.items() for choice in listed]
    choices += place_rows(communities, places, instrument.languages) if communities is not None else []
    return Sheets(tuple(survey), tuple(choices), (_settings(instrument),))


def _item_row(instrument: Instrument, item: Item, names: Mapping[str, str]) -> Row:
    languages = instrument.languages
    row = {"type": item.type, "name": names[item.id], **labels("label", item.label, languages, names),
           **labels("hint", item.hint, languages, names)}
    if item.required and item.is_answered:
        row |= {"required": "yes", **each_language("required_message", languages, lambda lang: word("required", lang))}
    if item.relevant is not None:
        row["relevant"] = by_name(instrument, item.relevant, names)
    if item.is_answered and (allowed := constraint(instrument, item, names)):
        message = each_language("constraint_message", languages, lambda lang: constraint_message(instrument, item, names, lang))
        row |= {"constraint": allowed, **message}
    if item.calculation is not None:
        row["calculation"] = calculation(instrument, item, names)
        row["declared_calculation"] = by_name(instrument, item.calculation, names)
    if item.constraint is not None:
        row["declared_constraint"] = by_name(instrument, item.constraint, names)
    row |= labels("declared_constraint_message", item.constraint_message, languages, names)
    return row | {
        "indicator": item.indicator or "", "weight": "" if item.weight == 1 else plain_number(item.weight),
        "reverse": "TRUE" if item.reverse else "", "topics": BETWEEN.join(item.topics),
        "range_low": "" if item.range is None else plain_number(item.range.low),
        "range_high": "" if item.range is None else plain_number(item.range.high),
    }


def _choice_row(name: str, choice: Choice, languages: tuple[str, ...], names: Mapping[str, str]) -> Row:
    return {"list_name": name, "name": choice.value, **labels("label", choice.label, languages, names),
            "score": "" if choice.score is None else plain_number(choice.score), "status": choice.status or "",
            "aliases": BETWEEN.join(choice.aliases)}


def _settings(instrument: Instrument) -> Row:
    titles = dict.fromkeys(label(instrument.title, lang) for lang in instrument.languages)
    return {
        "form_title": form_text(" / ".join(titles), {}), "form_id": instrument.instrument, "version": instrument.version,
        "default_language": language_name(instrument.languages[0]), "clean_text_values": "no",
        **labels(TITLE_COLUMN, instrument.title, instrument.languages, {}),
        "method": instrument.method, "minutes": "" if instrument.minutes is None else plain_number(instrument.minutes),
        "topics": BETWEEN.join(instrument.topics),
    }
