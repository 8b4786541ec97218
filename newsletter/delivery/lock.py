"""This module lets one process tend a campaign at a time, by a lock that dies with its holder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from newsletter.campaign import give_up_posting, posting
from newsletter.delivery.account import Account
from newsletter.errors import ServiceFailed
from newsletter.store import Store

GLANCE = 0.2


def lock_path(store: Store) -> Path:
    """A file beside an SQLite store."""
    return Path(store.address).with_suffix(".lock")


@contextmanager
def held(store: Store, *, patience: float = 0) -> Iterator[bool]:
    """Whether this process holds the lock of an SQLite store; what a dead one was posting has become unknown then."""
    with _file(store, patience) as mine:
        if mine:
            with store.write() as connection:
                give_up_posting(connection)
        yield mine


@contextmanager
def tending(
    store: Store, campaign_id: int, account: Account, *, patience: float = 0
) -> Iterator[bool]:
    """Whether this process alone may open, close and fence waves of the campaign now.

    What a dead process was posting has become unknown then: on SQLite because nobody else holds the
    lock, on PostgreSQL when its lease is over by the provider's time.
    """
    if store.dialect == "sqlite":
        with held(store, patience=patience) as mine:
            yield mine
        return
    with store.advisory_lock(f"campaign {campaign_id}", patience=patience) as mine:
        if mine:
            give_up_dead(store, campaign_id, account)
        yield mine


def give_up_dead(store: Store, campaign_id: int, account: Account) -> None:
    """What was being posted becomes unknown when its lease is over, also where its process only stands still."""
    with store.read() as connection:
        if not posting(connection, campaign_id):
            return
    now = account.now()
    with store.write(beside=True) as connection:
        give_up_posting(connection, now)


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


def look_after(store: Store) -> None:
    """Where nobody is dispatching, what a dead process was posting becomes unknown."""
    if store.dialect == "sqlite":
        with held(store):
            pass
