"""Who calls whom next, and what came of it. Every function is one transaction on the store of cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from evaluation.core.errors import DataError, problem
from evaluation.fieldwork.cases import Attempt, Case, Rules, after
from evaluation.fieldwork.store import ATTEMPTS, CASES, load_cases, open_store, release, tables

__all__ = ["LEASE", "Claimed", "claim_next", "load_cases", "open_store", "record", "release", "tables"]

LEASE = timedelta(minutes=15)
CONTACT = re.compile(r"\d{5}|@")  # a caller's name that could be a number or an address of somebody


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


def claim_next(store: Engine, caller: str, now: datetime, rules: Rules, lease: timedelta = LEASE,
               communities: Sequence[str] | None = None) -> Claimed | None:
    """Give a caller the next case and hold it for the length of a lease; None if there is nothing to do now.

    First appointments that are due, the earliest first; then cases to be tried again; then new ones, replicate by replicate
    in the order of the draw. A caller who still holds a case is given the same one. Nobody is called outside the calling
    hours, nor in a daypart that would leave others untried; a lease that ran out is free again. DataError: a caller without a
    name, or with one that looks like a phone number or an address [K11].
    """
    if not 1 <= len(caller.strip()) <= 64 or CONTACT.search(caller):
        raise DataError(problem("K11", path="caller"))
    daypart = rules.windows.daypart(now)
    if daypart is None:
        return None
    moment = _seconds(now)
    free = sa.or_(CASES.c.lease.is_(None), CASES.c.lease <= moment)
    ready = sa.and_(CASES.c.released, CASES.c.state != "final", sa.or_(CASES.c.due.is_(None), CASES.c.due <= moment),
                    sa.or_(CASES.c.only.is_(None), CASES.c.only.contains(daypart)))
    held = sa.and_(CASES.c.caller == caller, CASES.c.lease > moment)
    which = [sa.or_(held, sa.and_(free, ready))]
    if communities is not None:
        which.append(CASES.c.community.in_(list(communities)))
    mine = sa.case((held, 0), else_=1)
    kind = sa.case((CASES.c.appointment.is_not(None), 0), (CASES.c.state != "new", 1), else_=2)
    first = sa.select(CASES).where(*which).order_by(mine, kind, CASES.c.due, CASES.c.replicate, CASES.c.place).limit(1)
    with store.begin() as connection:
        row = connection.execute(first.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        until = now + lease
        connection.execute(CASES.update().where(CASES.c.case == row.case).values(
            caller=caller, since=moment, lease=_seconds(until)))
        made = connection.execute(sa.select(sa.func.count()).where(ATTEMPTS.c.case == row.case)).scalar_one()
        return Claimed(row.case, row.community, row.stratum, row.replicate, made, _moment(row.appointment), until)


def record(store: Engine, case: str, caller: str, word: str, now: datetime, rules: Rules,
           appointment: datetime | None = None) -> Case:
    """Write down how an attempt ended, and free the case; the case as it stands then.

    An interview may outlast the lease, as long as nobody else was given the case. DataError, and nothing is written: no such
    case [K06]; another caller holds it [K07]; the caller was not given it, or has written this attempt down already [K10];
    what `cases.after` refuses.
    """
    with store.begin() as connection:
        row = connection.execute(sa.select(CASES).where(CASES.c.case == case).with_for_update()).first()
        if row is None:
            raise DataError(problem("K06", path="case", case=case))
        if row.caller not in (None, caller) and row.lease is not None and row.lease > _seconds(now):
            until = rules.windows.local(_needed(row.lease)).strftime("%H:%M")
            raise DataError(problem("K07", path="case", case=case, caller=row.caller, until=until))
        if row.caller != caller and row.final is None:
            raise DataError(problem("K10", path="case", case=case, caller=caller))
        found = after(_case(connection, row), word, now, rules, appointment, _moment(row.since))
        last = found.attempts[-1]
        connection.execute(ATTEMPTS.insert().values(case=case, number=len(found.attempts), at=_seconds(last.at), caller=caller,
                                                    daypart=last.daypart, word=last.word))
        connection.execute(CASES.update().where(CASES.c.case == case).values(
            state=found.state, due=_seconds(found.due), only=",".join(found.only) or None, final=found.final,
            appointment=_seconds(found.appointment), caller=None, since=None, lease=None))
        return found


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
