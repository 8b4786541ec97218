"""This module makes SQLite keep what it was told through a power cut, and lets writers take turns."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from newsletter.errors import ServiceFailed
from newsletter.store.failures import in_plain_words
from newsletter.store.folders import refuse_shared_folder

SWITCH_SECONDS = 10
WRITE_BACK_SECONDS = 0.02


def sqlite_engine(path: Path, patience: float) -> Engine:
    """The engine for the file *path*; raises NewsletterError for a folder that another computer shares."""
    refuse_shared_folder(path)
    with in_plain_words(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # people are in it; its log gets the same mode from SQLite
    # written out as an address, the name of the file would end at a question mark
    address = URL.create("sqlite", database=str(path))
    engine = create_engine(
        address, connect_args={"timeout": patience}, hide_parameters=True
    )  # parameters are people: a failure is logged
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def write_back(path: Path, done: Callable[[], bool]) -> None:
    """Let the disk begin with what SQLite puts into the file at the end of a large transaction: it waits only for all of it.

    For a process without a connection to that file: by closing it a process loses its locks (sqlite.org/howtocorrupt.html, 2.2).
    """
    with suppress(OSError), path.open("rb") as file:  # whoever commits meets a broken disk as well
        while not done():
            os.fsync(file.fileno())
            time.sleep(WRITE_BACK_SECONDS)


def empty_log(driver: Any, name: str) -> None:
    """Let nothing stay in SQLite's log; raises ServiceFailed where another process reads for too long."""
    (busy, *_pages) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ServiceFailed(
            f"{name}: what was erased still stands in its log, for another command is using it; type the same "
            "command again when that has ended"
        )


def rewrite(driver: Any, name: str) -> None:
    """Write the file anew, with nothing but what is in its tables."""
    driver.execute("VACUUM")
    empty_log(driver, name)


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
