"""This module answers the public pages: GET shows, only POST acts."""

import logging
from asyncio import Semaphore
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy import ColumnElement, Row, func, select, text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from newsletter.config import Settings
from newsletter.errors import NewsletterError
from newsletter.feedback import Suppression, suppress
from newsletter.letter import fill
from newsletter.links import INCOMPLETE, Destination, Links
from newsletter.store import SPELLING, Store, picture, recipient, subscriber, variant
from newsletter.web.body import bounded_body

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
ORIGIN = "the clinic's unsubscribe page"
NO_CAMPAIGN = 2**63 - 1
"""The largest number of a database; somebody may ask for a larger one."""
AT_ONCE = 6
"""Of forty threads and fifteen connections: while a merge keeps those waiting who leave, pages are still shown."""
MOST_BYTES = 10_000
"""Of a form: one-click sends some thirty."""


@dataclass(frozen=True)
class Pages:
    """The public pages of a clinic; *mirror* tells the provider too who left."""

    store: Store
    settings: Settings
    links: Links
    now: Callable[[], int]
    mirror: Callable[[int, str], None] | None = None
    turns: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))

    @property
    def templates(self) -> Environment:
        folder = Path(self.settings.root) / "templates" / "web"
        return Environment(loader=FileSystemLoader(folder), autoescape=select_autoescape())

    def home(self, request: Request) -> Response:
        return self._page("home.html")

    def health(self, request: Request) -> Response:
        with self.store.read() as connection:
            connection.execute(text("SELECT 1"))
        return PlainTextResponse("ok\n")

    def unsubscribe(self, request: Request) -> Response:
        """Ask; mail scanners open every link, so nothing happens yet."""
        if not _is_nobody(self._destination("unsubscribe", request)):
            self._person("unsubscribe", request)
        return self._page("unsubscribe.html")

    async def leave(self, request: Request) -> Response:
        """Act, without login, cookie or redirect (RFC 8058, section 3.2)."""
        if await bounded_body(request, MOST_BYTES) is None:
            return PlainTextResponse("too large\n", status_code=413, headers=HEADERS)
        async with self.turns:
            return await run_in_threadpool(self._leave, request)

    def preferences(self, request: Request) -> Response:
        """What is known of the reader, and the way out."""
        there = self._destination("preferences", request)
        if _is_nobody(there):
            return self._page("trial.html")
        person = self._person("preferences", request)
        names = [" ".join(filter(None, name)) for name in orjson.loads(person.names)]
        known = {
            "names": names,
            "city": person.city,
            "tags": orjson.loads(person.tags),
            "signed_up": person.signed_up,
        }
        link = self.links.unsubscribe(there.subscriber_id, there.campaign_id)
        leave = f"..{link.removeprefix(self.links.site_url)}"  # the site may lie below a folder
        known = {what: value for what, value in known.items() if value}
        return self._page("preferences.html", known=known, leave=leave)

    def browser(self, request: Request) -> Response:
        """The letter as this reader got it."""
        there = self._destination("browser", request)
        if _is_nobody(there):
            return self._page("trial.html")
        query = (
            select(variant.c.html, recipient.c.substitutions)
            .join(
                variant,
                (variant.c.campaign_id == recipient.c.campaign_id)
                & (variant.c.number == recipient.c.variant),
            )
            .where(
                recipient.c.campaign_id == there.campaign_id,
                recipient.c.subscriber_id == there.subscriber_id,
            )
        )
        with self.store.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NewsletterError("this letter is not kept any more")
        html = fill(row.html, orjson.loads(row.substitutions))
        return HTMLResponse(
            html.replace('"cid:', f'"../picture/{there.campaign_id}/'), headers=HEADERS
        )

    def picture(self, request: Request) -> Response:
        """A picture of one campaign, for the letter in the browser."""
        campaign = min(request.path_params["campaign"], NO_CAMPAIGN)
        return self._file(request, picture.c.campaign_id == campaign)

    def hosted(self, request: Request) -> Response:
        """A picture or a calendar file that letters point to; its name holds the digest of its bytes."""
        same = picture.alias()
        first = select(func.min(same.c.campaign_id)).where(same.c.cid == picture.c.cid)
        return self._file(request, picture.c.campaign_id == first.scalar_subquery())

    def _file(self, request: Request, campaign: ColumnElement[bool]) -> Response:
        cid = request.path_params["cid"].replace("\0", "")  # which PostgreSQL does not know as text
        query = select(picture.c.type, picture.c.filename, picture.c.content).where(
            campaign, picture.c.cid == cid
        )
        with self.store.read() as connection:
            row = connection.execute(query.limit(1)).first()
        if row is None:
            return PlainTextResponse("not found\n", status_code=404)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000"}
        if not row.type.startswith("image/"):
            headers["Content-Disposition"] = f'attachment; filename="{row.filename}"'
        return Response(row.content, media_type=row.type, headers=headers)

    def sorry(self, request: Request, error: Exception) -> Response:
        """A page for people, whatever was wrong with the link."""
        return self._page("sorry.html", status=404, sentence=str(error))

    def lost(self, request: Request, error: Exception) -> Response:
        """The same for an address that leads to no page: a mail program may have broken the link."""
        return self.sorry(request, NewsletterError(INCOMPLETE))

    def trouble(self, request: Request, error: Exception) -> Response:
        """The link is right and we are not able: whoever asked may come again, also a mail program."""
        log.error("a page could not be shown: %s", error)
        page = self._page("trouble.html", status=503)
        page.headers["Retry-After"] = "60"
        return page

    def _leave(self, request: Request) -> Response:
        there = self._destination("unsubscribe", request)
        if not _is_nobody(there):
            self._suppress(self._person("unsubscribe", request), there.campaign_id)
        return self._page("left.html")

    def _destination(self, purpose: str, request: Request) -> Destination:
        return self.links.read(purpose, request.path_params["token"])

    def _person(self, purpose: str, request: Request) -> "Row[tuple[object, ...]]":
        there = self._destination(purpose, request)
        with self.store.read() as connection:
            row = connection.execute(
                select(subscriber, SPELLING).where(subscriber.c.id == there.subscriber_id)
            ).first()
        if row is None:
            raise NewsletterError("we know nobody by this link")
        return row

    def _suppress(self, person: "Row[tuple[object, ...]]", campaign_id: int) -> None:
        gone = Suppression(str(person.key), "unsubscribed", ORIGIN, self.now(), campaign_id)
        with self.store.write(beside=True) as connection:  # nobody waits for a long merge to leave
            suppress(connection, [gone], now=self.now())
        if self.mirror is not None:
            self.mirror(person.id, str(person.spelling))

    def _page(self, name: str, status: int = 200, **known: object) -> Response:
        page = self.templates.get_template(name).render(clinic=self.settings.clinic, **known)
        return HTMLResponse(page, status_code=status, headers=HEADERS)


def _is_nobody(there: Destination) -> bool:
    """Whether a link that is rightly signed speaks of nobody, as those of test mails and checks do."""
    return there.subscriber_id == 0
