"""This module gives tests a frozen campaign and a sandbox that is reached over real HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from newsletter.campaign import Counts, Row, Times, counts, freeze, report_rows
from newsletter.config import Settings
from newsletter.delivery import Account, Manner, Patience, dispatch, envelope, unsubscribe_tag
from newsletter.edition import load_edition
from newsletter.feedback import Suppression, suppress
from newsletter.letter import compose
from newsletter.links import Links
from newsletter.sandbox import Fault, Record, Sandbox, messages, serve
from newsletter.store import Store
from tests.campaign.conftest import NOW, Desk, everybody

QUICK = Patience(tries=3, seconds=0.01, longest=60)


@dataclass
class Clinic(Desk):
    """A clinic with one article, its readers, and an account in the sandbox."""

    sandbox: Sandbox
    account: Account

    def crowd(self, number: int) -> None:
        self.add(*(f"reader{one:05}" for one in range(number)))

    def freeze(
        self,
        *,
        links: Links | None = None,
        asked: int | None = None,
        local: str = "",
        rate: int = 0,
        warmup: tuple[int, ...] = (),
    ) -> int:
        edition = load_edition(self.settings.root / "content" / "back.md", self.settings.root)
        letter = compose(edition, self.settings, unsubscribe_tag=unsubscribe_tag(self.settings))
        frozen = freeze(
            self.store,
            edition,
            letter,
            everybody,
            envelope(self.settings, edition),
            times=Times(NOW, 900, asked, local, rate, warmup),
            links=links,
        )
        assert frozen.campaign_id is not None
        return frozen.campaign_id

    def dispatch(
        self, campaign_id: int, progress: Callable[[Counts], None] | None = None
    ) -> Counts:
        show = progress or (lambda _counts: None)
        return dispatch(self.store, campaign_id, self.account, self.settings, Manner(show))

    def another_account(self, **wishes: Any) -> Account:
        """The same account from another process; while something waits, the sandbox's time flies."""
        patience = replace(QUICK, sleep=self.sandbox.office.clock.skip)
        return Account("SG.test", self.sandbox.url, patience=patience, **wishes)

    def leave(self, name: str) -> None:
        """Somebody unsubscribes."""
        with self.store.write() as connection:
            suppress(
                connection,
                [Suppression(f"{name}@example.com".lower(), "unsubscribed", "page")],
                now=NOW,
            )

    def misbehave(self, *faults: Fault) -> None:
        for fault in faults:
            self.sandbox.office.faults.plan(fault)

    def counts(self, campaign_id: int = 1) -> Counts:
        with self.store.read() as connection:
            return counts(connection, campaign_id)

    def report(self, campaign_id: int = 1) -> dict[str, tuple[str, str]]:
        """Outcome and reason of each first name."""
        with self.store.read() as connection:
            rows: list[Row] = [*report_rows(connection, campaign_id)]
        return {row.first_name: (row.outcome, row.reason) for row in rows}

    def mails(self) -> list[Record]:
        return messages(self.sandbox.folder)

    def states(self) -> dict[str, int]:
        """How many mails the sandbox has in each state."""
        found = [mail.state for mail in self.mails()]
        return {state: found.count(state) for state in sorted(set(found))}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with serve(tmp_path / "sandbox", outbox=False) as running:
        yield running


@pytest.fixture
def clinic(store: Store, settings: Settings, sandbox: Sandbox) -> Iterator[Clinic]:
    sender = replace(settings.sender, email="news@clinic.example.com")
    patience = replace(QUICK, sleep=sandbox.office.clock.skip)
    with Account("SG.test", sandbox.url, deadline=5, patience=patience) as account:
        made = Clinic(store, replace(settings, sender=sender), sandbox, account)
        made.write()
        yield made
