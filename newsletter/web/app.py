"""This module serves the public pages."""

from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.web.events import PATH, EventDesk
from newsletter.web.listening import listening
from newsletter.web.pages import Pages


def create_app(pages: Pages, desk: EventDesk | None = None) -> Starlette:
    """The pages as a web application; a wrong link or a store that is away is a page, never a trace. *desk* takes events in."""
    routes = [
        Route("/", pages.home),
        Route("/health", pages.health),
        Route("/u/{token}", pages.unsubscribe, methods=["GET"]),
        Route("/u/{token}", pages.leave, methods=["POST"]),
        Route("/p/{token}", pages.preferences),
        Route("/v/{token}", pages.browser),
        Route("/picture/{campaign:int}/{cid}", pages.picture),
        Route("/picture/{cid}", pages.hosted),
    ]
    if desk is not None:
        routes.append(Route(PATH, desk.take, methods=["POST"]))
    told = {
        NewsletterError: pages.sorry,
        ServiceFailed: pages.trouble,
        404: pages.lost,
        Exception: pages.trouble,
    }
    return Starlette(routes=routes, exception_handlers=told)


def serve(
    pages: Pages, host: str, port: int, desk: EventDesk | None, ready: Callable[[], None]
) -> None:
    """Serve until Ctrl-C, behind a proxy that speaks https; *ready* is called once the port is ours."""
    config = uvicorn.Config(create_app(pages, desk), log_level="warning", access_log=False)
    with listening(host, port) as listener:
        ready()
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has ended in order and says it once more
            return
