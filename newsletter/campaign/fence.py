"""This module fences waves: an attempt with an unknown outcome is cancelled as a whole and posted again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from newsletter.campaign.ranges import Run
from newsletter.campaign.stop import stop_reason
from newsletter.campaign.wave import Attempt, Batch, Planned, attempts, move, open_attempt
from newsletter.store import attempt, request

MOST_ATTEMPTS = 3
"""At a wave: two fences."""


@dataclass(frozen=True)
class Doubt:
    """A live attempt of which the provider may or may not have some request."""

    attempt: Attempt
    posted_at: int
    """When the last of its unanswered requests was posted, by the provider's time."""
    leased_until: int
    """By when the last that is still on its way is answered, or its process is dead; 0 where none is."""
    people: int
    """How many people the whole attempt is for."""

    @property
    def begun(self) -> bool:
        """Whether its cancellation was decided already."""
        return self.attempt.state == "fencing"


def doubts(connection: Connection, campaign_id: int) -> list[Doubt]:
    """The live attempts with a request that is unknown or was being fenced already, oldest first."""
    found = []
    for one in attempts(connection, campaign_id):
        columns = request.c
        query = select(
            func.max(columns.posted_at).filter(columns.state.in_(("unknown", "posting"))),
            func.max(columns.lease_until).filter(columns.state == "posting"),
            func.count().filter(columns.state == "unknown"),
            func.coalesce(func.sum(columns.last_seq - columns.first_seq + 1), 0),
        ).where(columns.attempt_id == one.id)
        posted_at, leased_until, unknown, people = connection.execute(query).one()
        if one.batch_id and (unknown or one.state == "fencing"):
            found.append(Doubt(one, posted_at or 0, leased_until or 0, people))
    return found


def in_doubt(connection: Connection, campaign_id: int) -> bool:
    """Whether an attempt is in doubt that was not fenced as often as may be."""
    return any(
        doubt.begun or doubt.attempt.number < MOST_ATTEMPTS
        for doubt in doubts(connection, campaign_id)
    )


def doubted_until(found: Sequence[Doubt]) -> int:
    """When the last mail leaves of which a fence may still settle the fate; 0 where nothing is in doubt."""
    return max(
        (one.attempt.send_at for one in found if one.attempt.number < MOST_ATTEMPTS), default=0
    )


def begin_fence(connection: Connection, fenced: Attempt, asked_at: int = 0) -> None:
    """Nothing more is posted under the attempt; its cancellation is decided, and asked for from *asked_at* on."""
    if fenced.state != "fencing":
        move(connection, fenced.id, "fencing", slot=1, stopped_at=fenced.stopped_at or asked_at)


def begin_asking(connection: Connection, fenced: Attempt, now: int) -> None:
    """The provider is about to be asked to cancel the attempt."""
    connection.execute(
        update(attempt)
        .where(attempt.c.id == fenced.id, attempt.c.stopped_at == 0)
        .values(stopped_at=now)
    )


def end_fence(
    connection: Connection, fenced: Attempt, batch: Batch | None, later: int, now: int
) -> Attempt | None:
    """The attempt is cancelled for certain; its people go into the next one, *later* seconds later.

    None where a person stopped the campaign meanwhile, or without a *batch*: they are pending then.
    """
    planned = _planned(connection, fenced.id, later)
    move(connection, fenced.id, "cancelled")
    _end_requests(connection, fenced.id, now)
    stopped, _ = stop_reason(connection, fenced.campaign_id)
    if stopped or batch is None or not planned:
        return None
    place = (fenced.wave_id, fenced.number + 1)
    return open_attempt(connection, fenced.campaign_id, place, batch, planned)


def give_up_fence(connection: Connection, fenced: Attempt) -> None:
    """It was too late to cancel: what is unknown stays unknown, who was not posted goes with a later wave."""
    move(connection, fenced.id, "posted")
    connection.execute(
        update(request)
        .where(request.c.attempt_id == fenced.id, request.c.state == "pending")
        .values(state="void")
    )


def doubt_all(connection: Connection, fenced: Attempt, words: str) -> None:
    """A cancellation was confirmed too late to be sure of: who had accepted mail is unknown now."""
    give_up_fence(connection, fenced)
    connection.execute(
        update(request)
        .where(request.c.attempt_id == fenced.id, request.c.state == "accepted")
        .values(state="unknown", answer=words)
    )


def _planned(connection: Connection, attempt_id: int, later: int) -> list[Planned]:
    columns = request.c
    query = select(columns.variant, columns.first_seq, columns.last_seq, columns.send_at)
    going = columns.state.in_(("pending", "accepted", "unknown"))
    rows = connection.execute(query.where(columns.attempt_id == attempt_id, going))
    return [Planned(Run(*row[:3]), row.send_at + later) for row in rows]


def _end_requests(connection: Connection, attempt_id: int, now: int) -> None:
    for state, after in (("pending", "void"), ("accepted", "cancelled"), ("unknown", "cancelled")):
        connection.execute(
            update(request)
            .where(request.c.attempt_id == attempt_id, request.c.state == state)
            .values(state=after, settled_at=now)
        )
