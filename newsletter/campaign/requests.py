"""This module claims and settles requests: each change names the state it expects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, or_, select, update

from newsletter.campaign.approval import APPROVED
from newsletter.campaign.ranges import Run, halves
from newsletter.campaign.states import REQUEST, before
from newsletter.errors import NewsletterError
from newsletter.store import (
    attempt,
    campaign,
    recipient,
    request,
    subscriber,
    suppression,
    throttle,
)


@dataclass(frozen=True)
class Request:
    """At most 1,000 recipients of one variant, posted together."""

    id: int
    campaign_id: int
    attempt_id: int
    run: Run
    send_at: int
    owner: str = ""


@dataclass(frozen=True)
class Recipient:
    """What one person's part of a request is made of; *substitutions* is JSON."""

    seq: int
    address: str
    subject: str
    substitutions: str
    unsubscribe_url: str


@dataclass(frozen=True)
class Answered:
    """What the provider said to a request."""

    status: int | None = None
    message_id: str = ""
    words: str = ""


def reserve(
    connection: Connection, campaign_id: int, owner: str, now: int, lease_until: int
) -> Request | None:
    """The first request that waits to be posted and that nobody else prepares; it is *owner*'s until *lease_until*."""
    free = or_(
        request.c.lease_until.is_(None), request.c.lease_until <= now, request.c.owner == owner
    )
    first = (
        select(request.c.id)
        .join(attempt)
        .where(request.c.campaign_id == campaign_id, request.c.state == "pending", free)
        .where(attempt.c.state == "open")
        .order_by(request.c.send_at, request.c.first_seq)
        .limit(1)
        .with_for_update(skip_locked=True, of=request)
    )
    row = connection.execute(
        update(request)
        .where(request.c.id == first.scalar_subquery(), request.c.state == "pending")
        .values(owner=owner, lease_until=lease_until)
        .returning(request)
    ).first()
    if row is None:
        return None
    return _request(row)


def _request(row: Any) -> Request:
    run = Run(row.variant, row.first_seq, row.last_seq)
    return Request(row.id, row.campaign_id, row.attempt_id, run, row.send_at, row.owner)


def waiting(connection: Connection, campaign_id: int) -> bool:
    """Whether a request of an open attempt is still to be posted."""
    query = exists().where(
        request.c.campaign_id == campaign_id,
        request.c.state == "pending",
        request.c.attempt_id == attempt.c.id,
        attempt.c.state == "open",
    )
    return bool(connection.scalar(select(query)))


def people_of(connection: Connection, wanted: Request) -> list[Recipient]:
    """Who is to get the request, without those who have an outcome of their own."""
    columns = recipient.c
    query = select(
        columns.seq,
        columns.address,
        columns.subject,
        columns.substitutions,
        columns.unsubscribe_url,
    ).where(*_of(wanted), columns.outcome.is_(None))
    return [Recipient(*row) for row in connection.execute(query.order_by(columns.seq))]


def withhold(connection: Connection, wanted: Request) -> int:
    """Leave out whoever left since the freeze; how many that were."""
    left = select(func.min(suppression.c.reason)).where(suppression.c.key == recipient.c.key)
    fallen = select(func.min(subscriber.c.standing)).where(
        subscriber.c.id == recipient.c.subscriber_id, subscriber.c.standing != "subscribed"
    )
    reason = func.coalesce(left.scalar_subquery(), fallen.scalar_subquery())
    return connection.execute(
        update(recipient)
        .where(*_of(wanted), recipient.c.outcome.is_(None), reason.is_not(None))
        .values(outcome="withheld", reason=reason)
    ).rowcount


@dataclass(frozen=True)
class Claim:
    """When a request is posted, until when its owner is believed to live, and how many may be on their way."""

    now: int
    lease_until: int
    most_on_their_way: int = 1


def claim(connection: Connection, wanted: Request, claiming: Claim) -> bool:
    """Mark the request as being posted; False where it was stopped, taken, is too early or too late."""
    if throttled_until(connection) > claiming.now:
        return False
    going_on = exists().where(
        campaign.c.id == request.c.campaign_id, campaign.c.stop.is_(None), APPROVED
    )
    in_time = exists().where(
        attempt.c.id == request.c.attempt_id,
        attempt.c.state == "open",
        attempt.c.post_until > claiming.now,
    )
    others = request.alias("others")
    on_their_way = select(func.count()).where(others.c.state == "posting").scalar_subquery()
    claimed = connection.execute(
        update(request)
        .where(request.c.id == wanted.id, request.c.state == "pending")
        .where(request.c.owner == wanted.owner, going_on, in_time)
        .where(on_their_way < claiming.most_on_their_way)
        .values(state="posting", posted_at=claiming.now, lease_until=claiming.lease_until)
        .returning(request.c.id)
    )
    return claimed.first() is not None


