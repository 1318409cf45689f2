"""The ledger: what was signed, kept in a database that takes entries and gives none back.

The table refuses changes by triggers; who goes round them breaks the hash chain; who makes a new chain does not reach the head
that sheets and bulletins have printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError

from evaluation.core.database import one_at_a_time, open_database
from evaluation.core.errors import SignoffError, problem
from evaluation.signoff.chain import Entry, Event, linked
from evaluation.signoff.sheet import Anchor
from evaluation.signoff.states import EVENT, NEXT, Action, State

METADATA = sa.MetaData()
LEDGER = sa.Table(
    "ledger", METADATA, sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(20), nullable=False), sa.Column("event", sa.String(16), nullable=False),
    sa.Column("round", sa.String(64), nullable=False), sa.Column("community", sa.String(64), nullable=False),
    sa.Column("version", sa.Integer, nullable=False), sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False, unique=True), sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("envelope", sa.Text, nullable=False), sa.Index("ledger_sheets", "round", "community", "version", "number"))
Done = tuple[Action, Event, bytes]    # an action, its event, its envelope, or nothing where it follows from another one
REFUSED = "the ledger only grows"
TRIGGERS = {
    "sqlite": [
        *(f"CREATE TRIGGER ledger_no_{verb} BEFORE {verb} ON ledger BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
          for verb in ("update", "delete")),
        "CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger "       # INSERT OR REPLACE deletes past the trigger above
        "WHEN EXISTS (SELECT 1 FROM ledger WHERE number >= NEW.number OR previous = NEW.previous) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION ledger_refused() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN RAISE EXCEPTION ''{REFUSED}''; END'",
        "CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT "
        "EXECUTE FUNCTION ledger_refused()"],
}


@sa.event.listens_for(LEDGER, "after_create")
def _guard(table: sa.Table, connection: Connection, **_: object) -> None:
    for trigger in TRIGGERS.get(connection.dialect.name, []):
        connection.exec_driver_sql(trigger)


@dataclass(frozen=True)
class Held:
    """Where a version of a sheet stands, and the envelopes that brought it there, by event."""

    state: State
    envelopes: dict[str, bytes]


@dataclass
class Ledger:
    """An open ledger."""

    store: Engine
    where: str

    def act(self, done: Iterable[Done]) -> None:
        """Add what was done, all of it or nothing, in one transaction that is on disk when this returns.

        SignoffError: a sheet's state does not allow it, it may be that somebody was faster [H01]; the time is before that of
        the last entry [H07]; the database cannot be written, with its own reason [H13].
        """
        with self._writing() as connection:
            last = _last(connection)
            for action, event, envelope in done:
                state = _state(connection, event)
                if event.community and (state, action) not in NEXT:
                    raise SignoffError(problem("H01", event.community, state=state, version=event.version, action=action))
                if last is not None and event.at < last.at:
                    raise SignoffError(problem("H07", self.where, at=event.at, before=last.at))
                last = linked(replace(event, event=EVENT[action]), last)
                connection.execute(LEDGER.insert(), {**asdict(last), "envelope": envelope.decode()})

    def versions(self, round_: str) -> dict[str, tuple[int, State]]:
        """The last version of every community that the ledger knows, and its state."""
        chosen = sa.select(LEDGER.c.community, LEDGER.c.version, LEDGER.c.event).where(LEDGER.c.round == round_)
        found: dict[str, tuple[int, State]] = {}
        with self._reading() as connection:
            for community, version, event in connection.execute(chosen.order_by(LEDGER.c.number)):
                if version >= found.get(community, (0, ""))[0]:
                    found[community] = (version, event)
        return found

    def held(self, round_: str, community: str, version: int) -> Held:
        """Where a version stands; "draft" if the ledger does not know it."""
        chosen = sa.select(LEDGER).where(LEDGER.c.round == round_, LEDGER.c.community == community, LEDGER.c.version == version)
        with self._reading() as connection:
            rows = connection.execute(chosen.order_by(LEDGER.c.number)).all()
        state: State = rows[-1].event if rows else "draft"
        return Held(state, {row.event: row.envelope.encode() for row in rows if row.envelope})

    def anchor(self) -> Anchor:
        """How it stands: number of entries and the last one's hash."""
        with self._reading() as connection:
            last = _last(connection)
        return Anchor() if last is None else Anchor(entries=last.number, head=last.hash)

    def entries(self) -> list[Entry]:
        """All entries, by number."""
        with self._reading() as connection:
            return [_entry(row) for row in connection.execute(sa.select(LEDGER).order_by(LEDGER.c.number))]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _told(self.where), self.store.begin() as connection:
            one_at_a_time(connection)
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _told(self.where), self.store.begin() as connection:
            yield connection


@contextmanager
def ledger_at(url: str) -> Iterator[Ledger]:
    """The ledger of a database, closed at the end. SignoffError [H13] where it cannot be opened."""
    where = url.removeprefix("sqlite:///")
    where = sa.make_url(url).render_as_string(hide_password=True) if where == url else where
    with _told(where):
        store = open_database(url, METADATA)
    try:
        yield Ledger(store, where)
    finally:
        store.dispose()


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise SignoffError(problem("H13", where, reason=str(error.orig).strip())) from None


def _last(connection: Connection) -> Entry | None:
    row = connection.execute(sa.select(LEDGER).order_by(LEDGER.c.number.desc()).limit(1)).first()
    return None if row is None else _entry(row)


def _state(connection: Connection, event: Event) -> State:
    chosen = sa.select(LEDGER.c.event).where(LEDGER.c.round == event.round, LEDGER.c.community == event.community,
                                             LEDGER.c.version == event.version)
    found: State | None = connection.execute(chosen.order_by(LEDGER.c.number.desc()).limit(1)).scalar()
    return found or "draft"


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})
