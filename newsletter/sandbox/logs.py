"""This module answers the Email Logs: which mails there were, and what happened to one of them."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, answer, refusal
from newsletter.sandbox.events import COLUMNS, USUAL, long_message_id, payload
from newsletter.sandbox.mail import subject
from newsletter.sandbox.office import Office
from newsletter.sandbox.reading import Refused, json_object
from newsletter.sandbox.records import SELECT, custom_args, opened

LIMIT, MOST = 10, 1000
FIELDS: Mapping[str, tuple[str, ...]] = {
    "sg_message_id": ("=",),
    "subject": ("=",),
    "to_email": ("=",),
    "status": ("IN",),
    "reason": ("=",),
    "categories": ("IN",),
    "sg_message_id_created_at": (">", "<", ">=", "<="),
}
CONDITION = re.compile(r"\s*(\w+)\s*(>=|<=|=|>|<|IN)\s*(.+?)\s*", re.DOTALL)
WORD = re.compile(r"""'([^']*)'|"([^"]*)\"""")
# What a mail has come to · what the logs call it · the event that says so
STATUS: Mapping[str, tuple[str, str]] = {
    "waiting": ("processed", "processed"),
    "held": ("processed", "processed"),
    "delivered": ("delivered", "delivered"),
    "cancelled": ("dropped", "cancel_drop"),
    "dropped": ("dropped", "dropped"),
    "expired": ("dropped", "dropped"),
}
# What the world adds · what the logs call it then
FALLEN: Mapping[str, str] = {"bounce": "bounced", "deferred": "deferred"}
# Recorded only while a webhook listens; the logs know them from the mail itself.
KNOWN = "('processed', 'delivered', 'dropped')"


@dataclass(frozen=True)
class Condition:
    """One comparison of a query."""

    field: str
    operator: str
    values: tuple[str, ...]


def search_logs(office: Office, request: Request) -> Response:
    """{"query": "to_email = 'a@example.com' AND status IN ('delivered')", "limit": 10}, newest first."""
    wish = json_object(request)
    limit, query = wish.get("limit", LIMIT), wish.get("query", "")
    if type(limit) is not int or not 1 <= limit <= MOST:
        raise Refused(f"limit must be between 1 and {MOST}", "limit")
    if not isinstance(query, str):
        raise Refused("query must be a string", "query")
    conditions = [*_conditions(query)]
    found: list[dict[str, Any]] = []
    for row in _rows(office, conditions):
        message = _summary(office, row)
        if all(_holds(condition, message, row) for condition in conditions):
            found.append(message)
        if len(found) == limit:
            break
    return answer({"messages": found})


def show_log(office: Office, request: Request, message: str) -> Response:
    """One mail with its custom args and all its events."""
    number = message.rpartition(".")[2]
    row = (
        office.database.row(f"{SELECT} WHERE message.id = ?", (number,))
        if number.isdigit()
        else None
    )
    if (
        row is None
        or long_message_id(row["message_id"], row["id"]) != message
        or not _shows(office, row)
    ):
        return refusal(404, Complaint("message not found"))
    summary, body = _summary(office, row), opened(row["body"])
    del summary["sg_message_id_created_at"]
    return answer(
        {
            **summary,
            "api_key_id": "sandbox",
            "client_ip": "127.0.0.1",
            "category": body.get("categories", []),
            "custom_args": custom_args(body, row["place"]),
            "events": _events(office, row, summary),
        }
    )


def _conditions(query: str) -> Iterator[Condition]:
    for part in re.split(r"\s+AND\s+", query.strip()) if query.strip() else ():
        found = CONDITION.fullmatch(part)
        if found is None:
            raise Refused(f"invalid query near {part!r}", "query")
        name, operator, value = found.groups()
        if operator not in FIELDS.get(name, ()):
            raise Refused(f"field {name} with operator {operator} is not allowed", "query")
        values = tuple(single or double for single, double in WORD.findall(value))
        if not values:
            raise Refused(f"invalid value near {part!r}", "query")
        yield Condition(name, operator, values)


def _rows(office: Office, conditions: list[Condition]) -> list[sqlite3.Row]:
    known = [one.values[0] for one in conditions if one.field == "to_email"]
    where, values = ("WHERE message.address = ?", known[:1]) if known else ("", [])
    rows = office.database.rows(f"{SELECT} {where} ORDER BY message.id DESC", values)
    return [row for row in rows if _shows(office, row)]


def _shows(office: Office, row: sqlite3.Row) -> bool:
    """Whether the logs know the mail yet; they lag behind."""
    return bool(row["accepted_at"] + office.behaviour.evidence_seconds <= office.clock.now())


def _summary(office: Office, row: sqlite3.Row) -> dict[str, Any]:
    body = opened(row["body"])
    fallen = office.database.rows(
        "SELECT kind, more FROM event WHERE message = ? ORDER BY id", (row["id"],)
    )
    status, reason = STATUS[row["state"]][0], row["reason"]
    for event in fallen:
        told = {**USUAL.get(event["kind"], {}), **orjson.loads(event["more"])}
        blocked = told.get("type") == "blocked"
        status = "blocked" if blocked else FALLEN.get(event["kind"], status)
        reason = told.get("reason", reason)
    return {
        "from_email": body["from"]["email"],
        "sg_message_id": long_message_id(row["message_id"], row["id"]),
        "subject": subject(body, row["place"]),
        "to_email": row["address"],
        "status": status,
        "reason": reason,
        "sg_message_id_created_at": _moment(row["accepted_at"]),
    }


def _events(office: Office, row: sqlite3.Row, summary: dict[str, Any]) -> list[dict[str, Any]]:
    own = [("processed", row["accepted_at"])]
    if row["ended_at"] is not None:
        own.append((STATUS[row["state"]][1], row["ended_at"]))
    events = [
        {
            "event": kind,
            "email": row["address"],
            "sg_message_id": summary["sg_message_id"],
            "sg_event_id": f"{kind}-{row['id']}",
            "timestamp": int(at),
            "custom_args": custom_args(opened(row["body"]), row["place"]),
        }
        for kind, at in own
    ]
    query = f"{COLUMNS} WHERE event.message = ? AND event.kind NOT IN {KNOWN} ORDER BY event.id"
    return events + [payload(event) for event in office.database.rows(query, (row["id"],))]


def _holds(condition: Condition, message: Mapping[str, Any], row: sqlite3.Row) -> bool:
    if condition.field == "categories":
        return bool({*opened(row["body"]).get("categories", ())} & {*condition.values})
    value = str(message[condition.field])
    if condition.field != "sg_message_id_created_at":
        return value in condition.values
    given, at = datetime.fromisoformat(condition.values[0]), datetime.fromisoformat(value)
    return {">": at > given, "<": at < given, ">=": at >= given, "<=": at <= given}[
        condition.operator
    ]


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
