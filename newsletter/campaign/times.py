"""This module keeps when a campaign should leave, as it was wished for when it was frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, func, select, update

from newsletter.store import campaign, request


@dataclass(frozen=True)
class Times:
    """When it was frozen, when it should leave (None: as soon as possible), and how long it can be undone."""

    now: int
    undo_seconds: int
    asked_send_at: int | None = None
    local_time: str = ""
    """A wall time (2026-12-01T09:00) that every reader has in their own zone."""
    rate: int = 0
    """People an hour; 0 for all at once."""
    warmup: tuple[int, ...] = ()
    """People on the first day, the second …; afterwards all the rest."""
    at_once: bool = False
    """Without a send time: it leaves while it is posted, and nothing can be undone."""
    needs_approval: bool = False

    def as_columns(self) -> Mapping[str, Any]:
        """The values as the campaign's row has them."""
        return {
            "created_at": self.now,
            "undo_seconds": self.undo_seconds,
            "asked_send_at": self.asked_send_at,
            "local_time": self.local_time,
            "rate": self.rate,
            "warmup": orjson.dumps(self.warmup).decode(),
            "at_once": int(self.at_once),
            "needs_approval": int(self.needs_approval),
        }

    def local_send_at(self, zone: ZoneInfo) -> int:
        """When it is *local_time* in *zone*; of an hour that comes twice, the first."""
        return int(datetime.fromisoformat(self.local_time).replace(tzinfo=zone).timestamp())


def times_of(connection: Connection, campaign_id: int) -> Times:
    """What was wished for when the campaign was frozen."""
    row = connection.execute(select(campaign).where(campaign.c.id == campaign_id)).one()
    return Times(
        now=row.created_at,
        undo_seconds=row.undo_seconds,
        asked_send_at=row.asked_send_at,
        local_time=row.local_time,
        rate=row.rate,
        warmup=tuple(orjson.loads(row.warmup)),
        at_once=bool(row.at_once),
        needs_approval=bool(row.needs_approval),
    )


def first_send_at(connection: Connection, campaign_id: int) -> int | None:
    """When the campaign's first mail leaves; None before its first wave opened."""
    query = select(campaign.c.first_send_at).where(campaign.c.id == campaign_id)
    found: int | None = connection.execute(query).scalar_one()
    return found


def begin_at(connection: Connection, campaign_id: int, first: int) -> None:
    """From now on the times of whoever is in no wave yet are counted from *first*."""
    connection.execute(
        update(campaign).where(campaign.c.id == campaign_id).values(first_send_at=first)
    )


def waiting_send_at(connection: Connection, campaign_id: int) -> int | None:
    """When the first of the requests leaves that wait in a wave to be posted; None where none waits."""
    waiting = (request.c.campaign_id == campaign_id) & (request.c.state == "pending")
    found: int | None = connection.scalar(select(func.min(request.c.send_at)).where(waiting))
    return found
