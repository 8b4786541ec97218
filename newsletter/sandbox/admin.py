"""This module answers what SendGrid has no words for: the clock, planted entries, the whole record."""

from dataclasses import asdict

from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, answer, nothing, refusal
from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, fitting, json_object
from newsletter.sandbox.records import SELECT, records
from newsletter.sandbox.suppressions import LISTS, add
from newsletter.sandbox.terms import fault, terms, trouble

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


def reset_account(office: Office, request: Request) -> Response:
    """Begin anew by the terms given: {"speed": 600, "trouble": {"seed": 17, "share": 0.2}, …}."""
    office.begin(terms(json_object(request)))
    return answer({"empty": True, "now": office.clock.now()})


def open_subuser(office: Office, request: Request) -> Response:
    """{"key": "SG.…", **terms}: an account of its own for whoever comes with this key."""
    wish = json_object(request)
    key = wish.pop("key", None)
    if not isinstance(key, str) or not key.strip():
        raise Refused("key must be the API key of the subuser", "key")
    (office.main or office).open_subuser(key, terms(wish))
    return answer({"key": key}, 201)


def close_subuser(office: Office, request: Request, key: str) -> Response:
    if not (office.main or office).close_subuser(key):
        return refusal(404, Complaint("there is no such subuser"))
    return answer({"closed": key})


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
    return answer(office.behave(fitting(json_object(request), Behaviour())))


def list_faults(office: Office, request: Request) -> Response:
    return answer([asdict(planned) for planned in office.faults.planned()])


def plan_fault(office: Office, request: Request) -> Response:
    """Plan a misbehaviour: {"kind": "drop after", "times": 1, …}."""
    office.faults.plan(fault(json_object(request)))
    return answer([asdict(planned) for planned in office.faults.planned()], 201)


def clear_faults(office: Office, request: Request) -> Response:
    office.faults.clear()
    return nothing(204)


def change_trouble(office: Office, request: Request) -> Response:
    """{"seed": 17, "share": 0.2, …}: spoil a share of the requests from now on, by chance."""
    office.make_trouble(trouble(json_object(request)))
    return answer(asdict(office.trouble))


def list_messages(office: Office, request: Request) -> Response:
    """The record of every mail, or of those in ?state= or with ?address=."""
    state, address = request.args.get("state", ""), request.args.get("address", "").lower()
    rows = office.database.rows(
        f"{SELECT} WHERE (? = '' OR state = ?) AND (? = '' OR lower(address) = ?) "
        "ORDER BY message.id",
        (state, state, address, address),
    )
    return answer([asdict(record) for record in records(rows)])
