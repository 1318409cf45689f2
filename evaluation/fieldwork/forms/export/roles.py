"""Rows that a form needs and an instrument does not have: when, where, who asks, and what is read out before."""

from __future__ import annotations

from collections.abc import Mapping

from evaluation.declare.instrument import Instrument
from evaluation.declare.model import RESPONDENT_METHODS, Labels
from evaluation.fieldwork.forms.export.texts import Row, each_language, labels, word
from evaluation.fieldwork.forms.sheets import ROLE_COLUMN

MANY = 12                        # choices that are looked for by typing
PLACES = "communities"
Places = Mapping[str, Labels]


def role_rows(instrument: Instrument, communities: Places | None, places: str) -> list[Row]:
    """The rows, in the order in which a form asks them. places: name of the list of communities."""
    languages = instrument.languages
    rated = instrument.method not in RESPONDENT_METHODS
    rows = [{"type": "start", "name": "start", ROLE_COLUMN: "start"}, {"type": "end", "name": "end", ROLE_COLUMN: "end"}]
    chosen = communities is not None
    rows.append({
        "type": f"select_one {places}" if chosen else "text", "name": "community", ROLE_COLUMN: "community",
        **_words("label", "community", languages),
        **_words("hint", "community_chosen" if chosen else "community_hint", languages), **_required(languages),
        "appearance": "minimal autocomplete" if communities is not None and len(communities) > MANY else "",
    })
    if instrument.method in ("meeting", "activity"):
        rows.append({"type": "text", "name": "psu", ROLE_COLUMN: "psu", **_words("hint", "psu_hint", languages),
                     **_words("label", f"psu_{instrument.method}", languages), **_required(languages)})
    who = "rater" if rated else "interviewer"
    rows.append({"type": "text", "name": "interviewer", ROLE_COLUMN: "interviewer", **_words("label", who, languages),
                 **_words("hint", f"{who}_hint", languages),
                 **(_required(languages) if instrument.method != "questionnaire" else {})})
    if instrument.consent is not None:
        rows.append({"type": "note", "name": "consent_text", ROLE_COLUMN: "consent_text",
                     **labels("label", instrument.consent, languages, {})})
    return rows


def places_name(instrument: Instrument) -> str:
    """Name of the list of communities: one that the instrument does not use itself."""
    name = PLACES
    while name in instrument.choices:
        name += "_"
    return name


def place_rows(communities: Places, places: str, languages: tuple[str, ...]) -> list[Row]:
    """The communities as choices, sorted by id."""
    return [{"list_name": places, "name": name, **labels("label", communities[name], languages, {})}
            for name in sorted(communities)]


def _words(column: str, name: str, languages: tuple[str, ...]) -> Row:
    return each_language(column, languages, lambda lang: word(name, lang))


def _required(languages: tuple[str, ...]) -> Row:
    return {"required": "yes", **_words("required_message", "required", languages)}
