"""This module answers POST /v3/mail/send: checks the mail, takes it in, keeps it until its time."""

import secrets
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.answers import Complaint, nginx, nothing, refusal
from newsletter.sandbox.events import record_accepted
from newsletter.sandbox.farewell import Farewell
from newsletter.sandbox.mail import filled, recipients
from newsletter.sandbox.mime import Envelope, head
from newsletter.sandbox.office import Office
from newsletter.sandbox.rules import mail_errors

OUT_OF_CREDITS = "Maximum credits exceeded"
BYPASSES = {
    "bypass_list_management": "unsubscribe group bounce spam invalid",
    "bypass_unsubscribe_management": "unsubscribe",
    "bypass_bounce_management": "bounce",
    "bypass_spam_management": "spam",
}


def send_mail(office: Office, request: Request) -> Response:
    """Accept a mail (202), or say all that is wrong with it."""
    content = request.get_data()
    office.wait(office.behaviour.answer_seconds)
    if len(content) > office.behaviour.largest:
        return nginx("413 Request Entity Too Large")
    if request.mimetype != "application/json":
        return refusal(415, Complaint("Content-Type should be application/json."))
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return _unreadable(content)
    now = office.clock.now()
    groups = {row["id"] for row in office.database.rows("SELECT id FROM unsubscribe_group")}
    if errors := mail_errors(body, now, groups):
        return refusal(400, *errors)
    if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
        return nothing(200)
    return _taken_in(office, body, content, now)


def _unreadable(content: bytes) -> Response:
    try:
        content.decode()
    except UnicodeDecodeError:
        return refusal(415, Complaint("Invalid UTF8 in request"))
    return refusal(400, Complaint("Bad Request"))


def _taken_in(office: Office, body: Mapping[str, Any], content: bytes, now: float) -> Response:
    people = recipients(body)
    if credits_left(office) < len(people):
        return refusal(401, Complaint(OUT_OF_CREDITS))
    message_id = secrets.token_urlsafe(16)
    with office.database.transaction() as connection:
        request_number = _write_request(connection, body, content, message_id, now)
        first = 1 + (connection.execute("SELECT max(id) FROM message").fetchone()[0] or 0)
        rows = [
            (number, request_number, place, address, *_times(body, place, now))
            for number, (place, address) in enumerate(people, first)
        ]
        connection.executemany(
            "INSERT INTO message (id, request, place, address, send_at, due) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        if office.listened_to:
            record_accepted(connection, request_number, now)
        if office.outbox.limit and _waiting(connection) <= office.outbox.limit:
            for number, eml in _emls(office, body, message_id, rows):
                office.outbox.put(number, eml)
    office.release()
    office.wake.set()
    response = nothing(202)
    response.headers["X-Message-Id"] = message_id
    return response


def credits_left(office: Office) -> int:
    """How many mails the account may still send."""
    used: int = office.database.value("SELECT max(id) FROM message") or 0
    return office.behaviour.credits - used


def _write_request(
    connection: sqlite3.Connection,
    body: Mapping[str, Any],
    content: bytes,
    message_id: str,
    now: float,
) -> int:
    settings = body.get("mail_settings", {})
    bypass = " ".join(
        lists for name, lists in BYPASSES.items() if settings.get(name, {}).get("enable")
    )
    cursor = connection.execute(
        "INSERT INTO request (message_id, accepted_at, batch, unsubscribe_group, bypass, body) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            message_id,
            now,
            body.get("batch_id"),
            body.get("asm", {}).get("group_id"),
            bypass,
            zlib.compress(content, 1),
        ),
    )
    number = cursor.lastrowid or 0
    connection.executemany(
        "INSERT INTO category VALUES (?, ?)",
        [(number, category) for category in body.get("categories", ())],
    )
    return number


def _times(body: Mapping[str, Any], place: int, now: float) -> tuple[int | None, float]:
    send_at = body["personalizations"][place].get("send_at", body.get("send_at"))
    return send_at, max(send_at or 0, now)


def _waiting(connection: sqlite3.Connection) -> int:
    waiting: int = connection.execute(
        "SELECT count(*) FROM message WHERE state = 'waiting'"
    ).fetchone()[0]
    return waiting


def _emls(
    office: Office,
    body: Mapping[str, Any],
    message_id: str,
    rows: Sequence[tuple[int, int, int, str, int | None, float]],
) -> Iterator[tuple[int, bytes]]:
    farewell = Farewell(office.url, office.secret)
    envelope = None
    for number, _, place, address, _, due in rows:
        mail = filled(body, place, address, number, farewell)
        envelope = envelope or Envelope(mail)
        yield number, envelope.eml(mail, head(mail, message_id, due))
