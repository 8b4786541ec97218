"""This module holds the ledger against what the sandbox let leave: nobody twice, nobody lost."""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from urllib.parse import parse_qs, urlsplit

import psycopg
from sqlalchemy import Connection, select

from newsletter.campaign import counts, report_rows
from newsletter.config import load_settings
from newsletter.sandbox import Subuser, left
from newsletter.store import Address, Store, campaign, open_store, remove_store
from tests import engines
from tests.crash.command import Desk

EXACTLY = {"accepted": (1, 1), "unknown": (0, 1)}
"""How often mail may have left, by the outcome in the ledger; for all others never."""
NEVER = (0, 0)


@dataclass(frozen=True)
class Standing:
    """How one campaign stands in the ledger."""

    id: int
    stop: str | None
    outcomes: Mapping[str, int]
    """How many people had which."""

    @property
    def pending(self) -> int:
        return self.outcomes.get("pending", 0)

    @property
    def live(self) -> bool:
        """Whether anybody got it, may have got it or will get it."""
        return bool({"accepted", "unknown", "pending"} & self.outcomes.keys())


def has_campaign(desk: Desk) -> bool:
    """Whether anything was frozen yet."""
    if desk.database:
        return bool(standings(desk))
    with closing(sqlite3.connect(_address(desk))) as driver:
        return driver.execute("SELECT 1 FROM campaign").fetchone() is not None


def cut_connections(desk: Desk) -> None:
    """End every connection of this run's commands with the database."""
    found = parse_qs(urlsplit(desk.database).query)
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
    with psycopg.connect(os.environ[engines.VARIABLE], autocommit=True) as connection:
        connection.execute(query, found["application_name"])


def forget(desk: Desk) -> None:
    """Remove what a run left in the database."""
    if desk.database:
        remove_store(_address(desk))


def opened(desk: Desk) -> Store:
    """The store that the commands at *desk* use."""
    return open_store(_address(desk))


def _address(desk: Desk) -> Address:
    return load_settings(desk.folder, desk.environment).store_address(practice=False)


def standings(desk: Desk) -> list[Standing]:
    """Every campaign; raises AssertionError where a sum does not add up, or not everybody is listed."""
    store = opened(desk)
    with store.read() as connection:
        rows = connection.execute(select(campaign.c.id, campaign.c.stop).order_by(campaign.c.id))
        found = [_standing(connection, *row) for row in rows.all()]
    store.close()
    return found


def _standing(connection: Connection, number: int, stop: str | None) -> Standing:
    counted = asdict(counts(connection, number))
    listed = Counter(row.outcome for row in report_rows(connection, number))
    assert counted.pop("frozen") == sum(counted.values()), f"{number} does not add up: {counted}"
    assert listed == {name: people for name, people in counted.items() if people}, (
        f"campaign {number}: counted are {counted}, listed {listed}"
    )
    return Standing(number, stop, listed)


def wrongs(desk: Desk, account: Subuser) -> Iterator[str]:
    """What is wrong with a run, once everything has left that will."""
    gone = Counter(
        (int(mail["custom_args"]["newsletter_campaign"]), mail["address"].lower())
        for mail in left(account)
    )
    for address, times in Counter(address for _, address in gone.elements()).items():
        if times > 1:
            yield f"{address} got it {times} times"
    store = opened(desk)
    with store.read() as connection:
        for number in connection.scalars(select(campaign.c.id)).all():
            for row in report_rows(connection, number):
                least, most = EXACTLY.get(row.outcome, NEVER)
                times = gone.pop((number, row.address.lower()), 0)
                if not least <= times <= most:
                    yield f"{row.address} is {row.outcome} in campaign {number}, and got it {times} times"
    store.close()
    for number, address in gone:
        yield f"{address} got campaign {number}, of which the ledger knows nothing"
