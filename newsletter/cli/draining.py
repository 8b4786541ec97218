"""This module lets Ctrl-C and a polite kill end a command after what is on its way."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.cli.wording import moment, note
from newsletter.errors import ServiceFailed

if TYPE_CHECKING:
    from newsletter.delivery import Account

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
def confirming(command: str, account: "Account", zone: ZoneInfo) -> Iterator[None]:
    """Say what a stop or its end waits for, and how to go on where Ctrl-C or a polite kill ends it before SendGrid confirmed it."""
    before = account.patience
    account.patience = replace(before, tell=_telling(zone))
    try:
        with _ended_as_by_ctrl_c():
            yield
    except KeyboardInterrupt as error:
        raise ServiceFailed(
            f"stopped before SendGrid confirmed it, so the mail may leave: type newsletter {command} again"
        ) from error
    finally:
        account.patience = before


def _telling(zone: ZoneInfo) -> Callable[[int], None]:
    """Say each moment once, in whole minutes."""
    told: set[str] = set()

    def tell(until: int) -> None:
        shown = moment(until + 59, zone)
        if shown not in told:
            told.add(shown)
            note(
                f"Something is on its way to SendGrid and not answered yet: waiting for it, until {shown} at the latest …"
            )

    return tell


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """A polite kill is met like Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
