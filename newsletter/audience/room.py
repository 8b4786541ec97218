"""This module gives a merge a folder of its own for what it reads; of a merge that was killed the next one removes it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

LOCK = ".lock"


@contextmanager
def room(folder: Path) -> Iterator[Path]:
    """A folder below *folder* that nobody else may open, and that is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    own = folder / f"merge-{uuid4().hex}"
    lock = own.with_suffix(LOCK)
    with FileLock(lock):  # held before there is a folder, so that no sweep takes it
        own.mkdir(mode=0o700)
        try:
            yield own
        finally:
            shutil.rmtree(own)
            lock.unlink()


def sweep(folder: Path) -> None:
    """Remove the folders of merges whose process is dead: its lock died with it."""
    for left in {path.with_suffix("") for path in folder.glob("merge-*")}:
        lock = left.with_suffix(LOCK)
        try:
            with FileLock(lock, timeout=0):
                shutil.rmtree(left, ignore_errors=True)  # a child may still end its list
                lock.unlink()
        except Timeout:
            continue
