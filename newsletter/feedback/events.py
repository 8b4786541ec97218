"""This module takes in what the provider tells about mail: stored first, each event counted once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from newsletter.audience.erased import erased_people
from newsletter.campaign import Envelope
from newsletter.feedback.settling import settle_unknown_by_events
from newsletter.feedback.suppress import Suppression, suppress
from newsletter.store import EVENT_RANKS, campaign, event, insert_new

ORIGIN = "SendGrid: events"
SUPPRESSING: Mapping[str, str] = {
    "bounced": "bounced",
    "complained": "complained",
    "unsubscribed": "unsubscribed",
}
"""Events after which nothing more may be sent. A block is one server's passing no: later mail still goes out."""


@dataclass(frozen=True)
class Event:
    """One event in our words."""

    provider_id: str
    kind: str
    at: int
    key: str
    """The address in lower case."""
    message_id: str = ""
    categories: tuple[str, ...] = ()
    campaign_id: int | None = None
    attempt_id: int | None = None
    seq: int | None = None
    reason: str = ""
    machine: bool = False
    group: int = 0
    """The unsubscribe group that somebody left; 0 for everything else."""


@dataclass(frozen=True)
class Taken:
    """How many events were new, how many people may not be mailed any more, how many requests are settled."""

    new: int = 0
    suppressed: int = 0
    settled: int = 0


def take_in(connection: Connection, events: Iterable[Event], *, now: int, group: int = 0) -> Taken:
    """Store *events*, suppress whom they concern, settle what they prove; the same again changes nothing.

    An account may send other mail too: of that, only who left, bounced or complained is kept. *group* is
    our own unsubscribe group; whoever leaves another one stays. Of the erased no address is kept.
    """
    erased = erased_people(connection)
    given = [
        replace(one, key=key, reason="") if (key := erased.nameless(one.key)) != one.key else one
        for one in events
    ]
    mine = _ours(connection, given)
    kept = [
        one for one in given if one in mine or (one.kind in SUPPRESSING and one.group in (0, group))
    ]
    new = _store(connection, kept, mine, now)
    gone = [
        Suppression(one.key, SUPPRESSING[one.kind], ORIGIN, one.at, _campaign(one, mine))
        for one in kept
        if one.kind in SUPPRESSING and "@" in one.key
    ]
    suppressed = suppress(connection, gone, now=now)
    settled = sum(
        settle_unknown_by_events(connection, number, now=now)
        for number in sorted({one.campaign_id for one in mine if one.campaign_id is not None})
    )
    return Taken(new, suppressed, settled)


def _ours(connection: Connection, events: Sequence[Event]) -> set[Event]:
    """The events of campaigns in this store: number and category must both fit, for another store counts too."""
    numbers = {one.campaign_id for one in events if one.campaign_id is not None}
    query = campaign.select().where(campaign.c.id.in_(numbers))
    categories = {
        row.id: Envelope.from_json(row.envelope).category for row in connection.execute(query)
    }
    return {
        one
        for one in events
        if one.campaign_id in categories and categories[one.campaign_id] in one.categories
    }


def _campaign(one: Event, mine: set[Event]) -> int | None:
    return one.campaign_id if one in mine else None


def _store(connection: Connection, events: Sequence[Event], mine: set[Event], now: int) -> int:
    return insert_new(connection, event, (_row(one, now, known=one in mine) for one in events))


def _row(one: Event, now: int, *, known: bool) -> dict[str, object]:
    return {
        "provider_id": one.provider_id,
        "message_id": one.message_id,
        "kind": one.kind,
        "rank": EVENT_RANKS[one.kind],
        "at": one.at,
        "key": one.key,
        "campaign_id": one.campaign_id if known else None,
        "attempt_id": one.attempt_id if known else None,
        "seq": one.seq if known else None,
        "reason": one.reason,
        "machine": int(one.machine),
        "received_at": now,
    }
