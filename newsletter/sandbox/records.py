"""This module reads what became of every mail, from the running sandbox's file or after it ended."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from newsletter.errors import NewsletterError
from newsletter.sandbox.database import FILE

SELECT = """
    SELECT message.*, request.message_id, request.batch, request.accepted_at, request.body
    FROM message JOIN request ON request.id = message.request
"""
RELEASED = """
    SELECT message.id AS number, message.address, message.place, message.ended_at AS released_at,
           request.batch, request.message_id, request.accepted_at, request.body
    FROM message JOIN request ON request.id = message.request
    WHERE message.state = 'delivered' ORDER BY message.ended_at, message.id
"""


@dataclass(frozen=True)
class Record:
    """What became of one recipient's mail."""

    number: int
    address: str
    state: str
    """waiting, held, delivered, cancelled, dropped or expired."""
    reason: str
    custom_args: Mapping[str, str]
    categories: tuple[str, ...]
    batch: str | None
    message_id: str
    accepted_at: float
    send_at: int | None
    released_at: float | None
    """When it was delivered; None for everything else."""


def messages(folder: Path) -> list[Record]:
    """Every mail that the sandbox in *folder* accepted."""
    if not (folder / FILE).is_file():
        raise NewsletterError(
            f"{folder}: no sandbox was ever here; start one with newsletter sandbox"
        )
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.row_factory = sqlite3.Row
        return [*records(connection.execute(f"{SELECT} ORDER BY message.id"))]


def released(folder: Path) -> list[Record]:
    """Every mail that left the sandbox in *folder*: the judge of who got what, how often."""
    return [record for record in messages(folder) if record.state == "delivered"]


def records(rows: Iterable[sqlite3.Row]) -> Iterator[Record]:
    """The records of rows found by SELECT."""
    for row in rows:
        body = opened(row["body"])
        yield Record(
            number=row["id"],
            address=row["address"],
            state=row["state"],
            reason=row["reason"],
            custom_args=custom_args(body, row["place"]),
            categories=tuple(body.get("categories", ())),
            batch=row["batch"],
            message_id=row["message_id"],
            accepted_at=row["accepted_at"],
            send_at=row["send_at"],
            released_at=row["ended_at"] if row["state"] == "delivered" else None,
        )


def custom_args(body: Mapping[str, Any], place: int) -> dict[str, str]:
    """The custom args of the personalization at *place*, which win over the whole mail's."""
    person = body["personalizations"][place]
    return {**body.get("custom_args", {}), **person.get("custom_args", {})}


@lru_cache(maxsize=4)
def opened(body: bytes) -> dict[str, Any]:
    """The body of a request as it was kept."""
    found: dict[str, Any] = orjson.loads(zlib.decompress(body))
    return found
