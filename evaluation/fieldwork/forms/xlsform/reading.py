"""From a workbook to a draft of an instrument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.core.errors import DeclarationError
from evaluation.core.workbook import read_workbook
from evaluation.declare.model import METHODS
from evaluation.fieldwork.forms.drafts import Draft
from evaluation.fieldwork.forms.names import item_id
from evaluation.fieldwork.forms.sheets import ROLE_COLUMN, ROLES
from evaluation.fieldwork.forms.xlsform.choices import ChoiceList, lists_of
from evaluation.fieldwork.forms.xlsform.columns import account_for_columns
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.edits import tell_edits
from evaluation.fieldwork.forms.xlsform.expressions import Known
from evaluation.fieldwork.forms.xlsform.headers import tidy
from evaluation.fieldwork.forms.xlsform.items import Desk, calculated
from evaluation.fieldwork.forms.xlsform.labels import Languages, spoken
from evaluation.fieldwork.forms.xlsform.logic import Draughted, with_logic
from evaluation.fieldwork.forms.xlsform.names import NAME, made_name
from evaluation.fieldwork.forms.xlsform.rows import Found, items_of
from evaluation.fieldwork.forms.xlsform.settings import heading
from evaluation.fieldwork.forms.xlsform.tables import Row, Sheet, found_sheet, table_of
from evaluation.fieldwork.forms.xlsform.types import kind_of

#: columns of a file of answers that are no items
RESERVED = ("respondent", "community", "stratum", "psu", "weight", "rater")
NOTHING = Sheet("", 0, (), ())


def read_xlsform(file: Path) -> Draft:
    """An XLSForm, .xlsx or .xls, as a draft: what is guessed, changed or left out is a doubt with sheet and row.

    Raises DataError where the file is no workbook that may be opened, DeclarationError where it is no XLSForm or nothing of it
    can be an item.
    """
    doubts = Doubts(file)
    book = read_workbook(file)
    survey, choices, settings = (found_sheet(book, kind) for kind in ("survey", "choices", "settings"))
    if survey is None:
        raise DeclarationError(doubts.fault("X02", names=list(book) or "—"))
    if not survey.has("type"):
        columns = [name for name, _ in survey.columns if name]
        raise DeclarationError(doubts.fault("X02", survey.name, survey.header or 1, names=columns or "—"))
    choices, settings = choices or NOTHING, settings or NOTHING
    doubts.sheets = (survey.name, choices.name, settings.name)
    ours = survey.has(ROLE_COLUMN) and any(text in METHODS for text in settings.texts("method", ""))
    named = tidy(next(settings.texts("default_language", ""), ""))
    codes, languages, guessed = spoken((survey, choices, settings), named, ours)
    if guessed:
        doubts.tell("X27", survey.name, survey.header, "label", language=languages.default)
    tables = [table_of(sheet, codes, languages.default, doubts) for sheet in (survey, choices, settings)]
    if not tables[0]:
        raise DeclarationError(doubts.fault("X03", survey.name, survey.header, count=0))
    return _draft(file, tables, {name for name, _ in choices.columns}, languages, doubts)


def _draft(file: Path, tables: Sequence[list[Row]], choice_columns: set[str], languages: Languages, doubts: Doubts) -> Draft:
    survey, choices, settings = tables
    found = [one for one in items_of(survey, doubts) if _can_be_calculated(one, doubts)]
    names = _names(found, languages.exact, doubts)
    lists = lists_of(choices, choice_columns, languages, doubts)
    plainly = {tidy(one.kind.list) for one in found if not one.kind.or_other}
    desk = Desk(lists, languages, doubts, {*names.values(), *RESERVED}, plainly)
    items = [item for one in found for item in desk.made(one, names[one.row.number])]
    items = with_logic(items, _known(survey, found, names, items, desk), doubts)
    if not items:
        raise DeclarationError([doubts.fault("X03", survey[0].sheet, survey[0].number, count=len(survey)), *doubts.all()])
    data, places = heading(settings, file.stem, languages, doubts)
    for row in survey:
        if row.get(ROLE_COLUMN) == "consent_text" and row.labels("label"):
            data["consent"] = languages.complete(row, "label", "", doubts)
            places[("consent",)] = (row.sheet, row.number)
    account_for_columns([one.row for one in found], choices, languages.exact, doubts)
    kept = _kept_lists(survey, desk, doubts)
    if kept:
        data["choices"] = {name: one.choices for name, one in kept.items()}
    data["items"] = [item.data for item in items]
    if languages.exact:
        tell_edits(items, data, doubts)
    for name, one in kept.items():
        places[("choices", name)] = (one.places[0].sheet, one.places[0].number)
        places |= {("choices", name, at): (row.sheet, row.number) for at, row in enumerate(one.places)}
    places |= {("items", at): (item.row.sheet, item.row.number) for at, item in enumerate(items)}
    return Draft(file, data, places, doubts.all(), tuple(doubts.left_out))


def _can_be_calculated(found: Found, doubts: Doubts) -> bool:
    """False, and told, for a calculation that is not there, or that is made only when another answer changes."""
    row = found.row
    if found.kind.what != "calculate" or (calculated(row) and not row.get("trigger")):
        return True
    why = f"trigger {row.get('trigger')}" if row.get("trigger") else "calculation —"
    doubts.tell("X08", row.sheet, row.number, row.get("name"), kind=f"{found.kind.told} + {why}")
    doubts.leave_out(row.sheet, row.number, [row.get("name"), *row.labels("label").values()])
    return False


def _names(found: Sequence[Found], exact: bool, doubts: Doubts) -> dict[int, str]:
    """The id of every item by the number of its row. Names that stay come first, headings of groups take what is left."""
    taken = set() if exact else set(RESERVED)
    names: dict[int, str] = {}
    for one in sorted(found, key=lambda one: (one.is_heading, not NAME.fullmatch(tidy(one.row.get("name"))))):
        given = item_id(one.row.get("name")) if exact else tidy(one.row.get("name"))
        made = made_name(given, f"q{one.row.number}", taken)
        taken.add(made)
        names[one.row.number] = made
        if made != given and not one.is_heading:
            doubts.tell("X14", one.row.sheet, one.row.number, made, name=given or "—", made=made)
        if made != given:
            doubts.leave_out(one.row.sheet, one.row.number, [given])
    return names


def _known(survey: Sequence[Row], found: Sequence[Found], names: Mapping[int, str], items: Sequence[Draughted],
           desk: Desk) -> Known:
    """What expressions may look at: items that are here under a name that only they have, and whose answers are kept."""
    exact = desk.languages.exact
    often = Counter(tidy(row.get("name")) for row in survey if kind_of(row.get("type")).what not in ("begin", "end"))
    kinds = {item.id: item.data["type"].split(" ")[0] for item in items}
    unseen = ("note",) if exact else ("note", "text")
    ids: dict[str, str | None] = {}
    for one in found:
        name, made = tidy(one.row.get("name")), names[one.row.number]
        if not one.is_heading:
            ids[made if exact else name] = made if often[name] == 1 and kinds[made] not in unseen else None
    lists = {item.id: desk.used[item.data["type"].split(" ")[1]] for item in items if " " in item.data["type"]}
    return Known(ids, {name: one.values for name, one in lists.items()}, {name: one.made for name, one in lists.items()},
                 {name: one.guessed for name, one in lists.items()}, exact)


def _kept_lists(survey: Sequence[Row], desk: Desk, doubts: Doubts) -> dict[str, ChoiceList]:
    """The lists of the items, and those that no row mentions; what is in the others is left out with the rows that did."""
    of_roles = {tidy(kind_of(row.get("type")).list) for row in survey if row.get(ROLE_COLUMN) in ROLES}
    mentioned = {tidy(kind_of(row.get("type")).list) for row in survey}
    kept: dict[str, ChoiceList] = {}
    for name, one in desk.lists.items():
        if one.id in desk.used or (name not in mentioned and len(one.choices) > 1):
            kept[one.id] = desk.used.get(one.id, one)
        elif name not in of_roles:
            for row in one.rows:
                doubts.leave_out(row.sheet, row.number, row.labels("label").values())
    return kept | desk.used
