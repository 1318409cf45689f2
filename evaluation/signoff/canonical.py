"""Canonical JSON (RFC 8785): equal content gives equal bytes, and bytes that are not canonical are refused.

Only text, whole numbers, true, false, null, lists and objects: no number of a sheet is ever a float.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, NoReturn

import rfc8785

LARGEST = 2**53 - 1      # whole numbers that every reader of JSON takes exactly


class NotCanonicalError(ValueError):
    """The bytes are not the canonical JSON of anything. kind: json, duplicate, number or form; detail: what was found."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind, self.detail = kind, detail


def dumps(value: Any) -> bytes:
    """The canonical bytes. NotCanonicalError: floats, whole numbers beyond 2**53 - 1, lone surrogates, other types."""
    plain = _plain(value) if _whole(value) else None
    try:
        return plain if plain is not None else rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonicalError("form", str(error)) from None


def loads(content: bytes) -> Any:
    """What canonical bytes hold. NotCanonicalError: no JSON, a key twice, NaN or a fraction, another way to write it."""
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_float=_refused, parse_constant=_refused)
    except UnicodeDecodeError:
        raise NotCanonicalError("json", "not UTF-8") from None
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonicalError("json", str(error)[:120]) from None
    if dumps(value) != content:
        raise NotCanonicalError("form", "written in another way than RFC 8785 says")
    return value


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> bytes | None:
    """The canonical bytes as the standard encoder makes them, ten times faster: right where all keys are ASCII."""
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise NotCanonicalError("duplicate", next(name for name in names if names.count(name) > 1))
    for name, value in pairs:
        if isinstance(value, int) and abs(value) > LARGEST:
            raise NotCanonicalError("number", f"{name}: {value}")
    return found


def _refused(text: str) -> NoReturn:
    raise NotCanonicalError("number", text)


def _whole(value: Any) -> bool:
    """Refuse floats and large numbers; whether all keys are ASCII, which both encoders sort alike."""
    if isinstance(value, str):
        return True
    if isinstance(value, dict):
        plain = [_whole(part) and isinstance(name, str) and name.isascii() for name, part in value.items()]
        return all(plain)                               # a list first: every part is looked at, also after one that is not
    if isinstance(value, (list, tuple)):
        plain = [_whole(part) for part in value]
        return all(plain)
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > LARGEST):
        raise NotCanonicalError("number", repr(value))
    return value is None or isinstance(value, int)
