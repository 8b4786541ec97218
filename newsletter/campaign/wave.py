"""This module opens waves: people whose mail is not under way yet go into requests under one batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy import Connection, exists, func, insert, select, update

from newsletter.campaign.counts import DECIDING
from newsletter.campaign.ranges import Run, gaps, most_people, overlap, whole_variant
from newsletter.campaign.states import ATTEMPT, before
from newsletter.errors import NewsletterError
from newsletter.store import attempt, campaign, picture, recipient, request, variant, wave


@dataclass(frozen=True)
class Attempt:
    """One try at a wave, under one batch of the provider; its mails leave from *send_at* to *last_send_at*."""

    id: int
    wave_id: int
    number: int
    campaign_id: int
    batch_id: str
    send_at: int
    last_send_at: int
    post_until: int
    state: str
    stopped_at: int = 0
    """When its pause or cancellation was decided, before the provider was asked."""
    confirmed_at: int = 0
    """By when the provider had certainly done it; 0 while it has not said so."""


@dataclass(frozen=True)
class Batch:
    """What an attempt needs from the provider: a batch, and until when it may be posted to."""

    id: str
    post_until: int


@dataclass(frozen=True)
class Gap:
    """People of one variant who are in no request yet."""

    run: Run
    zone: str
    """Their time zone, where each reader has an hour of their own."""
    most: int
    """How many of them one request can hold."""
    before: int
    """How many people of the campaign come before them."""


@dataclass(frozen=True)
class Planned:
    """A request to be: whom, and when it leaves."""

    run: Run
    send_at: int


def unassigned(connection: Connection, campaign_id: int) -> list[Gap]:
    """Recipients who still wait for a request that could reach them, in order; before others who do, some may have left."""
    gaps = without_request(connection, campaign_id)
    return [found for gap in gaps if (found := _from_first_pending(connection, campaign_id, gap))]


def _from_first_pending(connection: Connection, campaign_id: int, gap: Gap) -> Gap | None:
    """*gap* without those at its head who have an outcome of their own: their time would be due for ever."""
    run = gap.run
    query = (
        select(recipient.c.seq)
        .where(
            recipient.c.campaign_id == campaign_id,
            recipient.c.seq.between(run.first, run.last),
            recipient.c.outcome.is_(None),
        )
        .order_by(recipient.c.seq)
        .limit(1)
    )
    first = connection.scalar(query)
    if first is None:
        return None
    return replace(gap, run=replace(run, first=first), before=gap.before + first - run.first)


def without_request(connection: Connection, campaign_id: int) -> list[Gap]:
    """Recipients that are in no request which could still reach them, in order, whatever became of them."""
    weight = select(func.coalesce(func.sum(func.length(picture.c.content)), 0))
    pictures = connection.execute(weight.where(picture.c.campaign_id == campaign_id)).scalar_one()
    return [*_gaps(connection, campaign_id, pictures)]


def _gaps(connection: Connection, campaign_id: int, pictures: int) -> Iterator[Gap]:
    # JSON writes quotes and line ends with two bytes, base64 four for three.
    letter = func.length(variant.c.html) + func.length(variant.c.text)
    columns = (variant.c.number, variant.c.recipients, variant.c.largest, variant.c.zone, letter)
    query = select(*columns).where(variant.c.campaign_id == campaign_id).order_by(variant.c.number)
    taken = _taken(connection, campaign_id)
    earlier = 0
    for number, recipients, largest, zone, size in connection.execute(query).all():
        whole = whole_variant(number, recipients)
        most = most_people(2 * size + pictures * 4 // 3, largest)
        for run in gaps(whole, taken.get(number, ())):
            yield Gap(run, zone, most, earlier + run.first - whole.first)
        earlier += recipients


def open_wave(
    connection: Connection, campaign_id: int, batch: Batch, planned: Sequence[Planned]
) -> Attempt | None:
    """Put the people planned into requests of a new wave; None where a person stopped the campaign.

    Raises NewsletterError where some of them are under way already: whoever planned may have lost the campaign's lock
    with its connection (PostgreSQL), and another process may have opened a wave for them.
    """
    stop = connection.scalar(select(campaign.c.stop).where(campaign.c.id == campaign_id))
    if stop or not planned:
        return None
    taken = _taken(connection, campaign_id).items()
    under_way = [Run(number, *ends) for number, ranges in taken for ends in ranges]
    if overlap([*under_way, *(one.run for one in planned)]):
        raise _changed_meanwhile("somebody of the new wave is under way already")
    waves = select(func.count()).where(wave.c.campaign_id == campaign_id)
    number = 1 + connection.execute(waves).scalar_one()
    wave_id = connection.execute(
        insert(wave).values(campaign_id=campaign_id, number=number).returning(wave.c.id)
    ).scalar_one()
    return open_attempt(connection, campaign_id, (wave_id, 1), batch, planned)


def open_attempt(
    connection: Connection,
    campaign_id: int,
    place: tuple[int, int],
    batch: Batch,
    planned: Sequence[Planned],
) -> Attempt:
    """A new attempt at *place* (the wave's id, the attempt's number) with its requests."""
    times = [one.send_at for one in planned]
    values = {"wave_id": place[0], "number": place[1], "batch_id": batch.id}
    values |= {"send_at": min(times), "last_send_at": max(times), "post_until": batch.post_until}
    attempt_id = connection.execute(
        insert(attempt).values(values).returning(attempt.c.id)
    ).scalar_one()
    ids = {"campaign_id": campaign_id, "attempt_id": attempt_id}
    rows = [
        {
            **ids,
            "variant": one.run.variant,
            "first_seq": one.run.first,
            "last_seq": one.run.last,
            "send_at": one.send_at,
        }
        for one in planned
    ]
    connection.execute(insert(request), rows)
    return Attempt(
        attempt_id, *place, campaign_id, batch.id, min(times), max(times), batch.post_until, "open"
    )


def attempts(connection: Connection, campaign_id: int | None = None) -> list[Attempt]:
    """The attempts that count, oldest first: of one campaign, or of all."""
    query = select(attempt, wave.c.campaign_id).join(wave).where(attempt.c.state != "cancelled")
    if campaign_id is not None:
        query = query.where(wave.c.campaign_id == campaign_id)
    return [_attempt(row) for row in connection.execute(query.order_by(attempt.c.id))]


def _attempt(row: object) -> Attempt:
    names = Attempt.__dataclass_fields__
    return Attempt(**{name: getattr(row, name) for name in names})


def move(connection: Connection, attempt_id: int, state: str, **values: int) -> None:
    """Bring an attempt into *state*; raises where it is in none that may lead there."""
    changed = connection.execute(
        update(attempt)
        .where(attempt.c.id == attempt_id, attempt.c.state.in_(before(ATTEMPT, state)))
        .values(state=state, **values)
    )
    if changed.rowcount != 1:
        raise _changed_meanwhile(f"attempt {attempt_id} cannot become {state}")


def _changed_meanwhile(why: str) -> NewsletterError:
    return NewsletterError(
        f"the ledger was changed by another process meanwhile ({why}); type the same command again"
    )


def close_attempts(connection: Connection, campaign_id: int, now: int) -> None:
    """Open attempts that are complete are posted; those that take no more posts give back who was not posted."""
    mine = attempt.c.wave_id.in_(select(wave.c.id).where(wave.c.campaign_id == campaign_id))
    late = (attempt.c.state == "open") & (attempt.c.post_until <= now)
    over = select(attempt.c.id).where(mine, late | (attempt.c.state == "posted"))
    connection.execute(
        update(request)
        .where(request.c.attempt_id.in_(over), request.c.state == "pending")
        .values(state="void", settled_at=now)
    )
    waiting = exists().where(
        request.c.attempt_id == attempt.c.id, request.c.state.in_(("pending", "posting"))
    )
    connection.execute(
        update(attempt).where(mine, attempt.c.state == "open", ~waiting).values(state="posted")
    )


def _taken(connection: Connection, campaign_id: int) -> dict[int, list[tuple[int, int]]]:
    query = (
        select(request.c.variant, request.c.first_seq, request.c.last_seq)
        .where(request.c.campaign_id == campaign_id, DECIDING)
        .order_by(request.c.variant)
    )
    rows = connection.execute(query).all()
    return {
        number: [(row.first_seq, row.last_seq) for row in group]
        for number, group in groupby(rows, key=lambda row: row.variant)
    }
