"""This module tells whose consent is on record, and in which words (GDPR art. 7(1), CASL)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from newsletter.store import consent_log, source, subscriber


@dataclass(frozen=True)
class Proof:
    """The ids of subscribers whose consent is confirmed, and of those whose words are kept."""

    confirmed: frozenset[int]
    worded: frozenset[int]


def proof(connection: Connection) -> Proof:
    """What the store can prove."""
    confirmed = select(subscriber.c.id).where(subscriber.c.consent == "confirmed")
    worded = select(consent_log.c.subscriber_id).where(consent_log.c.wording != "").distinct()
    return Proof(frozenset(connection.scalars(confirmed)), frozenset(connection.scalars(worded)))


def list_sources(connection: Connection, lists: Sequence[str]) -> Mapping[str, str]:
    """For each list (of *lists*, where any is named) its name and files, as people call them."""
    query = select(source.c.list, source.c.path).order_by(source.c.id)
    found: dict[str, str] = {}
    for row in connection.execute(query):
        if not lists or row.list in lists:
            found[row.list] = f"{found.get(row.list, row.list)} {row.path}"
    return found
