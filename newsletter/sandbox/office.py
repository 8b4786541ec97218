"""This module holds what every answer needs: the state, the clock, the outbox.

An office is one SendGrid account. The sandbox has one of its own, whose state lies on disk, and opens
subusers on demand: each is known by its API key and has its own clock, faults, batches, lists and
records, in memory, so that many runs side by side share one process and begin in a millisecond.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request

from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.clock import Clock
from newsletter.sandbox.database import Database
from newsletter.sandbox.events import record_ended
from newsletter.sandbox.faults import Fault, Faults
from newsletter.sandbox.outbox import NoOutbox, Outbox
from newsletter.sandbox.release import next_due, release, tidy
from newsletter.sandbox.terms import Terms
from newsletter.sandbox.trouble import TROUBLED, Trouble

GLANCE = 0.02
"""How often a stalled request looks at the sandbox's clock, in seconds."""


@dataclass
class Office:
    """A post office: it takes mail in, keeps it until its time and lets it leave."""

    folder: Path
    database: Database
    clock: Clock
    outbox: Outbox | NoOutbox
    key: str | None = None
    """The only API key that is let in; None lets every key in."""
    url: str = ""
    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: Faults = field(default_factory=Faults)
    trouble: Trouble = field(default_factory=Trouble)
    main: "Office | None" = None
    """Whose subuser this is."""
    stop_asked: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    secret: bytes = b""
    subusers: dict[str, "Office"] = field(default_factory=dict)
    listened_to: bool = False
    """Whether a webhook waits for events."""
    fates: dict[str, list[str]] = field(default_factory=dict)
    """What happens to mail for an address in lower case, instead of a delivery."""
    posting: threading.Lock = field(default_factory=threading.Lock)
    rest_seconds: float = 0
    rest_until: float = 0
    """No event is posted before this moment of time.monotonic()."""
    under_way: int = 0
    """How many requests are being answered."""
    _drawn: int = 0
    _hurry: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _releasing: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        kept = self.database.setting("secret")
        self.secret = bytes.fromhex(kept or secrets.token_hex(16))
        self.database.keep("secret", self.secret.hex())
        self.listened_to = bool((self.database.setting("webhook") or {}).get("enabled"))
        tidy(self.database, self.outbox)

    def release(self) -> None:
        """Let leave what is due by now; when this returns, its files have moved too."""
        with self._releasing:
            release(self.database, self.outbox, self.behaviour, self.clock.now(), self._tell)

    def _tell(self, connection: sqlite3.Connection, state: str, numbers: list[int]) -> None:
        if self.listened_to or self.fates:
            record_ended(connection, state, numbers, self.fates)

    def seconds_to_next(self) -> float | None:
        """How long, on the computer's clock, until the next mail is due; None when none waits."""
        due = next_due(self.database)
        return None if due is None else max(due - self.clock.now(), 0) / self.clock.speed

    def leave(self) -> None:
        """Ask the whole sandbox to end."""
        if self.main is not None:
            self.main.leave()
            return
        for office in (self, *self.subusers.values()):
            office.stop_asked.set()
        self.wake.set()

    def wait(self, seconds: float = 0, clock_seconds: float = 0) -> None:
        """Keep a client waiting; when the account ends meanwhile, so does the connection."""
        real, shown = time.monotonic() + seconds, self.clock.now() + clock_seconds
        while not self._hurry.is_set():
            left = max(real - time.monotonic(), (shown - self.clock.now()) / self.clock.speed)
            if left <= 0:
                return
            if self.stop_asked.wait(min(left, GLANCE)):
                raise ConnectionAbortedError

    def stall(self, fault: Fault) -> None:
        """Wait as long as *fault* says, on both clocks."""
        self.wait(fault.seconds, fault.clock_seconds)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A request is being answered."""
        with self._turn:
            self.under_way += 1
        try:
            yield
        finally:
            with self._turn:
                self.under_way -= 1

    def fault(self, request: Request) -> Fault | None:
        """What hits *request*: what was planned, else what chance brings."""
        return self.faults.claim(request) or self._by_chance(request)

    def _by_chance(self, request: Request) -> Fault | None:
        if not self.trouble.share or not request.path.startswith(TROUBLED):
            return None
        with self._turn:
            number, self._drawn = self._drawn, self._drawn + 1
        return self.trouble.fault(number, request.path, request.get_data(), self.clock.now())

    def hurry_all(self, patience: float, *, but: int) -> bool:
        """Let every stalled request go on at once; whether all but *but* were answered in time."""
        self._hurry.set()
        try:
            until = time.monotonic() + patience
            while self.under_way > but and time.monotonic() < until:
                time.sleep(GLANCE / 4)
            return self.under_way <= but
        finally:
            self._hurry.clear()

    def behave(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some settings of the behaviour; what holds now."""
        self.behaviour = replace(self.behaviour, **changes)
        return asdict(self.behaviour)

    def make_trouble(self, trouble: Trouble) -> None:
        """Spoil requests by chance from now on, counted anew."""
        self.trouble, self._drawn = trouble, 0

    def begin(self, terms: Terms) -> None:
        """Forget all mail, batches, lists, groups, webhook and planned faults; the clock is set right."""
        self.database.empty()
        self.outbox.empty()
        self.clock.set_right(terms.speed)
        self.behaviour = terms.behaviour or self.behaviour
        self.make_trouble(terms.trouble)
        self.faults.clear()
        self.fates.clear()
        self.database.write("DELETE FROM setting WHERE name = 'webhook'")
        self.listened_to = False
        for fault in terms.faults:
            self.faults.plan(fault)

    def open_subuser(self, key: str, terms: Terms) -> None:
        """Give whoever comes with *key* an account of their own, begun by *terms*."""
        if known := self.subusers.get(key):
            known.begin(terms)
            return
        database = Database(None)
        office = Office(self.folder, database, Clock(database), NoOutbox(), key, self.url)
        office.main, office.wake = self, self.wake
        office.begin(terms)
        self.subusers[key] = office

    def close_subuser(self, key: str) -> bool:
        """Forget the account of *key*; False where there is none."""
        office = self.subusers.pop(key, None)
        if office is None:
            return False
        office.stop_asked.set()
        office.database.close()
        return True
