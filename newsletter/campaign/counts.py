"""This module counts what became of everybody in a campaign; the sum always adds up."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from newsletter.errors import NewsletterError
from newsletter.store import attempt, campaign, recipient, request

OUTCOME_OF_STATE = {
    "pending": "pending",
    "posting": "unknown",
    "accepted": "accepted",
    "refused": "refused",
    "unknown": "unknown",
    "cancelled": "cancelled",
    "expired": "expired",
}
"""A request without an answer is unknown, also while it is on its way."""


@dataclass(frozen=True)
class Counts:
    """How many of the frozen recipients had which fate."""

    frozen: int = 0
    accepted: int = 0
    refused: int = 0
    withheld: int = 0
    cancelled: int = 0
    expired: int = 0
    unknown: int = 0
    pending: int = 0

    @property
    def adds_up(self) -> bool:
        parts = (getattr(self, entry.name) for entry in fields(self) if entry.name != "frozen")
        return bool(self.frozen == sum(parts))


# Only what can still decide a fate: no request whose people went elsewhere, no attempt taken back.
DECIDING = and_(
    request.c.state != "void",
    request.c.attempt_id == attempt.c.id,
    attempt.c.state != "cancelled",
)


def counts(connection: Connection, campaign_id: int) -> Counts:
    """What became of everybody in the campaign; raises NewsletterError where there is no such campaign."""
    frozen = connection.scalar(select(campaign.c.frozen).where(campaign.c.id == campaign_id))
    if frozen is None:
        raise NewsletterError(
            f"there is no campaign {campaign_id}; type newsletter campaigns to see them all"
        )
    found = dict.fromkeys((entry.name for entry in fields(Counts)), 0)
    for outcome, people in connection.execute(_by_outcome(campaign_id)):
        found[outcome] += people
    for state, people in connection.execute(_by_state(campaign_id)):
        found[OUTCOME_OF_STATE[state]] += people
    found["pending"] += frozen - sum(found.values())  # in no request yet
    return Counts(**{**found, "frozen": frozen})


def _by_outcome(campaign_id: int) -> Select[Any]:
    return (
        select(recipient.c.outcome, func.count())
        .where(recipient.c.campaign_id == campaign_id, recipient.c.outcome.is_not(None))
        .group_by(recipient.c.outcome)
    )


def _by_state(campaign_id: int) -> Select[Any]:
    apart = (
        select(func.count())
        .where(
            recipient.c.campaign_id == request.c.campaign_id,
            recipient.c.seq.between(request.c.first_seq, request.c.last_seq),
            recipient.c.outcome.is_not(None),
        )
        .correlate(request)
        .scalar_subquery()
    )
    size = request.c.last_seq - request.c.first_seq + 1
    return (
        select(request.c.state, func.sum(size - apart))
        .where(request.c.campaign_id == campaign_id, DECIDING)
        .group_by(request.c.state)
    )
