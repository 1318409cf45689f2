"""The store of phone cases and attempts: its two tables, how it is opened, filled, released and read.

SQLAlchemy Core on SQLite (write-ahead log) or, by URL, PostgreSQL. No names, no numbers, no free text. Times are UTC seconds.
"""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from evaluation.core.database import one_at_a_time, open_database
from evaluation.core.errors import DataError, problem

METADATA = sa.MetaData()
CASES = sa.Table(
    "cases", METADATA, sa.Column("case", sa.String(128), primary_key=True), sa.Column("place", sa.Integer, nullable=False),
    sa.Column("community", sa.String(64), nullable=False), sa.Column("stratum", sa.String(256), nullable=False),
    sa.Column("replicate", sa.Integer, nullable=False), sa.Column("released", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False), sa.Column("due", sa.BigInteger), sa.Column("only", sa.String(64)),
    sa.Column("appointment", sa.BigInteger), sa.Column("final", sa.String(8)), sa.Column("caller", sa.String(64)),
    sa.Column("since", sa.BigInteger), sa.Column("lease", sa.BigInteger), sa.Index("cases_open", "released", "state", "due"))
ATTEMPTS = sa.Table(
    "attempts", METADATA, sa.Column("case", sa.ForeignKey("cases.case"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True), sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("caller", sa.String(64), nullable=False), sa.Column("daypart", sa.String(16), nullable=False),
    sa.Column("word", sa.String(32), nullable=False))


def open_store(url: str) -> Engine:
    """Open a store, and make its tables if there are none. url: of SQLAlchemy, "sqlite:///evaluation.db" or PostgreSQL's."""
    return open_database(url, METADATA)


def load_cases(store: Engine, sample: pd.DataFrame, release: int = 1) -> int:
    """Put a drawn sample (unit, stratum, replicate) into the store and release its first replicates; number of new cases.

    Loading again changes nothing but adds cases of a topped-up sample, released where their replicate is. DataError: a unit
    twice [A06]; cases of the store that the sample no longer has, or has in another stratum or replicate [K08].
    """
    units = sample["unit"].astype(str)
    strata, replicates = sample["stratum"].astype(str), sample["replicate"].astype(int)
    rows = list(zip(units.tolist(), strata.tolist(), replicates.tolist(), strict=True))
    if units.duplicated().any():
        twice = units[units.duplicated()].iloc[0]
        lines = [line for line, (unit, _, _) in enumerate(rows, start=2) if unit == twice]
        raise DataError(problem("A06", path="sample", id=twice, rows=lines))
    given = {unit: (stratum, replicate) for unit, stratum, replicate in rows}
    with store.begin() as connection:
        one_at_a_time(connection)
        held = {row.case: (row.stratum, row.replicate)
                for row in connection.execute(sa.select(CASES.c.case, CASES.c.stratum, CASES.c.replicate))}
        astray = [case for case, drawn in held.items() if given.get(case) != drawn]
        if astray:
            raise DataError(problem("K08", path="sample", count=len(astray)))
        top = sa.select(CASES.c.community, sa.func.max(CASES.c.replicate)).where(CASES.c.released).group_by(CASES.c.community)
        out: dict[str, int] = {row[0]: row[1] for row in connection.execute(top)}
        new = [{"case": unit, "place": place, "community": stratum.split("/")[0], "stratum": stratum, "replicate": replicate,
                "released": replicate <= max(release, out.get(stratum.split("/")[0], 0)), "state": "new"}
               for place, (unit, stratum, replicate) in enumerate(rows) if unit not in held]
        if new:
            connection.execute(CASES.insert(), new)
        return len(new)


def release(store: Engine, replicate: int, community: str | None = None) -> int:
    """Release all replicates up to a number, everywhere or in one community; number of cases that this adds."""
    which = [CASES.c.replicate <= replicate, CASES.c.released.is_(False)]
    if community is not None:
        which.append(CASES.c.community == community)
    with store.begin() as connection:
        return int(connection.execute(CASES.update().where(*which).values(released=True)).rowcount)


def tables(store: Engine) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All cases and all attempts, as they stand at one moment."""
    with store.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # both tables from one moment
        return (pd.read_sql(sa.select(CASES).order_by(CASES.c.place, CASES.c.case), connection),
                pd.read_sql(sa.select(ATTEMPTS).order_by(ATTEMPTS.c.case, ATTEMPTS.c.number), connection))
