"""The ledger of a round, as the verbs use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.core.database import database_url
from evaluation.declare.round import RoundFile
from evaluation.signoff.ledger import Ledger, ledger_at
from evaluation.signoff.sheet import Anchor
from evaluation.signoff.states import State


@dataclass(frozen=True)
class Standing:
    """What the ledger says of a round: its head, and the last version and state by community."""

    anchor: Anchor = field(default_factory=Anchor)
    versions: dict[str, tuple[int, State]] = field(default_factory=dict)


@contextmanager
def ledger_of(folder: Path, declared: RoundFile) -> Iterator[Ledger]:
    """The ledger that round.yaml names; made if there is none."""
    with ledger_at(database_url(folder, declared.signoff.database)) as ledger:
        yield ledger


def standing_of(folder: Path, declared: RoundFile) -> Standing:
    """How the ledger stands; as empty where there is none yet, and none is made."""
    database = declared.signoff.database
    if "://" not in database and not (folder / database).is_file():
        return Standing()
    with ledger_of(folder, declared) as ledger:
        return Standing(ledger.anchor(), ledger.versions(declared.round))
