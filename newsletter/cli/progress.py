"""This module shows how far a campaign is: a bar on a terminal, nothing elsewhere."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter.campaign import Counts

Progress = Callable[[Counts], None]


@contextmanager
def shown() -> Iterator[Progress]:
    """What dispatching calls as it goes."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
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
