"""This module tells the provider too who left: a second fence behind our own record, for which nobody waits."""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

log = logging.getLogger(__name__)


class Mirror:
    """Tells of one after the other, in a thread of its own: a provider that does not answer holds no page up."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._waiting: SimpleQueue[tuple[int, str]] = SimpleQueue()
        Thread(target=self._work, daemon=True).start()

    def __call__(self, subscriber_id: int, address: str) -> None:
        """Tell, soon, that *address* left."""
        self._waiting.put((subscriber_id, address))

    def _work(self) -> None:
        while True:
            subscriber_id, address = self._waiting.get()
            try:
                self._tell(address)
            except Exception as error:  # the next one is told all the same
                log.warning(
                    "subscriber %s left, but SendGrid was not told: %s", subscriber_id, error
                )
