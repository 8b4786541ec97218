"""This module holds what one row of a list says: a person, or why it could not be taken."""

from dataclasses import dataclass


@dataclass(slots=True, unsafe_hash=True)
class Row:
    """One person as one row of a list says; nothing changes it (frozen, it would take eight times as long to make).

    Days are ISO text, empty where unknown; a cell of several addresses gives a row for each *part*.
    """

    list: str
    line: int
    key: str
    address: str
    first_name: str
    last_name: str
    city: str
    language: str
    signed_up: str
    tags: tuple[str, ...]
    standing: str
    consent: str
    updated_at: str = ""
    consent_at: str = ""
    left_at: str = ""
    time_zone: str = ""
    origin: str = ""
    flags: tuple[str, ...] = ()
    precedence: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be taken, why, and its *cells* as they stood there."""

    line: int
    reason: str
    cells: tuple[str, ...] = ()
