"""The store of phone cases: who calls whom next, and what came of it. No names, no numbers, no free text.

SQLAlchemy Core on SQLite (write-ahead log) or, by URL, PostgreSQL. Every function is one transaction; times are UTC seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from evaluation.core.errors import DataError, problem
from evaluation.fieldwork.cases import Attempt, Case, Rules, after

LEASE = timedelta(minutes=15)
METADATA = sa.MetaData()
CASES = sa.Table(
    "cases", METADATA, sa.Column("case", sa.String(128), primary_key=True), sa.Column("place", sa.Integer, nullable=False),
    sa.Column("community", sa.String(64), nullable=False), sa.Column("stratum", sa.String(256), nullable=False),
    sa.Column("replicate", sa.Integer, nullable=False), sa.Column("released", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False), sa.Column("due", sa.BigInteger), sa.Column("only", sa.String(64)),
    sa.Column("appointment", sa.BigInteger), sa.Column("final", sa.String(8)), sa.Column("caller", sa.String(64)),
    sa.Column("lease", sa.BigInteger), sa.Index("cases_open", "released", "state", "due"))
ATTEMPTS = sa.Table(
    "attempts", METADATA, sa.Column("case", sa.ForeignKey("cases.case"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True), sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("caller", sa.String(64), nullable=False), sa.Column("daypart", sa.String(16), nullable=False),
    sa.Column("word", sa.String(32), nullable=False))


@dataclass(frozen=True)
class Claimed:
    """A case held for a caller until `until`; `attempts` are those made before."""

    case: str
    community: str
    stratum: str
    replicate: int
    attempts: int
    appointment: datetime | None
    until: datetime


def open_store(url: str) -> Engine:
    """Open a store, and make its tables if there are none. url: of SQLAlchemy, "sqlite:///evaluation.db" or PostgreSQL's."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # transactions begin where we say, see below
            for setting in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {setting}")

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # one writer at a time: no two callers are given one case

    METADATA.create_all(engine)
    return engine


def load_cases(store: Engine, sample: pd.DataFrame, release: int = 1) -> int:
    """Put a drawn sample (unit, stratum, replicate) into the store and release its first replicates; number of new cases.

    Loading again changes nothing but adds cases of a topped-up sample. DataError: cases of the store that the sample no
    longer has, or has in another replicate [K08].
    """
    with store.begin() as connection:
        held = {row.case: row.replicate for row in connection.execute(sa.select(CASES.c.case, CASES.c.replicate))}
        given = dict(zip(sample["unit"].astype(str), sample["replicate"].astype(int), strict=True))
        astray = [case for case, replicate in held.items() if given.get(case) != replicate]
        if astray:
            raise DataError(problem("K08", path="sample", count=len(astray)))
        columns = (sample[name].tolist() for name in ("unit", "stratum", "replicate"))
        rows = [{"case": str(unit), "place": place, "community": str(stratum).split("/")[0], "stratum": str(stratum),
                 "replicate": int(replicate), "released": int(replicate) <= release, "state": "new"}
                for place, (unit, stratum, replicate) in enumerate(zip(*columns, strict=True)) if str(unit) not in held]
        if rows:
            connection.execute(CASES.insert(), rows)
        return len(rows)


def release(store: Engine, replicate: int, community: str | None = None) -> int:
    """Release all replicates up to a number, everywhere or in one community; number of cases that this adds."""
    which = [CASES.c.replicate <= replicate, CASES.c.released.is_(False)]
    if community is not None:
        which.append(CASES.c.community == community)
    with store.begin() as connection:
        return int(connection.execute(CASES.update().where(*which).values(released=True)).rowcount)


