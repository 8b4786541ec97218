"""This module writes down who may not be mailed any more, once for each reason and origin."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from newsletter.audience.erased import erased_people
from newsletter.store import insert_new, suppression


@dataclass(frozen=True)
class Suppression:
    """One person (the address in lower case) and why nothing may be sent to them."""

    key: str
    reason: str
    """unsubscribed, bounced, complained or erased."""
    origin: str
    """Where that was said, for example the name of a list at the provider."""
    at: int | None = None
    """When, if it was told."""
    campaign_id: int | None = None


def suppress(connection: Connection, suppressions: Iterable[Suppression], *, now: int) -> int:
    """Write *suppressions*, those known already stay as they are; how many were new.

    The erased are left out: nothing of theirs is kept, and no list can bring them back.
    """
    erased = erased_people(connection)
    rows = (
        {**asdict(entry), "at": now if entry.at is None else entry.at}
        for entry in suppressions
        if not erased.knows(entry.key)
    )
    return insert_new(connection, suppression, rows)
