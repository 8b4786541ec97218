"""This module carries the official SendGrid client over one kept connection, and says what came of it."""

import http.client
import select
import socket
import ssl
import threading
import time
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import Request

from python_http_client.client import Client

from newsletter.errors import ServiceFailed

SPEED_HEADER = "Sandbox-Speed"
"""By which the sandbox tells how fast its time runs."""
IDLE_SECONDS = 5
"""A connection idle for longer may be half closed: what is written to it is lost without a word."""


class NotSent(ServiceFailed):
    """The request certainly did not arrive whole."""


class Unanswered(ServiceFailed):
    """The request went out and no whole answer came: it may have been accepted."""


class Body(bytes):
    """JSON that is ready to go; the client, which logs whatever it sends, gets to see only its size."""

    def encode(self, *_encoding: str) -> Self:
        return self

    def __repr__(self) -> str:
        return f"<{len(self):,} bytes>"

    __str__ = __repr__


class Secret(str):
    """A header that no log shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


class _Answer:
    """What python_http_client reads of an answer."""

    def __init__(self, status: int, reason: str, content: bytes, headers: Any) -> None:
        self.code, self.reason, self.hdrs = status, reason, headers
        self.content = content

    def getcode(self) -> int:
        return self.code

    def read(self) -> bytes:
        return self.content

    def info(self) -> Any:
        return self.hdrs


class Line:
    """One connection to one host; a request that misses its deadline loses it."""

    def __init__(self, host: str, deadline: float) -> None:
        parts = urlsplit(host)
        self.host, self.deadline = parts.netloc, deadline
        self.secure = parts.scheme == "https"
        self.tls = ssl.create_default_context() if self.secure else None
        self.connection: http.client.HTTPConnection | None = None
        self.used_at = 0.0
        self.offset: float | None = None
        self.speed = 1.0
        """How fast the host's clock runs; only a practice host, which is asked without TLS, may say so."""

    def connect(self) -> None:
        """Have an open connection, TLS included, before anything is written to the ledger."""
        if self.connection is not None and self._usable(self.connection.sock):
            return
        self.close()
        connection = self._new()
        try:
            connection.connect()
        except OSError as error:
            raise NotSent(_unreachable(self.host, error)) from error
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection, self.used_at = connection, time.monotonic()

    def _usable(self, sock: socket.socket) -> bool:
        """Whether the kept connection was used a moment ago and the host has not closed it since."""
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            return False
        readable, _, _ = select.select([sock], [], [], 0)
        return not readable

    def _new(self) -> http.client.HTTPConnection:
        if self.tls is not None:
            return http.client.HTTPSConnection(self.host, timeout=self.deadline, context=self.tls)
        return http.client.HTTPConnection(self.host, timeout=self.deadline)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> _Answer:
        """Send one request and read its answer, all within the deadline."""
        self.connect()
        connection = self.connection
        assert connection is not None  # noqa: S101  connect() made it
        watch = threading.Timer(self.deadline / self.speed, _cut, [connection.sock])
        watch.daemon = True
        watch.start()
        try:
            broken = self._send(connection, method, path, body, headers)
            return self._receive(connection, broken)
        except BaseException:  # whatever it was, nobody may go on in the middle of an answer
            self.close()
            raise
        finally:
            watch.cancel()

    def _send(
        self, connection: Any, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> NotSent | None:
        try:
            connection.request(method, path, body=body, headers=headers)
        except OSError as error:
            return NotSent(
                f"{self.host} broke off before the request was whole ({_words(error)}); try again"
            )
        return None

    def _receive(self, connection: http.client.HTTPConnection, broken: NotSent | None) -> _Answer:
        """The answer; a host may refuse what is too large before it has all of it."""
        try:
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise broken or Unanswered(f"{self.host} did not answer ({_words(error)})") from error
        self._set_clock(response)
        if response.will_close or response.status not in {200, 201, 202, 204}:
            self.close()
        self.used_at = time.monotonic()
        return _Answer(response.status, response.reason, content, response.headers)

    def _set_clock(self, response: http.client.HTTPResponse) -> None:
        if not self.secure:
            self.speed = max(float(response.getheader(SPEED_HEADER, 1)), 1.0)
        if date := response.getheader("Date"):
            self.offset = parsedate_to_datetime(date).timestamp() - _clock() * self.speed

    @property
    def knows_time(self) -> bool:
        return self.offset is not None

    def now(self) -> int:
        """The host's time by its last answer; seconds since 1970."""
        if self.offset is None:
            raise NotSent(f"{self.host} has not told its time yet; ask it something first")
        return int(_clock() * self.speed + self.offset)


# Linux counts the time asleep only in BOOTTIME, macOS already in MONOTONIC.
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _clock() -> float:
    """Seconds that go on while the computer sleeps, and that nobody can set."""
    return time.clock_gettime(CLOCK)


def _cut(sock: socket.socket) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not TLS's own, which would need both ends
    except OSError:  # it is closed already
        return


def _unreachable(host: str, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"{host} is not found; check the connection to the internet, or [sendgrid] host in newsletter.toml"
    if isinstance(error, ssl.SSLError):
        return f"{host} does not prove who it is ({_words(error)}); check the clock of this computer and its network"
    if isinstance(error, ConnectionRefusedError):
        return f"nobody answers at {host}; for practice start the sandbox (newsletter sandbox), else check [sendgrid] host"
    return f"{host} cannot be reached ({_words(error)}); check the network and try again"


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


class KeptClient(Client):  # type: ignore[misc]
    """The official client's chain of names, over one kept connection; every status is an answer."""

    def __init__(self, line: Line, headers: dict[str, str], path: list[str] | None = None) -> None:
        super().__init__(host="", request_headers=headers, version=3, url_path=path)
        self.line = line

    def _build_client(self, name: str | None = None) -> "KeptClient":
        return KeptClient(
            self.line, self.request_headers, [*self._url_path, *([name] if name else [])]
        )

    def _build_url(self, query_params: Any) -> str:
        return f"http://{self.line.host}{super()._build_url(query_params)}"

    def _make_request(self, opener: Any, request: Request, timeout: float | None = None) -> _Answer:
        headers = dict(request.header_items())
        return self.line.exchange(request.get_method(), request.selector, request.data, headers)  # type: ignore[arg-type]
