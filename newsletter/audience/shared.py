"""This module finds families that share an address, and addresses that may be one person's twice; nothing is merged."""

from collections.abc import Iterator
from itertools import groupby

import orjson
from sqlalchemy import Connection, func, select

from newsletter.store import SPELLING, subscriber

GMAIL = "%@gmail.com"
SEVERAL = "%],[%"
"""How a list of more than one name looks as JSON."""


def families(connection: Connection) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each address with several names: one letter goes to it, which greets all of them or none."""
    query = select(SPELLING, subscriber.c.names).where(
        subscriber.c.standing == "subscribed", subscriber.c.names.like(SEVERAL)
    )
    for row in connection.execute(query.order_by(subscriber.c.key)):
        yield row.spelling, tuple(" ".join(filter(None, name)) for name in orjson.loads(row.names))


def twins(connection: Connection) -> Iterator[tuple[str, ...]]:
    """Addresses at Gmail that differ by dots alone, which Gmail delivers to one mailbox.

    Only Gmail does so (support.google.com/mail/answer/7436150); they are two addresses all the same,
    because whoever left under one spelling must be found under it.
    """
    bare = func.replace(subscriber.c.key, ".", "").label("bare")
    at_gmail = (subscriber.c.standing == "subscribed", subscriber.c.key.like(GMAIL))
    twice = select(bare).where(*at_gmail).group_by(bare).having(func.count() > 1).subquery()
    query = (
        select(bare, SPELLING)
        .join(twice, twice.c.bare == func.replace(subscriber.c.key, ".", ""))
        .where(*at_gmail)
        .order_by(bare, subscriber.c.key)
    )
    for _bare, rows in groupby(connection.execute(query), key=lambda row: row.bare):
        yield tuple(row.spelling for row in rows)
