"""The sheet survey from top to bottom: groups are flattened, and what cannot be an item is left out and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evaluation.fieldwork.forms.sheets import ROLE_COLUMN, ROLES
from evaluation.fieldwork.forms.xlsform.cells import TRUE
from evaluation.fieldwork.forms.xlsform.doubts import Doubts
from evaluation.fieldwork.forms.xlsform.headers import tidy
from evaluation.fieldwork.forms.xlsform.tables import Row
from evaluation.fieldwork.forms.xlsform.types import GROUPS, Kind, kind_of

SCORE_COLUMN = "kobo__score_choices"           # kobo--score-choices, as headers are read


@dataclass(frozen=True)
class Found:
    """A row that becomes an item. groups: the rows of the groups that it stands in, the outermost first."""

    row: Row
    kind: Kind
    groups: tuple[Row, ...]

    @property
    def is_heading(self) -> bool:
        """Whether it is the heading of a group."""
        return self.kind.told.lower().startswith("begin")


@dataclass
class _Block:
    row: Row
    kind: str
    left_out: bool
    count: int = 0


def items_of(rows: Sequence[Row], doubts: Doubts) -> list[Found]:
    """The rows that become items, in their order; headings of groups are notes before their members."""
    found: list[Found] = []
    metadata: list[Row] = []
    open_: list[_Block] = []
    for row in rows:
        kind = _rated(kind_of(row.get("type")), open_)
        left_out = any(block.left_out for block in open_)
        if _disabled(row) and kind.what != "end" and not left_out and row.get(ROLE_COLUMN) not in ROLES:
            doubts.tell_rows("X41", row.sheet, row.number)
        if kind.what == "begin":
            open_.append(_begun(row, kind, left_out, doubts))
            if not open_[-1].left_out and row.labels("label"):
                doubts.tell_rows("X12", row.sheet, row.number)
                found.append(Found(row, replace(kind, what="note"), _groups(open_)))
            elif row.labels("label"):
                doubts.leave_out(row.sheet, row.number, row.labels("label").values())
        elif kind.what == "end":
            _ended(row, kind, open_, doubts)
        elif row.get(ROLE_COLUMN) in ROLES:
            continue
        elif left_out or _disabled(row) or not _is_item(row, kind, metadata, doubts):
            doubts.leave_out(row.sheet, row.number, texts_of(row))
            for block in open_:
                block.count += 1
        else:
            found.append(Found(row, _seen_as(kind, row), _groups(open_)))
    for block in open_:
        _account(block, doubts)
        doubts.tell("X11", block.row.sheet, block.row.number, block.row.get("name"), kind=block.kind)
    if metadata:
        doubts.tell("X09", metadata[0].sheet, metadata[0].number, count=len(metadata),
                    names=[row.get("name") or row.get("type") for row in metadata])
    return found


def texts_of(row: Row) -> Iterator[str]:
    """What a row says: its name and every text in a language."""
    yield row.get("name")
    yield from (text for name in ("label", "hint", "constraint_message") for text in row.labels(name).values())


def _rated(kind: Kind, open_: Sequence[_Block]) -> Kind:
    """A row of Kobo's rating asks for one choice of the list that the rating names."""
    if kind.told.lower() == "score__row" and open_ and open_[-1].kind == "score":
        return replace(kind, what="select_one", list=open_[-1].row.get(SCORE_COLUMN))
    return kind


def _begun(row: Row, kind: Kind, left_out: bool, doubts: Doubts) -> _Block:
    return _Block(row, kind.list, left_out or kind.list not in GROUPS or _disabled(row))


def _ended(row: Row, kind: Kind, open_: list[_Block], doubts: Doubts) -> None:
    """Close the innermost block of that kind, or the innermost of all."""
    if not open_ or (open_[-1].kind in GROUPS) != (kind.list in GROUPS):
        doubts.tell("X11", row.sheet, row.number, row.get("name"), kind=kind.told)
    same = [number for number, block in enumerate(open_) if (block.kind in GROUPS) == (kind.list in GROUPS)]
    for block in open_[same[-1]:] if same else ():
        _account(block, doubts)
    del open_[same[-1] if same else len(open_):]


def _account(block: _Block, doubts: Doubts) -> None:
    if block.kind not in GROUPS:
        doubts.tell("X10", block.row.sheet, block.row.number, block.row.get("name"), kind=block.kind, count=block.count)


def _groups(open_: Sequence[_Block]) -> tuple[Row, ...]:
    return tuple(block.row for block in open_ if block.row.get("relevant"))


def _is_item(row: Row, kind: Kind, metadata: list[Row], doubts: Doubts) -> bool:
    if not kind.told:
        if row.get("name") or row.labels("label"):
            doubts.tell("X08", row.sheet, row.number, row.get("name"), kind="—")
    elif kind.what == "metadata":
        metadata.append(row)
    elif kind.what == "unknown" or "${" in kind.list:
        doubts.tell("X08", row.sheet, row.number, row.get("name"), kind=kind.told)
    else:
        return True
    return False


def _disabled(row: Row) -> bool:
    return row.get("disabled").lower() in TRUE


def _seen_as(kind: Kind, row: Row) -> Kind:
    """A row that only shows the choices above a table is a note; one whose choices come from a file is text."""
    appearance = tidy(row.get("appearance")).lower()
    if kind.what in ("select_one", "select_multiple") and "label" in appearance.split():
        return replace(kind, what="note", as_is=False, told=f"{kind.told} ({appearance})")
    if kind.what in ("select_one", "select_multiple") and appearance.replace(" ", "").find("search(") >= 0:
        return replace(kind, what="text", as_is=False, told=f"{kind.told} ({appearance})")
    return kind
