"""The column type: what a row is, whatever words say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from evaluation.fieldwork.forms.xlsform.headers import tidy

OTHER = re.compile(r"\s+or[ _](?:specify[ _])?other$", re.IGNORECASE)
FILE = re.compile(r"select[ _](?:one|multiple)[ _](?:from[ _]file|external)\b\s*(.*)", re.IGNORECASE)
SELECT = re.compile(
    r"(?:add )?(?:(?P<one>select[ _]one|select1)|select[ _]multiple|select[ _]all[ _]that[ _]apply)"
    r"(?: prompt)?(?:\s+(?:from|using))?\s+(?P<list>\S.*)", re.IGNORECASE)
BLOCK = re.compile(r"(?P<what>begin|end)[ _](?P<kind>\w+)(?:\s.*)?", re.IGNORECASE)
GROUPS = ("group", "score")               # score: Kobo's rating, whose rows choose from one list
#: words -> type of ours
PLAIN = MappingProxyType({
    **dict.fromkeys(("text", "string", "q string", "add text prompt"), "text"),
    **dict.fromkeys(("integer", "int", "q int", "add integer prompt", "percentage", "number of days in last month",
                     "number of days in last six months", "number of days in last year"), "integer"),
    **dict.fromkeys(("decimal", "q decimal", "add decimal prompt"), "decimal"),
    **dict.fromkeys(("note", "q note", "add note prompt"), "note"),
    **dict.fromkeys(("calculate", "q calculate", "add calculate prompt"), "calculate"),
    "range": "range",
})  # fmt: skip
#: … and those that are taken as something else, which is told
TAKEN_AS = MappingProxyType({
    **dict.fromkeys(("date", "time", "datetime", "date time", "q date", "q date time", "add date prompt",
                     "add date time prompt"), "text"),
    **dict.fromkeys(("acknowledge", "trigger", "q acknowledge", "add acknowledge prompt"), "note"),
})  # fmt: skip
METADATA = frozenset({
    "start", "end", "today", "deviceid", "device id", "imei", "subscriberid", "subscriber id", "simserial", "sim id",
    "phonenumber", "username", "email", "audit", "hidden", "start time", "end time", "get today", "get device id",
    "get start time", "get end time", "get phone number", "get sim id", "get subscriber id", "start geopoint",
    "background audio", "background geopoint",
})  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What a type says. what: select_one, select_multiple, integer, decimal, range, text, note, calculate, begin, end, metadata
    or unknown; list: of a select, or the kind of a block; as_is: False where it is taken as something else; told: as written.
    """

    what: str
    list: str = ""
    or_other: bool = False
    as_is: bool = True
    told: str = ""


def kind_of(text: str) -> Kind:
    """Read a cell of the column type."""
    told = tidy(text)
    plain = told.lower().replace("_", " ").replace("-", " ")
    if FILE.fullmatch(told):
        return Kind("text", as_is=False, told=told)
    if match := SELECT.fullmatch(told):
        what = "select_one" if match["one"] else "select_multiple"
        return Kind(what, OTHER.sub("", match["list"]), bool(OTHER.search(match["list"])), told=told)
    if plain in PLAIN:
        return Kind(PLAIN[plain], told=told)
    if plain in TAKEN_AS:
        return Kind(TAKEN_AS[plain], as_is=False, told=told)
    if plain in METADATA or plain.startswith("uri:"):
        return Kind("metadata", told=told)
    if match := BLOCK.fullmatch(told):
        return Kind(match["what"].lower(), match["kind"].lower(), told=told)
    return Kind("unknown", told=told)
