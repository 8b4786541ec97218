"""This module answers the preview's page, its letter and its test send."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse

from newsletter.audience import read_address
from newsletter.checks import Page, private_links, weigh
from newsletter.checks.size import CLIPPED, LARGE
from newsletter.errors import NewsletterError
from newsletter.web.preview import wish as words
from newsletter.web.preview.excerpt import excerpt, marked
from newsletter.web.preview.looks import dressed, with_pictures
from newsletter.web.preview.means import Trial
from newsletter.web.preview.news import News
from newsletter.web.preview.preview import Look, Preview
from newsletter.web.preview.reading import read_letter
from newsletter.web.preview.wish import Wish, read_wish

PAGES = Path(__file__).parent / "pages"
POLICY = (
    "default-src 'none'; img-src data:; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
LETTER_POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin"
)
"""A sandbox without scripts; of the same origin, so that the page can keep its place when it is new."""
IMAGES: Mapping[str, str] = {"on": "data:", "off": "'none'"}
MOST_BYTES = 10_000
"""Of the form that sends a test."""


@dataclass(frozen=True)
class Outcome:
    """What became of a test, the address that was typed, and where the mail can be read."""

    sent: bool
    sentence: str
    address: str
    inbox: str = ""


@dataclass(frozen=True)
class Pages:
    """The page of one article."""

    preview: Preview
    news: News

    def home(self, request: Request) -> Response:
        return self._page(read_wish(request.query_params))

    def letter(self, request: Request) -> Response:
        """The letter alone, for the frame."""
        wish = read_wish(request.query_params)
        look = self.preview.look(wish.reader)
        policy = LETTER_POLICY.format(images=IMAGES[wish.images])
        headers = {"Content-Security-Policy": policy}
        if look.view is None or look.composed is None:
            return HTMLResponse("<!doctype html><title>No letter</title>", headers=headers)
        html = with_pictures(look.view.html, look.composed.letter.pictures)
        return HTMLResponse(dressed(html, wish.look), headers=headers)

    def events(self, request: Request) -> Response:
        return StreamingResponse(self.news.stream(), media_type="text/event-stream")

    async def send(self, request: Request) -> Response:
        """Post a test of what is shown to the address that was typed."""
        if int(request.headers.get("content-length") or 0) > MOST_BYTES:
            return PlainTextResponse("too large\n", status_code=413)
        form = await request.form()
        wish = read_wish(request.query_params)
        outcome = await run_in_threadpool(self._send, wish, str(form.get("address", "")))
        return await run_in_threadpool(self._page, wish, outcome)

    def _send(self, wish: Wish, typed: str) -> Outcome:
        look = self.preview.look(wish.reader)
        if look.view is None or look.composed is None:
            return Outcome(
                False, "There is no letter to send yet; put the article right first.", typed
            )
        try:
            address = read_address(typed).address
        except ValueError as error:
            return Outcome(False, f"{error}; write name@domain", typed)
        try:
            trial = Trial(look.composed, look.choice.reader, look.view, address)
            posted = self.preview.means.post(trial)
            return Outcome(True, posted.sentence, typed, posted.inbox)
        except NewsletterError as error:
            return Outcome(False, str(error), typed)

    def _page(self, wish: Wish, outcome: Outcome | None = None) -> Response:
        number = self.news.number
        look = self.preview.look(wish.reader)
        known: dict[str, Any] = {
            "number": number,
            "wish": wish,
            "words": words,
            "look": look,
            "preview": self.preview,
            "practice": self.preview.means.practice,
            "outcome": outcome,
            "troubles": [(p, excerpt(p, self.preview.means.root)) for p in look.problems],
            **self._judged(look),
        }
        page = TEMPLATES.get_template("preview.html").render(known)
        status = 200 if outcome is None or outcome.sent else 422
        headers = {"Content-Security-Policy": POLICY}
        return HTMLResponse(page, status_code=status, headers=headers)

    def _judged(self, look: Look) -> dict[str, Any]:
        findings = self.preview.findings(look)
        said = look.problems or findings
        judged: dict[str, Any] = {
            "findings": findings,
            "rows": marked(self.preview.source, self.preview.name, said),
        }
        if look.view is None or look.composed is None:
            return {**judged, "reading": None, "weight": None, "sender": ""}
        letter = Page(look.view.html)
        sender = look.composed.settings.sender
        return {
            **judged,
            "reading": read_letter(letter, private_links(look.choice.reader)),
            "weight": weigh(letter),
            "near_at": LARGE,
            "cut_at": CLIPPED,
            "sender": sender.name or sender.email,
        }


TEMPLATES = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def sentence(words: str) -> str:
    """*words* with a capital and a full stop, unless they end as a sentence does."""
    end = "" if not words or words.endswith((".", "?", "!", "…")) else "."
    return f"{words[:1].upper()}{words[1:]}{end}"


TEMPLATES.filters["sentence"] = sentence
