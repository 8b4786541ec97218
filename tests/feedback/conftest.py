"""This module gives the tests of what comes home a campaign that went out over real HTTP."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text

from newsletter.campaign import Counts, report_rows
from newsletter.feedback import Event, Taken, Tally, take_in, tally
from tests.delivery.conftest import NOW, Clinic, clinic, sandbox

__all__ = ["clinic", "sandbox"]


@dataclass
class Sent:
    """A campaign with Ada, Ben and Cleo, and the means to tell what happened to them."""

    clinic: Clinic
    counts: Counts

    def event(self, name: str, kind: str, **more: Any) -> Event:
        """An event of *name*'s mail in the campaign's only attempt."""
        number, key = more.get("at", NOW), f"{name}@example.com".lower()
        usual = Event(
            provider_id=f"{name}/{kind}/{number}",
            kind=kind,
            at=NOW,
            key=key,
            message_id=f"M.recvd-{name}",
            categories=("newsletter", self.category()),
            campaign_id=1,
            attempt_id=1,
            seq=self.seq(key),
        )
        return replace(usual, **more)

    def take(self, *events: Event, group: int = 0) -> Taken:
        with self.clinic.store.write() as connection:
            return take_in(connection, events, now=NOW + 60, group=group)

    def seq(self, key: str) -> int | None:
        with self.clinic.store.read() as connection:
            query = text("SELECT seq FROM recipient WHERE key = :key")
            found: int | None = connection.execute(query, {"key": key}).scalar()
            return found

    def category(self) -> str:
        return str(json.loads(self.rows("SELECT envelope FROM campaign")[0][0])["category"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.clinic.store.read() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def tally(self) -> Tally:
        with self.clinic.store.read() as connection:
            return tally(connection, 1)

    def fates(self) -> dict[str, tuple[str, str, str]]:
        """Outcome, what happened and why, of each person."""
        with self.clinic.store.read() as connection:
            return {
                row.first_name: (row.outcome, row.happened, row.reason)
                for row in report_rows(connection, 1)
            }


@pytest.fixture
def send(clinic: Clinic) -> Callable[..., Sent]:
    """Hand a campaign over."""

    def sent(*names: str) -> Sent:
        clinic.add(*(names or ("Ada", "Ben", "Cleo")))
        return Sent(clinic, clinic.dispatch(clinic.freeze()))

    return sent


@pytest.fixture
def sent(send: Callable[..., Sent]) -> Sent:
    return send()
