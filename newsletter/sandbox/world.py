"""This module lets the world act on mail: bounces, opens, complaints, on demand."""

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import answer
from newsletter.sandbox.events import SWITCHES, USUAL, record
from newsletter.sandbox.groups import group_list
from newsletter.sandbox.office import Office
from newsletter.sandbox.postman import deliver_events
from newsletter.sandbox.reading import Refused, emails_of, json_object
from newsletter.sandbox.suppressions import GLOBAL, add

# SendGrid puts whoever it happens to on a list.
LISTED: Mapping[str, str] = {
    "bounce": "bounces",
    "spamreport": "spam_reports",
    "unsubscribe": GLOBAL,
}
NEWEST = "SELECT max(id) FROM message WHERE lower(address) = ? AND state = 'delivered'"


def let_happen(office: Office, request: Request) -> Response:
    """{"event": "open", "emails": […], "sg_machine_open": true, …}: to the newest mail of each address."""
    wish = json_object(request)
    kind, emails = wish.pop("event", None), emails_of(wish, "emails")
    if kind not in SWITCHES:
        raise Refused(f"event must be one of {', '.join(SWITCHES)}", "event")
    more = {name: value for name, value in wish.items() if name != "emails"}
    happened = 0
    for email in emails:
        number = office.database.value(NEWEST, (email,))
        if number is not None:
            happen(office, number, email, kind, more)
            happened += 1
    return answer({"happened": happened}, 201)


def happen(
    office: Office, number: int, email: str, kind: str, more: Mapping[str, Any] | None = None
) -> None:
    """One event of one mail, with what SendGrid does about it."""
    known = {**USUAL.get(kind, {}), **(more or {})}
    name = "blocks" if known.get("type") == "blocked" else LISTED.get(kind)
    if kind == "group_unsubscribe":
        name = group_list(_group(office, number))
    if name:
        add(office, name, [email], str(known.get("reason", "")), str(known.get("status", "")))
    record(office.database, number, kind, office.clock.now(), more or {})


def plan_fates(office: Office, request: Request) -> Response:
    """{"a@example.com": ["deferred", "bounce"]}: what happens instead of a delivery, from now on."""
    wish = json_object(request)
    for address, kinds in wish.items():
        if not isinstance(kinds, list) or not set(kinds) <= set(SWITCHES):
            raise Refused(f"a fate is a list of {', '.join(SWITCHES)}", address)
    office.fates = {address.lower(): kinds for address, kinds in wish.items()}
    return answer({"fates": len(office.fates)})


def post_events(office: Office, request: Request) -> Response:
    """Post what waits for the webhook, now."""
    taken, waiting = deliver_events(office, now=True)
    return answer({"taken": taken, "waiting": waiting})


def _group(office: Office, number: int) -> int:
    query = (
        "SELECT unsubscribe_group FROM request JOIN message ON message.request = request.id "
        "WHERE message.id = ?"
    )
    return int(office.database.value(query, (number,)) or 0)
