"""This module opens waves: everybody whose mail is not under way yet goes into requests under one batch."""

from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, exists, func, insert, select, update

from newsletter.campaign.counts import DECIDING
from newsletter.campaign.ranges import Run, cut, gaps, most_people, whole_variant
from newsletter.campaign.states import ATTEMPT, before
from newsletter.errors import NewsletterError
from newsletter.store import attempt, campaign, picture, request, variant, wave


@dataclass(frozen=True)
class Attempt:
    """One try at a wave, under one batch of the provider."""

    id: int
    campaign_id: int
    batch_id: str
    send_at: int
    post_until: int
    state: str


@dataclass(frozen=True)
class Batch:
    """What an attempt needs from the provider: a batch, when it leaves, until when it may be posted to."""

    id: str
    send_at: int
    post_until: int


def unassigned(connection: Connection, campaign_id: int) -> list[Run]:
    """Recipients that are in no request which could still reach them, cut into requests to be."""
    weight = select(func.coalesce(func.sum(func.length(picture.c.content)), 0))
    pictures = connection.execute(weight.where(picture.c.campaign_id == campaign_id)).scalar_one()
    # JSON writes quotes and line ends with two bytes, base64 four for three.
    letter = func.length(variant.c.html) + func.length(variant.c.text)
    query = select(variant.c.number, variant.c.recipients, variant.c.largest, letter)
    rows = connection.execute(query.where(variant.c.campaign_id == campaign_id)).all()
    taken = _taken(connection, campaign_id)
    return [
        piece
        for number, recipients, largest, size in sorted(rows)
        for run in gaps(whole_variant(number, recipients), taken.get(number, ()))
        for piece in cut(run, most_people(2 * size + pictures * 4 // 3, largest))
    ]


def open_wave(connection: Connection, campaign_id: int, batch: Batch) -> Attempt | None:
    """Put everybody unassigned into requests of a new wave; None where a person stopped the campaign."""
    runs = unassigned(connection, campaign_id)
    stopped = connection.scalar(select(campaign.c.stop).where(campaign.c.id == campaign_id))
    if stopped or not runs:
        return None
    waves = select(func.count()).where(wave.c.campaign_id == campaign_id)
    number = 1 + connection.execute(waves).scalar_one()
    wave_id = connection.execute(
        insert(wave).values(campaign_id=campaign_id, number=number).returning(wave.c.id)
    ).scalar_one()
    values = {"batch_id": batch.id, "send_at": batch.send_at, "post_until": batch.post_until}
    attempt_id = connection.execute(
        insert(attempt).values(wave_id=wave_id, number=1, **values).returning(attempt.c.id)
    ).scalar_one()
    ids = {"campaign_id": campaign_id, "attempt_id": attempt_id}
    connection.execute(
        insert(request),
        [
            {**ids, "variant": run.variant, "first_seq": run.first, "last_seq": run.last}
            for run in runs
        ],
    )
    return Attempt(attempt_id, campaign_id, batch.id, batch.send_at, batch.post_until, "open")


def attempts(connection: Connection, campaign_id: int) -> list[Attempt]:
    """The attempts that count, oldest first."""
    query = (
        select(attempt, wave.c.campaign_id)
        .join(wave)
        .where(wave.c.campaign_id == campaign_id, attempt.c.state != "cancelled")
        .order_by(attempt.c.id)
    )
    return [
        Attempt(row.id, row.campaign_id, row.batch_id, row.send_at, row.post_until, row.state)
        for row in connection.execute(query)
    ]


def move(connection: Connection, attempt_id: int, state: str) -> None:
    """Bring an attempt into *state*; raises where it is in none that may lead there."""
    changed = connection.execute(
        update(attempt)
        .where(attempt.c.id == attempt_id, attempt.c.state.in_(before(ATTEMPT, state)))
        .values(state=state)
    )
    if changed.rowcount != 1:
        raise NewsletterError(
            f"the ledger was changed by another process meanwhile (attempt {attempt_id} cannot become "
            f"{state}); type the same command again"
        )


def close_attempts(connection: Connection, campaign_id: int, now: int) -> None:
    """Open attempts that are complete are posted; those whose time is over give back who was not posted."""
    mine = attempt.c.wave_id.in_(select(wave.c.id).where(wave.c.campaign_id == campaign_id))
    over = select(attempt.c.id).where(mine, attempt.c.state == "open", attempt.c.post_until <= now)
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
