"""This module lets one process dispatch at a time, by a lock that dies with its holder."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from newsletter.campaign import give_up_posting
from newsletter.errors import ServiceFailed
from newsletter.store import Store

GLANCE = 0.2


def lock_path(store: Store) -> Path:
    """A file beside an SQLite store."""
    return Path(store.address).with_suffix(".lock")


@contextmanager
def held(store: Store, *, patience: float = 0) -> Iterator[bool]:
    """Whether this process holds the lock; what a dead one was posting has become unknown then."""
    with LOCKS[store.dialect](store, patience) as mine:
        if mine:
            with store.write() as connection:
                give_up_posting(connection)
        yield mine


@contextmanager
def _file(store: Store, patience: float) -> Iterator[bool]:
    lock = FileLock(lock_path(store), thread_local=False)
    try:
        lock.acquire(timeout=patience, poll_interval=0.05)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise ServiceFailed(
            f"{lock_path(store)}: it cannot be written ({error}); give yourself permission to write to this folder"
        ) from error
    try:
        yield True
    finally:
        lock.release()


def _advisory(store: Store, patience: float) -> AbstractContextManager[bool]:
    return store.advisory_lock("dispatch", patience=patience)


LOCKS = {"sqlite": _file, "postgresql": _advisory}


def look_after(store: Store) -> None:
    """Where nobody is dispatching, what a dead process was posting becomes unknown."""
    with held(store):
        pass
