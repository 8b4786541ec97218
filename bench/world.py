"""This module makes a clinic with many made-up subscribers, for the benchmarks."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, insert

from newsletter.audience import Subscriber, people
from newsletter.config import Settings, load_settings
from newsletter.edition import Edition, load_edition
from newsletter.store import Store, open_store, subscriber
from tests.engines import new_address, start_server

ROOT = Path(__file__).parents[1]
AT_ONCE = 10_000
ARTICLE = """---
id: bench-{people}
title: A letter to measure with
subject: "{{{{ reader.first_name | default('Hello', true) }}}}, five minutes for your back"
preheader: For {{{{ reader.city | default("you", true) }}}}
---

Good morning {{{{ reader.first_name | default("there", true) }}}} {{{{ reader.last_name }}}},

{paragraphs}

Here is [how to book](https://www.example.com/visit?city={{{{ reader.city | urlencode }}}}) a visit.

You read {{{{ reader.language | default("en", true) }}}} in {{{{ reader.city | default("town", true) }}}}.
"""
PARAGRAPH = "Strong muscles carry a spine well, and ten minutes a day are a beginning. " * 6


def make_clinic(folder: Path, people: int) -> tuple[Settings, Edition]:
    """A project in *folder* with settings and one article of about 30 kB as HTML."""
    shutil.copy(ROOT / "newsletter.toml", folder)
    shutil.copytree(ROOT / "templates", folder / "templates")
    article = folder / "content" / "bench.md"
    article.parent.mkdir()
    article.write_text(ARTICLE.format(people=people, paragraphs=f"{PARAGRAPH}\n\n" * 24))
    settings = load_settings(folder, {})
    sender = replace(settings.sender, email="news@clinic.example.com")
    return replace(settings, sender=sender), load_edition(article, folder)


@contextmanager
def asked(words: list[str]) -> Iterator[tuple[list[int], str]]:
    """How many people, and where: ``10000 100000 --postgresql``; SQLite where nothing is said.

    The PostgreSQL server runs meanwhile, as safe as in earnest.
    """
    sizes = [int(word) for word in words if word.isdigit()] or [10_000]
    engine = "postgresql" if "--postgresql" in words else "sqlite"
    end = start_server(quick=()) if engine == "postgresql" else lambda: None
    try:
        yield sizes, engine
    finally:
        end()


@contextmanager
def new_store(engine: str, folder: Path) -> Iterator[Store]:
    """A store of its own."""
    store = open_store(new_address(engine, folder))
    try:
        yield store
    finally:
        store.close()


def everybody(connection: Connection) -> Iterator[Subscriber]:
    """Whoever is in the store."""
    return people(connection, (), samples=True, today=date(2026, 11, 26))


def fill(store: Store, people: int) -> None:
    """Put *people* confirmed subscribers into the store."""
    with store.write() as connection:
        for first in range(0, people, AT_ONCE):
            _insert(connection, range(first, min(first + AT_ONCE, people)))


def _insert(connection: Connection, numbers: range) -> None:
    connection.execute(
        insert(subscriber),
        [
            {
                "key": f"reader{number:07}@example.com",
                "address": f"Reader{number:07}@example.com",
                "first_name": f"Zoë{number % 997}",
                "last_name": "O'Neill & Sons",
                "city": "New Orleans",
                "language": "en",
                "signed_up": date(2026, 1, 1 + number % 28).isoformat(),
                "consent": "confirmed",
                "updated_at": 0,
            }
            for number in numbers
        ],
    )
