"""This module settles what was unknown by what the provider told since: an event proves acceptance."""

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from newsletter.store import attempt, event, request

PROOF = "SendGrid's events prove that it was accepted"
LEFT = frozenset(
    {
        "deferred",
        "delivered",
        "opened",
        "clicked",
        "blocked",
        "bounced",
        "unsubscribed",
        "complained",
    }
)
"""What is told only of mail that has left: what was processed may be held back or cancelled afterwards."""


def settle_unknown_by_events(connection: Connection, campaign_id: int, *, now: int) -> int:
    """Mark as accepted every unknown request of whose people one has an event; how many requests that was.

    Any event will do, for SendGrid tells of nothing that it did not accept, and it accepts a request whole
    or not at all; where the open question is whether it was stopped in time, one that says that it left. Only
    events of the request's own attempt count, and only while that is not cancelled.
    """
    told = (
        select(request.c.id, func.min(event.c.message_id))
        .join_from(request, attempt, attempt.c.id == request.c.attempt_id)
        .join(
            event,
            (event.c.campaign_id == request.c.campaign_id)
            & (event.c.attempt_id == request.c.attempt_id)
            & event.c.seq.between(request.c.first_seq, request.c.last_seq),
        )
        .where(
            request.c.campaign_id == campaign_id,
            request.c.state == "unknown",
            attempt.c.state != "cancelled",
            or_(~stopped_too_late(), event.c.kind.in_(LEFT)),
        )
        .group_by(request.c.id)
    )
    return sum(
        settle_accepted(connection, number, message_id, now=now, proof=PROOF)
        for number, message_id in connection.execute(told).all()
    )


def stopped_too_late() -> ColumnElement[bool]:
    """Whether an attempt was to be stopped, and nobody knows for certain that it was not."""
    return (attempt.c.state == "posted") & (attempt.c.stopped_at > 0)


def settle_accepted(
    connection: Connection, request_id: int, message_id: str, *, now: int, proof: str
) -> int:
    """Mark one unknown request as accepted because of *proof*; 0 where it was settled meanwhile.

    *message_id* is that of any of its mails: it begins with the request's own.
    """
    live = select(attempt.c.id).where(attempt.c.state != "cancelled")
    return connection.execute(
        update(request)
        .where(
            request.c.id == request_id,
            request.c.state == "unknown",
            request.c.attempt_id.in_(live),
        )
        .values(
            state="accepted",
            settled_at=now,
            message_id=message_id.partition(".")[0],
            answer=proof,
        )
    ).rowcount
