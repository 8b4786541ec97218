"""This module lets in only pages of this server: it shows readers' names and can send mail.

A web page elsewhere could reach a server on this computer by a name of its own that leads to
127.0.0.1 (DNS rebinding), or by a form that posts here (CSRF). So the Host must be this computer's,
whatever acts must come from this very origin (Fetch Standard, Origin and Sec-Fetch-Site), and all
paths begin with a key that only the terminal knows.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
FOREIGN = frozenset({"cross-site", "same-site"})
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Refuses what comes from elsewhere, and puts the same headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", []), *extra]}
            await send(message)

        why = refusal(scope["method"], Headers(scope=scope))
        answer = self.app if why is None else PlainTextResponse(f"{why}\n", status_code=403)
        await answer(scope, receive, sent)


def refusal(method: str, headers: Headers) -> str | None:
    """Why a request is not answered, or None."""
    host = headers.get("host", "")
    if _name(host) not in HOSTS:
        return "This page is only for this computer: open the address that the terminal shows."
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "")
    own = origin == f"http://{host}"
    if method not in {"GET", "HEAD"} and not own:
        return "This did not come from the preview itself: reload the page and try again."
    if (origin is not None and not own) or (site in FOREIGN and not _opened(headers)):
        return "Another web page asked for this: open the address that the terminal shows."
    return None


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # half an IPv6 address
        return None


def _opened(headers: Headers) -> bool:
    """Whether a person opened the page, by a link or by hand."""
    mode, where = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    return mode == "navigate" and where == "document"
