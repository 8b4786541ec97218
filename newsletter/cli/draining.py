"""This module lets Ctrl-C, a polite kill and a window that is closed end a command after what is on its way."""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from newsletter.cli.wording import moment, note
from newsletter.errors import ServiceFailed

if TYPE_CHECKING:
    from newsletter.delivery import Account

Handler = Callable[[int, FrameType | None], None]
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def draining() -> Iterator[Callable[[], bool]]:
    """Whether to go on: no longer after the first signal; a second one ends the program at once."""
    asked = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        if number != signal.SIGHUP:  # nobody reads a window that was closed
            note("Ending after what is on its way …")

    with _met(stop, (*SIGNALS, *_closing())):
        yield lambda: not asked.is_set()


def _closing() -> tuple[signal.Signals, ...]:
    """The signal of a window that is closed, unless the command goes on without one (nohup)."""
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return () if ignored else (signal.SIGHUP,)


@contextmanager
def confirming(command: str, account: "Account", zone: ZoneInfo) -> Iterator[None]:
    """Say what a stop or its end waits for, and how to go on where Ctrl-C or a polite kill ends it before SendGrid confirmed it."""
    before = account.patience
    account.patience = replace(before, tell=_telling(zone))
    try:
        with _met(signal.default_int_handler, [signal.SIGTERM]):
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
def _met(handler: Handler, signals: Iterable[signal.Signals]) -> Iterator[None]:
    """Let *handler* meet the *signals*; they come to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
