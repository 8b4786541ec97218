"""This module folds what rows say about one address into what is known of it: a value in, a value out.

Every field is a lattice, so that the order of files, rows and merges changes nothing, and twice is once: standing only
falls, consent and tags only gather, and of two different cities the one with the higher rank wins: first the list's
precedence, then the newer day, then the later word in the alphabet. The loser is kept as a conflict.
What would go on without end, where thousands of rows have one address, ends somewhere: that is a lattice too.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple, TypeVar

from newsletter.audience.row import Row
from newsletter.store import CONSENTS, STANDINGS


class Origin(NamedTuple):
    """The row that said something, its list's *precedence*, and the *day* or second from which it counts."""

    precedence: int
    day: str
    source: int
    line: int


class Conflict(NamedTuple):
    """What another row said instead."""

    field: str
    value: str
    origin: Origin


class Known(NamedTuple):
    """What is known of one address; a household has several *names*, as (first, last).

    *origins* says which row each thing is from, by `city`, `tags physio`, `names Ada Fontenot` …; `*` is the earliest
    of these rows, which everything else is from.
    """

    key: str
    address: str
    names: tuple[tuple[str, str], ...] = ()
    city: str = ""
    language: str = ""
    time_zone: str = ""
    signed_up: str = ""
    tags: tuple[str, ...] = ()
    standing: str = "subscribed"
    consent: str = "none"
    origins: Mapping[str, Origin] = {}
    conflicts: tuple[Conflict, ...] = ()

    @property
    def first_name(self) -> str:
        """The first name where the address is one person's, else nothing: greet all of a family or none."""
        return self.names[0][0] if len(self.names) == 1 else ""

    @property
    def last_name(self) -> str:
        """The last name that all names of a family share."""
        lasts = {last for _first, last in self.names}
        return lasts.pop() if len(lasts) == 1 and len(self.names) <= LARGEST_FAMILY else ""


SINGLE = ("city", "language", "time_zone")
"""Fields of which a person has one: two different values are a conflict."""

LARGEST_FAMILY = 8
"""More names at one address are no family: somebody wrote it wherever there was none. One more is kept, to tell."""
MOST_TAGS = 1_000
"""Of the tags of an address so many are kept, by the alphabet."""
MOST_CONFLICTS = 20
"""Of the values that lost in a field so many are kept, of the highest ranks."""

NOWHERE = Origin(0, "", 0, 0)
STANDING_RANK = {standing: rank for rank, standing in enumerate(STANDINGS)}
CONSENT_RANK = {consent: rank for rank, consent in enumerate(CONSENTS)}


def fold(
    known: Known | None, rows: Iterable[Row], sources: Mapping[str, int] | None = None
) -> Known:
    """*known* and what *rows*, all of the same address, add to it; *sources* are the numbers of their lists."""
    said = [said_by(row, (sources or {}).get(row.list, 0)) for row in rows]
    return reduce(join, said if known is None else [known, *said])


def said_by(row: Row, source: int, day: str = "") -> Known:
    """What one row says; *day* is when it was said, where the row has no day of its own."""
    day = row.updated_at or row.consent_at or row.signed_up or day
    name = ((row.first_name, row.last_name),) if row.first_name or row.last_name else ()
    return Known(
        row.key,
        row.address,
        name,
        row.city,
        row.language,
        row.time_zone,
        row.signed_up,
        row.tags,
        row.standing,
        row.consent,
        {"*": Origin(row.precedence, day, source, row.line)},
    )


def join(one: Known, two: Known) -> Known:
    """What both say together."""
    if one.standing == "erased":
        return one
    standing = (
        one.standing
        if one.standing == two.standing
        else max(one.standing, two.standing, key=STANDING_RANK.__getitem__)
    )
    consent = (
        one.consent
        if one.consent == two.consent
        else max(one.consent, two.consent, key=CONSENT_RANK.__getitem__)
    )
    together = Known(
        one.key,
        plainest(one.key, (one.address, two.address)),
        one.names if one.names == two.names else one_family((*one.names, *two.names)),
        signed_up=min(one.signed_up, two.signed_up) or one.signed_up or two.signed_up,
        tags=one.tags if one.tags == two.tags else first_tags((*one.tags, *two.tags)),
        standing=standing,
        consent=consent,
    )
    origins = _gathered(one, two, together)
    lost = _lost(one, two)
    city, language, time_zone = (_single(field, one, two, origins, lost) for field in SINGLE)
    first = min(origins.values(), key=since)
    conflicts = [Conflict(*at, origin) for at, origin in lost.items()]
    return together._replace(
        city=city,
        language=language,
        time_zone=time_zone,
        origins={
            "*": first,
            **{thing: origin for thing, origin in origins.items() if origin != first},
        },
        conflicts=tuple(kept_conflicts(conflicts)) if conflicts else (),
    )


Lost = TypeVar("Lost", bound=tuple[str, str, tuple[int, str, int, int]])
"""A Conflict, or what it holds."""


