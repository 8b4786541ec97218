"""This module writes down who may not be mailed any more, once for each reason and origin."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.store import suppression

INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
CHUNK = 1_000


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
    """Write *suppressions*, those known already stay as they are; how many were new."""
    insert = INSERTS[connection.dialect.name](suppression)
    statement = insert.on_conflict_do_nothing().returning(suppression.c.key)
    new = 0
    iterator = iter(suppressions)
    while chunk := [*islice(iterator, CHUNK)]:
        rows = [{**asdict(entry), "at": now if entry.at is None else entry.at} for entry in chunk]
        new += len(connection.execute(statement, rows).all())
    return new
