"""Which column of an export is which item: by its name, whatever groups stand before it, by its label, or by a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from evaluation.core.csvfile import plain_name
from evaluation.core.errors import DataError, Problem, near_miss, problem
from evaluation.declare.instrument import Instrument, Item
from evaluation.declare.mapping import Mapping
from evaluation.declare.scope import folded
from evaluation.fieldwork.answers import code_of, folded_choice, is_other
from evaluation.fieldwork.columns import refused_columns
from evaluation.fieldwork.forms.export.texts import in_any_language
from evaluation.fieldwork.imports.dialects import Dialect
from evaluation.fieldwork.imports.table import OWN, Table
from evaluation.fieldwork.imports.values import tick_of, ticks_of

ROLES = ("community", "started", "ended", "interviewer", "psu", "stratum", "weight", "rater")
ROLE_NAMES = {"started": "start", "ended": "end"}          # where a role's question has another name
ROLE_WORDS = {"community": ("community",), "interviewer": ("interviewer", "rater"), "psu": ("psu_meeting", "psu_activity")}
ROLE_LABELS = {folded_choice(text): role for role, words in ROLE_WORDS.items() for text in in_any_language(*words)}
RESERVED = ("community", "started", "ended", "interviewer", "psu")      # an item of that name has another one in a form
BEFORE_CHOICE = "/_.:-"                                     # what may stand between a question and its choice
TICKS = ticks_of(None)
OPEN_KINDS = ("text", "integer", "decimal")
DEVICE = re.compile("device|imei|subscriber|sim ?serial|phone ?number|geo ?(point|location|trace|shape)|gps|latitude|longitude"
                    "|altitude|ip ?addr|user ?name|submitter|submitted by|audit")
PEOPLE = ("interviewer", "rater")        # roles whose names give way to codes
LONGEST = 2_000                  # characters of a header in which groups are looked for
SHORT = 4                        # words of a header that names a thing rather than asks a question


@dataclass
class Places:
    """Places of columns in a table's header. whole: by item; split: by item and choice; roles: by role; rest: of nothing."""

    whole: dict[str, list[int]] = field(default_factory=dict)
    split: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)

    @property
    def items(self) -> set[str]:
        """Items that have a column."""
        return {*self.whole, *self.split}


class Names:
    """The names by which columns are known: ids of items, as forms write them, and labels in any language."""

    def __init__(self, instrument: Instrument) -> None:
        answered = [item for item in instrument.items if item.is_answered]
        self.calculated = {item.id.casefold() for item in instrument.items if not item.is_answered}
        self.ids = {item.id.casefold(): item for item in answered}
        labels: dict[str, Item | None] = {}
        for item in answered:
            for text in set(item.label.values()):
                key = folded_choice(text)
                labels[key] = None if key in labels else item
        self.labels = {key: item for key, item in labels.items() if item is not None}
        self.choices = {item.id: code_of(item, instrument) for item in answered if item.kind == "select_multiple"}
        self.others = {(item.id, choice.value) for item in answered for choice in instrument.item_choices(item)
                       if is_other(choice)}
        self.of_other = {f"{one}_{value}": (one, value) for one, value in self.others if one in self.choices}

    def item(self, name: str) -> Item | None:
        """The item that a name without groups is of."""
        key = name.casefold()
        found = self.ids.get(key) or self.ids.get(key.lstrip("_"))
        return found or self.labels.get(folded_choice(name))

    def choice(self, name: str, between: str) -> tuple[Item, str] | None:
        """The item and the choice that a column is of, which says of one choice whether it was taken. Not where an item is
        called so: main-q4_other is of the item q4_other, if there is one.
        """
        for at in range(len(name) - 1 if len(name) <= LONGEST else 0, 0, -1):
            if name[at] in BEFORE_CHOICE:
                for base in _tails(name[:at], between):
                    item = self.item(base)
                    choice = self.choices.get(item.id, {}).get(folded_choice(name[at + 1:])) if item is not None else None
                    if item is not None and choice is not None:
                        return None if self.item(base + name[at:]) is not None else (item, choice)
        return None


def _tails(name: str, between: str) -> Iterator[str]:
    """A name, and what is left of it behind each group."""
    yield name
    for at, char in enumerate(name[:-1] if len(name) <= LONGEST else ""):
        if char in between:
            yield name[at + 1:]


def places_of(table: Table, names: Names, dialect: Dialect, mapping: Mapping | None) -> Places:
    """Where items, choices and roles stand in a table. Raises DataError for columns that a mapping names and it lacks."""
    places = Places()
    taken = _mapped(table, mapping, places) if mapping is not None else set()
    mapped = places.items
    for place, header in enumerate(table.header):
        if place in taken or header in dialect.system or header.startswith(OWN):
            continue
        name = re.sub(r"\[([^\]]*)\]$", r"/\1", header)
        item = names.item(name)
        role = _role(name)
        ticks = None if item is None else names.of_other.get(item.id)
        if ticks is not None and (dialect.other or _is_tick(table, place)):
            places.split.setdefault(ticks[0], {}).setdefault(ticks[1], []).append(place)      # its words are its tick
            if not dialect.other:
                continue
        if role is not None and role not in places.roles and (item is None or role in RESERVED):
            places.roles[role] = place
        elif (pair := _choice(table, place, name, names, dialect) if item is None else None) is not None \
                and pair[0].id not in mapped:
            places.split.setdefault(pair[0].id, {}).setdefault(pair[1], []).append(place)
            if dialect.other and (pair[0].id, pair[1]) in names.others and (words := _behind_groups(name, names, dialect)):
                places.whole.setdefault(words.id, []).append(place)
        elif pair is None and (item := item or _behind_groups(name, names, dialect)) is not None and item.id not in mapped:
            places.whole.setdefault(item.id, []).append(place)
        elif not any(tail.casefold().lstrip("_") in names.calculated for tail in _tails(name, dialect.between)):
            places.rest.append(header)
    _roles_in_groups(table, dialect, places)
    return places


