"""This module lets Ctrl-C and a polite kill end a command after what is on its way."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from newsletter.cli.wording import note
from newsletter.errors import ServiceFailed

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def draining() -> Iterator[Callable[[], bool]]:
    """Whether to go on: no longer after the first signal; a second one ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: True
        return
    asked = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        note("Ending after what is on its way …")

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield lambda: not asked.is_set()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def confirming(command: str) -> Iterator[None]:
    """Say how to go on where Ctrl-C ends what SendGrid has not confirmed yet."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise ServiceFailed(
            f"stopped before SendGrid confirmed it, so the mail may leave: type newsletter {command} again"
        ) from error
