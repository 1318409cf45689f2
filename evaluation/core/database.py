"""The database of a round: SQLite with a write-ahead log, a commit on disk before it is acknowledged; or PostgreSQL by URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

LOCK = 2_015_085  # any number of our own: PostgreSQL's lock for those who write one after another


def database_url(folder: Path, database: str) -> str:
    """What round.yaml calls the database, as SQLAlchemy's URL: a file of the round, or a URL already."""
    return database if "://" in database else f"sqlite:///{folder / database}"


def open_database(url: str, tables: sa.MetaData) -> Engine:
    """Open a database, and make the tables if there are none. One writer at a time: transactions begin with the lock."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        @sa.event.listens_for(engine, "connect")
        def _prepare(connection: Any, _: Any) -> None:
            connection.isolation_level = None  # transactions begin where we say, see below
            for setting in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {setting}")

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # no two callers are given one case, no two entries one number

    with engine.begin() as connection:
        one_at_a_time(connection)
        tables.create_all(connection)
    return engine


def one_at_a_time(connection: Connection) -> None:
    """SQLite has one writer anyway; in PostgreSQL writers wait for one another."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
