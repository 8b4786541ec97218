"""This module tells open pages that something changed, over server-sent events (HTML Standard, section 9.2)."""

import asyncio
from collections.abc import AsyncIterator

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is there."""


class News:
    """The number of the newest state; every open page waits for the next one.

    Belongs to one event loop; *tell* and *end* are called in its thread.
    """

    def __init__(self) -> None:
        self.number = 0
        self.ended = False
        self._changed = asyncio.Event()

    def tell(self) -> None:
        """Something changed: wake every page."""
        self.number += 1
        self._wake()

    def end(self) -> None:
        """No more news: every stream ends, so that the server can."""
        self.ended = True
        self._wake()

    async def stream(self) -> AsyncIterator[str]:
        """The number now and after each change, as events."""
        while not self.ended:
            waiting, said = self._changed, self.number
            yield f"retry: 1000\ndata: {said}\n\n"
            while not (self.ended or self.number != said):
                try:
                    await asyncio.wait_for(waiting.wait(), HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
