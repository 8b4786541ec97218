"""This module makes PostgreSQL keep text and numbers as SQLite does, in a schema of the store's own."""

import re
from typing import Any

from sqlalchemy import URL, Column, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler, PGTypeCompiler
from sqlalchemy.schema import CreateSchema

DEFAULT_SCHEMA = "newsletter"


def postgresql_engine(address: str) -> Engine:
    """The engine for ``postgresql+psycopg://…/database?schema=name``."""
    url = make_url(address)
    schema = schema_of(url)
    engine = create_engine(url.difference_update_query(["schema"]))
    engine.dialect.ddl_compiler = _Columns
    engine.dialect.type_compiler_instance = _Types(engine.dialect)
    event.listen(engine, "connect", _settings(schema))
    return engine.execution_options(newsletter_schema=schema)


def schema_of(url: URL) -> str:
    """The schema that *url* names for the store."""
    named = url.query.get("schema", DEFAULT_SCHEMA)
    return named if isinstance(named, str) else named[-1]


def take_turns_migrating(connection: Connection) -> None:
    """Wait until no other process migrates this schema, to the end of the transaction; make it where it is missing."""
    schema = connection.get_execution_options()["newsletter_schema"]
    turn = func.hashtextextended(f"newsletter migration {schema}", 0)
    connection.execute(select(func.pg_advisory_xact_lock(turn)))
    connection.execute(CreateSchema(schema, if_not_exists=True))


def _settings(schema: str) -> Any:
    """What each connection is told first: a commit is on disk when it is done, and where the tables are."""
    quoted = '"' + schema.replace('"', '""') + '"'

    def configure(driver: Any, _record: object) -> None:
        before, driver.autocommit = driver.autocommit, True
        driver.execute("SET synchronous_commit = on")
        driver.execute(f"SET search_path TO {quoted}")
        driver.autocommit = before

    return configure


class _Columns(PGDDLCompiler):
    """Text is ordered by its bytes, whatever the language of the server, so that lists merge alike everywhere."""

    def get_column_specification(self, column: Column[Any], **options: Any) -> str:
        made: str = super().get_column_specification(column, **options)  # type: ignore[no-untyped-call]
        made = re.sub(r" TEXT\b", ' TEXT COLLATE "C"', made, count=1)
        return re.sub(r" SERIAL\b", " BIGSERIAL", made, count=1)


class _Types(PGTypeCompiler):
    """A whole number has 64 bits; with 32 the seconds since 1970 end in 2038."""

    def visit_INTEGER(self, type_: Any, **options: Any) -> str:  # noqa: N802
        return "BIGINT"