def _choice(table: Table, place: int, name: str, names: Names, dialect: Dialect) -> tuple[Item, str] | None:
    """The item and choice of a column; not of q4_other with words in it: that asks which other, and is no item here."""
    pair = names.choice(name, dialect.between)
    if pair is None or (pair[0].id, pair[1]) not in names.others or dialect.other or "/" in name.rsplit(pair[0].id, 1)[-1]:
        return pair
    return pair if all(tick_of(str(cell), TICKS) is not None for cell in table.at(place).cat.categories) else None


def _is_tick(table: Table, place: int) -> bool:
    """Whether a column is a choice's, called like that of its words: SurveyCTO writes both as q4_other."""
    cells = [str(cell) for cell in table.at(place).cat.categories if cell]
    return table.header.count(table.header[place]) > 1 and bool(cells) and all(cell in "01" for cell in cells)


def _role(name: str) -> str | None:
    return next((role for role in ROLES if name == ROLE_NAMES.get(role, role)), None)


def _behind_groups(name: str, names: Names, dialect: Dialect) -> Item | None:
    if dialect.name == "LimeSurvey" and "/" in name:        # an array: Q1[SQ001] is the item Q1_SQ001
        return next((item for joint in "_.-" if (item := names.ids.get(name.replace("/", joint).casefold()))), None)
    found = (names.item(tail) for tail in _tails(name, dialect.between))
    return next((item for item in found if item is not None), None)


def _roles_in_groups(table: Table, dialect: Dialect, places: Places) -> None:
    """Questions of a role that stand in a group, or under the label that a form of ours gives them, where there is no other."""
    for header in list(places.rest):
        tails = list(_tails(header, dialect.between))
        role = next((role for tail in tails if (role := _role(tail) or ROLE_LABELS.get(folded_choice(tail)))), None)
        if role is not None and role not in places.roles:
            places.roles[role] = table.header.index(header)
            places.rest.remove(header)


def _mapped(table: Table, mapping: Mapping, places: Places) -> set[int]:
    """Enter what a mapping names; the places that it took."""
    known = {plain_name(name): place for place, name in reversed(list(enumerate(table.header)))}
    faults: list[Problem] = []
    taken: set[int] = set()

    def place_of(header: str, path: str) -> int | None:
        place = known.get(plain_name(header))
        if place is None:
            faults.append(problem("I15", table.file, 1, path, name=header, hint=near_miss(plain_name(header), known)))
        else:
            taken.add(place)
        return place

    for name, header in mapping.columns.items():
        if (place := place_of(header, f"columns.{name}")) is not None:
            places.whole[name] = [place]
    for name, headers in mapping.several.items():
        found = {choice: place_of(header, f"several.{name}.{choice}") for choice, header in headers.items()}
        places.split[name] = {choice: [place] for choice, place in found.items() if place is not None}
    wanted = {role: getattr(mapping, role) for role in ROLES if role != "community"}
    wanted |= {role: getattr(mapping, role) for role in ("instance", "version", "submitted")}
    wanted["community"] = None if mapping.community is None else mapping.community.column
    for role, header in wanted.items():
        if header is not None and (place := place_of(header, role)) is not None:
            places.roles[role] = place
    if faults:
        raise DataError(faults)
    return taken


def refused(table: Table, places: Places, instrument: Instrument) -> tuple[list[Problem], list[str]]:
    """Faults: columns that would carry contact data, or what lies outside the scope, into answers or paradata. And the names of
    columns that are not taken and had better not be there.
    """
    faults = []
    items = {item.id: item for item in instrument.items}
    for name in places.items:
        columns = [*places.whole.get(name, []), *(place for each in places.split.get(name, {}).values() for place in each)]
        headers = [name, *(table.header[place] for place in columns)]
        closed = items[name].kind not in OPEN_KINDS
        faults += refused_columns_of(table, headers, closed)
        own = {folded(text) for text in (name, *items[name].label.values())}
        faults += [] if closed else _devices(table, [header for header in headers if folded(_behind(header)) not in own])
    faults += refused_columns_of(table, [table.header[place] for place in places.roles.values()], False)
    told = {role: place for role, place in places.roles.items() if role not in PEOPLE}
    faults += _devices(table, [table.header[place] for place in told.values()])
    faults += [problem("S04", table.file, 1, table.header[place]) for place in told.values()
               if any("@" in str(cell) for cell in table.at(place).cat.categories)]
    outside = [name for name in places.rest if refused_columns_of(table, [name], False)
               or _devices(table, [name])]
    return sorted(set(faults)), outside


def _devices(table: Table, headers: list[str]) -> list[Problem]:
    """A problem for each header that names a device, a place on the map or an account."""
    return [problem("S04", table.file, 1, header) for header in headers
            if len(header.split()) <= SHORT and DEVICE.search(folded(header))]


def _behind(header: str) -> str:
    return re.split(r"[/:]", header)[-1]


def refused_columns_of(table: Table, headers: list[str], contact_allowed: bool) -> list[Problem]:
    """A problem for each header that may not be taken, by itself or by its name behind groups."""
    told = []
    for header in headers:
        found = refused_columns(Path(table.file), {header, _behind(header)}, contact_allowed=contact_allowed)
        told += [replace(fault, path=header) for fault in found]
    return told
