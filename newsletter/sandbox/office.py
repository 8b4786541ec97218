"""This module holds what every answer needs: the state, the clock, the outbox."""

import secrets
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.clock import Clock
from newsletter.sandbox.database import Database
from newsletter.sandbox.faults import Faults
from newsletter.sandbox.outbox import Outbox
from newsletter.sandbox.release import next_due, release, tidy


@dataclass
class Office:
    """A post office: it takes mail in, keeps it until its time and lets it leave."""

    folder: Path
    database: Database
    clock: Clock
    outbox: Outbox
    key: str | None = None
    """The only API key that is let in; None lets every key in."""
    url: str = ""
    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: Faults = field(default_factory=Faults)
    stop_asked: threading.Event = field(default_factory=threading.Event)
    wake: threading.Event = field(default_factory=threading.Event)
    secret: bytes = b""
    _releasing: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        kept = self.database.setting("secret")
        self.secret = bytes.fromhex(kept or secrets.token_hex(16))
        self.database.keep("secret", self.secret.hex())
        tidy(self.database, self.outbox)

    def release(self) -> None:
        """Let leave what is due by now; when this returns, its files have moved too."""
        with self._releasing:
            release(self.database, self.outbox, self.behaviour, self.clock.now())

    def seconds_to_next(self) -> float | None:
        """How long, on the computer's clock, until the next mail is due; None when none waits."""
        due = next_due(self.database)
        return None if due is None else max(due - self.clock.now(), 0) / self.clock.speed

    def leave(self) -> None:
        """Ask the whole sandbox to end."""
        self.stop_asked.set()
        self.wake.set()

    def wait(self, seconds: float) -> None:
        """Keep a client waiting; when the sandbox ends meanwhile, so does the connection."""
        if self.stop_asked.wait(seconds):
            raise ConnectionAbortedError

    def behave(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change some settings of the behaviour; what holds now."""
        self.behaviour = replace(self.behaviour, **changes)
        return asdict(self.behaviour)

    def empty(self) -> None:
        """Forget all mail, batches, lists, groups and planned faults; the clock is set right."""
        self.database.empty()
        self.outbox.empty()
        self.faults.clear()
        self.clock.set_right()
