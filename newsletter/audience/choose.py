"""This module chooses an audience: who wants the letter and may have it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, case, distinct, func, or_, select, true

from newsletter.audience.address import SAMPLE_KEYS
from newsletter.store import SPELLING, list_row, source, subscriber, suppression

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
    time_zone: str = ""
    first_names: tuple[str, ...] = ()
    """Of a family; *first_name* is empty then."""


@dataclass(frozen=True)
class Audience:
    """How many may be mailed; people on several lists count in each of *by_list*.

    *words* say back who is meant; *left_out* are those who are meant and may not be mailed.
    """

    recipients: int
    by_list: Mapping[str, int]
    left_out: Mapping[str, int]
    digest: str
    words: str = ""


def people(
    connection: Connection, audience: Sequence[str], *, samples: bool, today: date
) -> Iterator[Subscriber]:
    """Everybody whom *audience* means and who may have it, ordered by address; made-up addresses only with *samples*.

    Raises NoSegment where *audience* cannot be understood.
    """
    asked = _asked(connection, audience, samples=samples, today=today)
    query = select(*COLUMNS).where(asked.condition, asked.why == "").order_by(subscriber.c.key)
    for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}):
        yield _subscriber(row)


COLUMNS = [
    SPELLING if entry.name == "address" else subscriber.c[entry.name]
    for entry in fields(Subscriber)
    if entry.name != "first_names"
]


def time_zones(connection: Connection) -> list[str]:
    """Where subscribers live, as far as lists say."""
    query = select(subscriber.c.time_zone).where(subscriber.c.time_zone != "").distinct()
    return sorted(connection.scalars(query))


def choose(
    connection: Connection, audience: Sequence[str], *, samples: bool, today: date
) -> Audience:
    """Count whom people() yields, and why others are left out."""
    asked = _asked(connection, audience, samples=samples, today=today)
    reason = asked.why.label("why")
    counted = select(reason, func.count()).where(asked.condition).group_by(reason)
    counts = sorted((-row[1], row[0]) for row in connection.execute(counted))
    left_out = {why: -number for number, why in counts}
    recipients = left_out.pop("", 0)
    keys = select(subscriber.c.key).where(asked.condition, asked.why == "")
    digest = hashlib.sha256()
    found = connection.scalars(
        keys.order_by(subscriber.c.key), execution_options={"yield_per": AT_ONCE}
    )
    for some in found.partitions():
        digest.update("".join(f"{key}\n" for key in some).encode())
    return Audience(
        recipients, _by_list(connection, asked), left_out, digest.hexdigest(), asked.words
    )


@dataclass(frozen=True)
class _Asked:
    """Who is meant, and why somebody of them is left out ("" for whoever is not)."""

    condition: ColumnElement[bool]
    why: ColumnElement[str]
    words: str


def _asked(
    connection: Connection, audience: Sequence[str], *, samples: bool, today: date
) -> _Asked:
    if not audience:
        return _Asked(true(), _why(samples), "")
    from newsletter.audience.members import members

    meant = members(connection, audience, today=today)
    return _Asked(meant.condition, _why(samples), meant.words)


def _why(samples: bool) -> ColumnElement[str]:
    """Why somebody is left out, or nothing."""
    suppressed = (
        select(func.min(suppression.c.reason))
        .where(suppression.c.key == subscriber.c.key)
        .scalar_subquery()
    )
    made_up = [] if samples else [(or_(*map(subscriber.c.key.like, SAMPLE_KEYS)), "sample address")]
    return case(
        (suppressed.is_not(None), suppressed),
        (subscriber.c.standing != "subscribed", subscriber.c.standing),
        (subscriber.c.consent == "unconfirmed", "not confirmed"),
        (subscriber.c.consent == "none", "no consent"),
        *made_up,
        else_="",
    )


def _by_list(connection: Connection, asked: _Asked) -> dict[str, int]:
    query = (
        select(source.c.list, func.count(distinct(list_row.c.subscriber_id)))
        .select_from(list_row)
        .join(subscriber, subscriber.c.id == list_row.c.subscriber_id)
        .join(source, source.c.id == list_row.c.source_id)
        .where(asked.condition, asked.why == "")
        .group_by(source.c.list)
        .order_by(source.c.list)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _subscriber(row: Sequence[Any]) -> Subscriber:
    """A row of COLUMNS, unpacked at once: by name each value would cost as much as the rest."""
    number, key, address, first, last, names, city, language, signed_up, tags, zone = row
    whole, firsts = _names(names)
    own = (whole, city, language, _day(signed_up), _words(tags), zone, firsts)
    return Subscriber(number, key, address, first, last, *own)


@lru_cache(maxsize=5_000)
def _names(names: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Each name whole, and of several people the first names."""
    people = orjson.loads(names)
    firsts = dict.fromkeys(first for first, _last in people if first and len(people) > 1)
    return tuple(" ".join(filter(None, name)) for name in people), tuple(firsts)


@lru_cache(maxsize=5_000)
def _words(tags: str) -> tuple[str, ...]:
    return tuple(orjson.loads(tags))


@lru_cache(maxsize=5_000)
def _day(signed_up: str) -> date | None:
    return date.fromisoformat(signed_up) if signed_up else None
