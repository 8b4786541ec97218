"""This module lets the sandbox misbehave on demand, as networks and services do.

Each kind of misbehaviour is one small function in KINDS: it gets the fault and the request that
it hits, with the means to do the real work, to wait and to end the sandbox. Planned faults come
first; what they let pass may still be hit by chance (newsletter/sandbox/trouble.py).
"""

import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import orjson
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, complaint, nginx, refusal

STATUS_WORDS = {
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
    504: "504 Gateway Time-out",
}
BROKEN_ANSWER = (
    b"HTTP/1.1 202 Accepted\r\nServer: newsletter-sandbox\r\nContent-Length: 64\r\n\r\n{"
)


@dataclass(frozen=True)
class Fault:
    """One planned misbehaviour."""

    kind: str
    times: int = 1
    """How many requests it hits; -1 means all until it is taken back."""
    after: int = 0
    """How many requests pass unharmed before it begins."""
    path: str = "/v3/mail/send"
    """Paths that begin so."""
    method: str = "POST"
    seconds: float = 0.0
    """How long a stall takes, on the computer's clock …"""
    clock_seconds: float = 0.0
    """… and on the sandbox's: the request is carried out then, although the client has hung up."""
    status: int = 500
    html: bool = False
    """Whether an error is the proxy's page instead of SendGrid's JSON."""
    place: int = -1
    """Which personalization is refused, counted from 0 …"""
    address: str = ""
    """… or whose, wherever it stands."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def wants(self, request: Request) -> bool:
        """Whether this request is one to spoil."""
        right = request.method == self.method and request.path.startswith(self.path)
        return right and (self.kind != "refuse" or _refused_place(self, request) is not None)


@dataclass(frozen=True)
class Hit:
    """A request that is hit, and what its answer may use."""

    request: Request
    proceed: Callable[[], Response]
    """Do the real work."""
    wait: Callable[[Fault], None]
    """Stall for as long as the fault says."""
    leave: Callable[[], None]
    """End the whole sandbox."""


class Faults:
    """The planned faults, each used up as requests come."""

    def __init__(self, planned: Iterable[Fault] = ()) -> None:
        self._planned = [*planned]
        self._turn = threading.Lock()

    def plan(self, fault: Fault) -> None:
        with self._turn:
            self._planned.append(fault)

    def clear(self) -> None:
        with self._turn:
            self._planned.clear()

    def planned(self) -> list[Fault]:
        """What is still to come."""
        return [*self._planned]

    def claim(self, request: Request) -> Fault | None:
        """The fault that hits *request*; one use of it is spent."""
        if not self._planned:
            return None
        with self._turn:
            for place, fault in enumerate(self._planned):
                if fault.times and fault.wants(request):
                    self._planned[place] = _spent(fault)
                    return None if fault.after else fault
        return None


def spoiled(fault: Fault, hit: Hit) -> Response:
    """What *fault* makes of the request."""
    return KINDS[fault.kind](fault, hit)


def _spent(fault: Fault) -> Fault:
    if fault.after:
        return replace(fault, after=fault.after - 1)
    return fault if fault.times < 0 else replace(fault, times=fault.times - 1)


def _drop_before(fault: Fault, hit: Hit) -> Response:
    raise ConnectionAbortedError


def _drop_after(fault: Fault, hit: Hit) -> Response:
    hit.proceed()
    raise ConnectionAbortedError


def _error_before(fault: Fault, hit: Hit) -> Response:
    return _error(fault)


def _error_after(fault: Fault, hit: Hit) -> Response:
    hit.proceed()
    return _error(fault)


def _stall_before(fault: Fault, hit: Hit) -> Response:
    hit.wait(fault)
    return hit.proceed()


def _stall_after(fault: Fault, hit: Hit) -> Response:
    response = hit.proceed()
    hit.wait(fault)
    return response


def _truncate(fault: Fault, hit: Hit) -> Response:
    hit.proceed()
    connection: socket.socket = hit.request.environ["werkzeug.socket"]
    connection.sendall(BROKEN_ANSWER)
    raise ConnectionAbortedError


def _too_many(fault: Fault, hit: Hit) -> Response:
    return _with_headers(fault, refusal(429, Complaint("too many requests")))


def _refuse(fault: Fault, hit: Hit) -> Response:
    at = f"personalizations.{_refused_place(fault, hit.request)}.to.0.email"
    return refusal(400, complaint("Does not contain a valid address.", at, "personalizations.to"))


def _no_credits(fault: Fault, hit: Hit) -> Response:
    return refusal(401, Complaint("Maximum credits exceeded"))


def _too_large(fault: Fault, hit: Hit) -> Response:
    return nginx("413 Request Entity Too Large")


def _redirect(fault: Fault, hit: Hit) -> Response:
    response = nginx("302 Found")
    response.headers["Location"] = "/sandbox/alive"
    return response


def _vanish(fault: Fault, hit: Hit) -> Response:
    hit.proceed()
    hit.leave()
    raise ConnectionAbortedError


KINDS: Mapping[str, Callable[[Fault, Hit], Response]] = {
    "drop before": _drop_before,
    "drop after": _drop_after,
    "error before": _error_before,
    "error after": _error_after,
    "stall before": _stall_before,
    "stall after": _stall_after,
    "truncate": _truncate,
    "too many": _too_many,
    "refuse": _refuse,
    "no credits": _no_credits,
    "too large": _too_large,
    "redirect": _redirect,
    "vanish": _vanish,
}


def _error(fault: Fault) -> Response:
    words = STATUS_WORDS.get(fault.status, f"{fault.status} Error")
    if fault.html:
        return _with_headers(fault, nginx(words))
    return _with_headers(fault, refusal(fault.status, Complaint(words.partition(" ")[2])))


def _with_headers(fault: Fault, response: Response) -> Response:
    response.headers.extend(fault.headers)
    return response


def _refused_place(fault: Fault, request: Request) -> int | None:
    crowd = people(request.get_data())
    if fault.place >= 0:
        return fault.place if fault.place < len(crowd) else None
    wanted = fault.address.lower()
    return next((place for place, known in enumerate(crowd) if wanted in known), None)


def people(body: bytes) -> list[set[str]]:
    """The addresses of each personalization of a mail/send; none where the body cannot be read."""
    try:
        given = orjson.loads(body)["personalizations"]
        return [{mailbox["email"].lower() for mailbox in person["to"]} for person in given]
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        return []  # a body that SendGrid refuses anyhow
