"""This module reads SendGrid's suppression lists, so that whoever left anywhere is left out here."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from newsletter.audience import read_address
from newsletter.delivery.account import Account, Entry
from newsletter.feedback import Suppression, suppress
from newsletter.store import Store

REASONS: Mapping[str, str] = {
    "unsubscribes": "unsubscribed",
    "bounces": "bounced",
    "invalid_emails": "bounced",
    "spam_reports": "complained",
}
"""What being on a list means here; the list of a group is of the unsubscribed too."""
CHUNK = 10_000


def download_suppressions(store: Store, account: Account, group: int, *, now: int) -> int:
    """Keep everybody on SendGrid's lists (all pages) as suppressed; how many were new."""
    entries = account.suppressions(group)
    new = 0
    while chunk := [_suppression(entry) for entry in islice(entries, CHUNK)]:
        with store.write() as connection:
            new += suppress(connection, chunk, now=now)
    return new


def _suppression(entry: Entry) -> Suppression:
    reason = REASONS.get(entry.list, "unsubscribed")
    return Suppression(key_of(entry.email), reason, f"SendGrid: {entry.list}", entry.created)


def key_of(email: str) -> str:
    """As subscribers are compared; what is no address compares as it stands."""
    try:
        return read_address(email).key
    except ValueError:
        return email.strip().lower()


def as_text(value: Any) -> str:
    """What SendGrid tells, without signs that are no text to a database (PostgreSQL refuses zeros) or none at all."""
    return str(value or "").replace("\0", "").encode("utf-8", "replace").decode()
