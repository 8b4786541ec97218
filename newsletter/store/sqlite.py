"""This module makes SQLite keep what it was told through a power cut, and lets writers take turns."""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from newsletter.store.failures import in_plain_words
from newsletter.store.folders import refuse_shared_folder

SWITCH_SECONDS = 10


def sqlite_engine(path: Path, patience: float) -> Engine:
    """The engine for the file *path*; raises NewsletterError for a folder that another computer shares."""
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
