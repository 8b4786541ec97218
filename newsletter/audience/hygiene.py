"""This module finds addresses worth a second look, and people who have not opened anything for a year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from newsletter.audience.domains import NOWHERE, NULL, UNKNOWN, Ask, ask_all
from newsletter.audience.doubts import doubts
from newsletter.audience.fold import NOWHERE as NO_ROW
from newsletter.audience.fold import origin_in
from newsletter.audience.folding import origins_of
from newsletter.audience.proof import list_names
from newsletter.audience.shared import families, twins
from newsletter.store import SPELLING, campaign, event, recipient, subscriber

AT_ONCE = 5_000
YEAR = 365 * 86_400
FEWEST_MAILS = 5
"""Whoever got fewer in a year is not judged."""
NOBODY_THERE = {NULL: "the domain takes no mail (null MX)", NOWHERE: "there is no such domain"}


@dataclass(frozen=True)
class Doubt:
    """An address, what looks wrong with it, and the row that it is from."""

    address: str
    why: str
    list: str
    line: int


@dataclass(frozen=True)
class Hygiene:
    """*doubts* in the order of addresses; how many *domains* there are and how many could *not* be *verified*; how many people are *asleep*.

    *families* are the names at an address that several share, *twins* addresses that Gmail takes for one.
    Asleep is who got at least five mails in a year and opened none; None where nobody's opens are known.
    """

    people: int
    doubts: tuple[Doubt, ...]
    domains: int
    not_verified: int
    asleep: int | None
    families: tuple[tuple[str, tuple[str, ...]], ...] = ()
    twins: tuple[tuple[str, ...], ...] = ()


def hygiene(connection: Connection, ask: Ask, *, now: int) -> Hygiene:
    """Look at everybody who is subscribed."""
    counted = select(func.count()).where(subscriber.c.standing == "subscribed")
    domains = _domains(connection)
    answers = ask_all(domains, ask)
    lists = list_names(connection)
    return Hygiene(
        people=connection.execute(counted).scalar_one(),
        doubts=tuple(_doubts(connection, answers, lists)),
        domains=len(domains),
        not_verified=sum(answer == UNKNOWN for answer in answers.values()),
        asleep=_asleep(connection, now - YEAR),
        families=tuple(families(connection)),
        twins=tuple(twins(connection)),
    )


def _subscribed(connection: Connection, *columns: ColumnElement[Any]) -> Iterator[Any]:
    query = select(*columns).where(subscriber.c.standing == "subscribed").order_by(subscriber.c.key)
    yield from connection.execute(query, execution_options={"yield_per": AT_ONCE})


def _domains(connection: Connection) -> set[str]:
    return {key.rpartition("@")[2] for (key,) in _subscribed(connection, subscriber.c.key)}


def _doubts(
    connection: Connection, answers: Mapping[str, str], lists: Mapping[int, str]
) -> Iterator[Doubt]:
    columns = subscriber.c
    for row in _subscribed(connection, columns.key, SPELLING, columns.origins):
        local, _, host = row.key.rpartition("@")
        why = [*doubts(local, host)]
        if answers[host] in NOBODY_THERE:
            why.insert(0, NOBODY_THERE[answers[host]])
        if why:
            origin = origin_in(origins_of(row.origins), "address")
            name = lists.get(origin.source, "") if origin != NO_ROW else ""
            yield Doubt(row.spelling, ", ".join(why), name, origin.line)


def _asleep(connection: Connection, since: int) -> int | None:
    """How many were mailed often enough since then and opened nothing; None where no open is known."""
    opened = event.c.kind.in_(("opened", "clicked"))
    mailed = and_(recipient.c.campaign_id == campaign.c.id, campaign.c.created_at >= since)
    theirs = and_(event.c.campaign_id == recipient.c.campaign_id, event.c.seq == recipient.c.seq)
    if not connection.scalar(select(exists().where(opened))):
        return None
    awake = select(recipient.c.key).where(exists().where(theirs, opened))
    asleep = (
        select(recipient.c.key)
        .join(campaign, mailed)
        .join(subscriber, subscriber.c.key == recipient.c.key)
        .where(
            recipient.c.live == 1,
            subscriber.c.standing == "subscribed",
            recipient.c.key.not_in(awake),
        )
        .group_by(recipient.c.key)
        .having(func.count() >= FEWEST_MAILS)
        .subquery()
    )
    return connection.scalar(select(func.count()).select_from(asleep)) or 0
