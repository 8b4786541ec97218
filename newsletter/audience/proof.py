"""This module tells whose consent is on record, and in which words (GDPR art. 7(1), CASL)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Select, func, select

from newsletter.store import consent_log, list_row, source, subscriber

AT_ONCE = 10_000


def confirmed_people(connection: Connection) -> bytearray:
    """Whose consent is confirmed: 1 at the place of a subscriber's id."""
    return _marked(connection, select(subscriber.c.id).where(subscriber.c.consent == "confirmed"))


def worded_people(connection: Connection) -> bytearray:
    """Of whom it is kept in which words they agreed, by themselves or on one of their lists: 1 at the place of a subscriber's id."""
    themselves = select(consent_log.c.subscriber_id).where(consent_log.c.wording != "").distinct()
    by_lists = (
        select(list_row.c.subscriber_id)
        .join(source, source.c.id == list_row.c.source_id)
        .where(source.c.wording != "")
    )
    return _marked(connection, themselves, by_lists)


def _marked(connection: Connection, *queries: Select[int]) -> bytearray:
    marks = bytearray(1 + (connection.scalar(select(func.max(subscriber.c.id))) or 0))
    for ids in queries:
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
