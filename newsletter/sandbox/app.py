"""This module leads each request to its answer: SendGrid's paths, the inbox, the controls."""

import hmac
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from newsletter.sandbox import account, admin, batches, groups, sending, stats, suppressions
from newsletter.sandbox.answers import Complaint, refusal
from newsletter.sandbox.office import Office

SERVER = "newsletter-sandbox"
UNAUTHORIZED = Complaint("The provided authorization grant is invalid, expired, or revoked")

SUPPRESSIONS = f"any({', '.join(suppressions.LISTS)})"

View = Callable[..., Response]

API: tuple[tuple[str, str, View], ...] = (
    ("POST", "/v3/mail/send", sending.send_mail),
    ("POST", "/v3/mail/batch", batches.create_batch),
    ("GET", "/v3/mail/batch/<batch>", batches.show_batch),
    ("POST", "/v3/user/scheduled_sends", batches.stop_batch),
    ("GET", "/v3/user/scheduled_sends", batches.list_stops),
    ("GET", "/v3/user/scheduled_sends/<batch>", batches.show_stop),
    ("PATCH", "/v3/user/scheduled_sends/<batch>", batches.change_stop),
    ("DELETE", "/v3/user/scheduled_sends/<batch>", batches.end_stop),
    ("POST", "/v3/asm/suppressions/global", suppressions.add_global),
    ("GET", "/v3/asm/suppressions/global/<email>", suppressions.show_global),
    ("DELETE", "/v3/asm/suppressions/global/<email>", suppressions.delete_global),
    ("GET", f"/v3/suppression/<{SUPPRESSIONS}:name>", suppressions.list_suppressions),
    ("DELETE", f"/v3/suppression/<{SUPPRESSIONS}:name>", suppressions.delete_suppressions),
    ("GET", f"/v3/suppression/<{SUPPRESSIONS}:name>/<email>", suppressions.show_suppression),
    ("DELETE", f"/v3/suppression/<{SUPPRESSIONS}:name>/<email>", suppressions.delete_suppression),
    ("GET", "/v3/asm/groups", groups.list_groups),
    ("POST", "/v3/asm/groups", groups.create_group),
    ("GET", "/v3/asm/groups/<int:group>", groups.show_group),
    ("DELETE", "/v3/asm/groups/<int:group>", groups.delete_group),
    ("GET", "/v3/asm/suppressions", groups.list_all_group_suppressions),
    ("GET", "/v3/asm/groups/<int:group>/suppressions", groups.list_group_suppressions),
    ("POST", "/v3/asm/groups/<int:group>/suppressions", groups.add_group_suppressions),
    ("POST", "/v3/asm/groups/<int:group>/suppressions/search", groups.search_group_suppressions),
    (
        "DELETE",
        "/v3/asm/groups/<int:group>/suppressions/<email>",
        groups.delete_group_suppression,
    ),
    ("GET", "/v3/scopes", account.show_scopes),
    ("GET", "/v3/user/credits", account.show_credits),
    ("GET", "/v3/user/account", account.show_account),
    ("GET", "/v3/verified_senders", account.list_verified_senders),
    ("GET", "/v3/verified_senders/steps_completed", account.show_verification_steps),
    ("GET", "/v3/whitelabel/domains", account.list_domains),
    ("GET", "/v3/stats", stats.show_stats),
    ("GET", "/v3/categories/stats", stats.show_category_stats),
    ("GET", "/v3/categories/stats/sums", stats.sum_category_stats),
)
CONTROLS: tuple[tuple[str, str, View], ...] = (
    ("GET", "/sandbox/alive", admin.show_alive),
    ("GET", "/sandbox/clock", admin.show_clock),
    ("POST", "/sandbox/clock", admin.skip_time),
    ("POST", "/sandbox/stop", admin.stop_sandbox),
    ("POST", "/sandbox/reset", admin.reset_sandbox),
    ("POST", "/sandbox/plant", admin.plant),
    ("POST", "/sandbox/behaviour", admin.change_behaviour),
    ("GET", "/sandbox/messages.json", admin.list_messages),
)
PATHS = Map(
    [
        Rule(path, methods=[method], endpoint=(view, table is API))
        for table in (API, CONTROLS)
        for method, path, view in table
    ]
)


class App:
    """The sandbox as a WSGI application."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        response = self.respond(request)
        response.headers["Date"] = http_date(self.office.clock.now())
        response.headers["Server"] = SERVER
        return response(environ, start_response)

    def respond(self, request: Request) -> Response:
        """The answer to *request*; nothing that goes wrong inside stays without one."""
        try:
            request.get_data()  # read to its end, so that the connection can be used again
            self.office.release()
            (view, guarded), values = PATHS.bind_to_environ(request.environ).match()
            if guarded and not _may_enter(request, self.office.key):
                return refusal(401, UNAUTHORIZED)
            found: Response = view(self.office, request, **values)
            return found
        except HTTPException as error:
            return _http_error(error)
        except ConnectionError:
            raise
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return refusal(500, Complaint("internal server error"))


def _may_enter(request: Request, key: str | None) -> bool:
    given = request.headers.get("Authorization", "")
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return False
    return key is None or hmac.compare_digest(token.strip().encode(), key.encode())


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    if isinstance(error, NotFound):
        return refusal(404, Complaint("not found"))
    if isinstance(error, MethodNotAllowed):
        return refusal(405, Complaint("method not allowed"))
    return refusal(error.code or 500, Complaint(error.description or error.name))
