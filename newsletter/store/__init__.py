"""This room defines every table and opens the store: SQLite in the project folder, or PostgreSQL by its URL."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    text,
)

from newsletter.store.failures import in_plain_words
from newsletter.store.folders import refuse_shared_folder as refuse_shared_folder

STANDINGS = ("subscribed", "unsubscribed", "bounced", "complained", "erased")
"""From best to worst: merging only ever lowers a standing."""

CONSENTS = ("none", "unconfirmed", "confirmed")

SWITCH_SECONDS = 10

metadata = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _words(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})")


# People. Times are whole seconds since 1970 (UTC); dates are ISO text; tags and names are JSON lists.

source = Table(
    "source",
    metadata,
    _id(),
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
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("address", Text, nullable=False),
    _words("first_name"),
    _words("last_name"),
    _words("names", "[]"),
    _words("city"),
    _words("language"),
    _words("signed_up"),
    _words("tags", "[]"),
    _words("standing", "subscribed"),
    _words("consent", "none"),
    Column("updated_at", Integer, nullable=False),
    _one_of("standing", STANDINGS),
    _one_of("consent", CONSENTS),
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
    CheckConstraint("(subscriber_id IS NULL) <> (reason IS NULL)"),
)
"""Every row of every list: whose it is, or why it was rejected."""

change = Table(
    "change",
    metadata,
    _id(),
    Column("subscriber_id", ForeignKey("subscriber.id"), nullable=False),
    Column("source_id", ForeignKey("source.id")),
    Column("line", Integer),
    Column("field", Text, nullable=False),
    _words("was"),
    _words("now"),
    Column("at", Integer, nullable=False),
    Index("change_subscriber", "subscriber_id"),
)
"""Append-only: which row of which list set a field of a subscriber."""

consent_log = Table(
    "consent_log",
    metadata,
    _id(),
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
    _one_of("reason", STANDINGS[1:]),
)
"""Who may not be mailed, by what came home: written by feedback, read by the audience and before each request."""

# The ledger.

campaign = Table(
    "campaign",
    metadata,
    _id(),
    Column("edition_id", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("edition_digest", Text, nullable=False),
    Column("letter_digest", Text, nullable=False),
    Column("audience_digest", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("frozen", Integer, nullable=False),
    Column("asked_send_at", Integer),
    Column("undo_seconds", Integer, nullable=False),
    Column("stop", Text),
    _words("stop_reason"),
    Column("created_at", Integer, nullable=False),
    _one_of("stop", ("undo", "pause", "halt")),
    Index("campaign_edition", "edition_id"),
)
"""*stop* is what a person asked for (undo, pause) or why posting halted; every claim and opening tests it."""

variant = Table(
    "variant",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("largest", Integer, nullable=False),
    PrimaryKeyConstraint("campaign_id", "number"),
)
"""One version of the letter; *largest* is what its largest recipient adds to a request, in bytes."""

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
    _words("unsubscribe_url"),
    Column("live", Integer, nullable=False, server_default="1"),
    Column("outcome", Text),
    Column("reason", Text),
    PrimaryKeyConstraint("campaign_id", "seq"),
    ForeignKeyConstraint(["campaign_id", "variant"], ["variant.campaign_id", "variant.number"]),
    _one_of("outcome", ("withheld", "refused", "cancelled")),
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
    _id(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("number", Integer, nullable=False),
    UniqueConstraint("campaign_id", "number"),
)

ATTEMPT_STATES = ("open", "posted", "fencing", "cancelled")

attempt = Table(
    "attempt",
    metadata,
    _id(),
    Column("wave_id", ForeignKey("wave.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("batch_id", Text, nullable=False),
    Column("send_at", Integer, nullable=False),
    Column("post_until", Integer, nullable=False),
    _words("state", "open"),
    UniqueConstraint("wave_id", "number"),
    _one_of("state", ATTEMPT_STATES),
)
"""One try at a wave under one batch_id; only the live attempt (not cancelled) counts."""

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
    _id(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("attempt_id", ForeignKey("attempt.id"), nullable=False),
    Column("variant", Integer, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    _words("state", "pending"),
    Column("posted_at", Integer),
    Column("settled_at", Integer),
    Column("status", Integer),
    _words("message_id"),
    _words("answer"),
    UniqueConstraint("attempt_id", "first_seq"),
    Index("request_state", "campaign_id", "state"),
    Index("request_run", "campaign_id", "first_seq"),
    _one_of("state", REQUEST_STATES),
)
"""At most 1,000 recipients of one variant: a run of *seq*, accepted or refused by SendGrid as a whole."""


class Store:
    """An open store; writers take turns, readers see one moment."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name
        self._readers = engine.execution_options(newsletter_begin="DEFERRED")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is all there or not at all."""
        with in_plain_words(self.name), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A view of one moment that keeps nobody from writing."""
        with in_plain_words(self.name), self._readers.connect() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_store(url_or_path: str | Path, *, patience: float = 30) -> Store:
    """Open the store and make its tables where they are missing.

    *url_or_path*: a file, or ``postgresql+psycopg://…``; *patience*: seconds to wait for another writer. Raises NewsletterError for a folder that
    another computer shares, ServiceFailed where the disk or the server refuses.
    """
    if isinstance(url_or_path, Path):
        engine, name = _sqlite(url_or_path, patience), str(url_or_path)
    else:
        engine, name = create_engine(url_or_path), "the database"
    store = Store(engine, name)
    if not _complete(store):
        with store.write() as connection:
            metadata.create_all(connection)
    return store


def _complete(store: Store) -> bool:
    with store.read() as connection:
        return set(metadata.tables) <= set(inspect(connection).get_table_names())


def _sqlite(path: Path, patience: float) -> Engine:
    refuse_shared_folder(path)
    with in_plain_words(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": patience})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(driver: Any, _record: object) -> None:
    driver.isolation_level = None  # we say BEGIN ourselves: the driver would say it too late
    _write_ahead(driver)
    for setting in (
        "synchronous=FULL",  # NORMAL may forget the last commit at a power cut: a mail sent twice
        "fullfsync=ON",
        "checkpoint_fullfsync=ON",
        "foreign_keys=ON",
        "cache_size=-16000",
        "temp_store=FILE",
    ):
        driver.execute(f"PRAGMA {setting}")


def _write_ahead(driver: Any) -> None:
    """Switch to WAL; SQLite itself does not wait where two processes switch a new file at once."""
    until = time.monotonic() + SWITCH_SECONDS
    while True:
        try:
            driver.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("newsletter_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")
