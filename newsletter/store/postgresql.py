"""This module makes PostgreSQL keep text and numbers as SQLite does, in a schema of the store's own."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Column, Engine, create_engine, event, make_url
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler
from sqlalchemy.exc import ArgumentError
from sqlalchemy.schema import DropSchema

from newsletter.errors import NewsletterError
from newsletter.store.failures import in_plain_words
from newsletter.store.turns import schema_of

DEFAULT_SCHEMA = "newsletter"
STOPPED_SECONDS = 120
"""A process that stands still in a transaction for so long loses it: nobody waits for the dead."""

ALIVE: Mapping[str, str | int] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "application_name": "newsletter",
}
"""A network that went away is noticed in a minute (libpq, Parameter Key Words)."""

NO_ADDRESS = (
    "the address of the database cannot be read; write it like "
    "postgresql+psycopg://newsletter@db.example.com/clinic (newsletter.toml or NEWSLETTER_DATABASE)"
)


def postgresql_engine(address: str, patience: float = 30) -> tuple[Engine, str]:
    """The engine for ``postgresql+psycopg://…/database?schema=name``, and what to call it.

    *patience*: seconds to wait for another writer. Raises NewsletterError for an address that is none,
    and where the driver is not installed.
    """
    try:
        url = make_url(address)
        schema = url.normalized_query.get("schema", (DEFAULT_SCHEMA,))[-1]
        alive = {name: value for name, value in ALIVE.items() if name not in url.query}
        url = url.difference_update_query(["schema"])
        engine = create_engine(url, connect_args=alive, pool_pre_ping=True, hide_parameters=True)
    except ImportError as error:
        raise NewsletterError(
            'PostgreSQL needs one more package; type .venv/bin/pip install "psycopg[binary]"'
        ) from error
    except (ArgumentError, ValueError) as error:  # whose words may hold the password
        raise NewsletterError(NO_ADDRESS) from error
    engine.dialect.ddl_compiler = _Columns
    event.listen(engine, "connect", _settings(schema, patience))
    where = url.host or url.normalized_query.get("host", ("this computer",))[-1]
    return engine.execution_options(newsletter_schema=schema), f"database {url.database} on {where}"


def remove(address: str) -> None:
    """Remove the schema of the store with all that is in it."""
    engine, name = postgresql_engine(address)
    with in_plain_words(name), engine.begin() as connection:
        connection.execute(DropSchema(schema_of(connection), cascade=True, if_exists=True))
    engine.dispose()


def _settings(schema: str, patience: float) -> Callable[[Any, object], None]:
    """What each connection is told first: when a commit is done, how long to wait, and where the tables are."""
    quoted = '"' + schema.replace('"', '""') + '"'
    told = (
        "SET synchronous_commit = on",  # done means on the disk: a lost commit is a mail sent twice
        f"SET lock_timeout = '{patience:.3f}s'",
        f"SET idle_in_transaction_session_timeout = '{STOPPED_SECONDS}s'",
        f"SET search_path TO {quoted}",
    )

    def configure(driver: Any, _record: object) -> None:
        driver.adapters.register_loader("numeric", _number_loader())
        before, driver.autocommit = driver.autocommit, True
        driver.execute("; ".join(told))
        driver.autocommit = before

    return configure


@cache
def _number_loader() -> type[Any]:
    """A sum of whole numbers is a whole number, as in SQLite, and no Decimal."""
    from psycopg.adapt import Loader

    class Number(Loader):
        def load(self, data: Any) -> int | float:
            words = bytes(data).decode()
            return float(words) if "." in words else int(words)

    return Number


class _Columns(PGDDLCompiler):
    """Columns as SQLite has them: text is ordered by its bytes, whatever the server's language, so that lists
    merge alike everywhere; whole numbers have 64 bits."""

    def get_column_specification(self, column: Column[Any], **options: Any) -> str:
        made: str = super().get_column_specification(column, **options)  # type: ignore[no-untyped-call]
        for plain, ours in COLUMNS.items():
            made = re.sub(rf" {plain}\b", f" {ours}", made, count=1)
        return made


COLUMNS = {"TEXT": 'TEXT COLLATE "C"', "INTEGER": "BIGINT", "SERIAL": "BIGSERIAL"}
