"""This module counts what the provider told about a campaign: people, not events."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from newsletter.store import OUTCOME_OF_RANK, attempt, event

GOT_IT = ("delivered", "unsubscribed", "complained")
"""Whoever leaves or complains has got it."""


@dataclass(frozen=True)
class Tally:
    """How many people had which end; a person counts once, by the highest rank."""

    processed: int = 0
    """Taken by SendGrid and not told of since."""
    deferred: int = 0
    delivered: int = 0
    blocked: int = 0
    dropped: int = 0
    bounced: int = 0
    unsubscribed: int = 0
    complained: int = 0
    opened: int = 0
    """Without the opens that mail programs make on their own (Apple's Mail Privacy Protection)."""
    clicked: int = 0

    @property
    def got_it(self) -> int:
        """To how many people it was delivered."""
        return sum(getattr(self, kind) for kind in GOT_IT)

    @property
    def told(self) -> bool:
        """Whether anything was told at all."""
        return self != Tally()


def tally(connection: Connection, campaign_id: int) -> Tally:
    """What became of the campaign's people; events of attempts that were taken back do not count."""
    best = (
        select(event.c.seq, func.max(event.c.rank).label("rank"))
        .where(_live(campaign_id), event.c.rank > 0)
        .group_by(event.c.seq)
        .subquery()
    )
    ends = select(best.c.rank, func.count()).group_by(best.c.rank)
    counted = {OUTCOME_OF_RANK[rank]: people for rank, people in connection.execute(ends)}
    for kind in ("opened", "clicked"):
        people = select(func.count(event.c.seq.distinct())).where(
            _live(campaign_id), event.c.kind == kind, event.c.machine == 0
        )
        counted[kind] = connection.scalar(people) or 0
    return Tally(**counted)


def _live(campaign_id: int) -> ColumnElement[bool]:
    live = select(attempt.c.id).where(attempt.c.state != "cancelled")
    return (event.c.campaign_id == campaign_id) & event.c.attempt_id.in_(live)
