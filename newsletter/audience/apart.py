"""This module lets a second process do work that comes back piece by piece; it ends with whoever asked, however that ends."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any, TypeVar

from newsletter.errors import NewsletterError, ServiceFailed

Piece = TypeVar("Piece")

SELDOM = 50_000


@contextmanager
def apart(work: Callable[..., Iterable[Piece]], *given: object) -> Iterator[Iterator[Piece]]:
    """What *work* gives for what is *given*, from a process that has begun already.

    Raises what *work* raises for people, and ServiceFailed where the process was stopped from outside.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, work, given), daemon=True)
    process.start()
    there.close()
    try:
        yield _received(here)
    finally:
        here.close()
        process.terminate()
        process.join()


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for garbage seldom: millions of rows go through here, hardly one of them round in circles."""
    usual = gc.get_threshold()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _send(pipe: Pipe, work: Callable[..., Iterable[Any]], given: Any) -> None:
    try:
        try:
            with seldom_collecting():
                for piece in work(*given):
                    pipe.send(piece)
        except NewsletterError as error:
            pipe.send(error)
        pipe.send(None)
    except BrokenPipeError:  # whoever listened gave up, and says why
        pass


def _received(pipe: Pipe) -> Iterator[Any]:
    try:
        while (piece := pipe.recv()) is not None:
            if isinstance(piece, NewsletterError):
                raise piece
            yield piece
    except EOFError as error:
        raise ServiceFailed(
            "merging was stopped from outside (is there enough memory and disk?); nothing was "
            "changed, type the same command again"
        ) from error
