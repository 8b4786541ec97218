"""This module lets the processes at one PostgreSQL store take turns, by advisory locks."""

import time
from typing import Any

from sqlalchemy import Connection, Engine, Function, func, select
from sqlalchemy.schema import CreateSchema

GLANCE = 0.05


def take_turns_migrating(connection: Connection) -> None:
    """Wait until no other process migrates this schema, to the end of the transaction; make it where it is missing."""
    _take_turns(connection, "migration")
    connection.execute(CreateSchema(schema_of(connection), if_not_exists=True))


def take_turns_writing(connection: Connection) -> None:
    """Wait until no other process writes to this schema, to the end of the transaction."""
    _take_turns(connection, "writer")


def take_lock(engine: Engine, name: str, patience: float) -> Connection | None:
    """A connection that holds the lock *name* of the schema until it is closed, or breaks; None where another does."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # closing it ends it: the pool would keep it, and the lock with it
    until = time.monotonic() + patience
    while not connection.scalar(select(func.pg_try_advisory_lock(_key(connection, name)))):
        if time.monotonic() >= until:
            connection.close()
            return None
        time.sleep(GLANCE)
    return connection


def schema_of(connection: Connection) -> str:
    """The schema that has the store's tables."""
    return str(connection.get_execution_options()["newsletter_schema"])


def _take_turns(connection: Connection, what: str) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(_key(connection, what))))


def _key(connection: Connection, what: str) -> Function[Any]:
    """The number of a lock: advisory locks are shared by all schemas of a database."""
    return func.hashtextextended(f"newsletter {schema_of(connection)} {what}", 0)
