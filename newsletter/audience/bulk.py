"""This module reads and changes many people at once, each database in its own quick way."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, MetaData, Table

from newsletter.audience.folding import COLUMNS, SAID
from newsletter.audience.stored import Stored
from newsletter.store import insert_many, tuples_of

WHO = ", ".join(f"subscriber.{name}" for name in COLUMNS[:SAID])
SAYS = ", ".join(f"subscriber.{name}" for name in COLUMNS[SAID:])
TABS = "\t".join(["%s"] * len(COLUMNS[SAID:]))


class SQLite:
    """Prepared statements, run for thousands of rows."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def take_turns(self) -> None:
        """Nothing to do: a transaction of SQLite that writes is alone from its beginning."""

    def last_id(self) -> int:
        """The highest number that any subscriber ever had."""
        query = "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'subscriber'"
        return int(self.connection.exec_driver_sql(query).scalar_one())

    def keep_last_id(self, number: int) -> None:
        """Nothing to do: SQLite notes the numbers that it is given."""

    def people(self, keys: Sequence[str]) -> dict[str, Stored]:
        """Who of *keys* is stored."""
        says = f"printf('{TABS}', {SAYS})"
        query = f"SELECT {WHO}, {says}, subscriber.id FROM json_each(?) AS asked CROSS JOIN subscriber ON subscriber.key = asked.value"
        return {row[0]: row for row in self._asked(query, keys)}

    def suppressed(self, keys: Sequence[str]) -> dict[str, str]:
        """Who of *keys*, which are in order, may not be mailed, and why."""
        most = 2 * len(keys)  # so many in a row are read as quickly as half of them one by one
        query = "SELECT key, reason FROM suppression WHERE key BETWEEN ? AND ? ORDER BY key, reason LIMIT ?"
        near = tuples_of(self.connection, query, (keys[0], keys[-1], most))
        if len(near) == most:
            query = "SELECT suppression.key, reason FROM json_each(?) AS asked CROSS JOIN suppression ON suppression.key = asked.value ORDER BY 1, 2"
            near = self._asked(query, keys)
        wanted = {*keys}
        return {key: reason for key, reason in reversed(near) if key in wanted}

    def update(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Set the other columns of the rows whose number is the first of *columns*."""
        if rows:
            number, *others = columns
            values = ", ".join(f"{name} = ?{place}" for place, name in enumerate(others, 2))
            statement = f"UPDATE {table} SET {values} WHERE {number} = ?1"
            self.connection.exec_driver_sql(statement, [tuple(row) for row in rows])

    def _asked(self, query: str, keys: Sequence[str]) -> Sequence[Any]:
        return tuples_of(self.connection, query, (orjson.dumps(keys).decode(),))


class PostgreSQL:
    """COPY into the table, or into a temporary one beside it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def take_turns(self) -> None:
        """Let no other merge write people before this one is done; readers go on."""
        self.connection.exec_driver_sql("LOCK TABLE subscriber IN SHARE ROW EXCLUSIVE MODE")

    def last_id(self) -> int:
        """The highest number that any subscriber ever had."""
        query = "SELECT GREATEST(nextval(pg_get_serial_sequence('subscriber', 'id')) - 1, (SELECT COALESCE(MAX(id), 0) FROM subscriber))"
        return int(self.connection.exec_driver_sql(query).scalar_one())

    def keep_last_id(self, number: int) -> None:
        """Let the next number be a higher one."""
        statement = "SELECT setval(pg_get_serial_sequence('subscriber', 'id'), %s)"
        self.connection.exec_driver_sql(statement, (max(number, 1),))

    def people(self, keys: Sequence[str]) -> dict[str, Stored]:
        """Who of *keys* is stored."""
        says = f"concat_ws(chr(9), {SAYS})"
        query = f"SELECT {WHO}, {says}, id FROM subscriber WHERE key = ANY(%s)"
        return {row[0]: row for row in tuples_of(self.connection, query, (list(keys),))}

    def suppressed(self, keys: Sequence[str]) -> dict[str, str]:
        """Who of *keys* may not be mailed, and why."""
        query = "SELECT key, MIN(reason) FROM suppression WHERE key = ANY(%s) GROUP BY key"
        return dict(tuples_of(self.connection, query, (list(keys),)))

    def update(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Set the other columns of the rows whose number is the first of *columns*."""
        if not rows:
            return
        run = self.connection.exec_driver_sql
        names = ", ".join(columns)
        run(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS new_{table} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA"
        )
        insert_many(self.connection, Table(f"new_{table}", MetaData()), columns, rows)
        number, *others = columns
        values = ", ".join(f"{name} = new.{name}" for name in others)
        run(
            f"UPDATE {table} SET {values} FROM new_{table} AS new WHERE {table}.{number} = new.{number}"
        )
        run(f"TRUNCATE new_{table}")


Bulk = SQLite | PostgreSQL
BULKS: Mapping[str, type[Bulk]] = {"sqlite": SQLite, "postgresql": PostgreSQL}


def bulk(connection: Connection) -> Bulk:
    """The quick way of the database behind *connection*."""
    return BULKS[connection.dialect.name](connection)
