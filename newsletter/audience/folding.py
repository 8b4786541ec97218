"""This module folds sorted rows into people as the store keeps them, quickly where rows name the same person."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

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
ORIGINS, CONFLICTS = COLUMNS.index("origins"), COLUMNS.index("conflicts")

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
            together = [*same]
            people.append((_person(together, number_of), together))
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
            return "\t".join(agreed(key, said) or joined(key, said))
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


def joined(key: str, said: Sequence[Said]) -> Sequence[str]:
    """What rows say of a person, the long way."""
    known = (
        known_of((key, address, "", "[]", *cells))._replace(origins={"*": Origin(*row)})
        for row, address, cells in said
    )
    return columns(reduce(join, known))


SINGLES = tuple((COLUMNS.index(field) - SAID, field) for field in SINGLE)
NAMES_AT, SIGNED_UP_AT, TAGS_AT, STANDING_AT, CONSENT_AT = (
    COLUMNS.index(field) - SAID for field in ("names", "signed_up", "tags", "standing", "consent")
)
WORST = (("standing", STANDING_AT, STANDING_RANK), ("consent", CONSENT_AT, CONSENT_RANK))
"""Of these the value of the highest rank counts."""


def agreed(key: str, said: Sequence[Said]) -> Sequence[str] | None:
    """What rows say of a person that name the same people, day and tags, as joined() has it; None for others."""
    cells = [*said[0][2]]
    names, day, tags = cells[NAMES_AT], cells[SIGNED_UP_AT], cells[TAGS_AT]
    for _row, _address, other in said:
        if other[NAMES_AT] != names or other[TAGS_AT] != tags or other[SIGNED_UP_AT] != day:
            return None
    rows = [row for row, _address, _cells in said]
    earliest, latest = min(rows, key=_since), reduce(newer, rows)
    things: dict[str, Place] = {}
    conflicts: list[tuple[str, str, Place]] = []
    for thing, at, rank in WORST:
        values = {other[at] for _row, _address, other in said}
        if len(values) > 1:
            cells[at] = max(values, key=rank.__getitem__)
            sayers = [row for row, _address, other in said if other[at] == cells[at]]
            things[thing] = min(sayers, key=_since)
    first = things.pop("standing", earliest)
    if first != earliest:
        things = dict.fromkeys(_gathered(names, tags), earliest) | things
    addresses = {address for _row, address, _cells in said}
    address = min(addresses, key=shouted)
    if len(addresses) > 1:
        things["address"] = min(
            [row for row, other, _cells in said if other == address], key=_since
        )
    for at, field in SINGLES:
        values = {other[at] for _row, _address, other in said}
        if len(values) == 1:
            if cells[at]:
                things[field] = latest
            continue
        cells[at], things[field], lost = _single(at, said)
        conflicts += [(field, value, row) for value, row in lost]
    origins = {"*": first} | {thing: row for thing, row in things.items() if row != first}
    return key, address, _text(origins), _text(sorted(conflicts)), *cells


def _single(at: int, said: Sequence[Said]) -> tuple[str, Place, Iterable[tuple[str, Place]]]:
    """The value of the highest rank, the row that it is from, and all others."""
    latest: dict[str, Place] = {}
    for row, _address, cells in said:
        if value := cells[at]:
            latest[value] = newer(row, latest.get(value, row))
    value = max(latest, key=lambda value: (*latest[value][:2], value))
    return value, latest.pop(value), latest.items()


def _gathered(names: str, tags: str) -> Iterator[str]:
    """The things that rows of the same names and tags all say, and address and consent."""
    yield from ("address", "consent", "signed_up")
    for first, last in NAMES[names]:
        yield f"names {first} {last}"
    for tag in TAGS[tags]:
        yield f"tags {tag}"


def _since(origin: Any) -> Any:
    return origin[1:]


NAMES: Memo[tuple[tuple[str, str], ...]] = Memo(
    lambda names: tuple((first, last) for first, last in orjson.loads(names))
)
TAGS: Memo[tuple[str, ...]] = Memo(lambda tags: tuple(orjson.loads(tags)))


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
        if now := agreed(stored[0], [before, *[said_by(row, sources) for row in rows]]):
            return now
    return columns(join(known_of(stored), known_of(cells)))


STANDING = COLUMNS.index("standing")
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
