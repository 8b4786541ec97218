"""This module defines the tables of lists, subscribers, consent and suppression.

Times are whole seconds since 1970 (UTC); dates are ISO text; tags and names are JSON lists.
"""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    case,
    select,
)

from newsletter.store.columns import metadata, number, one_of, quickly_one_of, words

STANDINGS = ("subscribed", "unsubscribed", "bounced", "complained", "erased")
"""From best to worst: merging only ever lowers a standing."""

CONSENTS = ("none", "unconfirmed", "confirmed")

merge = Table(
    "merge",
    metadata,
    number(),
    Column("at", Integer, nullable=False),
    Column("undone_at", Integer),
)
"""One merge of one or more lists: what newsletter lists undo takes back whole."""

source = Table(
    "source",
    metadata,
    number(),
    Column("merge_id", ForeignKey("merge.id")),
    Column("list", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("consent", Text, nullable=False),
    words("how"),
    words("wording"),
    words("given_on"),
    Column("rows", Integer, nullable=False),
    Column("supplement", Integer, nullable=False, server_default="0"),
    Column("merged_at", Integer, nullable=False),
    Index("source_list", "list"),
)
"""One reading of a list file; the same bytes are merged once.

*how*, *wording* and *given_on* are the proof of consent of all its people (GDPR art. 7(1)). A *supplement* (rows
that were rejected, then repaired) adds to the list's last reading instead of taking its place.
"""

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
    words("time_zone"),
    words("signed_up"),
    words("tags", "[]"),
    words("standing", "subscribed"),
    words("consent", "none"),
    words("origins", "{}"),
    words("conflicts", "[]"),
    Column("merge_id", Integer),
    Column("updated_at", Integer, nullable=False),
    quickly_one_of("standing", STANDINGS),
    quickly_one_of("consent", CONSENTS),
    sqlite_autoincrement=True,
)
"""One address; *key* is the address lower-cased, for comparing, *address* its spelling, empty where that is the key: SPELLING.

*origins* is JSON: which row said what (newsletter/audience/fold.py), *conflicts* what other rows said instead.
*merge_id* is the merge that brought the address in; as in list_row its reference is not guarded. A number is never given twice: links carry it for years.
"""

SPELLING = case((subscriber.c.address == "", subscriber.c.key), else_=subscriber.c.address).label(
    "spelling"
)
"""What mail to a subscriber is sent to. Most addresses have no capitals: they would stand there twice, a sixth of the table."""

list_row = Table(
    "list_row",
    metadata,
    Column("source_id", Integer, nullable=False),
    Column("subscriber_id", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("part", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("source_id", "subscriber_id", "line", "part"),
    sqlite_with_rowid=False,
)
"""Whose every row of every list is; several addresses in one cell are its parts.

In the order of lists, so that the millions of rows of a new one stand together; whoever asks for a person's rows goes
through the lists. No database guards its references, which would cost as much as writing the rows: they come and
go with their people and lists in one transaction.
"""


def rows_of(subscribers: Sequence[int]) -> ColumnElement[bool]:
    """The rows of some people: looked up list by list, as they stand, where SQLite would go through them all."""
    lists = select(source.c.id)
    return and_(list_row.c.source_id.in_(lists), list_row.c.subscriber_id.in_(subscribers))


reject = Table(
    "reject",
    metadata,
    number(),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("line", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Index("reject_source", "source_id"),
)
"""Every row of every list that was not taken, and why."""

change = Table(
    "change",
    metadata,
    number(),
    Column("merge_id", ForeignKey("merge.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscriber.id"), nullable=False),
    Column("was", Text, nullable=False),
    Column("now", Text, nullable=False),
    Column("at", Integer, nullable=False),
    Index("change_subscriber", "subscriber_id"),
    Index("change_merge", "merge_id"),
)
"""What a merge changed in a person who was known before it (JSON by column): the way back."""

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
"""Append-only proof of what people agreed to themselves; for people from lists *source* holds it (GDPR art. 7(1))."""

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

salt = Table("salt", metadata, Column("value", Text, primary_key=True))
"""One row: what is mixed into the digests of the erased, so that no table of addresses gives them away."""

erasure = Table(
    "erasure",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("at", Integer, nullable=False),
)
"""Who was forgotten: a salted digest, so that no list brings them back (GDPR art. 17, 21)."""
