"""This module tells the sandbox's time: the computer's, moved on by skips, run at a speed."""

import threading
import time
from dataclasses import asdict, dataclass

from newsletter.sandbox.database import Database

LOST_SECONDS = 2
"""How long after its last word a killed sandbox may still have run at its speed."""


@dataclass(frozen=True)
class Anchor:
    """At the computer's time *real* the sandbox showed *shown*, running at *speed*."""

    real: float
    shown: float
    speed: float

    def at(self, real: float) -> float:
        return self.shown + max(real - self.real, 0) * self.speed

    def after_a_rest(self, real: float) -> float:
        """The time after a restart: never before anything that was shown, and not days ahead."""
        rest = max(real - self.real, 0)
        return self.shown + rest + (self.speed - 1) * min(rest, LOST_SECONDS)


class Clock:
    """The time that every Date header, batch and release goes by."""

    def __init__(self, database: Database, speed: float = 1) -> None:
        self._database = database
        self._turn = threading.Lock()
        real = time.time()
        kept = database.setting("clock")
        shown = Anchor(**kept).after_a_rest(real) if kept else real
        self._anchor = Anchor(real, shown, speed)
        self.keep()

    @property
    def speed(self) -> float:
        return self._anchor.speed

    def now(self) -> float:
        """Seconds since 1970 as the sandbox sees them."""
        return self._anchor.at(time.time())

    def skip(self, seconds: float) -> float:
        """Move on by *seconds* and return the new time."""
        with self._turn:
            real = time.time()
            self._anchor = Anchor(real, self._anchor.at(real) + seconds, self.speed)
            self._database.keep("clock", asdict(self._anchor))
            return self._anchor.shown

    def set_right(self, speed: float | None = None) -> None:
        """Show the computer's time again, running at *speed* from now on."""
        with self._turn:
            real = time.time()
            self._anchor = Anchor(real, real, speed or self.speed)
            self._database.keep("clock", asdict(self._anchor))

    def keep(self) -> None:
        """Remember the time over restarts."""
        self.skip(0)
