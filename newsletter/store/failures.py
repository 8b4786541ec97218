"""This module says in plain words why a database failed, and what to do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, OperationalError

from newsletter.errors import ServiceFailed


@contextmanager
def in_plain_words(name: str) -> Iterator[None]:
    """Turn a failure of the database or the disk into a sentence with its cure."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        cure = _cure(error)
        if cure is None:
            raise
        raise ServiceFailed(f"{name}: {cure}") from error


FULL = "the disk is full; make room and type the same command again, nothing was lost"
LOCKED = "another command is writing to it; wait for it to end and try again"
READ_ONLY = "it cannot be written; give yourself permission to write to this folder"
NO_FOLDER = "it is in a place that is no folder; move the file out of the way"
BROKEN = (
    "the connection broke off; type the same command again, what was not finished was not written"
)
ADDRESS = "look at the address of the database (newsletter.toml, or NEWSLETTER_DATABASE in .env)"

CURES: Mapping[str, str] = {
    "database is locked": LOCKED,
    "is full": FULL,
    "No space left": FULL,
    "readonly": READ_ONLY,
    "Read-only": READ_ONLY,
    "Permission denied": READ_ONLY,
    "unable to open": "it cannot be opened; give yourself permission to write to this folder",
    "Not a directory": NO_FOLDER,
    "File exists": NO_FOLDER,
    "disk I/O": "the disk failed or is full; check it and type the same command again",
    "not a database": "it is no newsletter store; put a backup in its place or move it away",
    "malformed": "it is damaged; put a backup in its place",
}
"""By the words of SQLite and of the operating system."""

STATES: Mapping[str, str] = {
    "53100": FULL,
    "53300": "the server has no connection left for us; close other programs or raise its max_connections",
    "55P03": LOCKED,
    "25006": "the server only lets us read (a standby?); " + ADDRESS,
    "25P03": "this computer stood still for too long; type the same command again, nothing was lost",
    "42501": "we may not do this there; ask who keeps the server for "
    "GRANT CREATE, CONNECT ON DATABASE … TO the newsletter's user",
    "57P01": BROKEN,
    "57P02": BROKEN,
    "57P05": BROKEN,
    "57P03": "the server is starting or stopping; try again in a minute",
    "XX001": "it is damaged; ask who keeps the server for a backup",
}
"""By SQLSTATE, which is the same in every language (PostgreSQL, Appendix A)."""

REFUSALS: Mapping[str, str] = {
    "refused": "no server answers there; start PostgreSQL, or " + ADDRESS,
    "No such file": "no server answers there; start PostgreSQL, or " + ADDRESS,
    "resolve": "there is no computer of this name; " + ADDRESS,
    "timeout": "no server answers there; is the network up? If so, " + ADDRESS,
    "password": "the server refuses the user or the password; " + ADDRESS,
    "pg_hba": "the server does not let this user in from this computer; ask who keeps it for a line in pg_hba.conf",
    "role": "the server does not know this user; " + ADDRESS,
    "does not exist": "the server has no such database; make it (createdb), or " + ADDRESS,
    "starting up": STATES["57P03"],
    "shutting down": STATES["57P03"],
    "connection slots": STATES["53300"],
    "too many": STATES["53300"],
}
"""By the words of libpq and of the server, where no connection came about."""


def _cure(error: DBAPIError | OSError) -> str | None:
    original: Any = getattr(error, "orig", None)
    words = str(original or error)
    if not type(original).__module__.startswith("psycopg"):
        return _first(CURES, words)
    state = getattr(original, "sqlstate", None) or ""
    if cure := STATES.get(state):
        return cure
    if state.startswith("08") or getattr(error, "connection_invalidated", False):
        return BROKEN
    if not state and isinstance(error, OperationalError):
        return _first(REFUSALS, words) or f"the server says: {words.splitlines()[0]}"
    return None


def _first(cures: Mapping[str, str], words: str) -> str | None:
    return next((cure for sign, cure in cures.items() if sign in words), None)