def kept_conflicts(conflicts: list[Lost]) -> list[Lost]:
    """Those of *conflicts* that are kept, in order."""
    if len(conflicts) > MOST_CONFLICTS:
        conflicts.sort(key=_lost_rank, reverse=True)
        conflicts = [
            conflict
            for _field, some in groupby(conflicts, itemgetter(0))
            for conflict in islice(some, MOST_CONFLICTS)
        ]
    return sorted(conflicts)


def _lost_rank(conflict: tuple[str, str, tuple[int, str, int, int]]) -> tuple[str, int, str, str]:
    field, value, origin = conflict
    return field, *_rank((origin, value))


def first_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Those of *tags* that are kept, each once and in order."""
    return tuple(sorted({*tags})[:MOST_TAGS])


def since(origin: tuple[int, str, int, int]) -> tuple[str, int, int]:
    """What tells which of two rows is the earlier: day, list and line."""
    return origin[1:]


def origin_of(known: Known, thing: str) -> Origin:
    """The row that *thing* is from."""
    return origin_in(known.origins, thing)


def origin_in(origins: Mapping[str, Origin], thing: str) -> Origin:
    """The same, by the *origins* of somebody."""
    return origins.get(thing) or origins.get("*") or NOWHERE


def _gathered(one: Known, two: Known, together: Known) -> dict[str, Origin]:
    """Where each thing that only gathers is from: of two rows that say it, the earlier."""
    mine, yours = origin_of(one, "*"), origin_of(two, "*")
    simple = len(one.origins) < 2 and len(two.origins) < 2
    both = mine if mine[1:] <= yours[1:] else yours
    origins = {}
    for thing, in_one, in_two in _things(one, two, together):
        if not simple:
            mine, yours = origin_of(one, thing), origin_of(two, thing)
            both = mine if mine[1:] <= yours[1:] else yours
        origins[thing] = both if in_one and in_two else mine if in_one else yours
    return origins


def _things(one: Known, two: Known, together: Known) -> Iterator[tuple[str, bool, bool]]:
    """Each thing that only gathers, and which of the two say it."""
    for field in ("address", "signed_up", "standing", "consent"):
        value = getattr(together, field)
        yield field, getattr(one, field) == value, getattr(two, field) == value
    mine, yours = {*one.names, *one.tags}, {*two.names, *two.tags}
    for name in together.names:
        yield f"names {name[0]} {name[1]}", name in mine, name in yours
    for tag in together.tags:
        yield f"tags {tag}", tag in mine, tag in yours


def _lost(one: Known, two: Known) -> dict[tuple[str, str], Origin]:
    lost: dict[tuple[str, str], Origin] = {}
    for field, value, origin in (*one.conflicts, *two.conflicts):
        lost[field, value] = newer(origin, lost.get((field, value), origin))
    return lost


def _single(
    field: str,
    one: Known,
    two: Known,
    origins: dict[str, Origin],
    lost: dict[tuple[str, str], Origin],
) -> str:
    """The value of *field* that has the higher rank; the other joins what is *lost*."""
    mine: str = getattr(one, field)
    yours: str = getattr(two, field)
    if not mine and not yours:
        return ""
    if not mine or not yours:
        value, origin = (mine, origin_of(one, field)) if mine else (yours, origin_of(two, field))
    elif mine == yours:
        value, origin = mine, newer(origin_of(one, field), origin_of(two, field))
    else:
        (origin, value), (other, loser) = sorted(
            [(origin_of(one, field), mine), (origin_of(two, field), yours)], key=_rank, reverse=True
        )
        lost[field, loser] = newer(other, lost.get((field, loser), other))
    origins[field] = newer(origin, lost.pop((field, value), origin)) if lost else origin
    return value


Ranked = TypeVar("Ranked", bound=tuple[int, str, int, int])
"""An Origin, or what it holds."""


def newer(one: Ranked, two: Ranked) -> Ranked:
    """Of two rows that say the same, the one of higher rank; of two equal ones the first."""
    if one[:2] == two[:2]:
        return one if one[2:] <= two[2:] else two
    return max(one, two)


def _rank(said: tuple[tuple[int, str, int, int], str]) -> tuple[int, str, str]:
    (precedence, day, _source, _line), value = said
    return precedence, day, value


def one_family(names: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Each person once: without regard to case, and a first name alone is whoever else has it."""
    people: dict[tuple[str, str], tuple[str, str]] = {}
    for first, last in sorted(names, key=_plainness, reverse=True):
        if first or last:
            people.setdefault((first.casefold(), last.casefold()), (first, last))
    whole = {first for first, last in people if last}
    kept = [alike for alike in people if alike[1] or alike[0] not in whole]
    named = any(first for first, _last in kept)
    kept = sorted(alike for alike in kept if alike[0] or not named)
    return tuple(sorted(people[alike] for alike in kept[: LARGEST_FAMILY + 1]))


def plainest(key: str, addresses: Collection[str]) -> str:
    """Of several spellings of *key*: ada@… before Ada@… before ADA@…"""
    return key if key in addresses else min(addresses, key=_capitals)


def _capitals(address: str) -> tuple[int, str]:
    return sum(map(str.isupper, address)), address


def _plainness(name: tuple[str, str]) -> tuple[bool, tuple[str, str]]:
    """Maria before MARIA and maria."""
    word = name[0] + name[1]
    return (not word.isupper() and not word.islower(), name)
