"""This module waits for what another thread or process does: as long as a busy computer may need."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60


def wait(ready: Callable[[], object]) -> None:
    """Return as soon as *ready*() is true; a test fails where it never is."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        assert time.monotonic() < until, "nothing happened for a minute"
        time.sleep(0.01)
