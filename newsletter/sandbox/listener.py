"""This module is the HTTP/1.1 server on loopback: threads, connections kept alive, none left behind."""

import contextlib
import socket
import threading
import time
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from newsletter.errors import NewsletterError
from newsletter.sandbox.app import App

HOST = "127.0.0.1"
GRACE_SECONDS = 2
"""How long requests under way may take to end when the server closes."""


class Handler(WSGIRequestHandler):
    """Answers request after request on one connection; Werkzeug's own closes it after the first."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    server: "Listener"

    def run_wsgi(self) -> None:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            started.append((status, headers))

        with self.server.at_work():
            self.environ = self.make_environ()
            try:
                body = b"".join(self.server.app(self.environ, start_response))
                self._write(*started[0], body)
            except ConnectionError:
                self.close_connection = True

    def _write(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, words = status.partition(" ")
        self.send_response_only(int(code), words)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_error(self, *args: Any) -> None:
        """Say nothing: the client gets the answer."""


class Listener(ThreadedWSGIServer):
    """Knows its open connections, so that closing it ends them all."""

    def __init__(self, app: App, port: int) -> None:
        with _bound(port) as listening:
            super().__init__(HOST, port, app, Handler, fd=listening.fileno())
        self._connections: set[socket.socket] = set()
        self._busy = 0
        self._last_request = time.monotonic()
        self._turn = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def idle_for(self) -> float:
        """For how many seconds nobody asked anything."""
        return 0 if self._busy else time.monotonic() - self._last_request

    @contextlib.contextmanager
    def at_work(self) -> Any:
        """A request is being answered."""
        with self._turn:
            self._busy += 1
        try:
            yield
        finally:
            with self._turn:
                self._busy -= 1
                self._last_request = time.monotonic()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._turn:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._turn:
            self._connections.discard(request)
        super().shutdown_request(request)

    def end(self) -> None:
        """Stop listening, let requests under way end, close every connection."""
        ending = threading.Thread(target=self.shutdown)
        ending.start()
        with contextlib.suppress(OSError):  # a knock, so that it looks up at once
            socket.create_connection((HOST, self.port), 1).close()
        ending.join()
        self.server_close()
        patience = time.monotonic() + GRACE_SECONDS
        while self._busy and time.monotonic() < patience:
            time.sleep(0.01)
        with self._turn:
            open_still = [*self._connections]
        for connection in open_still:
            with contextlib.suppress(OSError):  # the client may have closed it already
                connection.shutdown(socket.SHUT_RDWR)


def _bound(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise NewsletterError(
            f"port {port} of this computer is taken ({error.strerror}); "
            "leave --port away to take a free one"
        ) from error
