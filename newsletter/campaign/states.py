"""This module says which state may follow which; no other change is written."""

from collections.abc import Mapping

REQUEST: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"posting", "void", "cancelled"}),
    "posting": frozenset({"pending", "accepted", "refused", "unknown"}),
    "unknown": frozenset({"accepted", "refused", "cancelled", "expired", "void"}),
    "accepted": frozenset({"cancelled", "expired", "unknown"}),
    "refused": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
    "void": frozenset(),
}
"""*void*: nobody's fate hangs on the request.

Unknown becomes void by a person's word alone, accepted becomes unknown where a cancellation may have come too late.
"""

ATTEMPT: Mapping[str, frozenset[str]] = {
    "open": frozenset({"posted", "paused", "fencing", "cancelled"}),
    "posted": frozenset({"paused", "fencing", "cancelled"}),
    "paused": frozenset({"open", "posted", "fencing", "cancelled"}),
    "fencing": frozenset({"posted", "cancelled"}),
    "cancelled": frozenset(),
}
"""*fencing*: the cancellation was asked for in time and is not confirmed yet."""


def before(states: Mapping[str, frozenset[str]], after: str) -> list[str]:
    """The states from which *after* may be reached."""
    return [state for state, followers in states.items() if after in followers]
