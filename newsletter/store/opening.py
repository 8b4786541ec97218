"""This module opens the store: SQLite in the project folder, or PostgreSQL by its URL."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, inspect

from newsletter.store.failures import in_plain_words
from newsletter.store.migrating import VERSION, copies, migrate
from newsletter.store.sqlite import empty_log, rewrite, sqlite_engine
from newsletter.store.turns import take_lock, take_turns_writing

Address = Path | str
"""Where a store is: a file, or ``postgresql+psycopg://…/database?schema=name``."""


class Store:
    """An open store; writers take turns, readers see one moment."""

    def __init__(self, engine: Engine, address: Address, name: str) -> None:
        self.engine = engine
        self.address = address
        self.name = name
        self._readers = engine.execution_options(**READING[self.dialect])

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self.engine.dialect.name

    @contextmanager
    def write(self, *, beside: bool = False) -> Iterator[Connection]:
        """One transaction that is all there or not at all.

        Writers take turns. With *beside* it takes none on PostgreSQL: only for statements that name the
        state which they expect, or that lock their rows (``with_for_update(skip_locked=True)``). SQLite has one writer at any time.
        """
        with in_plain_words(self.name), self.engine.begin() as connection:
            if not beside and self.dialect == "postgresql":
                take_turns_writing(connection)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A view of one moment that keeps nobody from writing."""
        with in_plain_words(self.name), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def advisory_lock(self, name: str, *, patience: float = 0) -> Iterator[bool]:
        """Whether this process now holds the lock *name* of the store, which dies with its connection.

        *patience*: seconds to wait for it. On PostgreSQL; an SQLite store has files beside it to lock.
        """
        with in_plain_words(self.name):
            lock = take_lock(self.engine, name, patience)
        try:
            yield lock is not None
        finally:
            if lock is not None:
                lock.close()

    def remove_copies(self) -> None:
        """Remove what was kept of the file before it was migrated: people who were erased since are still in it."""
        if isinstance(self.address, Path):
            for copy in copies(self.address):
                copy.unlink()

    def forget_for_good(self, is_there: Callable[[IO[bytes]], bool]) -> None:
        """Let what was deleted be gone from an SQLite file too, in which *is_there* looks for it.

        Its log is emptied into it. Rows that were moved or shortened long ago leave remains between the others: where
        there are some, the file is written anew. Raises ServiceFailed where another process is reading for too long.
        """
        if not isinstance(self.address, Path):
            return
        with in_plain_words(self.name):
            self._tell_sqlite(empty_log)
            self.engine.dispose()  # before the file is opened: by closing it a process loses its locks
            with self.address.open("rb") as file:
                remains = is_there(file)
            if remains:
                self._tell_sqlite(rewrite)

    def _tell_sqlite(self, what: Callable[[Any, str], None]) -> None:
        with closing(self.engine.raw_connection()) as connection:
            what(connection.driver_connection, self.name)

    def close(self) -> None:
        self.engine.dispose()


READING: dict[str, dict[str, Any]] = {
    "sqlite": {"newsletter_begin": "DEFERRED"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def open_store(
    address: Address, *, patience: float = 30, older: Callable[[], None] = lambda: None
) -> Store:
    """Open the store and bring its tables up to date.

    *patience*: seconds to wait for another writer; *older* is called before tables of an older program are changed,
    which takes a while for millions of people. Raises NewsletterError for a folder that another computer shares and
    for a store of a newer program, ServiceFailed where the disk or the server refuses.
    """
    engine, name = _engine(address, patience)
    try:
        migrate(engine, name, older)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine, address, name)


def is_there(address: Address) -> bool:
    """Whether a store was ever made at *address*."""
    if not _is_url(address):
        return Path(address).exists()
    engine, name = _engine(address, 0)
    try:
        with in_plain_words(name), engine.connect() as connection:
            return inspect(connection).has_table(VERSION.name)
    finally:
        engine.dispose()


def remove_store(address: Address) -> None:
    """Remove a store with all that is in it, where there is one."""
    if _is_url(address):
        from newsletter.store.postgresql import remove

        remove(str(address))
        return
    path = Path(address)
    for file in (*path.parent.glob(f"{path.name}*"), *copies(path)):
        file.unlink(missing_ok=True)


def _engine(address: Address, patience: float) -> tuple[Engine, str]:
    """The engine, and what to call the store."""
    if not _is_url(address):
        return sqlite_engine(Path(address), patience), str(address)
    from newsletter.store.postgresql import postgresql_engine

    return postgresql_engine(str(address), patience)


def _is_url(address: Address) -> bool:
    """Whether *address* is a database of a server, and no file."""
    return isinstance(address, str) and "://" in address
