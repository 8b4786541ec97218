"""This module defines the tables of lists, subscribers, consent and suppression.

Times are whole seconds since 1970 (UTC); dates are ISO text; tags and names are JSON lists.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from newsletter.store.columns import metadata, number, one_of, words

STANDINGS = ("subscribed", "unsubscribed", "bounced", "complained", "erased")
"""From best to worst: merging only ever lowers a standing."""

CONSENTS = ("none", "unconfirmed", "confirmed")

source = Table(
    "source",
    metadata,
    number(),
    Column("list", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("merged_at", Integer, nullable=False),
    Index("source_list", "list"),
)
"""One reading of a list file; the same bytes are merged once."""

subscriber = Table(
    "subscriber",
    metadata,
    number(),
    Column("key", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False),
    words("first_name"),
    words("last_name"),
    words("names", "[]"),
    words("city"),
    words("language"),
    words("signed_up"),
    words("tags", "[]"),
    words("standing", "subscribed"),
    words("consent", "none"),
    Column("updated_at", Integer, nullable=False),
    one_of("standing", STANDINGS),
    one_of("consent", CONSENTS),
)
"""One address; *key* is the address lower-cased, for comparing, *address* is what mail is sent to."""

list_row = Table(
    "list_row",
    metadata,
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("subscriber_id", ForeignKey("subscriber.id")),
    Column("reason", Text),
    PrimaryKeyConstraint("source_id", "line"),
    Index("list_row_subscriber", "subscriber_id"),
    CheckConstraint("(subscriber_id IS NULL) <> (reason IS NULL)", name="fate"),
)
"""Every row of every list: whose it is, or why it was rejected."""

change = Table(
    "change",
    metadata,
    number(),
    Column("subscriber_id", ForeignKey("subscriber.id"), nullable=False),
    Column("source_id", ForeignKey("source.id")),
    Column("line", Integer),
    Column("field", Text, nullable=False),
    words("was"),
    words("now"),
    Column("at", Integer, nullable=False),
    Index("change_subscriber", "subscriber_id"),
)
"""Append-only: which row of which list set a field of a subscriber."""

consent_log = Table(
    "consent_log",
    metadata,
    number(),
    Column("subscriber_id", ForeignKey("subscriber.id"), nullable=False),
    Column("consent", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("given_on", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Index("consent_log_subscriber", "subscriber_id"),
)
"""Append-only proof of consent: what, when, where from, in which words (GDPR art. 7(1))."""

suppression = Table(
    "suppression",
    metadata,
    Column("key", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("campaign_id", Integer),
    PrimaryKeyConstraint("key", "reason", "origin"),
    one_of("reason", STANDINGS[1:]),
)
"""Who may not be mailed, by what came home: written by feedback, read by the audience and before each request."""
