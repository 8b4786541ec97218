"""This module shows on a terminal what takes long, and how far a campaign is; nothing elsewhere."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newsletter.campaign import Counts

Progress = Callable[["Counts"], None]
UNTOLD_SECONDS = 1
"""What is done within them needs no word."""


@contextmanager
def shown() -> Iterator[Progress]:
    """What dispatching calls as it goes."""
    if not _is_watched():
        yield lambda _counts: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import (
        Progress as Bar,
    )

    columns = (TextColumn("Handing over"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda counts: bar.update(
            task, total=counts.frozen, completed=counts.frozen - counts.pending
        )


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Say *what* is going on, and for how long already, where it takes its time."""
    if not _is_watched():
        yield
        return
    done = Event()
    telling = Thread(target=_tell, args=(what, done), daemon=True)
    telling.start()
    try:
        yield
    finally:
        done.set()
        telling.join()


def _tell(what: str, done: Event) -> None:
    if done.wait(UNTOLD_SECONDS):
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn(what), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as line:
        line.add_task("", total=None)
        done.wait()


def _is_watched() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
