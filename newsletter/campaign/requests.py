"""This module claims and settles requests: each change names the state it expects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from newsletter.campaign.ranges import Run, halves
from newsletter.campaign.statements import (
    CLAIM,
    HOLD_STILL,
    PEOPLE,
    RESERVE,
    SETTLE,
    THROTTLED,
    WITHHOLD,
)
from newsletter.campaign.states import REQUEST, before
from newsletter.campaign.stop import stop_reason, take_back_rest
from newsletter.campaign.wave import Attempt
from newsletter.errors import NewsletterError
from newsletter.store import (
    attempt,
    campaign,
    insert_new,
    recipient,
    request,
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


class Recipient(NamedTuple):
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
    row = connection.execute(
        RESERVE, {"campaign": campaign_id, "me": owner, "at": now, "until": lease_until}
    ).first()
    return None if row is None else _request(row)


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


def prepared(connection: Connection, campaign_id: int, now: int) -> bool:
    """Whether somebody who may still live prepares a request of the campaign."""
    query = exists().where(
        request.c.campaign_id == campaign_id,
        request.c.state == "pending",
        request.c.lease_until > now,
        request.c.attempt_id == attempt.c.id,
        attempt.c.state == "open",
    )
    return bool(connection.scalar(select(query)))


def people_of(connection: Connection, wanted: Request) -> list[Recipient]:
    """Who is to get the request, without those who have an outcome of their own."""
    rows = connection.execute(PEOPLE, _people(wanted)).all()
    return [*map(Recipient._make, rows)]


def withhold(connection: Connection, wanted: Request) -> int:
    """Leave out whoever left since the freeze; how many that were."""
    return connection.execute(WITHHOLD, _people(wanted)).rowcount


def _people(wanted: Request) -> Mapping[str, int]:
    run = wanted.run
    return {"campaign": wanted.campaign_id, "first": run.first, "last": run.last}


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
    _hold_still(connection, wanted)
    values = {"number": wanted.id, "me": wanted.owner, "at": claiming.now}
    values |= {"until": claiming.lease_until, "most": claiming.most_on_their_way}
    return connection.execute(CLAIM, values).first() is not None


def _hold_still(connection: Connection, wanted: Request) -> None:
    """Nobody stops the campaign or fences the attempt from here to the commit.

    They look for what is on its way after that, and must find this request (PostgreSQL, Read Committed).
    """
    numbers = (wanted.campaign_id, wanted.attempt_id)
    for statement, number in zip(HOLD_STILL, numbers, strict=True):
        connection.execute(statement, {"number": number})


def waiting_of(connection: Connection, tried: Attempt) -> bool:
    """Whether a request of this attempt is still to be posted."""
    query = exists().where(request.c.attempt_id == tried.id, request.c.state == "pending")
    return bool(connection.scalar(select(query)))


def throttled_until(connection: Connection) -> int:
    """Before when nobody posts; whoever asks in a transaction that writes has the turn until it ends."""
    found: int | None = connection.scalar(THROTTLED)
    if found is None:
        insert_new(connection, throttle, [{"id": 1}])
        found = connection.scalar(THROTTLED)
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

    A request that somebody else gave up as unknown meanwhile keeps the better knowledge of whoever posted it;
    once its wave is cancelled, the answer changes nothing.
    """
    values = {"number": wanted.id, "before": before(REQUEST, state), "after": state, "at": now}
    values |= {"said": answered.status, "message": answered.message_id, "words": answered.words}
    changed = connection.execute(SETTLE, values)
    if changed.rowcount != 1 and not _ended(connection, wanted):
        raise NewsletterError(
            f"the ledger was changed by another process meanwhile (request {wanted.id} cannot become "
            f"{state}); type newsletter status {wanted.campaign_id}"
        )


def _ended(connection: Connection, wanted: Request) -> bool:
    state = connection.scalar(select(request.c.state).where(request.c.id == wanted.id))
    return state in ("cancelled", "void")


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
    """Requests whose process died while posting become unknown; what it only prepared is free again.

    Without *now* all of them are: only while nobody can be posting. With it those whose lease is over.
    """
    dead = update(request).where(request.c.state == "posting")
    if now is None:
        prepared = update(request).where(request.c.state == "pending", request.c.owner != "")
        connection.execute(prepared.values(owner="", lease_until=None))
    else:
        dead = dead.where(func.coalesce(request.c.lease_until, 0) <= now)
    words = "the program ended before an answer came"
    values = {"state": "unknown", "answer": words, "owner": "", "lease_until": None}
    return connection.execute(dead.values(values)).rowcount


def unknown_requests(
    connection: Connection, campaign_id: int, *, left_by: int | None = None
) -> list[Request]:
    """The requests without an answer, in order; with *left_by* those whose mail left by then, if SendGrid has it at all.

    Of mail that is held back, or whose cancellation was asked for, nobody can know yet.
    """
    query = (
        select(request)
        .join(attempt)
        .where(request.c.campaign_id == campaign_id, request.c.state == "unknown")
        .where(attempt.c.state != "cancelled")
        .order_by(request.c.first_seq)
    )
    if left_by is not None:
        gone = attempt.c.state.not_in(("paused", "fencing"))
        held = exists().where(campaign.c.id == campaign_id, campaign.c.stop == "pause")
        query = query.where(request.c.send_at <= left_by, gone, ~held)
    return [_request(row) for row in connection.execute(query)]


def resolve(connection: Connection, wanted: Request, state: str, now: int) -> None:
    """Write what evidence or a person says of an unknown request: accepted, or void: its people are pending again.

    Of a campaign that was taken back nobody stays pending: they may get the edition by another send.
    """
    settle(connection, wanted, state, now, Answered(words="settled by evidence or by a person"))
    stop, _ = stop_reason(connection, wanted.campaign_id)
    if stop == "undo":
        take_back_rest(connection, wanted.campaign_id)


def posted_for(connection: Connection, edition_id: str) -> int:
    """For how many people mail of the edition was ever posted, whatever became of it; people of two attempts twice."""
    size = request.c.last_seq - request.c.first_seq + 1
    query = select(func.coalesce(func.sum(size), 0)).join_from(
        request, campaign, campaign.c.id == request.c.campaign_id
    )
    posted = (campaign.c.edition_id == edition_id) & request.c.posted_at.is_not(None)
    return int(connection.execute(query.where(posted)).scalar_one())


def posting(connection: Connection, campaign_id: int) -> bool:
    """Whether a request of the campaign is on its way."""
    query = select(
        exists().where(request.c.campaign_id == campaign_id, request.c.state == "posting")
    )
    return bool(connection.scalar(query))


def leased_until(connection: Connection, campaign_id: int) -> int | None:
    """When the last request on its way is answered, or whoever posted it is dead; None where none is on its way."""
    on_its_way = (request.c.campaign_id == campaign_id) & (request.c.state == "posting")
    found: int | None = connection.scalar(select(func.max(request.c.lease_until)).where(on_its_way))
    return found


def _of(wanted: Request) -> tuple[ColumnElement[bool], ...]:
    return (
        recipient.c.campaign_id == wanted.campaign_id,
        recipient.c.seq.between(wanted.run.first, wanted.run.last),
    )
