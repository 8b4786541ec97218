"""This module brings a store to the tables that this program knows, before anything is done with it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    select,
)

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.store.columns import metadata
from newsletter.store.failures import in_plain_words
from newsletter.store.turns import take_turns_migrating

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = tuple(sorted(path.stem[1:5] for path in (MIGRATIONS / "versions").glob("v*.py")))
"""All that this program knows, oldest first, told by the names of the files: Alembic is imported only to migrate."""
VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32)),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, as Alembic makes it."""


def migrate(engine: Engine, name: str, older: Callable[[], None]) -> None:
    """Bring the store to the newest version in one transaction, after a copy of an SQLite file was made.

    *older* is called before that, where there is something to do. Raises NewsletterError for a store that a newer program made.
    """
    readers = engine.execution_options(newsletter_begin="DEFERRED")
    with in_plain_words(name), readers.connect() as connection:
        version = _version(connection, name)
    if version == VERSIONS[-1]:
        return
    with in_plain_words(name), _alone(engine, name) as connection:
        version = _version(connection, name)  # another process may have been quicker
        if version is None and not inspect(connection).get_table_names():
            _make(connection)
        elif version != VERSIONS[-1]:
            older()
            _keep_copy(connection)
            upgrade(connection)


def copies(store: Path) -> list[Path]:
    """The copies that were made of the file *store* before it was migrated; there is one at most."""
    return sorted(store.parent.glob(f"{store.stem}.before-*.db"))


def _version(connection: Connection, name: str) -> str | None:
    """The store's version; None where it has none yet."""
    if not inspect(connection).has_table(VERSION.name):
        return None
    version: str | None = connection.scalar(select(VERSION.c.version_num))
    if version is not None and version not in VERSIONS:
        raise NewsletterError(
            f"{name}: a newer program made this store (version {version}; this one knows those up to "
            f"{VERSIONS[-1]}); bring the program up to date (git pull) and type the same command again"
        )
    return version


@contextmanager
def _alone(engine: Engine, name: str) -> Iterator[Connection]:
    """A transaction in which nobody else migrates, and which leaves no reference pointing nowhere."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            take_turns_migrating(connection)
            yield connection
        return
    with engine.connect() as connection, _without_references(connection), connection.begin():
        yield connection
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise ServiceFailed(
                f"{name}: this store cannot be brought up to date, a row of {broken[0]} belongs to none of "
                f"{broken[2]}; nothing was changed, put a backup in its place"
            )


@contextmanager
def _without_references(connection: Connection) -> Iterator[None]:
    """SQLite looks at references again only after the transaction: making a table anew drops it."""
    driver: Any = connection.connection.dbapi_connection
    with closing(driver.cursor()) as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        try:
            yield
        finally:
            cursor.execute("PRAGMA foreign_keys=ON")


def _keep_copy(connection: Connection) -> None:
    """Copy an SQLite file; only the newest copy stays, for it has people in it."""
    database = connection.engine.url.database
    if connection.dialect.name != "sqlite":
        return
    store = Path(str(database))
    new, kept = store.with_suffix(".copy"), store.with_suffix(f".before-{VERSIONS[-1]}.db")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    try:
        # a second connection: SQLite copies nothing inside a transaction, and reads beside one that writes
        with closing(sqlite3.connect(store)) as other:
            other.execute("VACUUM INTO ?", (str(new),))
        new.replace(kept)
    finally:
        new.unlink(missing_ok=True)
    for older in set(copies(store)) - {kept}:
        older.unlink()


def _make(connection: Connection) -> None:
    """The tables of an empty store as the program defines them: tests see that migrations lead to the same."""
    metadata.create_all(connection)
    VERSION.create(connection)
    connection.execute(insert(VERSION).values(version_num=VERSIONS[-1]))


def upgrade(connection: Connection) -> None:
    """Run every migration that the store lacks."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
