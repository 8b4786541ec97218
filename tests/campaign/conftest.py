"""This module gives tests a real edition, its letter, and people in a real store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Connection, insert, select

from newsletter.audience import Subscriber, people
from newsletter.campaign import (
    Counts,
    Envelope,
    Frozen,
    Planned,
    Run,
    Times,
    counts,
    freeze,
    unassigned,
)
from newsletter.config import Settings
from newsletter.edition import load_edition
from newsletter.letter import compose
from newsletter.links import Links
from newsletter.store import Store, subscriber

ARTICLE = """---
id: back-2026
title: Strong backs
subject: "{{ reader.first_name | default('Hello', true) }}, a strong back"
preheader: Three minutes
---

Good morning {{ reader.first_name | default("there", true) }}.
"""
NOW = 1_790_000_000
ENVELOPE = Envelope(
    "news@clinic.example.com", "Clockwork Perform", "", "edition-back-2026", "[out]", 0
)


def everybody(connection: Connection) -> Iterator[Subscriber]:
    """Whoever is in the store."""
    return people(connection, (), samples=True, today=date(2026, 11, 26))


@dataclass
class Desk:
    """A project with one article, and a store."""

    store: Store
    settings: Settings

    def write(self, article: str = ARTICLE) -> None:
        (self.settings.root / "content" / "back.md").write_text(article)

    def add(self, *names: str) -> None:
        """Subscribers, each called after the part before the @."""
        with self.store.write() as connection:
            rows = [
                {
                    "key": f"{name}@example.com".lower(),
                    "address": f"{name}@example.com",
                    "first_name": name,
                    "consent": "confirmed",
                    "updated_at": NOW,
                }
                for name in names
            ]
            connection.execute(insert(subscriber), rows)


@dataclass
class Clinic(Desk):
    """One article and whoever wants it."""

    def freeze(self, *, links: Links | None = None, envelope: Envelope = ENVELOPE) -> Frozen:
        edition = load_edition(self.settings.root / "content" / "back.md", self.settings.root)
        letter = compose(edition, self.settings, unsubscribe_tag=envelope.unsubscribe_tag or None)
        return freeze(
            self.store,
            edition,
            letter,
            everybody,
            envelope,
            times=Times(NOW, 900),
            links=links,
        )

    def counts(self, campaign_id: int) -> Counts:
        with self.store.read() as connection:
            return counts(connection, campaign_id)

    def column(self, column: object) -> list[object]:
        """All values of a column of the store, in order of rows."""
        with self.store.read() as connection:
            return list(connection.scalars(select(column)))  # type: ignore[call-overload]


def planned(connection: Connection, campaign_id: int, send_at: int) -> list[Planned]:
    """Requests for everybody who is in none, as large as they may be."""
    return [
        Planned(Run(gap.run.variant, first, min(first + gap.most - 1, gap.run.last)), send_at)
        for gap in unassigned(connection, campaign_id)
        for first in range(gap.run.first, gap.run.last + 1, gap.most)
    ]


@pytest.fixture
def clinic(store: Store, settings: Settings) -> Clinic:
    made = Clinic(store, settings)
    made.write()
    return made


@pytest.fixture
def crowd() -> Callable[[int], list[str]]:
    return lambda number: [f"reader{one:05}" for one in range(number)]
