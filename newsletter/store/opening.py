"""This module opens the store: SQLite in the project folder, or PostgreSQL by its URL."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from newsletter.store.failures import in_plain_words
from newsletter.store.folders import refuse_shared_folder
from newsletter.store.migrating import migrate
from newsletter.store.postgresql import postgresql_engine

SWITCH_SECONDS = 10


class Store:
    """An open store; writers take turns, readers see one moment."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self._readers = engine.execution_options(newsletter_begin="DEFERRED")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is all there or not at all."""
        with in_plain_words(self.name), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A view of one moment that keeps nobody from writing."""
        with in_plain_words(self.name), self._readers.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_store(url_or_path: str | Path, *, patience: float = 30) -> Store:
    """Open the store and bring its tables up to date.

    *url_or_path*: a file, or ``postgresql+psycopg://…?schema=…``; *patience*: seconds to wait for another
    writer. Raises NewsletterError for a folder that another computer shares and for a store of a newer
    program, ServiceFailed where the disk or the server refuses.
    """
    if isinstance(url_or_path, Path):
        engine, name = _sqlite(url_or_path, patience), str(url_or_path)
    else:
        engine, name = postgresql_engine(url_or_path), "the database"
    try:
        migrate(engine, name)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, name)


def _sqlite(path: Path, patience: float) -> Engine:
    refuse_shared_folder(path)
    with in_plain_words(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": patience})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(driver: Any, _record: object) -> None:
    driver.isolation_level = None  # we say BEGIN ourselves: the driver would say it too late
    _write_ahead(driver)
    for setting in (
        "synchronous=FULL",  # NORMAL may forget the last commit at a power cut: a mail sent twice
        "fullfsync=ON",
        "checkpoint_fullfsync=ON",
        "foreign_keys=ON",
        "cache_size=-16000",
        "temp_store=FILE",
    ):
        driver.execute(f"PRAGMA {setting}")


def _write_ahead(driver: Any) -> None:
    """Switch to WAL; SQLite itself does not wait where two processes switch a new file at once."""
    until = time.monotonic() + SWITCH_SECONDS
    while True:
        try:
            driver.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("newsletter_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
