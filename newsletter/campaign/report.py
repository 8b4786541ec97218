"""This module tells who got it: a summary of each campaign, and one row a person."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from newsletter.campaign.counts import DECIDING, OUTCOME_OF_STATE, Counts, counts
from newsletter.campaign.fence import doubted_until, doubts
from newsletter.campaign.happened import Happened, happened
from newsletter.campaign.requests import posting
from newsletter.errors import NewsletterError
from newsletter.store import (
    attempt,
    campaign,
    list_row,
    recipient,
    request,
    rows_of,
    source,
    subscriber,
)

CHUNK = 1_000


@dataclass(frozen=True)
class Summary:
    """One campaign on one line; *send_at* is None until its first wave opened."""

    id: int
    edition_id: str
    edition: str
    title: str
    created_at: int
    send_at: int | None
    post_until: int | None
    stop: str | None
    stop_reason: str
    edition_digest: str
    letter_digest: str
    audience_digest: str
    audience: str | None
    """What --audience said in place of the article's own words; None where nothing did."""
    fencing: bool
    """Whether a fence was begun that somebody must end."""
    doubted_until: int
    """When the last mail leaves of which a fence may still settle the fate; 0 where nothing is in doubt."""
    posting: bool
    """Whether a request is on its way."""
    unconfirmed: int | None
    """When the last mail leaves of which an undo or a pause is not confirmed; None where all of it is."""
    counts: Counts

    def is_unconfirmed(self, now: int) -> bool:
        """Whether mail may still leave although an undo or a pause was asked for."""
        return (self.unconfirmed or 0) > now

    def is_settling(self, now: int) -> bool:
        """Whether what has no answer may still get one, or be cancelled and posted again."""
        return self.posting or self.doubted_until > now

    def is_in_doubt(self, now: int) -> bool:
        """Whether a send may settle what has no answer."""
        return self.fencing or self.doubted_until > now


@dataclass(frozen=True)
class Row:
    """What became of one person, and why."""

    address: str
    first_name: str
    last_name: str
    lists: tuple[str, ...]
    outcome: str
    happened: str
    """What the provider told since: delivered, bounced …; empty while it told nothing."""
    reason: str
    send_at: int | None
    message_id: str


def summaries(connection: Connection, edition_id: str | None = None) -> list[Summary]:
    """All campaigns, or those of one edition, the newest first."""
    query = select(campaign).order_by(campaign.c.id.desc())
    if edition_id is not None:
        query = query.where(campaign.c.edition_id == edition_id)
    return [_summary(connection, row) for row in connection.execute(query)]


def summary(connection: Connection, campaign_id: int) -> Summary:
    """One campaign; raises NewsletterError where there is none."""
    row = connection.execute(select(campaign).where(campaign.c.id == campaign_id)).first()
    if row is None:
        raise NewsletterError(
            f"there is no campaign {campaign_id}; type newsletter campaigns to see them all"
        )
    return _summary(connection, row)


def unfinished(connection: Connection, edition_id: str, now: int) -> list[int]:
    """The campaigns of this edition in which somebody is still to be posted or fenced, oldest first; no undone one."""
    return [
        entry.id
        for entry in reversed(summaries(connection, edition_id))
        if (entry.counts.pending or entry.is_in_doubt(now)) and entry.stop != "undo"
    ]


def report_rows(connection: Connection, campaign_id: int) -> Iterator[Row]:
    """One row a person, in the order of the requests, streaming."""
    requests = connection.execute(_requests(campaign_id)).all()
    starts = [entry.first_seq for entry in requests]
    result = connection.execution_options(yield_per=CHUNK).execute(_recipients(campaign_id))
    for people in result.partitions(CHUNK):
        lists = _lists(connection, [person.subscriber_id for person in people])
        told = happened(connection, campaign_id, people[0].seq, people[-1].seq)
        for person in people:
            place = bisect_right(starts, person.seq) - 1
            found = requests[place] if place >= 0 else None
            mine = found if found is not None and person.seq <= found.last_seq else None
            fate = told.get((person.seq, mine.attempt_id)) if mine is not None else None
            yield _row(person, mine, lists[person.subscriber_id], fate)


