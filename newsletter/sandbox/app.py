"""This module leads each request to its answer: to the account of its key, past the door and the faults."""

import hmac
import sys
import traceback
from collections.abc import Iterable
from functools import partial
from typing import Any

from werkzeug.exceptions import (
    ClientDisconnected,
    Forbidden,
    HTTPException,
    MethodNotAllowed,
    NotFound,
)
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, refusal
from newsletter.sandbox.faults import Hit, spoiled
from newsletter.sandbox.html import page
from newsletter.sandbox.office import Office
from newsletter.sandbox.routes import PATHS
from newsletter.sandbox.scopes import needed

SERVER = "newsletter-sandbox"
API = "/v3/"
# Pages of other names that resolve to this computer (DNS rebinding) must not read the inbox.
OWN_NAMES = ("127.0.0.1", "localhost")
LOOKING = ("GET", "HEAD")
FORBIDDEN = Complaint("access forbidden")
UNAUTHORIZED = Complaint("The provided authorization grant is invalid, expired, or revoked")


class App:
    """The sandbox as a WSGI application."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.trusted_hosts = list(OWN_NAMES)
        office = self.office.subusers.get(_token(request), self.office)
        with office.at_work():
            response = respond(office, request)
        response.headers["Date"] = http_date(office.clock.now())
        response.headers["Server"] = SERVER
        response.headers["Sandbox-Speed"] = f"{office.clock.speed:g}"
        return response(environ, start_response)


def respond(office: Office, request: Request) -> Response:
    """The answer to *request*; nothing that goes wrong inside stays without one."""
    try:
        request.get_data()  # read to its end, so that the connection can be used again
    except ClientDisconnected as error:
        raise ConnectionAbortedError from error
    proceed = partial(_answered, office, request)
    fault = office.fault(request)
    if fault is None:
        return proceed()
    return spoiled(fault, Hit(request, proceed, office.stall, office.leave))


def _answered(office: Office, request: Request) -> Response:
    try:
        return _found(office, request)
    except HTTPException as error:
        return _http_error(error, request)
    except Exception as error:
        if office.stop_asked.is_set():  # the account was closed under the request
            raise ConnectionAbortedError from error
        traceback.print_exc(file=sys.stderr)
        return refusal(500, Complaint("internal server error"))


def _found(office: Office, request: Request) -> Response:
    _check_origin(request)
    office.release()
    view, values = PATHS.bind_to_environ(request.environ).match()
    if request.path.startswith(API) and not _may_enter(request, office.key):
        return refusal(401, UNAUTHORIZED)
    if request.path.startswith(API) and needed(request) in office.behaviour.missing_scopes:
        return refusal(403, FORBIDDEN)
    response: Response = view(office, request, **values)
    return response


def _check_origin(request: Request) -> None:
    """Let no other site's page press our buttons."""
    origin = request.headers.get("Origin")
    own = f"http://{request.host}"
    if request.method not in LOOKING and origin not in (None, own):
        raise Forbidden("this page may not ask that")


def _may_enter(request: Request, key: str | None) -> bool:
    token = _token(request)
    return bool(token) and (key is None or hmac.compare_digest(token.encode(), key.encode()))


def _token(request: Request) -> str:
    """The API key that *request* brings, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _http_error(error: HTTPException, request: Request) -> Response:
    if isinstance(error.response, Response):
        return error.response
    status = error.code or 500
    if not request.path.startswith((API, "/sandbox/")):
        return page("error.html", status, code=status, words=error.name)
    if isinstance(error, NotFound):
        return refusal(404, Complaint("not found"))
    if isinstance(error, MethodNotAllowed):
        return refusal(405, Complaint("method not allowed"))
    return refusal(status, Complaint(error.description or error.name))