def claim_next(store: Engine, caller: str, now: datetime, rules: Rules, lease: timedelta = LEASE,
               communities: Sequence[str] | None = None) -> Claimed | None:
    """Give a caller the next case and hold it for the length of a lease; None if there is nothing to do now.

    First appointments that are due, the earliest first; then cases to be tried again; then new ones, replicate by replicate
    in the order of the draw. A caller who still holds a case is given the same one. Nobody is called outside the calling
    hours, nor in a daypart that would leave others untried; a lease that ran out is free again.
    """
    daypart = rules.windows.daypart(now)
    if daypart is None:
        return None
    moment = _seconds(now)
    free = sa.or_(CASES.c.lease.is_(None), CASES.c.lease <= moment)
    ready = sa.and_(CASES.c.released, CASES.c.state != "final", sa.or_(CASES.c.due.is_(None), CASES.c.due <= moment),
                    sa.or_(CASES.c.only.is_(None), CASES.c.only.contains(daypart)))
    which = [sa.or_(sa.and_(CASES.c.caller == caller, CASES.c.lease > moment), sa.and_(free, ready))]
    if communities is not None:
        which.append(CASES.c.community.in_(list(communities)))
    mine = sa.case((sa.and_(CASES.c.caller == caller, CASES.c.lease > moment), 0), else_=1)
    kind = sa.case((CASES.c.appointment.is_not(None), 0), (CASES.c.state != "new", 1), else_=2)
    first = sa.select(CASES).where(*which).order_by(mine, kind, CASES.c.due, CASES.c.replicate, CASES.c.place).limit(1)
    with store.begin() as connection:
        row = connection.execute(first.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        until = now + lease
        connection.execute(CASES.update().where(CASES.c.case == row.case).values(caller=caller, lease=_seconds(until)))
        made = connection.execute(sa.select(sa.func.count()).where(ATTEMPTS.c.case == row.case)).scalar_one()
        return Claimed(row.case, row.community, row.stratum, row.replicate, made, _moment(row.appointment), until)


def record(store: Engine, case: str, caller: str, word: str, now: datetime, rules: Rules,
           appointment: datetime | None = None) -> Case:
    """Write down how an attempt ended, and free the case; the case as it stands then.

    DataError, and nothing is written: no such case [K06]; another caller holds it [K07]; what `cases.after` refuses.
    """
    with store.begin() as connection:
        row = connection.execute(sa.select(CASES).where(CASES.c.case == case).with_for_update()).first()
        if row is None:
            raise DataError(problem("K06", path="case", case=case))
        if row.caller not in (None, caller) and row.lease is not None and row.lease > _seconds(now):
            until = rules.windows.local(_needed(row.lease)).strftime("%H:%M")
            raise DataError(problem("K07", path="case", case=case, caller=row.caller, until=until))
        found = after(_case(connection, row), word, now, rules, appointment)
        last = found.attempts[-1]
        connection.execute(ATTEMPTS.insert().values(case=case, number=len(found.attempts), at=_seconds(last.at), caller=caller,
                                                    daypart=last.daypart, word=last.word))
        connection.execute(CASES.update().where(CASES.c.case == case).values(
            state=found.state, due=_seconds(found.due), only=",".join(found.only) or None, final=found.final,
            appointment=_seconds(found.appointment), caller=None, lease=None))
        return found


def tables(store: Engine) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All cases and all attempts, as they stand at one moment."""
    with store.begin() as connection:
        return (pd.read_sql(sa.select(CASES).order_by(CASES.c.place), connection),
                pd.read_sql(sa.select(ATTEMPTS).order_by(ATTEMPTS.c.case, ATTEMPTS.c.number), connection))


def _case(connection: Connection, row: Any) -> Case:
    made = connection.execute(sa.select(ATTEMPTS).where(ATTEMPTS.c.case == row.case).order_by(ATTEMPTS.c.number))
    attempts = tuple(Attempt(_needed(one.at), one.daypart, one.word) for one in made)
    only = tuple(row.only.split(",")) if row.only else ()
    return Case(row.state, attempts, _moment(row.due), only, _moment(row.appointment), row.final)


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _needed(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
