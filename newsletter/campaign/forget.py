"""This module forgets a person everywhere, but for a salted digest that keeps them from being mailed (GDPR art. 17, 21)."""

from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)

from newsletter.audience.erased import remember_erased, stand_in
from newsletter.audience.stage import ERASED
from newsletter.campaign.counts import DECIDING
from newsletter.store import (
    attempt,
    change,
    consent_log,
    event,
    list_row,
    recipient,
    reject,
    request,
    rows_of,
    subscriber,
    suppression,
)


@dataclass(frozen=True)
class Forgotten:
    """What was erased: rows of lists, mails, and suppressions; nothing where nobody was known."""

    known: bool
    rows: int
    mails: int
    suppressions: int


def on_its_way(connection: Connection, key: str, *, now: int) -> tuple[int, ...]:
    """The campaigns that hold mail to *key* which SendGrid has and which has not left: it cannot be forgotten yet."""
    handed_over = request.c.state.in_(("posting", "accepted", "unknown"))
    query = (
        select(recipient.c.campaign_id)
        .join(request, its_request())
        .join(attempt, attempt.c.id == request.c.attempt_id)
        .where(recipient.c.key == key, recipient.c.outcome.is_(None), DECIDING, handed_over)
        .where(request.c.send_at > now)
        .distinct()
        .order_by(recipient.c.campaign_id)
    )
    return tuple(connection.scalars(query))


def forget(connection: Connection, key: str, *, now: int) -> Forgotten:
    """Erase everything about *key*; what counts (rows of lists, outcomes of campaigns) stays without a name."""
    number = connection.scalar(select(subscriber.c.id).where(subscriber.c.key == key))
    digest = remember_erased(connection, key, now=now)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")  # else the bytes stay in free pages
    _withhold(connection, key)
    _forget_events(connection, key, digest)
    _forget_reasons(connection, key)
    mails = connection.execute(
        update(recipient)
        .where(recipient.c.key == key)
        .values(
            key=stand_in(digest),
            address="",
            subject="",
            substitutions="{}",
            unsubscribe_url="",
            subscriber_id=0,
        )
    ).rowcount
    gone = connection.execute(delete(suppression).where(suppression.c.key == key)).rowcount
    rows = _forget_rows(connection, number) if number is not None else 0
    return Forgotten(number is not None or bool(mails or gone), rows, mails, gone)


def its_request() -> ColumnElement[bool]:
    """The request that a recipient is in."""
    return and_(
        request.c.campaign_id == recipient.c.campaign_id,
        recipient.c.seq.between(request.c.first_seq, request.c.last_seq),
    )


def _withhold(connection: Connection, key: str) -> None:
    """Whoever is frozen and was never posted is not posted any more."""
    posted = (
        select(request.c.id)
        .join(attempt, attempt.c.id == request.c.attempt_id)
        .where(its_request(), DECIDING, request.c.state != "pending")
    )
    connection.execute(
        update(recipient)
        .where(recipient.c.key == key, recipient.c.outcome.is_(None), ~exists(posted))
        .values(outcome="withheld", reason=ERASED)
    )


def _forget_events(connection: Connection, key: str, digest: str) -> None:
    values = {"key": stand_in(digest), "reason": ""}
    connection.execute(update(event).where(event.c.key == key).values(values))


def _forget_reasons(connection: Connection, key: str) -> None:
    """Why a row was rejected may quote what stands in it: `ada@example.com home` is no address."""
    quoted = func.lower(reject.c.reason).contains(key, autoescape=True)
    connection.execute(update(reject).where(quoted).values(reason=ERASED))


def _forget_rows(connection: Connection, number: int) -> int:
    """The person's rows stay as rejected ones, so that the fates of their lists still add up."""
    mine = rows_of([number])
    rows = select(list_row.c.source_id, list_row.c.line, literal(ERASED)).where(mine)
    connection.execute(reject.insert().from_select(["source_id", "line", "reason"], rows))
    kept = connection.execute(delete(list_row).where(mine)).rowcount
    for table in (change, consent_log):
        connection.execute(delete(table).where(table.c.subscriber_id == number))
    connection.execute(delete(subscriber).where(subscriber.c.id == number))
    return kept
