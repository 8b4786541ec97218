"""This module folds what lists say about one address into what is known of it: a value in, a value out.

The standing only ever falls, the consent of lists only rises and lifts no standing, tags and names
are gathered, and the order of files and rows changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.audience.read import Row
from newsletter.store import CONSENTS, STANDINGS


@dataclass(frozen=True)
class Known:
    """What is known of one address; a household has several *names*, as (first, last)."""

    key: str
    address: str
    names: tuple[tuple[str, str], ...] = ()
    city: str = ""
    language: str = ""
    signed_up: str = ""
    tags: tuple[str, ...] = ()
    standing: str = "subscribed"
    consent: str = "none"

    @property
    def first_name(self) -> str:
        """The first name where the address is one person's, else nothing: greet all of a family or none."""
        return self.names[0][0] if len(self.names) == 1 else ""

    @property
    def last_name(self) -> str:
        """The last name that all names share."""
        lasts = {last for _first, last in self.names}
        return lasts.pop() if len(lasts) == 1 else ""


def fold(known: Known | None, rows: Sequence[Row]) -> Known:
    """*known* and what *rows*, all of the same address, add to it."""
    ranked = sorted(
        rows, key=lambda row: (row.signed_up, row.list, row.address, row.city, row.language)
    )
    best = known or Known(ranked[0].key, max((row.address for row in rows), key=_least_shouted))
    standing = max([best.standing, *(row.standing for row in rows)], key=STANDINGS.index)
    if best.standing == "erased":
        return best
    return replace(
        best,
        names=_names([*best.names, *((row.first_name, row.last_name) for row in rows)]),
        city=_last([best.city, *(row.city for row in ranked)]),
        language=_last([best.language, *(row.language for row in ranked)]),
        signed_up=min(
            [day for day in (best.signed_up, *(row.signed_up for row in rows)) if day], default=""
        ),
        tags=tuple(sorted({*best.tags, *(tag for row in rows for tag in row.tags)})),
        standing=standing,
        consent=max([best.consent, *(row.consent for row in rows)], key=CONSENTS.index),
    )


def _last(values: Sequence[str]) -> str:
    return next((value for value in reversed(values) if value), "")


def _names(names: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Each person once: without regard to case, and a first name alone is whoever else has it."""
    people: dict[tuple[str, str], tuple[str, str]] = {}
    for first, last in sorted(names, key=_plainness, reverse=True):
        if first or last:
            people.setdefault((first.casefold(), last.casefold()), (first, last))
    whole = {first for first, last in people if last}
    kept = [name for (first, last), name in people.items() if last or first not in whole]
    firsts = {first.casefold() for first, _last in kept if first}
    return tuple(sorted(name for name in kept if name[0] or not firsts))


def _least_shouted(address: str) -> tuple[int, str]:
    """ada@… before Ada@… before ADA@…, where lists spell one address in several ways."""
    return (-sum(letter.isupper() for letter in address), address)


def _plainness(name: tuple[str, str]) -> tuple[bool, tuple[str, str]]:
    """Maria before MARIA and maria."""
    word = name[0] + name[1]
    return (not word.isupper() and not word.islower(), name)
