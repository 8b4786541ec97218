"""This module tells whose consent is on record, and in which words (GDPR art. 7(1), CASL)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select

from newsletter.store import consent_log, source, subscriber

AT_ONCE = 10_000


@dataclass(frozen=True)
class Proof:
    """Whose consent is confirmed, and whose words are kept: 1 at the place of a subscriber's id."""

    confirmed: bytearray
    worded: bytearray


def proof(connection: Connection) -> Proof:
    """What the store can prove."""
    confirmed = select(subscriber.c.id).where(subscriber.c.consent == "confirmed")
    worded = select(consent_log.c.subscriber_id).where(consent_log.c.wording != "").distinct()
    return Proof(_marked(connection, confirmed), _marked(connection, worded))


def _marked(connection: Connection, ids: Select[int]) -> bytearray:
    marks = bytearray(1 + (connection.scalar(select(func.max(subscriber.c.id))) or 0))
    for number in connection.scalars(ids, execution_options={"yield_per": AT_ONCE}):
        marks[number] = 1
    return marks


def list_names(connection: Connection) -> Mapping[int, str]:
    """The list of each reading, by its number."""
    return {row.id: row.list for row in connection.execute(select(source.c.id, source.c.list))}


def list_sources(connection: Connection, lists: Sequence[str]) -> Mapping[str, str]:
    """For each list (of *lists*, where any is named) its name and files, as people call them."""
    query = select(source.c.list, source.c.path).order_by(source.c.id)
    found: dict[str, str] = {}
    for row in connection.execute(query):
        if not lists or row.list in lists:
            found[row.list] = f"{found.get(row.list, row.list)} {row.path}"
    return found
