"""This module chooses an audience: who wants the letter and may have it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, text

from newsletter.audience.address import is_sample
from newsletter.errors import NewsletterError

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who may be mailed."""

    id: int
    key: str
    address: str
    first_name: str
    last_name: str
    names: tuple[str, ...]
    city: str
    language: str
    signed_up: date | None
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Audience:
    """How many may be mailed; people on several lists count in each of *by_list*."""

    recipients: int
    by_list: Mapping[str, int]
    left_out: Mapping[str, int]
    digest: str


def people(connection: Connection, lists: Sequence[str], *, samples: bool) -> Iterator[Subscriber]:
    """Everybody who wants it and may have it, ordered by address; made-up addresses only with *samples*."""
    for row in _rows(connection, lists):
        if row.why == "" and (samples or not is_sample(row.key)):
            yield _subscriber(row)


def choose(connection: Connection, lists: Sequence[str], *, samples: bool) -> Audience:
    """Count whom people() yields, and why others are left out."""
    refuse_unknown(connection, lists)
    digest, left_out, by_list = hashlib.sha256(), Counter[str](), Counter[str]()
    recipients = 0
    for row in _rows(connection, lists):
        why = row.why or ("" if samples or not is_sample(row.key) else "sample address")
        if why:
            left_out[why] += 1
            continue
        recipients += 1
        digest.update(row.key.encode() + b"\n")
        by_list.update((row.lists or "").split("\x1f"))
    return Audience(recipients, dict(sorted(by_list.items())), dict(left_out), digest.hexdigest())


def refuse_unknown(connection: Connection, lists: Sequence[str]) -> None:
    """Raise where an article names a list that was never merged."""
    known = set(connection.execute(text("SELECT DISTINCT list FROM source")).scalars())
    if unknown := [name for name in lists if name not in known]:
        raise NewsletterError(
            f"audience: there is no list {', '.join(unknown)}; there are {', '.join(sorted(known)) or 'none'}"
        )


def _rows(connection: Connection, lists: Sequence[str]) -> Iterator[Any]:
    """Each subscriber of *lists* (of all, where none is named) with *why* it is left out, or nothing."""
    last, query = "", text(CHOOSE.format(gathered=GATHERED[connection.dialect.name]))
    while found := connection.execute(query, {"last": last, "most": AT_ONCE}).all():
        last = found[-1].key
        for row in found:
            if not lists or set(lists) & set((row.lists or "").split("\x1f")):
                yield row


GATHERED = {"sqlite": "GROUP_CONCAT(l.list, char(31))", "postgresql": "STRING_AGG(l.list, chr(31))"}

CHOOSE = """
SELECT p.*, CASE
    WHEN s.reason IS NOT NULL THEN s.reason
    WHEN p.standing <> 'subscribed' THEN p.standing
    WHEN p.consent = 'unconfirmed' THEN 'not confirmed'
    WHEN p.consent = 'none' THEN 'no consent'
    ELSE '' END AS why,
  (SELECT {gathered} FROM (
     SELECT DISTINCT o.list FROM list_row AS r JOIN source AS o ON o.id = r.source_id
     WHERE r.subscriber_id = p.id ORDER BY o.list) AS l) AS lists
FROM subscriber AS p
LEFT JOIN (SELECT key, MIN(reason) AS reason FROM suppression GROUP BY key) AS s ON s.key = p.key
WHERE p.key > :last ORDER BY p.key LIMIT :most
"""


def _subscriber(row: Any) -> Subscriber:
    return Subscriber(
        id=row.id,
        key=row.key,
        address=row.address,
        first_name=row.first_name,
        last_name=row.last_name,
        names=tuple(" ".join(filter(None, name)) for name in orjson.loads(row.names)),
        city=row.city,
        language=row.language,
        signed_up=date.fromisoformat(row.signed_up) if row.signed_up else None,
        tags=tuple(orjson.loads(row.tags)),
    )
