"""This module asks one web address, and never one inside a private network.

The name is resolved first and the connection goes to exactly the number that was judged, so that
a name cannot be one thing when it is judged and another when it is used.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

AGENT = "Mozilla/5.0 (compatible; newsletter check)"
MOST_BYTES = 100_000
NAMELESS = ("there is no site of that name", "its name could not be looked up")
"""What is said where a name leads nowhere, and where nobody could tell."""
ALWAYS_THERE = "example.com"
"""RFC 2606 keeps it."""


class Unreachable(Exception):
    """In words why an address did not answer; *for_now* where that may pass."""

    def __init__(self, why: str, *, for_now: bool = False) -> None:
        super().__init__(why)
        self.for_now = for_now


@dataclass(frozen=True)
class Reply:
    """What one request was answered."""

    status: int
    location: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def ask(
    method: str, url: str, *, seconds: float, private: bool = False, body: bytes | None = None
) -> Reply:
    """One request, no redirects followed; raises Unreachable.

    *private* allows addresses of this computer and of private networks, for tests and the clinic's own site.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    number = resolve(host, port, private=private)
    connection = (_Secure if parts.scheme == "https" else _Plain)(host, port, number, seconds)
    target = parts.path or "/"
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request(
            method, f"{target}?{parts.query}" if parts.query else target, body, headers
        )
        answer = connection.getresponse()
        location = answer.getheader("Location") or ""
        words = b"" if method == "HEAD" else answer.read(MOST_BYTES)
        return Reply(
            answer.status,
            urljoin(url, location) if location else "",
            words,
            dict(answer.getheaders()),
        )
    except TimeoutError as error:
        raise Unreachable(f"no answer within {seconds:g} seconds", for_now=True) from error
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"its certificate is not right ({error.verify_message})") from error
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"the connection failed ({type(error).__name__}: {error})") from error
    finally:
        connection.close()


def resolve(host: str, port: int, *, private: bool) -> str:
    """The number of *host*; raises Unreachable where there is none, or where it is not public."""
    try:
        found = socket.getaddrinfo(host.encode("idna").decode(), port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        gone = error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
        why = NAMELESS[0] if gone else NAMELESS[1]
        raise Unreachable(why, for_now=not gone) from error
    except UnicodeError as error:
        raise Unreachable("its name is none") from error
    numbers = [str(entry[4][0]) for entry in found]
    if not private and not all(map(_is_public, numbers)):
        raise Unreachable("it lies in a private network, where no reader gets to")
    return numbers[0]


def is_online() -> bool:
    """Whether names can be looked up at all; without a network some computers say that none exists."""
    try:
        return bool(socket.getaddrinfo(ALWAYS_THERE, 443))
    except OSError:
        return False


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


class _Plain(http.client.HTTPConnection):
    """A connection to the number that was judged."""

    def __init__(self, host: str, port: int, number: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.number = number

    def connect(self) -> None:
        self.sock = socket.create_connection((self.number, self.port), self.timeout)


class _Secure(_Plain):
    """The same, encrypted; the certificate must be that of the name."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
