"""This module says what became of mail after it was handed over, by the rank of its events."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from newsletter.store import OUTCOME_OF_RANK, event

EXPLAINED = ("deferred", "blocked", "dropped", "bounced")
"""What a person asks "why?" about."""


@dataclass(frozen=True)
class Happened:
    """What became of one person's mail, and why where it went wrong."""

    kind: str
    reason: str


def happened(
    connection: Connection, campaign_id: int, first: int, last: int
) -> dict[tuple[int, int], Happened]:
    """What became of recipients *first* to *last*, by seq and attempt: each attempt apart."""
    columns = event.c
    query = (
        select(columns.seq, columns.attempt_id, columns.rank, columns.reason)
        .where(
            columns.campaign_id == campaign_id,
            columns.seq.between(first, last),
            columns.attempt_id.is_not(None),
            columns.rank > 0,
        )
        .order_by(columns.rank, columns.at, columns.id)
    )
    found = {}
    for seq, attempt_id, rank, reason in connection.execute(query):
        kind = OUTCOME_OF_RANK[rank]
        found[seq, attempt_id] = Happened(kind, reason if kind in EXPLAINED else "")
    return found
