"""This module serves the preview on this computer until Ctrl-C."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route

from newsletter.errors import Problem
from newsletter.web.listening import listening
from newsletter.web.preview.guard import Guard
from newsletter.web.preview.means import Means
from newsletter.web.preview.news import News
from newsletter.web.preview.pages import PAGES, Pages
from newsletter.web.preview.preview import Preview
from newsletter.web.preview.watching import saves

HOST = "127.0.0.1"
CALM = 0.4
"""Seconds after a save before everybody is asked: the letter comes first."""


def serve_preview(means: Means, port: int, ready: Callable[[str], None]) -> None:
    """Serve the page of *means* at *port* (0: a free one); *ready* is called with its address."""
    key = secrets.token_urlsafe(12)
    preview, news = Preview(means), News()
    with listening(HOST, port) as listener:
        app = create_preview(preview, news, key)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on")
        server = _Server(config, news)
        ready(f"http://{HOST}:{listener.getsockname()[1]}/{key}/")
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has ended in order and says it once more
            return


def create_preview(preview: Preview, news: News, key: str) -> Starlette:
    """The page as a web application; its paths begin with the secret *key*."""
    pages = Pages(preview, news)
    routes = [
        Route("/", pages.home),
        Route("/letter", pages.letter),
        Route("/events", pages.events),
        Route("/send", pages.send, methods=["POST"]),
        Route("/{name:str}", _file),
    ]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with _following(preview, news):
            yield

    middleware = [Middleware(Guard)]
    return Starlette(
        routes=[Mount(f"/{key}", routes=routes)], middleware=middleware, lifespan=lifespan
    )


def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in {"preview.css", "preview.js"}:
        return Response(status_code=404)
    return FileResponse(PAGES / name)


@asynccontextmanager
async def _following(preview: Preview, news: News) -> AsyncIterator[None]:
    """Compose once, then after every save, until the server ends."""
    await asyncio.to_thread(preview.take_save)
    ending = asyncio.Event()
    following = asyncio.create_task(_follow(preview, news, ending))
    try:
        yield
    finally:
        ending.set()
        preview.end()
        following.cancel()


async def _follow(preview: Preview, news: News, ending: asyncio.Event) -> None:
    asking = asyncio.create_task(_ask(preview, news))
    try:
        async for _save in saves(preview.means.root, preview.means.article, ending):
            if await asyncio.to_thread(preview.take_save):
                news.tell()
                asking.cancel()
                asking = asyncio.create_task(_ask(preview, news, CALM))
    except (OSError, RuntimeError) as error:
        what, cure = f"saves are not noticed any more ({error})", "press Ctrl-C and start again"
        preview.problems = (Problem(preview.name, None, what, cure),)
        news.tell()


async def _ask(preview: Preview, news: News, calm: float = 0.0) -> None:
    await asyncio.sleep(calm)
    if await asyncio.to_thread(preview.ask_readers):
        news.tell()


class _Server(uvicorn.Server):
    """Ends the streams of news at Ctrl-C, which would otherwise hold the server open."""

    def __init__(self, config: uvicorn.Config, news: News) -> None:
        super().__init__(config)
        self.news = news
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.news.end)
