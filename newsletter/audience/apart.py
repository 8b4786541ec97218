"""This module lets other processes do work that comes back piece by piece."""

import fcntl
import gc
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection as Pipe
from typing import Any, TypeVar

from newsletter.errors import NewsletterError, ServiceFailed

Piece = TypeVar("Piece")
Waiting = Callable[[], bool]
"""Whether whoever asked will soon wait for the next piece, and could as well work."""

WRONG = (NewsletterError, OSError)
"""What is said, and no fault of the program."""
SELDOM = 50_000
PATIENCE = 10
AHEAD = 1 << 20
"""Bytes that may wait in a pipe."""


class Companion:
    """A process that does one piece of work after another, each begun only when the last one was taken to its end."""

    def __init__(self) -> None:
        context = get_context("spawn")
        asked, self.asking = context.Pipe(duplex=False)
        self.given, giving = context.Pipe(duplex=False)
        _widen(giving)
        self.process = context.Process(target=_serve, args=(asked, giving), daemon=True)
        resource_tracker.ensure_running()  # else its start would lift the mask
        usual = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self.process.start()  # it never hears of Ctrl-C, which whoever asked tells, and which ends it too
        signal.pthread_sigmask(signal.SIG_SETMASK, usual)
        asked.close()
        giving.close()
        self.idle = True

    def do(self, work: Callable[..., Iterable[Piece]], *given: object) -> Iterator[Piece]:
        """What *work* gives for a Waiting and what is *given*; it begins at once.

        Raises what *work* raises for people or of files, and ServiceFailed where the process was stopped from outside.
        """
        self.idle = False
        with suppress(ConnectionError):  # it is gone; whoever takes the pieces is told
            self.asking.send((work, given))
        return self._received()

    def _received(self) -> Iterator[Any]:
        try:
            self.asking.send(None)
            while not self.idle:
                piece = self.given.recv()
                self.idle = piece is None or isinstance(piece, WRONG)
                if isinstance(piece, WRONG):
                    raise piece
                if not self.idle:
                    if not self.given.poll():  # the next can be made ready while this one is used
                        self.asking.send(None)
                    yield piece
        except (EOFError, ConnectionError) as error:
            raise ServiceFailed(
                "merging was stopped from outside (is there enough memory and disk?); nothing was "
                "changed, type the same command again"
            ) from error

    def close(self) -> None:
        """An idle one ends when nobody listens any more; one in the midst of work is ended."""
        self.asking.close()
        self.given.close()
        if self.idle:
            self.process.join(PATIENCE)
        self.process.kill()
        self.process.join()


@contextmanager
def companions(number: int) -> Iterator[list[Companion]]:
    """So many processes, which end with whoever asked, however that ends."""
    with ExitStack() as together:
        yield [together.enter_context(closing(Companion())) for _one in range(number)]


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for garbage seldom: millions of rows go through here, hardly one of them round in circles."""
    usual = gc.get_threshold()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _widen(pipe: Pipe) -> None:
    """Let the helper run some pieces ahead, where the system has such pipes."""
    if sys.platform == "linux":
        with suppress(PermissionError):  # whoever has opened many
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, AHEAD)


def _serve(asked: Pipe, giving: Pipe) -> None:
    try:
        with seldom_collecting():
            while True:
                if task := asked.recv():
                    _give(giving, _Ear(asked), *task)
    except (ConnectionError, EOFError):  # whoever asked has ended, or gave up and says why
        pass


class _Ear:
    """Hears that whoever asked waits; asked whether they do, it has forgotten afterwards."""

    def __init__(self, asked: Pipe) -> None:
        self.asked, self.heard = asked, False

    def listen(self) -> None:
        """What nobody hears would fill the pipe."""
        while self.asked.poll():
            self.asked.recv()
            self.heard = True

    def __call__(self) -> bool:
        self.listen()
        heard, self.heard = self.heard, False
        return heard


def _give(giving: Pipe, waiting: _Ear, work: Callable[..., Iterable[Any]], given: Any) -> None:
    """Send what *work* gives, and at last nothing, or what went wrong."""
    end: Exception | None = None
    try:
        for piece in work(waiting, *given):
            giving.send(piece)
            waiting.listen()
    except WRONG as error:
        end = error
    giving.send(end)
