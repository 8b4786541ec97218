"""This module says in plain words why a database failed, and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, OperationalError

from newsletter.errors import ServiceFailed


@contextmanager
def in_plain_words(name: str) -> Iterator[None]:
    """Turn a failure of the database or the disk into a sentence with its cure."""
    try:
        yield
    except (OperationalError, DatabaseError, OSError) as error:
        sentence = _sentence(name, str(getattr(error, "orig", None) or error))
        if sentence is None:
            raise
        raise ServiceFailed(sentence) from error


CURES = {
    "locked": "another command is writing to it; wait for it to end and try again",
    "full": "the disk is full; make room and type the same command again, nothing was lost",
    "No space left": "the disk is full; make room and type the same command again, nothing was lost",
    "readonly": "it cannot be written; give yourself permission to write to this folder",
    "Read-only": "it cannot be written; give yourself permission to write to this folder",
    "Permission denied": "it cannot be written; give yourself permission to write to this folder",
    "unable to open": "it cannot be opened; give yourself permission to write to this folder",
    "Not a directory": "it is in a place that is no folder; move the file out of the way",
    "File exists": "it is in a place that is no folder; move the file out of the way",
    "disk I/O": "the disk failed or is full; check it and type the same command again",
    "not a database": "it is no newsletter store; put a backup in its place or move it away",
    "malformed": "it is damaged; put a backup in its place",
}


def _sentence(name: str, failure: str) -> str | None:
    return next((f"{name}: {cure}" for sign, cure in CURES.items() if sign in failure), None)
