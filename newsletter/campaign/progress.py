"""This module tells how far the waves of a campaign are."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from newsletter.store import attempt, request, wave


@dataclass(frozen=True)
class WaveProgress:
    """One wave: its live or last attempt, and how many of its people are handed over."""

    number: int
    attempt: int
    state: str
    send_at: int
    last_send_at: int
    people: int
    posted: int


def waves(connection: Connection, campaign_id: int) -> list[WaveProgress]:
    """The waves of a campaign in order, each by its newest attempt."""
    tries = attempt.alias("tries")
    newest = select(func.max(tries.c.id)).where(tries.c.wave_id == wave.c.id).scalar_subquery()
    size = request.c.last_seq - request.c.first_seq + 1
    query = (
        select(
            wave.c.number,
            attempt.c.number.label("attempt"),
            attempt.c.state,
            attempt.c.send_at,
            attempt.c.last_send_at,
            func.coalesce(func.sum(size), 0).label("people"),
            func.coalesce(func.sum(size).filter(request.c.state != "pending"), 0).label("posted"),
        )
        .join_from(wave, attempt, attempt.c.id == newest)
        .join(request, (request.c.attempt_id == attempt.c.id) & (request.c.state != "void"))
        .where(wave.c.campaign_id == campaign_id)
        .group_by(
            wave.c.number,
            attempt.c.number,
            attempt.c.state,
            attempt.c.send_at,
            attempt.c.last_send_at,
        )
        .order_by(wave.c.number)
    )
    return [WaveProgress(*row) for row in connection.execute(query)]
