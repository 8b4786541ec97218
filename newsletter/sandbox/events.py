"""This module keeps what happens to mail and says it in SendGrid's words: processed, delivered, bounce …

What SendGrid's own doing makes known (processed, delivered, dropped) is recorded while somebody listens
at an event webhook; what only the world can add (a bounce, a click) comes through the controls.
"""

import base64
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from newsletter.sandbox.database import Database
from newsletter.sandbox.records import custom_args, opened

# The event in a payload · its switch in the webhook's settings.
SWITCHES: Mapping[str, str] = {
    "processed": "processed",
    "delivered": "delivered",
    "deferred": "deferred",
    "bounce": "bounce",
    "dropped": "dropped",
    "open": "open",
    "click": "click",
    "spamreport": "spam_report",
    "unsubscribe": "unsubscribe",
    "group_unsubscribe": "group_unsubscribe",
    "group_resubscribe": "group_resubscribe",
}
AGENT = {"ip": "127.0.0.1", "useragent": "Mozilla/5.0 (sandbox)"}
USUAL: Mapping[str, Mapping[str, Any]] = {
    "delivered": {"response": "250 OK", "ip": "127.0.0.1"},
    "deferred": {"response": "400 try again later", "attempt": "1"},
    "bounce": {
        "reason": "550 5.1.1 The email account that you tried to reach does not exist",
        "status": "5.1.1",
        "type": "bounce",
        "bounce_classification": "Invalid Address",
    },
    "open": {**AGENT, "sg_machine_open": False, "sg_content_type": "html"},
    "click": {**AGENT, "url": "https://www.example.com/"},
    "unsubscribe": AGENT,
    "group_unsubscribe": AGENT,
}
# What became of a mail at its time · the event that says so.
ENDS: Mapping[str, str] = {"delivered": "delivered", "dropped": "dropped", "expired": "dropped"}
COLUMNS = """
    SELECT event.id, event.kind, event.at, event.more, message.id AS number, message.place,
           message.address, message.send_at, message.reason, request.message_id,
           request.unsubscribe_group, request.body
    FROM event JOIN message ON message.id = event.message JOIN request ON request.id = message.request
"""
WRITE = "INSERT INTO event (message, kind, at, more) VALUES (?, ?, ?, ?)"


def record_accepted(connection: sqlite3.Connection, request: int, now: float) -> None:
    """Scheduled mail too is processed when it comes in."""
    connection.execute(
        "INSERT INTO event (message, kind, at) SELECT id, 'processed', ? FROM message WHERE request = ?",
        (now, request),
    )


def record_ended(
    connection: sqlite3.Connection,
    state: str,
    numbers: Iterable[int],
    fates: Mapping[str, list[str]],
) -> None:
    """What became of mail at its time; *fates* says what the world does to some addresses."""
    if state not in ENDS:
        return
    for number in numbers:
        address, ended_at = connection.execute(
            "SELECT lower(address), ended_at FROM message WHERE id = ?", (number,)
        ).fetchone()
        kinds = fates.get(address) if state == "delivered" else None
        rows = [(number, kind, ended_at, "{}") for kind in kinds or [ENDS[state]]]
        connection.executemany(WRITE, rows)


def record(database: Database, number: int, kind: str, now: float, more: Mapping[str, Any]) -> None:
    """Something that the world did to one mail."""
    database.write(WRITE, (number, kind, now, orjson.dumps(more)))


def payload(row: sqlite3.Row) -> dict[str, Any]:
    """One event as the webhook says it: custom args at the top level, SendGrid's own names win."""
    body = opened(row["body"])
    event = {
        **custom_args(body, row["place"]),
        "email": row["address"],
        "timestamp": int(row["at"]),
        "smtp-id": f"<{row['message_id']}@sandbox.invalid>",
        "event": row["kind"],
        "sg_event_id": _event_id(row),
        "sg_message_id": long_message_id(row["message_id"], row["number"]),
        **USUAL.get(row["kind"], {}),
        **orjson.loads(row["more"]),
    }
    if categories := body.get("categories"):
        event["category"] = categories
    if row["unsubscribe_group"]:
        event["asm_group_id"] = row["unsubscribe_group"]
    if row["kind"] == "processed":
        event["send_at"] = row["send_at"] or 0
    if row["kind"] == "dropped":
        event.setdefault("reason", row["reason"])
    return event


def long_message_id(message_id: str, number: int) -> str:
    """Which mail of a request: the X-Message-Id and more."""
    return f"{message_id}.recvd-sandbox-1.{number}"


def _event_id(row: sqlite3.Row) -> str:
    whole = f"{row['kind']}-1-{row['message_id']}-{row['id']}".encode()
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")
