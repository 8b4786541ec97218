"""This module draws misbehaviour by chance, and the same again for the same seed.

Every request of mail/send, batch and scheduled_sends gets a number in the order of arrival; seed and
number alone decide whether a fault hits it and which. So a run that went wrong is repeated by its seed.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from newsletter.sandbox.faults import Fault, people

TROUBLED = ("/v3/mail/send", "/v3/mail/batch", "/v3/user/scheduled_sends")
MAIL = TROUBLED[0]
STATUSES = (500, 502, 503, 504)


@dataclass(frozen=True)
class Trouble:
    """How often requests are spoiled, and how."""

    seed: int = 0
    share: float = 0.0
    """The share of spoiled requests, 0 to 1."""
    kinds: tuple[str, ...] = ()
    """Only these kinds of CHANCES; empty means all."""
    stall_seconds: float = 2.0
    """The longest stall on the computer's clock; a client's deadline runs there …"""
    hold_seconds: float = 3600.0
    """… and the longest on the sandbox's, after which the request is carried out all the same."""

    def fault(self, number: int, path: str, body: bytes, now: float) -> Fault | None:
        """What hits request *number* (from 0), if anything."""
        if not self.share or not path.startswith(TROUBLED):
            return None
        dice = random.Random(f"{self.seed}/{number}")  # noqa: S311  no secret
        if dice.random() >= self.share:
            return None
        crowd = len(people(body)) if path == MAIL else 0
        chances = [kind for kind in self.kinds or CHANCES if _possible(kind, path, crowd)]
        if not chances:
            return None
        kind = dice.choice(chances)
        return CHANCES[kind](Chance(kind, dice, self, crowd, now))


@dataclass(frozen=True)
class Chance:
    """What a fault may be made from."""

    kind: str
    dice: random.Random
    trouble: Trouble
    crowd: int
    now: float


def _possible(kind: str, path: str, crowd: int) -> bool:
    return path == MAIL and crowd >= NEEDS[kind] if kind in NEEDS else True


def _plain(chance: Chance) -> Fault:
    return Fault(chance.kind)


def _error(chance: Chance) -> Fault:
    status, html = chance.dice.choice(STATUSES), chance.dice.random() < 0.5
    return Fault(chance.kind, status=status, html=html)


def _stall(chance: Chance) -> Fault:
    length = chance.dice.random()
    if chance.dice.random() < 0.5:
        return Fault(chance.kind, seconds=length * chance.trouble.stall_seconds)
    return Fault(chance.kind, clock_seconds=length * chance.trouble.hold_seconds)


def _too_many(chance: Chance) -> Fault:
    if chance.dice.random() < 0.5:
        return Fault(chance.kind)
    reset = str(int(chance.now) + 1)
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
    return Fault(chance.kind, headers=dict(zip(names, ("600", "0", reset), strict=True)))


def _refuse(chance: Chance) -> Fault:
    return Fault(chance.kind, place=chance.dice.randrange(chance.crowd))


CHANCES: Mapping[str, Callable[[Chance], Fault]] = {
    "drop before": _plain,
    "drop after": _plain,
    "error before": _error,
    "error after": _error,
    "stall before": _stall,
    "stall after": _stall,
    "truncate": _plain,
    "too many": _too_many,
    "redirect": _plain,
    "refuse": _refuse,
    "too large": _plain,
    "no credits": _plain,
}
NEEDS: Mapping[str, int] = {"refuse": 1, "too large": 2, "no credits": 0}
"""These hit only mail/send, and only requests with so many people at least."""
