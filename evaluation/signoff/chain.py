"""The hash chain of the ledger: each entry carries the hash of the one before, so none can be changed or taken out alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evaluation.core.errors import Problem, problem
from evaluation.signoff.canonical import NotCanonicalError, dumps, loads, sha256
from evaluation.signoff.sheet import GENESIS, Anchor


@dataclass(frozen=True)
class Event:
    """What happened to a version of a sheet. event: a state, see `states`; subject: SHA-256 of the envelope; at: UTC, as text.
    A publication has no community, and version counts the publications of the round.
    """

    at: str
    event: str
    round: str
    community: str
    version: int
    subject: str


@dataclass(frozen=True)
class Entry(Event):
    """An event in the chain: numbered from 1, with the hash of the entry before and its own."""

    number: int
    previous: str
    hash: str


def linked(event: Event, last: Entry | None) -> Entry:
    """The event as the entry after `last`."""
    number, previous = (1, GENESIS) if last is None else (last.number + 1, last.hash)
    return Entry(**asdict(event), number=number, previous=previous, hash=hash_of(event, number, previous))


def hash_of(event: Event, number: int, previous: str) -> str:
    """SHA-256 over an entry's content and the hash before it."""
    told = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    return sha256(dumps({**told, "number": number, "previous": previous, "type": "evaluation/ledger/1"}))


def anchor_of(entries: list[Entry]) -> Anchor:
    """How many entries, and the last one's hash."""
    return Anchor(entries=len(entries), head=entries[-1].hash) if entries else Anchor()


def chain_faults(entries: Iterable[Entry], where: str, heads: Iterable[tuple[str, Anchor]] = ()) -> list[Problem]:
    """What is wrong with a chain: entries changed [V18], missing [V19], times that go back [V22], heads that were printed
    elsewhere and that it does not lead to [V20]. heads: who printed it, and what.
    """
    faults: list[Problem] = []
    before: Entry | None = None
    hashes = {0: GENESIS}
    for entry in entries:
        if entry.number != (1 if before is None else before.number + 1):
            faults.append(problem("V19", where, number=1 if before is None else before.number + 1, found=entry.number))
        elif entry.previous != (GENESIS if before is None else before.hash) or hash_of(entry, entry.number, entry.previous) \
                != entry.hash:
            faults.append(problem("V18", where, number=entry.number))
        if before is not None and entry.at < before.at:
            faults.append(problem("V22", where, number=entry.number, at=entry.at, before=before.at))
        hashes[entry.number] = entry.hash
        before = entry
    for told_by, anchor in heads:
        if hashes.get(anchor.entries) != anchor.head:
            faults.append(problem("V20", where, by=told_by, number=anchor.entries))
    return faults


def exported(entries: Iterable[Entry]) -> bytes:
    """The chain as text, a line of canonical JSON each: what travels with a publication."""
    return b"".join(dumps(asdict(entry)) + b"\n" for entry in entries)


def imported(content: bytes) -> list[Entry]:
    """The chain of its text. Raises NotCanonicalError."""
    return [_entry(loads(line)) for line in content.splitlines()]


def _entry(told: Any) -> Entry:
    kinds = {name: int if name in ("number", "version") else str for name in Entry.__dataclass_fields__}
    if not isinstance(told, Mapping) or {name: type(value) for name, value in told.items()} != kinds:
        raise NotCanonicalError("type", "not an entry of the ledger")
    return Entry(**told)
