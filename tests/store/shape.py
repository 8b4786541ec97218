"""This module tells the shape of a store: all that a database knows of its tables, a line a fact."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect, text


def shape(connection: Connection) -> set[str]:
    """Columns, keys, references, checks and indexes of every table."""
    return {*_facts(connection), *_options(connection)}


def _facts(connection: Connection) -> Iterator[str]:
    inspector = inspect(connection)
    for table in set(inspector.get_table_names()) - {"alembic_version"}:
        yield f"{table}: {_words(inspector.get_pk_constraint(table))}"
        for asked in (
            inspector.get_columns,
            inspector.get_foreign_keys,
            inspector.get_unique_constraints,
            inspector.get_check_constraints,
            inspector.get_indexes,
        ):
            yield from (f"{table}: {_words(found)}" for found in asked(table))


def _options(connection: Connection) -> Iterator[str]:
    """What SQLite can be told about a table beside all that, and an inspector does not see."""
    if connection.dialect.name == "sqlite":
        for table, made in connection.execute(text("SELECT name, sql FROM sqlite_master")):
            yield from (
                f"{table}: {word}"
                for word in ("AUTOINCREMENT", "WITHOUT ROWID")
                if word in str(made)
            )


def _words(found: Any) -> str:
    return ", ".join(f"{name} {_word(found[name])}" for name in sorted(found))


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + _words(value) + "}"
    return " ".join(str(value).split())
