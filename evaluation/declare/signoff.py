"""Who may sign: the trust list of round.yaml, and where the ledger is kept."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from evaluation.core.errors import Problem
from evaluation.core.yamlfile import YamlFile
from evaluation.declare.model import Declared, Text

PREFIX = "ed25519:"
BLOCK = re.compile(rb"^signoff:.*\n?(?:(?:[ \t#][^\n]*)?\n|[ \t#][^\n]+\Z)*", re.MULTILINE)


def day_of(text: str) -> str:
    """The text of a day, as 2026-12-31. Raises ValueError, also for 20261231 or 2026-W53-4: days are compared as text."""
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(text)
    return text


def _day(value: str) -> str:
    try:
        return day_of(value)
    except ValueError:
        raise PydanticCustomError("day", "not a date") from None


def _public_key(value: Any) -> Any:
    if isinstance(value, str):
        raw = b64decode(value.removeprefix(PREFIX) + "==") if re.fullmatch(PREFIX + r"[A-Za-z0-9+/]{43}=", value) else b""
        if len(raw) != 32 or PREFIX + b64encode(raw).decode() != value:
            raise PydanticCustomError("public_key", "not a public key")
    return value


Day = Annotated[Text, AfterValidator(_day)]


class Trusted(Declared):
    """A key that may sign: whose it is, in which role, from which day to which day, both included."""

    name: Annotated[Text, Field(max_length=100)]
    role: Literal["evaluator", "reviewer", "chief"]
    key: Annotated[Text, BeforeValidator(_public_key)]
    since: Annotated[Day, Field(alias="from")]
    until: Day


class SignOff(Declared):
    """trust: who may sign. database: where the ledger is kept, a file of the round or a database's URL."""

    trust: tuple[Trusted, ...] = ()
    database: Text = "evaluation.db"


def without_signoff(content: bytes) -> bytes:
    """round.yaml without its block `signoff`: no figure hangs on it, so trusting another key changes no score's inputs."""
    left = BLOCK.sub(b"", content)
    return content if left == content else left.rstrip() + b"\n"


def lint_trust(signoff: SignOff, loaded: YamlFile) -> Iterator[Problem]:
    """A key of two names, a key twice in one role, a term that ends before it begins."""
    names: dict[str, str] = {}
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for number, entry in enumerate(signoff.trust):
        here = ("signoff", "trust", number)
        if entry.until < entry.since:
            yield loaded.fault("L27", (*here, "until"), since=entry.since, until=entry.until)
        if names.setdefault(entry.key, entry.name) != entry.name:
            yield loaded.fault("L28", (*here, "key"), name=entry.name, other=names[entry.key])
        terms = seen.setdefault((entry.key, entry.role), [])
        if any(entry.since <= until and since <= entry.until for since, until in terms):
            yield loaded.fault("L29", here, name=entry.name, role=entry.role)
        terms.append((entry.since, entry.until))
