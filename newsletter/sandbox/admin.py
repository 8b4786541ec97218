"""This module answers what SendGrid has no words for: the clock, planted entries, the whole record."""

from dataclasses import asdict, fields
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import answer
from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, json_object
from newsletter.sandbox.records import SELECT, records
from newsletter.sandbox.suppressions import LISTS, add

PLANTED = {kept for kept, _ in LISTS.values()}


def show_alive(office: Office, request: Request) -> Response:
    """A sign of life, and where this sandbox lives."""
    return answer({"folder": str(office.folder), "now": office.clock.now()})


def show_clock(office: Office, request: Request) -> Response:
    return answer({"now": office.clock.now(), "speed": office.clock.speed})


def skip_time(office: Office, request: Request) -> Response:
    """{"skip": seconds}: move on and let everything leave that is due by then."""
    seconds = json_object(request).get("skip")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise Refused("skip must be a number of seconds, 0 or more", "skip")
    now = office.clock.skip(seconds)
    office.release()
    office.wake.set()
    return answer({"now": now, "speed": office.clock.speed})


def stop_sandbox(office: Office, request: Request) -> Response:
    office.stop_asked.set()
    office.wake.set()
    return answer({"stopping": True})


def reset_sandbox(office: Office, request: Request) -> Response:
    office.empty()
    return answer({"empty": True})


def plant(office: Office, request: Request) -> Response:
    """{"list": "bounces", "emails": […], "reason": …, "status": …}: what only the world can add."""
    wish = json_object(request)
    name, emails = wish.get("list"), wish.get("emails")
    if name not in PLANTED:
        raise Refused(f"list must be one of {', '.join(sorted(PLANTED))}", "list")
    if not isinstance(emails, list):
        raise Refused("emails must be an array", "emails")
    add(office, name, emails, str(wish.get("reason", "")), str(wish.get("status", "")))
    return answer({"planted": len(emails)}, 201)


def change_behaviour(office: Office, request: Request) -> Response:
    """Change settings of the behaviour; with {} only show them."""
    changes = json_object(request)
    kinds: dict[str, Any] = {entry.name: type(entry.default) for entry in fields(Behaviour)}
    for name, value in changes.items():
        if name not in kinds:
            raise Refused(f"{name} is unknown, there are {', '.join(kinds)}", name)
        if type(value) is not kinds[name]:
            raise Refused(f"{name} must be of type {kinds[name].__name__}", name)
    return answer(office.behave(changes))


def list_messages(office: Office, request: Request) -> Response:
    """The record of every mail, or of those in ?state= or with ?address=."""
    state, address = request.args.get("state", ""), request.args.get("address", "").lower()
    rows = office.database.rows(
        f"{SELECT} WHERE (? = '' OR state = ?) AND (? = '' OR lower(address) = ?) "
        "ORDER BY message.id",
        (state, state, address, address),
    )
    return answer([asdict(record) for record in records(rows)])
