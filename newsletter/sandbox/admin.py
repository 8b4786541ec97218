"""This module answers what SendGrid has no words for: the clock, planted entries, the whole record."""

from dataclasses import asdict
from typing import Any

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import answer, nothing
from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.faults import KINDS, Fault
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, json_object
from newsletter.sandbox.records import SELECT, records
from newsletter.sandbox.suppressions import LISTS, add

# What may stand where a value of the kind on the left is usual.
ALIKE: dict[type, Any] = {float: (int, float)}
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
    office.leave()
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
    return answer(office.behave(_fitting(json_object(request), Behaviour())))


def list_faults(office: Office, request: Request) -> Response:
    return answer([asdict(fault) for fault in office.faults.planned()])


def plan_fault(office: Office, request: Request) -> Response:
    """Plan a misbehaviour: {"kind": "drop after", "times": 1, …}."""
    wish = json_object(request)
    if wish.get("kind") not in KINDS:
        raise Refused(f"kind must be one of {', '.join(KINDS)}", "kind")
    office.faults.plan(Fault(**_fitting(wish, Fault(""))))
    return answer([asdict(fault) for fault in office.faults.planned()], 201)


def clear_faults(office: Office, request: Request) -> Response:
    office.faults.clear()
    return nothing(204)


def list_messages(office: Office, request: Request) -> Response:
    """The record of every mail, or of those in ?state= or with ?address=."""
    state, address = request.args.get("state", ""), request.args.get("address", "").lower()
    rows = office.database.rows(
        f"{SELECT} WHERE (? = '' OR state = ?) AND (? = '' OR lower(address) = ?) "
        "ORDER BY message.id",
        (state, state, address, address),
    )
    return answer([asdict(record) for record in records(rows)])


def _fitting(wish: dict[str, Any], like: Behaviour | Fault) -> dict[str, Any]:
    known = asdict(like)
    for name, value in wish.items():
        if name not in known:
            raise Refused(f"{name} is unknown, there are {', '.join(known)}", name)
        usual = known[name]
        if isinstance(value, bool) is not isinstance(usual, bool) or not isinstance(
            value, ALIKE.get(type(usual), type(usual))
        ):
            raise Refused(f"{name} is {value!r}, it should be like {usual!r}", name)
    return wish
