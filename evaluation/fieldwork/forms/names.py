"""Names in forms: an item's id where XML takes it, else the id behind underscores; texts that say `${` and mean it.

What is written by `form_names`, `form_text` and the export's expressions is read back by `item_id`, `item_text`, `item_logic`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: rows that a form has beside the items, and what XForms keep to themselves
RESERVED = frozenset({"start", "end", "community", "psu", "interviewer", "consent_text", "data", "meta", "instanceid",
                      "instancename"})
XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
REFERENCE = re.compile(r"\$\{([^}]*)\}")
AS_TEXT = re.compile(r"(selected|count-selected|selected-at)(\s*\(\s*)string\((\$\{[^}]*\})\)")
BREAK = "\u2060"                 # word joiner: nobody sees it, and `$`, `{` stay apart


def form_names(ids: Iterable[str]) -> dict[str, str]:
    """The name of each item in a form. No two are alike, capitals or not; an id never begins with an underscore, so `item_id`
    has it back.
    """
    names: dict[str, str] = {}
    taken = set(RESERVED)
    for name in ids:
        given = name if XML_NAME.fullmatch(name) else f"_{name}"
        while given.casefold() in taken:
            given = f"_{given}"
        taken.add(given.casefold())
        names[name] = given
    return names


def item_id(name: str) -> str:
    """The item's id, of its name in a form that was written here."""
    return name.lstrip("_")


def item_logic(text: str) -> str:
    """The instrument's expression, of the one in a form that was written here."""
    return REFERENCE.sub(lambda found: f"${{{item_id(found.group(1))}}}", AS_TEXT.sub(r"\1\2\3", text))


def form_text(text: str, names: Mapping[str, str]) -> str:
    """A label for a form: `${id}` of an item there is puts its answer in; any other `${` is broken, so that it stays text."""
    parts = []
    end = 0
    for found in REFERENCE.finditer(text):
        if found.group(1) in names:
            parts += [_broken(text[end:found.start()]), f"${{{names[found.group(1)]}}}"]
            end = found.end()
    return "".join([*parts, _broken(text[end:])])


def item_text(text: str) -> str:
    """The label of the instrument, of the text in a form that was written here."""
    back = REFERENCE.sub(lambda found: f"${{{item_id(found.group(1))}}}" if XML_NAME.fullmatch(found.group(1))
                         else found.group(), text)
    return back.replace(f"${BREAK}{{", "${")


def _broken(text: str) -> str:
    return text.replace("${", f"${BREAK}{{")
