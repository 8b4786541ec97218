"""This module writes and reads many rows at once, each database in its own quick way."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

CHUNK = 1_000
ROWS_AT_ONCE = (400, 50, 5, 1)
"""Few statements, so that SQLite need not read one of another length each time."""
Rows = Iterable[Sequence[Any]]
NOTHING: Mapping[str, int] = {}


def insert_many(connection: Connection, table: Table, columns: Sequence[str], rows: Rows) -> None:
    """Add *rows*, each with a value for each of *columns* in their order.

    Where a row breaks a rule of the table the transaction must not be committed, here as in the next two: some rows were
    added already.
    """
    WAYS[connection.dialect.name](connection, table.name, columns, rows)


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add those of *rows* that break no unique key of *table*; how many that were."""
    dialect = import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*table.primary_key)
    remaining, new = iter(rows), 0
    while chunk := [*islice(remaining, CHUNK)]:
        new += len(connection.execute(statement, chunk).all())
    return new


def insert_lines(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    lines: str,
    always: Mapping[str, int],
) -> None:
    """Add a row for each of *lines*: the values of *columns* as text with tabs between them, and what is *always* the same.

    Raises ValueError for a line that has not as many values as there are columns.
    """
    if lines.count("\t") != lines.count("\n") * (len(columns) - 1):
        raise ValueError(f"a line for {table.name} has not {len(columns)} values")
    if lines:
        LINE_WAYS[connection.dialect.name](connection, table.name, columns, lines, always)


def insert_numbers(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    numbers: "array[int]",
    always: Mapping[str, int],
) -> None:
    """Add a row for each so many of *numbers* as there are *columns*, with what is *always* the same.

    Raises ValueError where some are left over.
    """
    if len(numbers) % len(columns):
        raise ValueError(f"the numbers for {table.name} are no rows of {len(columns)}")
    NUMBER_WAYS[connection.dialect.name](connection, table.name, columns, numbers, always)


def _values(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Many rows a statement: that takes two thirds of the time of a statement a row."""
    remaining = iter(rows)
    while some := [*islice(remaining, CHUNK)]:
        _insert_cells(connection, table, columns, [*chain.from_iterable(some)])


def _lines_as_values(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    lines: str,
    always: Mapping[str, int],
) -> None:
    """SQLite itself makes numbers of what stands in columns of numbers."""
    cells = lines[:-1].replace("\n", "\t").split("\t")
    _insert_cells(connection, table, columns, cells, always)


def _numbers_as_values(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    numbers: "array[int]",
    always: Mapping[str, int],
) -> None:
    _insert_cells(connection, table, columns, numbers.tolist(), always)


def _insert_cells(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    cells: Sequence[Any],
    always: Mapping[str, int] = NOTHING,
) -> None:
    """OR FAIL: what breaks a rule ends the transaction, so SQLite need not copy each page to take one statement back."""
    row = f"({', '.join([*'?' * len(columns), *map(str, always.values())])})"
    insert = f"INSERT OR FAIL INTO {table} ({_names([*columns, *always])}) VALUES "  # noqa: S608
    begin = 0
    for rows in ROWS_AT_ONCE:
        width = rows * len(columns)
        statement = insert + ", ".join([row] * rows) if begin + width <= len(cells) else ""
        while begin + width <= len(cells):
            connection.exec_driver_sql(statement, tuple(cells[begin : begin + width]))
            begin += width


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    with _copying(connection, table, columns) as copy:
        for row in rows:
            copy.write_row(row)


def _copy_lines(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    lines: str,
    always: Mapping[str, int],
) -> None:
    """The lines are what COPY reads, but for the backslashes of JSON."""
    end = "".join(f"\t{value}" for value in always.values()) + "\n"
    with _copying(connection, table, [*columns, *always]) as copy:
        copy.write(lines.replace("\\", "\\\\").replace("\n", end))


def _copy_numbers(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    numbers: "array[int]",
    always: Mapping[str, int],
) -> None:
    row = "\t".join(["%d"] * len(columns) + [*map(str, always.values())]) + "\n"
    with _copying(connection, table, [*columns, *always]) as copy:
        copy.write(row * (len(numbers) // len(columns)) % tuple(numbers))


@contextmanager
def _copying(connection: Connection, table: str, columns: Sequence[str]) -> Iterator[Any]:
    statement = f"COPY {table} ({_names(columns)}) FROM STDIN"
    with (
        _driver(connection, statement) as driver,
        driver.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        yield copy


def tuples_of(
    connection: Connection, query: str, values: Sequence[Any]
) -> Sequence[tuple[Any, ...]]:
    """What *query* finds, as the driver gives it: as Row it would take a fifth longer."""
    with _driver(connection, query) as driver:
        found: Sequence[tuple[Any, ...]] = driver.execute(query, values).fetchall()
    return found


@contextmanager
def _driver(connection: Connection, statement: str) -> Iterator[Any]:
    """The driver's own connection; what goes wrong there is raised as SQLAlchemy would."""
    driver: Any = connection.connection.driver_connection
    error_of_driver = connection.dialect.loaded_dbapi.Error
    try:
        yield driver
    except error_of_driver as error:
        raise DBAPIError.instance(
            statement,
            None,
            error,
            error_of_driver,
            connection_invalidated=getattr(driver, "closed", False),
        ) from error


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


WAYS: Mapping[str, Callable[[Connection, str, Sequence[str], Rows], None]] = {
    "sqlite": _values,
    "postgresql": _copy,
}
LINE_WAYS: Mapping[
    str, Callable[[Connection, str, Sequence[str], str, Mapping[str, int]], None]
] = {
    "sqlite": _lines_as_values,
    "postgresql": _copy_lines,
}
NUMBER_WAYS: Mapping[
    str, Callable[[Connection, str, Sequence[str], "array[int]", Mapping[str, int]], None]
] = {
    "sqlite": _numbers_as_values,
    "postgresql": _copy_numbers,
}
