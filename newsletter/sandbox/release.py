"""This module lets mail leave at its time, or decides why it does not.

What is due is decided in one transaction, table by table in this order: mail of a cancelled
batch is discarded, mail of a paused batch is held, what was held too long expires, whoever is
on a suppression list is dropped, and the rest is delivered. The files follow afterwards; after
a crash in between, `tidy` lets them catch up.
"""

import sqlite3
from collections.abc import Callable

from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.database import Database
from newsletter.sandbox.outbox import NoOutbox, Outbox

STOP_NOTICE = 600
"""SendGrid promises a cancel or a pause only this many seconds before the send time."""
HELD_AT_MOST = 72 * 3600
BATCH_LIFE = 864_000

# A stop counts if it came early enough, and (where SendGrid looks only at what it holds) after the mail.
STOPPED = """
    EXISTS (SELECT 1 FROM request JOIN stop ON stop.batch = request.batch
            WHERE request.id = message.request AND stop.status = :status
              AND (:late_stops OR stop.since <= message.due - :notice)
              AND (:late_arrivals OR request.accepted_at <= stop.since))
"""
STILL_STOPPED = """
    EXISTS (SELECT 1 FROM request JOIN stop ON stop.batch = request.batch
            WHERE request.id = message.request AND stop.status = :status)
"""
WORTHLESS = """
    EXISTS (SELECT 1 FROM request LEFT JOIN batch ON batch.id = request.batch
            WHERE request.id = message.request AND request.batch IS NOT NULL
              AND (batch.id IS NULL OR request.accepted_at > batch.created_at + :batch_life))
"""
EXPIRED = "due + :held_at_most <= :now"
LISTED = """
    EXISTS (SELECT 1 FROM request, suppression
            WHERE request.id = message.request AND suppression.email = lower(message.address)
              AND suppression.list = {name} AND instr(request.bypass, '{bypass}') = 0)
"""

# state it has · state it gets · what else is set · which mail · status of its batch
STEPS = (
    ("waiting", "cancelled", "ended_at = due, reason = 'Batch cancelled'", STOPPED, "cancel"),
    ("waiting", "held", "reason = 'Batch paused'", STOPPED, "pause"),
    ("held", "cancelled", "ended_at = :now, reason = 'Batch cancelled'", STILL_STOPPED, "cancel"),
    ("held", "expired", "ended_at = due + :held_at_most, reason = 'Expired'", EXPIRED, ""),
    ("held", "waiting", "due = :now, reason = ''", f"NOT {STILL_STOPPED}", "pause"),
    ("waiting", "dropped", "ended_at = due, reason = 'Batch expired or unknown'", WORTHLESS, ""),
    *(
        (
            "waiting",
            "dropped",
            f"ended_at = due, reason = '{reason}'",
            LISTED.format(name=name, bypass=bypass),
            "",
        )
        for name, bypass, reason in (
            ("'global'", "unsubscribe", "Unsubscribed Address"),
            ("'group:' || request.unsubscribe_group", "group", "Unsubscribed Address"),
            ("'bounces'", "bounce", "Bounced Address"),
            ("'spam_reports'", "spam", "Spam Reporting Address"),
            ("'invalid_emails'", "invalid", "Invalid"),
        )
    ),
    ("waiting", "delivered", "ended_at = due", "true", ""),
)
FILES_STAY = ("waiting", "held")


Tell = Callable[[sqlite3.Connection, str, list[int]], None]


def release(
    database: Database, outbox: Outbox | NoOutbox, behaviour: Behaviour, now: float, tell: Tell
) -> None:
    """Let everything leave that is due at *now*; *tell* hears what became of whom, before it is kept."""
    if not _anything_due(database, now):
        return
    with database.transaction() as connection:
        ended = _decide(connection, behaviour, now)
        for state, numbers in ended.items():
            tell(connection, state, numbers)
    outbox.deliver(ended.pop("delivered", []))
    for numbers in ended.values():
        outbox.discard(numbers)


def next_due(database: Database) -> float | None:
    """When the next mail wants to leave."""
    due: float | None = database.value("SELECT min(due) FROM message WHERE state = 'waiting'")
    return due


def tidy(database: Database, outbox: Outbox | NoOutbox) -> None:
    """Make the files in the outbox agree with the record, as after a crash."""
    for number in outbox.numbers_waiting():
        state = database.value("SELECT state FROM message WHERE id = ?", (number,))
        if state == "delivered":
            outbox.deliver([number])
        elif state not in FILES_STAY:
            outbox.discard([number])


def _anything_due(database: Database, now: float) -> bool:
    due = next_due(database)
    if due is not None and due <= now:
        return True
    return bool(database.value("SELECT 1 FROM message WHERE state = 'held' LIMIT 1"))


def _decide(
    connection: sqlite3.Connection, behaviour: Behaviour, now: float
) -> dict[str, list[int]]:
    values = {
        "now": now,
        "notice": STOP_NOTICE,
        "late_stops": behaviour.late_stops,
        "late_arrivals": behaviour.late_arrivals_discarded,
        "held_at_most": HELD_AT_MOST,
        "batch_life": BATCH_LIFE,
    }
    ended: dict[str, list[int]] = {}
    for before, after, sets, which, status in STEPS:
        moved = connection.execute(
            f"UPDATE message SET state = '{after}', {sets} "  # noqa: S608  all from the table above
            f"WHERE state = '{before}' AND due <= :now AND {which} RETURNING id",
            values | {"status": status},
        )
        numbers = [number for (number,) in moved]
        if after not in FILES_STAY:
            ended.setdefault(after, []).extend(numbers)
    return ended
