"""This module writes many rows at once, each database in its own quick way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

CHUNK = 1_000
AT_ONCE = 100
Rows = Iterable[Sequence[Any]]


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Rows) -> None:
    """Add *rows*, each with a value for each of *columns* in their order."""
    WAYS[connection.dialect.name](connection, table.name, columns, rows)


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add those of *rows* that break no unique key of *table*; how many that were."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*table.primary_key)
    remaining, new = iter(rows), 0
    while chunk := [*islice(remaining, CHUNK)]:
        new += len(connection.execute(statement, chunk).all())
    return new


def _values(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Many rows a statement: that takes two thirds of the time of a statement a row."""
    row = f"({', '.join('?' * len(columns))})"
    insert = f"INSERT INTO {table} ({_names(columns)}) VALUES "  # noqa: S608
    whole, remaining = insert + ", ".join([row] * AT_ONCE), iter(rows)
    while len(some := [*islice(remaining, AT_ONCE)]) == AT_ONCE:
        connection.exec_driver_sql(whole, tuple(chain.from_iterable(some)))
    if some:
        connection.exec_driver_sql(insert + row, [tuple(one) for one in some])


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {table} ({_names(columns)}) FROM STDIN"
    error_of_driver = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except error_of_driver as error:
        raise DBAPIError.instance(
            statement, None, error, error_of_driver, connection_invalidated=driver.closed
        ) from error


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


WAYS: Mapping[str, Callable[[Connection, str, Sequence[str], Rows], None]] = {
    "sqlite": _values,
    "postgresql": _copy,
}
