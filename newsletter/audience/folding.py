"""This module folds sorted rows into people as the store keeps them, quickly where rows name the same person."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import orjson

from newsletter.audience.fold import (
    CONSENT_RANK,
    SINGLE,
    STANDING_RANK,
    Conflict,
    Known,
    Origin,
    join,
    newer,
    one_family,
    shouted,
)
from newsletter.audience.memo import Memo
from newsletter.audience.runs import WIDE, merged

AT_ONCE = 2_000

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
"""A row of a run: key, day, list, line, part, whether its person left (0 or 1), precedence, address, and in one text what it says."""
DAY, LIST, LINE, PART, LEFT, PRECEDENCE, ADDRESS, SAYS = range(1, 9)

Place = tuple[int, str, int, int]
"""What Origin() holds."""

Folded = tuple[str, Sequence[Packed]]
"""A person as all rows of a merge say, with tabs between the columns, and the rows."""


def folded(runs: Sequence[Path], sources: Mapping[int, int]) -> Iterator[list[Folded]]:
    """People in the order of their keys, some at a time.

    *sources* are the numbers of the lists in the store, by those under which they were staged.
    """
    people: list[Folded] = []
    number_of = numbers_of(sources)
    for lines in merged(runs):
        rows = (line.split("\t", SAYS) for line in lines)
        for _key, same in groupby(rows, KEY):
            of_one = [*same]
            people.append((_person(of_one, number_of), of_one))
            if len(people) == AT_ONCE:
                yield people
                people = []
    if people:
        yield people


def numbers_of(sources: Mapping[int, int]) -> Mapping[str, int]:
    """The numbers of lists in the store, by those which stand in runs."""
    return {f"{number:{WIDE}}": source for number, source in sources.items()}


KEY = itemgetter(0)


def _person(rows: list[Packed], sources: Mapping[str, int]) -> str:
    """What *rows* say together: what join() would give, quicker."""
    key, day, _list, _line, _part, _left, precedence, address, says = rows[0]
    others = ""
    for row in rows[1:]:
        if row[SAYS] != says:
            said = [said_by(row, sources) for row in rows]
            return "\t".join(together(key, said))
        if row[ADDRESS] != address or row[DAY] != day or row[PRECEDENCE] != precedence:
            others = "*"
    first = _place_text(rows[0], sources)
    if others:
        address, others = _among(rows, sources)
    return f'{key}\t{address}\t{{"*":{first}{others}}}\t[]\t{says[:-1]}'


def _among(rows: list[Packed], sources: Mapping[str, int]) -> tuple[str, str]:
    """The address of rows that say the same, and the origins of what is not from the first of them."""
    first, others = rows[0], ""
    address = min([row[ADDRESS] for row in rows], key=shouted)
    if address != first[ADDRESS]:
        spelt = next(row for row in rows if row[ADDRESS] == address)
        others = f',"address":{_place_text(spelt, sources)}'
    if any(row[DAY] != first[DAY] or row[PRECEDENCE] != first[PRECEDENCE] for row in rows):
        places = [_place(row, sources) for row in rows]
        latest = reduce(newer, places)
        cells = first[SAYS].split("\t")
        singles = {field: latest for at, field in SINGLES if cells[at]}
        if singles and latest != places[0]:
            others += f",{_text(singles)[1:-1]}"
    return address, others


def _place(row: Packed, sources: Mapping[str, int]) -> Place:
    return int(row[PRECEDENCE]), row[DAY], sources[row[LIST]], int(row[LINE])


def _place_text(row: Packed, sources: Mapping[str, int]) -> str:
    return f'[{row[PRECEDENCE]},"{row[DAY]}",{sources[row[LIST]]},{row[LINE].lstrip()}]'


Said = tuple[Place, str, Sequence[str]]
"""What one row says: which it is, the address as it spells it, and the columns from SAID on."""


def said_by(row: Packed, sources: Mapping[str, int]) -> Said:
    """What a row of a run says."""
    return _place(row, sources), row[ADDRESS], row[SAYS][:-1].split("\t")


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


def together(key: str, said: Sequence[Said]) -> Sequence[str]:
    """What several rows say of a person: what join() would give of one after the other, in one go."""
    said = sorted(said, key=lambda one: _since(one[0]))
    earliest, _address, first_said = said[0]
    cells = [*first_said]
    things: dict[str, Place] = {}
    for thing, at, best in BEST:
        values = {other[at] for _row, _address, other in said}
        if len(values) > 1:
            cells[at] = best(values)
            things[thing] = next(row for row, _address, other in said if other[at] == cells[at])
    addresses = {address for _row, address, _cells in said}
    address = min(addresses, key=shouted)
    if len(addresses) > 1:
        things["address"] = next(row for row, other, _cells in said if other == address)
    if len({other[NAMES_AT] for _row, _address, other in said}) > 1:
        names = _earliest(said, NAMES_AT, NAMES)
        known = Known(key, address, one_family([*names]))
        cells[NAMES_AT] = _text(known.names)
        cells[FIRST_NAME_AT], cells[LAST_NAME_AT] = known.first_name, known.last_name
        things |= {f"names {first} {last}": names[first, last] for first, last in known.names}
    if len({other[TAGS_AT] for _row, _address, other in said}) > 1:
        tags = _earliest(said, TAGS_AT, TAGS)
        cells[TAGS_AT] = _text(sorted(tags))
        things |= {f"tags {tag}": row for tag, row in tags.items()}
    conflicts = [*_singles(said, cells, things)]
    standing = things.pop("standing", earliest)
    if standing != earliest:
        things = dict.fromkeys(_gathered(cells), earliest) | things
    origins = {"*": standing} | {thing: row for thing, row in things.items() if row != standing}
    return key, address, _text(origins), _text(sorted(conflicts)), *cells


BEST: tuple[tuple[str, int, Callable[[set[str]], str]], ...] = (
    ("standing", STANDING_AT, lambda values: max(values, key=STANDING_RANK.__getitem__)),
    ("consent", CONSENT_AT, lambda values: max(values, key=CONSENT_RANK.__getitem__)),
    ("signed_up", SIGNED_UP_AT, lambda values: min(values - {""})),
)
"""Which of several values counts."""

Thing = TypeVar("Thing")


def _earliest(
    said: Sequence[Said], at: int, read: Mapping[str, Iterable[Thing]]
) -> dict[Thing, Place]:
    """Everything that rows say in a column of lists, and the earliest row that says it."""
    found: dict[Thing, Place] = {}
    for row, _address, cells in said:
        for thing in read[cells[at]]:
            found.setdefault(thing, row)
    return found


def _singles(
    said: Sequence[Said], cells: list[str], things: dict[str, Place]
) -> Iterator[tuple[str, str, Place]]:
    """Put the value of the highest rank into *cells*, and the row that it is from into *things*; the others are conflicts."""
    for at, field in SINGLES:
        latest: dict[str, Place] = {}
        for row, _address, other in said:
            if value := other[at]:
                latest[value] = newer(row, latest.get(value, row))
        if latest:
            ranked = [(row[0], row[1], value) for value, row in latest.items()]
            value = cells[at] = max(ranked)[2]
            things[field] = latest.pop(value)
            for other_value, row in latest.items():
                yield field, other_value, row


def _gathered(cells: Sequence[str]) -> Iterator[str]:
    """The things that only gather."""
    yield from ("address", "consent", "signed_up")
    for first, last in NAMES[cells[NAMES_AT]]:
        yield f"names {first} {last}"
    for tag in TAGS[cells[TAGS_AT]]:
        yield f"tags {tag}"


def _since(origin: Any) -> Any:
    return origin[1:]


NAMES: Memo[str, tuple[tuple[str, str], ...]] = Memo(
    lambda names: tuple((first, last) for first, last in orjson.loads(names))
)
TAGS: Memo[str, tuple[str, ...]] = Memo(lambda tags: tuple(orjson.loads(tags)))


def columns(known: Known) -> tuple[str, ...]:
    """*known* as the store keeps it."""
    return (
        known.key,
        known.address,
        _text(known.origins),
        _text(known.conflicts),
        known.first_name,
        known.last_name,
        _text(known.names),
        known.city,
        known.language,
        known.time_zone,
        known.signed_up,
        _text(known.tags),
        known.standing,
        known.consent,
    )


def known_of(columns: Sequence[str]) -> Known:
    """What the store keeps, as a value."""
    key, address, origins, conflicts, _first, _last, names, *said = columns
    city, language, zone, signed_up, tags, standing, consent = said
    places: Mapping[str, Sequence[Any]] = orjson.loads(origins) if origins else {}
    return Known(
        key,
        address,
        NAMES[names],
        city,
        language,
        zone,
        signed_up,
        TAGS[tags],
        standing,
        consent,
        {thing: Origin(*origin) for thing, origin in places.items()},
        tuple(
            Conflict(field, value, Origin(*origin))
            for field, value, origin in orjson.loads(conflicts)
        ),
    )


def with_stored(
    stored: Sequence[str], said: str, rows: Sequence[Packed], sources: Mapping[str, int]
) -> Sequence[str]:
    """A stored person and what *rows* say, of which *said* is the line: *stored* itself where it stays as it is."""
    cells = said.split("\t")
    plain = stored[CONFLICTS] == "[]" and stored[STANDING] != "erased"
    if plain and stored[SAID:] == (*cells[SAID:],) and cells[CONFLICTS] == "[]":
        origins = _restated(stored, cells)
        if origins == stored[ORIGINS]:
            return stored
        if origins is not None:
            return (*stored[:ORIGINS], origins, *stored[ORIGINS + 1 :])
    if plain and (found := ALONE.fullmatch(stored[ORIGINS])):
        precedence, day, source, line = found.groups()
        before = (int(precedence), day, int(source), int(line)), stored[1], stored[SAID:]
        return together(stored[0], [before, *[said_by(row, sources) for row in rows]])
    return columns(join(known_of(stored), known_of(cells)))


ALONE = re.compile(r'\{"\*":\[(-?\d+),"([^"]*)",(\d+),(\d+)\]\}')
"""Origins of which there is one: one row said everything, or several said the same."""


def _restated(stored: Sequence[str], said: Sequence[str]) -> str | None:
    """The origins of a stored person of whom rows say what is known, but for how the address is spelt.

    None where it is to be spelt as they do.
    """
    spelt = {"address"} if stored[1] != said[1] else set()
    if spelt and shouted(said[1]) < shouted(stored[1]):
        return None
    one, two = orjson.loads(stored[ORIGINS]), orjson.loads(said[ORIGINS])
    if "*" not in one:
        return None
    mine, yours = one["*"], two["*"]
    if len(one) == len(two) == 1 and mine[:2] == yours[:2] and mine[2] < yours[2]:
        return stored[ORIGINS]  # the same day, and known first
    first = min(mine, yours, key=_since)
    origins = {"*": first}
    singles = [field for place, field in SINGLES if stored[SAID + place]]
    for thing in sorted({*one, *two, *singles, *spelt} - {"*"}):
        pair = one.get(thing, mine), two.get(thing, yours)
        if thing in spelt:
            origin = pair[0]
        else:
            origin = newer(*pair) if thing in SINGLE else min(pair, key=_since)
        if origin != first:
            origins[thing] = origin
    return _text(origins)


def _text(value: Any) -> str:
    return (
        orjson.dumps(value, default=tuple, option=orjson.OPT_SORT_KEYS).decode()
        if value
        else "{}"
        if isinstance(value, dict)
        else "[]"
    )
