"""This module defines the table of events: what the provider told about mail that was handed over."""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from newsletter.store.columns import metadata, number, one_of, words

EVENT_RANKS: Mapping[str, int] = {
    "resubscribed": 0,
    "processed": 1,
    "deferred": 2,
    "delivered": 3,
    "opened": 3,
    "clicked": 3,
    "blocked": 4,
    "dropped": 5,
    "bounced": 6,
    "unsubscribed": 7,
    "complained": 8,
}
"""The highest rank is what became of a mail, in whatever order the events came; whoever opens it has got it."""

OUTCOME_OF_RANK: Mapping[int, str] = {
    rank: kind for kind, rank in EVENT_RANKS.items() if kind not in ("opened", "clicked")
}

event = Table(
    "event",
    metadata,
    number(),
    Column("provider_id", Text, nullable=False, unique=True),
    words("message_id"),
    Column("kind", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("campaign_id", Integer),
    Column("attempt_id", Integer),
    Column("seq", BigInteger),
    words("reason"),
    Column("machine", Integer, nullable=False, server_default="0"),
    Column("received_at", Integer, nullable=False),
    UniqueConstraint("message_id", "kind", "at", "key"),
    Index("event_recipient", "campaign_id", "seq"),
    one_of("kind", tuple(EVENT_RANKS)),
)
"""Append-only; an event that comes twice is there once, also where the provider gave it a second id.

Whose it is (campaign, attempt, seq) is empty where the provider did not say, as on late bounces.
*machine* marks opens by mail programs on their own. No IP address and no browser is kept.
"""
