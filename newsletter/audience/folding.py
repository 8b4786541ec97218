"""This module folds sorted rows into people as the store keeps them, quickly where rows name the same person."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import orjson

from newsletter.audience.fold import (
    CONSENT_RANK,
    SINGLE,
    STANDING_RANK,
    Conflict,
    Known,
    Origin,
    first_tags,
    kept_conflicts,
    newer,
    one_family,
    plainest,
    since,
)
from newsletter.audience.memo import Memo
from newsletter.audience.runs import WIDE, merged

AT_ONCE = 1_000
MOST_ROWS = 5_000
"""Of one person so many are folded at once."""

COLUMNS = (
    "key",
    "address",
    "origins",
    "conflicts",
    "first_name",
    "last_name",
    "names",
    "city",
    "language",
    "time_zone",
    "signed_up",
    "tags",
    "standing",
    "consent",
)
"""A person as the store keeps it."""

SAID = 4
"""From here on stands what rows say, before it who it is and how that is known."""
ORIGINS, CONFLICTS, STANDING = (
    COLUMNS.index(name) for name in ("origins", "conflicts", "standing")
)

Packed = list[str]
"""A row of a run: key, day, list, line, part, whether its person left (0 or 1), precedence, address if it is not the key, and in one text what it says."""
DAY, LIST, LINE, PART, LEFT, PRECEDENCE, ADDRESS, SAYS = range(1, 9)

Place = tuple[int, str, int, int]
"""What Origin() holds."""


class People(NamedTuple):
    """The rows of each of some people; of the only one there are more to come, where it *goes_on*."""

    rows: Sequence[Sequence[Packed]]
    goes_on: bool = False


def rows_of_people(runs: Sequence[Path]) -> Iterator[People]:
    """The rows of each person, in the order of their keys, of some people at a time."""
    last: list[Packed] = []
    for lines in merged(runs):
        rows = (line.split("\t", SAYS) for line in lines)
        people = [[*same] for _key, same in groupby(rows, KEY)]
        if last and last[0][0] == people[0][0][0]:
            people[0] = last + people[0]
        elif last:
            people.insert(0, last)
        last = people.pop()
        for begin in range(0, len(people), AT_ONCE):
            yield People(people[begin : begin + AT_ONCE])
        if len(last) > MOST_ROWS:
            yield People([last[:-1]], goes_on=True)
            last = last[-1:]
    if last:
        yield People([last])


Number = TypeVar("Number")


def numbers_of(sources: Mapping[int, Number]) -> Mapping[str, Number]:
    """The numbers of lists in the store, by those which stand in runs."""
    return {f"{number:{WIDE}}": source for number, source in sources.items()}


KEY = itemgetter(0)


def spelling_of(row: Packed) -> str:
    """The address as a row spells it."""
    return row[ADDRESS] or row[0]


def as_stored(key: str, address: str) -> str:
    """How the store keeps an address: nothing where it is the key, so it is with most."""
    return "" if address == key else address


def folded(rows: Sequence[Packed], sources: Mapping[str, int]) -> tuple[str, bool]:
    """What *rows* of one person say together, with tabs between the columns, and whether they differ: what join() would give."""
    key, day, number, line, _part, _left, precedence, address, says = rows[0]
    spelt = dated = False
    for row in rows[1:]:
        if row[SAYS] != says:
            said = together(key, [said_by(row, sources) for row in rows])
            return "\t".join(said), said[CONFLICTS] != "[]"
        spelt = spelt or row[ADDRESS] != address
        dated = dated or row[DAY] != day or row[PRECEDENCE] != precedence
    others = ""
    if spelt:
        address, others = _spelt(key, rows, sources)
    if dated:
        others += _dated(rows, sources)
    first = f'[{precedence},"{day}",{sources[number]},{line.lstrip()}]'
    return f'{key}\t{address}\t{{"*":{first}{others}}}\t[]\t{says[:-1]}', False


def telling(rows: Sequence[Packed], sources: Mapping[str, int]) -> list[Packed]:
    """Those of *rows* of one person that say together what all of them say: whatever is known carries its row.

    For each list that calls the person subscribed one such row is among them.
    """
    said = folded(rows, sources)[0].split("\t")
    origins: Mapping[str, Sequence[Any]] = orjson.loads(said[ORIGINS])
    conflicts: Sequence[tuple[str, str, Sequence[Any]]] = orjson.loads(said[CONFLICTS])
    known = [*origins.values(), *(origin for _field, _value, origin in conflicts)]
    places = {(source, line) for _precedence, _day, source, line in known}
    places |= {(sources[row[LIST]], int(row[LINE])) for row in _subscribed(rows).values()}
    return [row for row in rows if (sources[row[LIST]], int(row[LINE])) in places]


def _subscribed(rows: Sequence[Packed]) -> Mapping[str, Packed]:
    return {row[LIST]: row for row in rows if row[LEFT] == "0"}


def _spelt(key: str, rows: Sequence[Packed], sources: Mapping[str, int]) -> tuple[str, str]:
    """The address of rows that spell it differently, as stored, and its origin where that is not the first of them."""
    address = plainest(key, [*map(spelling_of, rows)])
    spelt = next(row for row in rows if spelling_of(row) == address)
    others = "" if spelt is rows[0] else f',"address":{_place_text(spelt, sources)}'
    return spelt[ADDRESS], others


def _dated(rows: Sequence[Packed], sources: Mapping[str, int]) -> str:
    """The origins of what the latest of rows counts for, where that is not the first of them."""
    places = [place_of(row, sources) for row in rows]
    latest = reduce(newer, places)
    cells = rows[0][SAYS].split("\t")
    singles = {field: latest for at, field in SINGLES if cells[at]}
    return f",{as_json(singles)[1:-1]}" if singles and latest != places[0] else ""


def place_of(row: Packed, sources: Mapping[str, int]) -> Place:
    """Which row it is."""
    return int(row[PRECEDENCE]), row[DAY], sources[row[LIST]], int(row[LINE])


def _place_text(row: Packed, sources: Mapping[str, int]) -> str:
    return f'[{row[PRECEDENCE]},"{row[DAY]}",{sources[row[LIST]]},{row[LINE].lstrip()}]'


Statement = tuple[Place, str, Sequence[str]]
"""What one row says: which it is, the address as it spells it, and the columns from SAID on."""


def said_by(row: Packed, sources: Mapping[str, int]) -> Statement:
    """What a row of a run says."""
    return place_of(row, sources), spelling_of(row), row[SAYS][:-1].split("\t")


SINGLES = tuple((COLUMNS.index(field) - SAID, field) for field in SINGLE)
FIRST_NAME_AT, LAST_NAME_AT, NAMES_AT, SIGNED_UP_AT, TAGS_AT, STANDING_AT, CONSENT_AT = (
    COLUMNS.index(field) - SAID
    for field in (
        "first_name",
        "last_name",
        "names",
        "signed_up",
        "tags",
        "standing",
        "consent",
    )
)


GATHERING = (NAMES_AT, SIGNED_UP_AT, TAGS_AT, STANDING_AT, CONSENT_AT)
KIND_AT = {
    "names": NAMES_AT,
    "tags": TAGS_AT,
    "standing": STANDING_AT,
    "consent": CONSENT_AT,
    "signed_up": SIGNED_UP_AT,
}
"""Where the things stand that only gather."""
NOTHING_KNOWN: Mapping[str, Place] = {}


def together(
    key: str, said: Sequence[Statement], known: Mapping[str, Place] = NOTHING_KNOWN
) -> Sequence[str]:
    """What several rows say of a person: what join() would give of one after the other, in one go.

    The first of them may be what the store says; *known* is then where else some of it is from.
    """
    return _Together(said, known).of(key)


class _Together:
    """Several rows in their order; *things* are the rows that each thing is from, as far as it is not the first."""

    def __init__(self, said: Sequence[Statement], known: Mapping[str, Place]) -> None:
        self.stored, self.known = said[0] if known else None, known
        self.said = sorted(said, key=_since_row)
        self.first, _address, first_said = self.said[0]
        self.cells = [*first_said]
        self.columns = [*zip(*[cells for _row, _address, cells in self.said], strict=True)]
        self.varied = {at for at in GATHERING if len({*self.columns[at]}) > 1}
        self.things: dict[str, Place] = {}

    def of(self, key: str) -> Sequence[str]:
        address = self._spelling(key)
        for thing, at, best in BEST:
            if at in self.varied:
                value = self.cells[at] = best({*self.columns[at]})
                self._is_from(thing, [one for one in self.said if one[2][at] == value])
        if NAMES_AT in self.varied:
            self._names(key, address)
        if TAGS_AT in self.varied:
            self._tags()
        for thing in self.known:
            if KIND_AT.get(thing.partition(" ")[0]) not in self.varied and thing not in self.things:
                self._is_from(thing, self.said)
        conflicts = kept_conflicts([*self._singles()])
        first = self.first
        if "standing" in self.things:  # else the first row is needed in any case
            self.things = dict.fromkeys(_gathered(self.cells), first) | self.things
            first = min(self.things.values(), key=since)
        origins = {thing: row for thing, row in self.things.items() if row != first}
        known = (as_json({"*": first, **origins}), as_json(conflicts), *self.cells)
        return key, as_stored(key, address), *known

    def _is_from(self, thing: str, sayers: Sequence[Statement]) -> None:
        """*thing* is from the earliest of *sayers*, who are in order, but for what the store says."""
        self.things[thing] = sayers[0][0]
        if thing in self.known:
            places = [self.known[thing] if one is self.stored else one[0] for one in sayers]
            self.things[thing] = min(places, key=since)

    def _spelling(self, key: str) -> str:
        addresses = {address for _row, address, _cells in self.said}
        if len(addresses) == 1:
            return addresses.pop()
        address = plainest(key, addresses)
        self._is_from("address", [one for one in self.said if one[1] == address])
        return address

    def _names(self, key: str, address: str) -> None:
        sayers: dict[tuple[str, str], list[Statement]] = {}
        for one in self.said:
            for name in NAMES[one[2][NAMES_AT]]:
                sayers.setdefault(name, []).append(one)
        whose = Known(key, address, one_family([*sayers]))
        self.cells[NAMES_AT] = as_json(whose.names)
        self.cells[FIRST_NAME_AT], self.cells[LAST_NAME_AT] = whose.first_name, whose.last_name
        for name in whose.names:
            self._is_from(f"names {name[0]} {name[1]}", sayers[name])

    def _tags(self) -> None:
        sayers: dict[str, list[Statement]] = {}
        for one in self.said:
            for tag in TAGS[one[2][TAGS_AT]]:
                sayers.setdefault(tag, []).append(one)
        tags = first_tags(sayers)
        self.cells[TAGS_AT] = as_json(tags)
        for tag in tags:
            self._is_from(f"tags {tag}", sayers[tag])

    def _singles(self) -> Iterator[tuple[str, str, Place]]:
        """Take the value of the highest rank of each field that has one; the others are conflicts."""
        for at, field in SINGLES:
            latest: dict[str, Place] = {}
            for one in self.said if any(self.columns[at]) else ():
                if value := one[2][at]:
                    row = self.known.get(field, one[0]) if one is self.stored else one[0]
                    latest[value] = newer(row, latest.get(value, row))
            if latest:
                value = max([(row[0], row[1], value) for value, row in latest.items()])[2]
                self.cells[at], self.things[field] = value, latest.pop(value)
                for other, row in latest.items():
                    yield field, other, row


BEST: tuple[tuple[str, int, Callable[[set[str]], str]], ...] = (
    ("standing", STANDING_AT, lambda values: max(values, key=STANDING_RANK.__getitem__)),
    ("consent", CONSENT_AT, lambda values: max(values, key=CONSENT_RANK.__getitem__)),
    ("signed_up", SIGNED_UP_AT, lambda values: min(values - {""})),
)
"""Which of several values counts."""


def _gathered(cells: Sequence[str]) -> Iterator[str]:
    """The things that only gather."""
    yield from ("address", "consent", "signed_up")
    for first, last in NAMES[cells[NAMES_AT]]:
        yield f"names {first} {last}"
    for tag in TAGS[cells[TAGS_AT]]:
        yield f"tags {tag}"


def _since_row(one: Statement) -> tuple[str, int, int]:
    return since(one[0])


NAMES: Memo[str, tuple[tuple[str, str], ...]] = Memo(
    lambda names: tuple((first, last) for first, last in orjson.loads(names))
)
TAGS: Memo[str, tuple[str, ...]] = Memo(lambda tags: tuple(orjson.loads(tags)))


def columns(known: Known) -> tuple[str, ...]:
    """*known* as the store keeps it."""
    return (
        known.key,
        as_stored(known.key, known.address),
        as_json(known.origins),
        as_json(known.conflicts),
        known.first_name,
        known.last_name,
        as_json(known.names),
        known.city,
        known.language,
        known.time_zone,
        known.signed_up,
        as_json(known.tags),
        known.standing,
        known.consent,
    )


def known_of(columns: Sequence[str]) -> Known:
    """What the store keeps, as a value."""
    key, address, origins, conflicts, _first, _last, names, *said = columns
    city, language, zone, signed_up, tags, standing, consent = said
    return Known(
        key,
        address or key,
        NAMES[names],
        city,
        language,
        zone,
        signed_up,
        TAGS[tags],
        standing,
        consent,
        origins_of(origins),
        tuple(
            Conflict(field, value, Origin(*origin))
            for field, value, origin in orjson.loads(conflicts)
        ),
    )


def origins_of(text: str) -> dict[str, Origin]:
    """Which row each thing is from, by what the store keeps."""
    places: Mapping[str, Sequence[Any]] = orjson.loads(text) if text else {}
    return {thing: Origin(*origin) for thing, origin in places.items()}


def as_json(value: Any) -> str:
    """*value* as the store keeps it."""
    return (
        orjson.dumps(value, default=tuple, option=orjson.OPT_SORT_KEYS).decode()
        if value
        else "{}"
        if isinstance(value, dict)
        else "[]"
    )
