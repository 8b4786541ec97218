"""This module keeps an account's state in SQLite: a file that outlives the process, or in memory."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILE = "sandbox.db"
VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (id TEXT PRIMARY KEY, created_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stop (
    batch TEXT PRIMARY KEY REFERENCES batch (id),
    status TEXT NOT NULL CHECK (status IN ('cancel', 'pause')),
    since REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    accepted_at REAL NOT NULL,
    batch TEXT,
    unsubscribe_group INTEGER,
    bypass TEXT NOT NULL DEFAULT '',
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS category (
    request INTEGER NOT NULL REFERENCES request (id),
    name TEXT NOT NULL,
    PRIMARY KEY (name, request)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES request (id),
    place INTEGER NOT NULL,
    address TEXT NOT NULL,
    send_at INTEGER,
    due REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    reason TEXT NOT NULL DEFAULT '',
    ended_at REAL
);
CREATE INDEX IF NOT EXISTS message_due ON message (due) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS message_held ON message (due) WHERE state = 'held';
CREATE INDEX IF NOT EXISTS message_request ON message (request);
CREATE INDEX IF NOT EXISTS message_address ON message (address);
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES message (id),
    kind TEXT NOT NULL,
    at REAL NOT NULL,
    more TEXT NOT NULL DEFAULT '{}',
    posted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS event_waiting ON event (id) WHERE posted = 0;
CREATE INDEX IF NOT EXISTS event_message ON event (message);
CREATE TABLE IF NOT EXISTS unsubscribe_group (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS suppression (
    list TEXT NOT NULL,
    email TEXT NOT NULL,
    created INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (list, email)
) WITHOUT ROWID;
"""

TABLES = (
    "event", "message", "category", "request", "stop", "batch", "suppression", "unsubscribe_group"
)  # fmt: skip


class Database:
    """The one connection of the serving process; a lock lets its threads take turns."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            folder / FILE if folder else ":memory:", check_same_thread=False, isolation_level=None
        )
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"it was made by version {version}, this is {VERSION}")
        self._connection.executescript(SCHEMA)
        self._connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written inside is kept, or none of it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows that *statement* finds."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row that *statement* finds."""
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
            return found

    def value(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(statement, values)
        return found[0] if found else None

    def write(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run one statement that changes something; how many rows it changed."""
        with self.transaction() as connection:
            return connection.execute(statement, values).rowcount

    def setting(self, name: str, default: Any = None) -> Any:
        """What was kept under *name*."""
        text = self.value("SELECT value FROM setting WHERE name = ?", (name,))
        return default if text is None else json.loads(text)

    def keep(self, name: str, value: Any) -> None:
        """Keep *value* under *name* over restarts."""
        self.write("REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))

    def empty(self) -> None:
        """Forget all mail, batches, lists and groups; the clock and the secret stay."""
        with self.transaction() as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  names from above

    def close(self) -> None:
        with self._lock:
            self._connection.close()
