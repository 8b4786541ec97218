"""This module takes SendGrid's events in: the signature first, then the store, then the answer."""

import logging
from asyncio import Semaphore
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.delivery import Forged, Signer, read_events
from newsletter.delivery.webhook import SIGNATURE, TIMESTAMP
from newsletter.errors import NewsletterError
from newsletter.feedback import take_in
from newsletter.store import Store
from newsletter.web.body import bounded_body

log = logging.getLogger(__name__)

MOST_BYTES = 5_000_000
"""Of one post; SendGrid's have 768 KB."""
AT_ONCE = 4
"""Of forty threads and fifteen connections: while a merge keeps events waiting, readers are answered."""
PATH = "/events"


@dataclass(frozen=True)
class EventDesk:
    """Takes events in for a store; *signer* is who may bring them, *group* our unsubscribe group."""

    store: Store
    signer: Signer
    now: Callable[[], int]
    group: int = 0
    turns: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))

    async def take(self, request: Request) -> Response:
        """204 once the events are stored; whatever else makes SendGrid come again."""
        body = await bounded_body(request, MOST_BYTES)
        if body is None:
            return PlainTextResponse("too large\n", status_code=413)
        headers = request.headers
        try:
            self.signer.check(
                body, headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, ""), self.now()
            )
        except Forged as error:
            log.warning("a post to %s was refused: %s", PATH, error)
            return PlainTextResponse(f"{error}\n", status_code=403)
        async with self.turns:
            return await run_in_threadpool(self._take, body)

    def _take(self, body: bytes) -> Response:
        try:
            events = read_events(body)
        except NewsletterError as error:
            return PlainTextResponse(f"{error}\n", status_code=400)
        try:
            with self.store.write() as connection:
                take_in(connection, events, now=self.now(), group=self.group)
        except NewsletterError as error:
            log.error(
                "%s events could not be stored, SendGrid will bring them again: %s",
                len(events),
                error,
            )
            return PlainTextResponse("not stored\n", status_code=503)
        return Response(status_code=204)
