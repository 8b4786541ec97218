"""This module cuts runs of recipients into requests: pure arithmetic over ranges."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_PEOPLE = 1_000
"""In one request (SendGrid's mail/send specification)."""
MOST_BYTES = 20_000_000
"""Of one request; SendGrid answers 413 at 30 MB."""

VARIANT_SPAN = 1_000_000_000
"""Recipients of variant v are numbered from v * VARIANT_SPAN + 1: each variant is one run, nothing is sorted."""


@dataclass(frozen=True, order=True)
class Run:
    """Recipients *first* to *last* of one variant, without gaps."""

    variant: int
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


def whole_variant(number: int, recipients: int) -> Run:
    """Everybody who gets variant *number*."""
    return Run(number, number * VARIANT_SPAN + 1, number * VARIANT_SPAN + recipients)


def gaps(whole: Run, taken: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """What is left of *whole* beside the ranges already *taken*."""
    start = whole.first
    for first, last in sorted(taken):
        if last < start or first > whole.last:
            continue
        if first > start:
            yield Run(whole.variant, start, first - 1)
        start = last + 1
    if start <= whole.last:
        yield Run(whole.variant, start, whole.last)


def overlap(runs: Iterable[Run]) -> bool:
    """Whether somebody is in two of *runs*."""
    return any(
        one.variant == next_one.variant and next_one.first <= one.last
        for one, next_one in pairwise(sorted(runs))
    )


def most_people(letter_bytes: int, largest: int) -> int:
    """How many people a request may hold when each adds at most *largest* bytes; at least one."""
    return max(1, min(MOST_PEOPLE, (MOST_BYTES - letter_bytes) // max(largest, 1)))


def halves(run: Run) -> Sequence[Run]:
    """*run* in two; raises ValueError for a single person."""
    if run.size < 2:
        raise ValueError("one person cannot be halved")
    middle = (run.first + run.last) // 2
    return Run(run.variant, run.first, middle), Run(run.variant, middle + 1, run.last)
