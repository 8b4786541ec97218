"""This module reads how an account begins: its speed, its behaviour, its troubles."""

from dataclasses import dataclass, field
from typing import Any

from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.faults import KINDS, Fault
from newsletter.sandbox.reading import Refused, fitting
from newsletter.sandbox.trouble import CHANCES, Trouble


@dataclass(frozen=True)
class Terms:
    """What holds from an account's first second on."""

    speed: float | None = None
    """How many seconds pass in one; None keeps the speed it has."""
    behaviour: Behaviour | None = None
    """None keeps the behaviour it has."""
    trouble: Trouble = field(default_factory=Trouble)
    faults: tuple[Fault, ...] = ()


def terms(wish: dict[str, Any]) -> Terms:
    """{"speed": 600, "behaviour": {…}, "trouble": {…}, "faults": [{…}]}; what is left out is usual."""
    for name in wish:
        if name not in ("speed", "behaviour", "trouble", "faults"):
            raise Refused(f"{name} is unknown, there are speed, behaviour, trouble, faults", name)
    speed, given = wish.get("speed"), wish.get("behaviour")
    if speed is not None and (isinstance(speed, bool) or not isinstance(speed, int | float)):
        raise Refused(f"speed is {speed!r}, it should be like 60", "speed")
    if speed is not None and speed <= 0:
        raise Refused(f"speed {speed:g} would stop the clock", "speed")
    behaviour = None if given is None else Behaviour(**fitting(given, Behaviour()))
    faults = tuple(fault(one) for one in wish.get("faults", ()))
    return Terms(speed, behaviour, trouble(wish.get("trouble") or {}), faults)


def fault(wish: dict[str, Any]) -> Fault:
    """{"kind": "drop after", "times": 1, …}"""
    if wish.get("kind") not in KINDS:
        raise Refused(f"kind must be one of {', '.join(KINDS)}", "kind")
    return Fault(**fitting(wish, Fault("")))


def trouble(wish: dict[str, Any]) -> Trouble:
    """{"seed": 17, "share": 0.2, "kinds": […], …}"""
    known = fitting(wish, Trouble())
    known["kinds"] = tuple(known.get("kinds", ()))
    if strangers := [kind for kind in known["kinds"] if kind not in CHANCES]:
        raise Refused(f"kinds may be {', '.join(CHANCES)}, not {strangers[0]!r}", "kinds")
    if not 0 <= known.get("share", 0) <= 1:
        raise Refused(f"share is {known['share']:g}, it should be between 0 and 1", "share")
    return Trouble(**known)
