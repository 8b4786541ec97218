"""This module claims and settles requests: each change names the state it expects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from newsletter.campaign.ranges import Run, halves
from newsletter.campaign.states import REQUEST, before
from newsletter.errors import NewsletterError
from newsletter.store import attempt, campaign, recipient, request, subscriber, suppression


@dataclass(frozen=True)
class Request:
    """At most 1,000 recipients of one variant, posted together."""

    id: int
    campaign_id: int
    attempt_id: int
    run: Run


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


def next_request(connection: Connection, campaign_id: int) -> Request | None:
    """The first request that waits to be posted."""
    row = connection.execute(
        select(request)
        .join(attempt)
        .where(
            request.c.campaign_id == campaign_id,
            request.c.state == "pending",
            attempt.c.state == "open",
        )
        .order_by(request.c.first_seq)
        .limit(1)
    ).first()
    if row is None:
        return None
    run = Run(row.variant, row.first_seq, row.last_seq)
    return Request(row.id, row.campaign_id, row.attempt_id, run)


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


def claim(connection: Connection, wanted: Request, now: int) -> bool:
    """Mark the request as being posted; False where it was stopped, taken or is too late."""
    going_on = exists().where(campaign.c.id == request.c.campaign_id, campaign.c.stop.is_(None))
    in_time = exists().where(
        attempt.c.id == request.c.attempt_id, attempt.c.state == "open", attempt.c.post_until > now
    )
    claimed = connection.execute(
        update(request)
        .where(request.c.id == wanted.id, request.c.state == "pending", going_on, in_time)
        .values(state="posting", posted_at=now)
        .returning(request.c.id)
    )
    return claimed.first() is not None


def settle(
    connection: Connection, wanted: Request, state: str, now: int, answered: Answered
) -> None:
    """Write what became of the request; raises where its state does not lead to *state*."""
    changed = connection.execute(
        update(request)
        .where(request.c.id == wanted.id, request.c.state.in_(before(REQUEST, state)))
        .values(
            state=state,
            settled_at=now,
            status=answered.status,
            message_id=answered.message_id,
            answer=answered.words,
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
        )
    )
    return first, second


def give_up_posting(connection: Connection, campaign_id: int | None = None) -> int:
    """Requests whose process died while posting become unknown; call it only while nobody can be posting."""
    dead = update(request).where(request.c.state == "posting")
    if campaign_id is not None:
        dead = dead.where(request.c.campaign_id == campaign_id)
    words = "the program ended before an answer came"
    return connection.execute(dead.values(state="unknown", answer=words)).rowcount


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