def _summary(connection: Connection, row: Any) -> Summary:
    doubted = doubts(connection, row.id)
    times = connection.execute(
        select(func.min(attempt.c.send_at), func.min(attempt.c.post_until)).where(
            attempt.c.id.in_(
                select(request.c.attempt_id).where(request.c.campaign_id == row.id, DECIDING)
            )
        )
    ).one()
    return Summary(
        id=row.id,
        edition_id=row.edition_id,
        edition=row.edition,
        title=row.title,
        created_at=row.created_at,
        send_at=times[0],
        post_until=times[1],
        stop=row.stop,
        stop_reason=row.stop_reason,
        edition_digest=row.edition_digest,
        letter_digest=row.letter_digest,
        audience_digest=row.audience_digest,
        audience=row.audience,
        fencing=any(one.begun for one in doubted),
        doubted_until=doubted_until(doubted),
        posting=posting(connection, row.id),
        unconfirmed=_unconfirmed(connection, row) if row.stop in ("undo", "pause") else None,
        counts=counts(connection, row.id),
    )


def _unconfirmed(connection: Connection, row: Any) -> int | None:
    held = select(request.c.attempt_id).where(
        request.c.campaign_id == row.id, request.c.state.in_(("posting", "accepted", "unknown"))
    )
    live = attempt.c.state != "cancelled"
    query = select(func.max(attempt.c.last_send_at)).where(
        attempt.c.id.in_(held), live, attempt.c.confirmed_at == 0
    )
    found: int | None = connection.scalar(query)
    return found


def _requests(campaign_id: int) -> Select[Any]:
    columns = request.c
    return (
        select(
            columns.first_seq,
            columns.last_seq,
            columns.state,
            columns.message_id,
            columns.answer,
            columns.attempt_id,
            attempt.c.send_at,
        )
        .where(columns.campaign_id == campaign_id, DECIDING)
        .order_by(columns.first_seq)
    )


def _recipients(campaign_id: int) -> Select[Any]:
    columns = recipient.c
    return (
        select(
            columns.seq,
            columns.subscriber_id,
            columns.address,
            columns.outcome,
            columns.reason,
            func.coalesce(subscriber.c.first_name, "").label("first_name"),
            func.coalesce(subscriber.c.last_name, "").label("last_name"),
        )
        .join_from(recipient, subscriber, subscriber.c.id == columns.subscriber_id, isouter=True)
        .where(columns.campaign_id == campaign_id)
        .order_by(columns.seq)
    )


def _lists(connection: Connection, subscribers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(list_row.c.subscriber_id, source.c.list)
        .distinct()
        .join_from(source, list_row, list_row.c.source_id == source.c.id)
        .where(rows_of(subscribers))
        .order_by(source.c.list)
    )
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for number, name in connection.execute(query):
        found[number] += (name,)
    return found


def _row(person: Any, mine: Any, lists: tuple[str, ...], fate: Happened | None) -> Row:
    if person.outcome is not None or mine is None:
        outcome, reason = person.outcome or "pending", person.reason or ""
    else:
        outcome = OUTCOME_OF_STATE[mine.state]
        reason = "" if outcome == "accepted" else mine.answer
    fate = fate if outcome == "accepted" else None
    accepted = mine is not None and outcome in ("accepted", "unknown")
    return Row(
        address=person.address,
        first_name=person.first_name,
        last_name=person.last_name,
        lists=lists,
        outcome=outcome,
        happened=fate.kind if fate else "",
        reason=fate.reason if fate else reason,
        send_at=mine.send_at if accepted else None,
        message_id=mine.message_id if accepted else "",
    )
