"""This module takes the last merge back whole; what happened since stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, delete, exists, select, text, update

from newsletter.audience.bulk import Bulk, bulk
from newsletter.audience.folding import COLUMNS
from newsletter.errors import NewsletterError
from newsletter.store import (
    STANDINGS,
    Store,
    change,
    consent_log,
    merge,
    recipient,
    reject,
    source,
    subscriber,
)

AT_ONCE = 1_000
EMPTY = {
    "first_name": "",
    "last_name": "",
    "names": "[]",
    "city": "",
    "language": "",
    "time_zone": "",
    "signed_up": "",
    "tags": "[]",
    "consent": "none",
    "origins": "{}",
    "conflicts": "[]",
}
"""What is left of somebody whom nothing but the merge brought, and who got mail: the address, so that their link to leave works."""


@dataclass(frozen=True)
class Undone:
    """The merge that was taken back, in people: *gone* were new then, *restored* were changed; *kept* are new ones who got mail since.

    Of the restored so many were *raised*: that they left or bounced was said by this merge alone.
    """

    merge_id: int
    merged_at: int
    files: tuple[str, ...]
    gone: int
    restored: int
    kept: int
    raised: int = 0


def last_merge(connection: Connection) -> tuple[int, int, tuple[str, ...]]:
    """Number, time and files of the last merge that stands; raises NewsletterError where there is none."""
    query = select(merge.c.id, merge.c.at).where(merge.c.undone_at.is_(None))
    found = connection.execute(query.order_by(merge.c.id.desc()).limit(1)).first()
    if found is None:
        raise NewsletterError("there is no merge to take back")
    paths = select(source.c.path).where(source.c.merge_id == found.id).order_by(source.c.id)
    return found.id, found.at, tuple(connection.scalars(paths))


def undo_merge(store: Store, number: int, *, now: int) -> Undone:
    """Take merge *number* back, in one transaction; its files are remembered and not merged by themselves again.

    Each field goes back to what it was, unless something changed it since. Suppressions are no part of a merge:
    whoever left since has left, and whoever signed up themselves stays. Raises NewsletterError where another merge is the last.
    """
    with store.write() as connection:
        last, merged_at, files = last_merge(connection)
        if last != number:
            raise NewsletterError("another merge came in between; type newsletter lists undo again")
        connection.execute(text(DROP_ROWS), {"merge": number})
        rejected = select(source.c.id).where(source.c.merge_id == number)
        connection.execute(delete(reject).where(reject.c.source_id.in_(rejected)))
        restored = raised = 0
        for some in _changes(connection, number):
            raised += _restore(bulk(connection), some, now)
            restored += len(some)
        connection.execute(delete(change).where(change.c.merge_id == number))
        mine = subscriber.c.merge_id == number
        agreed = exists().where(consent_log.c.subscriber_id == subscriber.c.id)
        connection.execute(update(subscriber).where(mine, agreed).values(merge_id=None))
        mailed = exists().where(recipient.c.subscriber_id == subscriber.c.id)
        kept = connection.execute(
            update(subscriber).where(mine, mailed).values(**EMPTY, merge_id=None, updated_at=now)
        ).rowcount
        gone = connection.execute(delete(subscriber).where(mine, ~mailed)).rowcount
        connection.execute(update(merge).where(merge.c.id == number).values(undone_at=now))
        return Undone(number, merged_at, files, gone, restored, kept, raised)


DROP_ROWS = (
    "DELETE FROM list_row WHERE source_id IN (SELECT id FROM source WHERE merge_id = :merge)"
)


def _changes(connection: Connection, number: int) -> Iterator[Sequence[Any]]:
    last = 0
    while True:
        query = (
            select(
                change.c.id, change.c.was.label("before"), change.c.now.label("after"), subscriber
            )
            .join(subscriber, subscriber.c.id == change.c.subscriber_id)
            .where(change.c.merge_id == number, change.c.id > last)
            .order_by(change.c.id)
            .limit(AT_ONCE)
        )
        found = connection.execute(query).all()
        if not found:
            return
        last = found[-1][0]
        yield found


def _restore(into: Bulk, changes: Sequence[Any], now: int) -> int:
    """Put back every field that is still as the merge left it; how many people count as subscribed again."""
    rows, raised = [], 0
    for row in changes:
        person = row._mapping
        values = {name: person[name] for name in COLUMNS[1:]}
        before, after = orjson.loads(row.before), orjson.loads(row.after)
        values |= {name: before[name] for name in before if values[name] == after[name]}
        raised += person["standing"] != values["standing"] == STANDINGS[0]
        rows.append((person[subscriber.c.id], *values.values(), now))
    into.update("subscriber", ("id", *COLUMNS[1:], "updated_at"), rows)
    return raised
