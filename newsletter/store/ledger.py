"""This module defines the tables of campaigns: the ledger is the queue."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newsletter.store.columns import metadata, number, one_of, words

campaign = Table(
    "campaign",
    metadata,
    number(),
    Column("edition_id", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("edition_digest", Text, nullable=False),
    Column("letter_digest", Text, nullable=False),
    Column("audience_digest", Text, nullable=False),
    Column("audience", Text),
    Column("envelope", Text, nullable=False),
    Column("frozen", Integer, nullable=False),
    Column("asked_send_at", Integer),
    words("local_time"),
    Column("rate", Integer, nullable=False, server_default="0"),
    words("warmup", "[]"),
    Column("at_once", Integer, nullable=False, server_default="0"),
    Column("undo_seconds", Integer, nullable=False),
    Column("first_send_at", Integer),
    Column("needs_approval", Integer, nullable=False, server_default="0"),
    Column("stop", Text),
    words("stop_reason"),
    Column("created_at", Integer, nullable=False),
    one_of("stop", ("undo", "pause", "halt")),
    Index("campaign_edition", "edition_id"),
)
"""*audience* is what --audience said in place of the article's own words, NULL where nothing did.

*stop* is what a person asked for (undo, pause) or why posting halted; every claim and opening tests it.

*local_time* is a wall time (2026-12-01T09:00) that each reader has in their own zone; *rate* is people an
hour, *warmup* a JSON list of people a day; *first_send_at* is known once the first wave is open.
"""

approval = Table(
    "approval",
    metadata,
    number(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Column("letter_digest", Text, nullable=False),
    Column("audience_digest", Text, nullable=False),
    Index("approval_campaign", "campaign_id"),
)
"""A second person's yes to exactly this letter for exactly these people."""

log_entry = Table(
    "log_entry",
    metadata,
    number(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("at", Integer, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    words("detail"),
    Index("log_entry_campaign", "campaign_id"),
)
"""Append-only: who did what to a campaign, when (the computer's time)."""

throttle = Table(
    "throttle",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("not_before", Integer, nullable=False, server_default="0"),
    CheckConstraint("id = 1", name="only_one"),
)
"""One row for the whole account: before *not_before* (the provider's time) no process posts; claims take turns at it."""

variant = Table(
    "variant",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("largest", Integer, nullable=False),
    words("zone"),
    PrimaryKeyConstraint("campaign_id", "number"),
)
"""One version of the letter; *largest* is what its largest recipient adds to a request, in bytes.

Where each reader has the same hour of their own, there is one for each time *zone* too.
"""

picture = Table(
    "picture",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("cid", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("campaign_id", "cid"),
)

recipient = Table(
    "recipient",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("edition_id", Text, nullable=False),
    Column("subscriber_id", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("variant", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("substitutions", Text, nullable=False),
    words("unsubscribe_url"),
    Column("live", Integer, nullable=False, server_default="1"),
    Column("outcome", Text),
    Column("reason", Text),
    PrimaryKeyConstraint("campaign_id", "seq"),
    ForeignKeyConstraint(["campaign_id", "variant"], ["variant.campaign_id", "variant.number"]),
    one_of("outcome", ("withheld", "refused", "cancelled")),
    Index(
        "recipient_once",
        "edition_id",
        "key",
        unique=True,
        sqlite_where=text("live = 1"),
        postgresql_where=text("live = 1"),
    ),
    Index(
        "recipient_outcome",
        "campaign_id",
        "seq",
        "outcome",
        sqlite_where=text("outcome IS NOT NULL"),
        postgresql_where=text("outcome IS NOT NULL"),
    ),
)
"""Who is in a frozen campaign; *seq* counts without gaps inside a variant, each variant in a range of its own.

*substitutions* is JSON as it goes into the request. *outcome* stays empty while the recipient shares
the fate of its request. *live* falls to 0 when the mail was taken back: the edition may go out again.
(Every row of a campaign begins live under one edition, so recipient_once also keeps an address from
being twice in a campaign.)
"""

wave = Table(
    "wave",
    metadata,
    number(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("number", Integer, nullable=False),
    UniqueConstraint("campaign_id", "number"),
)

ATTEMPT_STATES = ("open", "posted", "paused", "fencing", "cancelled")

attempt = Table(
    "attempt",
    metadata,
    number(),
    Column("wave_id", ForeignKey("wave.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("batch_id", Text, nullable=False),
    Column("send_at", Integer, nullable=False),
    Column("last_send_at", Integer, nullable=False, server_default="0"),
    Column("post_until", Integer, nullable=False),
    words("state", "open"),
    Column("slot", Integer, nullable=False, server_default="0"),
    Column("stopped_at", Integer, nullable=False, server_default="0"),
    Column("confirmed_at", Integer, nullable=False, server_default="0"),
    UniqueConstraint("wave_id", "number"),
    one_of("state", ATTEMPT_STATES),
)
"""One try at a wave under one batch_id; only the live attempt (not cancelled) counts.

Its mails leave from *send_at* to *last_send_at*. *slot* is 1 while a cancellation or pause of ours may
take one of the provider's ten places; *stopped_at* is when that was decided, before the provider was asked, *confirmed_at* when it
said at the latest that it was so. Without a batch_id it left at once and cannot be taken back.
"""

REQUEST_STATES = (
    "pending",
    "posting",
    "accepted",
    "refused",
    "unknown",
    "cancelled",
    "expired",
    "void",
)
"""*void*: nobody's fate hangs on it: its people moved to a later wave, or each has an outcome of their own."""

request = Table(
    "request",
    metadata,
    number(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("attempt_id", ForeignKey("attempt.id"), nullable=False),
    Column("variant", Integer, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("send_at", Integer, nullable=False, server_default="0"),
    words("state", "pending"),
    words("owner"),
    Column("lease_until", Integer),
    Column("posted_at", Integer),
    Column("settled_at", Integer),
    Column("status", Integer),
    words("message_id"),
    words("answer"),
    UniqueConstraint("attempt_id", "first_seq"),
    Index("request_state", "campaign_id", "state"),
    Index("request_run", "campaign_id", "first_seq"),
    one_of("state", REQUEST_STATES),
)
"""At most 1,000 recipients of one variant and one send time: a run of *seq*, accepted or refused as a whole.

*owner* prepares or posts it until *lease_until* (the provider's time); then it counts as dead.
"""
