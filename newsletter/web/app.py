"""This module serves the public pages."""

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from newsletter.errors import NewsletterError
from newsletter.web.pages import Pages


def create_app(pages: Pages) -> Starlette:
    """The pages as a web application; a wrong link is a page, never a trace."""
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
    return Starlette(routes=routes, exception_handlers={NewsletterError: pages.sorry})


def serve(pages: Pages, host: str, port: int) -> None:
    """Serve until Ctrl-C; behind a proxy that speaks https."""
    uvicorn.run(create_app(pages), host=host, port=port, log_level="warning", access_log=False)