def throttled_until(connection: Connection) -> int:
    """Before when nobody posts; whoever asks in a transaction that writes has the turn until it ends."""
    query = select(throttle.c.not_before).where(throttle.c.id == 1).with_for_update()
    found = connection.scalar(query)
    if found is None:
        connection.execute(insert(throttle).values(id=1))
    return found or 0


def hold_back(connection: Connection, until: int) -> None:
    """Let no process post before *until*, the provider's time."""
    throttled_until(connection)
    later = update(throttle).where(throttle.c.not_before < until)
    connection.execute(later.values(not_before=until))


def settle(
    connection: Connection, wanted: Request, state: str, now: int, answered: Answered
) -> None:
    """Write what became of the request; raises where its state does not lead to *state*.

    A request that somebody else gave up as unknown meanwhile keeps the better knowledge of whoever posted it.
    """
    changed = connection.execute(
        update(request)
        .where(request.c.id == wanted.id, request.c.state.in_(before(REQUEST, state)))
        .values(
            state=state,
            settled_at=now,
            status=answered.status,
            message_id=answered.message_id,
            answer=answered.words,
            owner="",
            lease_until=None,
        )
    )
    if changed.rowcount != 1:
        raise NewsletterError(
            f"the ledger was changed by another process meanwhile (request {wanted.id} cannot become "
            f"{state}); type newsletter status {wanted.campaign_id}"
        )


def refuse_people(
    connection: Connection, wanted: Request, refusals: Iterable[tuple[int, str]]
) -> None:
    """Leave out the recipients that the provider refuses, each with its reason."""
    for seq, reason in refusals:
        connection.execute(
            update(recipient)
            .where(
                recipient.c.campaign_id == wanted.campaign_id,
                recipient.c.seq == seq,
                recipient.c.outcome.is_(None),
            )
            .values(outcome="refused", reason=reason)
        )


def refused_of(connection: Connection, wanted: Request, *, but: str) -> int:
    """How many people of the request were refused so far, for other reasons than *but*."""
    query = select(func.count()).select_from(recipient)
    refused = (recipient.c.outcome == "refused") & (recipient.c.reason != but)
    return connection.scalar(query.where(*_of(wanted), refused)) or 0


def split(connection: Connection, wanted: Request) -> Sequence[Run]:
    """Two pending requests in place of one that is too large."""
    first, second = halves(wanted.run)
    connection.execute(
        update(request)
        .where(request.c.id == wanted.id, request.c.state == "pending")
        .values(last_seq=first.last)
    )
    connection.execute(
        insert(request).values(
            campaign_id=wanted.campaign_id,
            attempt_id=wanted.attempt_id,
            variant=second.variant,
            first_seq=second.first,
            last_seq=second.last,
            send_at=wanted.send_at,
        )
    )
    return first, second


def give_up_posting(connection: Connection, now: int | None = None) -> int:
    """Requests whose process died while posting become unknown.

    Without *now* all of them are: only while nobody can be posting. With it those whose lease is over.
    """
    dead = update(request).where(request.c.state == "posting")
    if now is not None:
        dead = dead.where(request.c.lease_until <= now)
    words = "the program ended before an answer came"
    values = {"state": "unknown", "answer": words, "owner": "", "lease_until": None}
    return connection.execute(dead.values(values)).rowcount


def unknown_requests(connection: Connection, campaign_id: int) -> list[Request]:
    """The requests without an answer, in order."""
    query = (
        select(request)
        .join(attempt)
        .where(request.c.campaign_id == campaign_id, request.c.state == "unknown")
        .where(attempt.c.state != "cancelled")
        .order_by(request.c.first_seq)
    )
    return [_request(row) for row in connection.execute(query)]


def resolve(connection: Connection, wanted: Request, state: str, now: int) -> None:
    """Write what evidence or a person says of an unknown request: accepted, or void: its people are pending again."""
    settle(connection, wanted, state, now, Answered(words="settled by evidence or by a person"))


def posting(connection: Connection, campaign_id: int) -> bool:
    """Whether a request of the campaign is on its way."""
    query = select(
        exists().where(request.c.campaign_id == campaign_id, request.c.state == "posting")
    )
    return bool(connection.scalar(query))


def _of(wanted: Request) -> tuple[ColumnElement[bool], ...]:
    return (
        recipient.c.campaign_id == wanted.campaign_id,
        recipient.c.seq.between(wanted.run.first, wanted.run.last),
    )
