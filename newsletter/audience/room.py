"""This module gives a merge a folder of its own for what it reads; of a merge that was killed the next one removes it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = ".lock"


@contextmanager
def room(folder: Path) -> Iterator[Path]:
    """A folder below *folder* that nobody else may open, and that is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    own = Path(tempfile.mkdtemp(prefix="merge-", dir=folder))
    lock = own.with_suffix(LOCK)
    try:
        with FileLock(lock):
            yield own
    finally:
        shutil.rmtree(own)
        lock.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove the folders of merges whose process is dead: its lock died with it."""
    for lock in folder.glob(f"merge-*{LOCK}"):
        try:
            with FileLock(lock, timeout=0):
                left = lock.with_suffix("")
                shutil.rmtree(left, ignore_errors=True)  # a child may still end its list
                if not left.exists():
                    lock.unlink(missing_ok=True)
        except Timeout:
            continue
