"""This module folds sorted rows into people, in a process of its own where there are many."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

from newsletter.audience.apart import apart
from newsletter.audience.fold import SINGLE, Conflict, Known, Origin, join, newer, shouted
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
SINGLES = tuple((COLUMNS.index(field), field) for field in SINGLE)

Packed = list[str]
"""A row of a run: key, day, list, place, precedence, address, and in one text what it says.

The place is "line,part,left": left is 1 where the row says that its person left.
"""
DAY, LIST, PLACE, PRECEDENCE, ADDRESS, SAYS = range(1, 7)

Place = tuple[int, int, int, int]
"""Where a row stands: source, line, part, and 1 where it says that its person left."""
Folded = tuple[Sequence[str], Sequence[Place]]
"""A person as all rows of a merge say: the columns, and each row."""


@contextmanager
def folded(
    runs: Sequence[Path], sources: Mapping[int, int], *, large: bool
) -> Iterator[Iterator[list[Folded]]]:
    """People in the order of their keys, some at a time; a second process does *large* work.

    *sources* are the numbers of the lists in the store, by those under which they were staged.
    """
    if not large:
        yield map(_unpacked, _batches(runs, sources))
        return
    with apart(_batches, runs, sources) as batches:
        yield map(_unpacked, batches)


Batch = tuple[bytes, bytes]
"""Some people: their columns as text, a line each, and their rows as JSON."""


def _unpacked(batch: Batch) -> list[Folded]:
    lines = batch[0].decode().split("\n")
    people = [tuple(line.split("\t")) for line in lines]
    return [*zip(people, orjson.loads(batch[1]), strict=True)]


def _batches(runs: Sequence[Path], sources: Mapping[int, int]) -> Iterator[Batch]:
    people: list[str] = []
    places: list[str] = []
    number_of = {f"{number:{WIDE}}": source for number, source in sources.items()}
    for lines in merged(runs):
        rows = (line.split("\t", SAYS) for line in lines)
        for _key, same in groupby(rows, KEY):
            together = [*same]
            people.append(_person(together, number_of))
            there = [f"[{number_of[row[LIST]]},{row[PLACE]}]" for row in together]
            places.append(f"[{','.join(there)}]")
            if len(people) == AT_ONCE:
                yield _packed(people, places)
                people, places = [], []
    if people:
        yield _packed(people, places)


KEY = itemgetter(0)


def _packed(people: Sequence[str], places: Sequence[str]) -> Batch:
    return "".join(people)[:-1].encode(), f"[{','.join(places)}]".encode()


def _person(rows: list[Packed], sources: Mapping[str, int]) -> str:
    """What *rows* say together; where all say the same, what join() would give, quicker."""
    key, day, _list, _place, precedence, address, says = rows[0]
    others = ""
    for row in rows[1:]:
        if row[SAYS] != says:
            known = reduce(join, [_said(row, sources) for row in rows])
            return "\t".join(columns(known)) + "\n"
        if row[ADDRESS] != address or row[DAY] != day or row[PRECEDENCE] != precedence:
            others = "*"
    first = _origin_text(rows[0], sources)
    if others:
        address, others = _among(rows, sources)
    return f'{key}\t{address}\t{{"*":{first}{others}}}\t[]\t{says}'


def _among(rows: list[Packed], sources: Mapping[str, int]) -> tuple[str, str]:
    """The address of rows that say the same, and the origins of what is not from the first of them."""
    first, others = rows[0], ""
    address = min([row[ADDRESS] for row in rows], key=shouted)
    if address != first[ADDRESS]:
        spelt = next(row for row in rows if row[ADDRESS] == address)
        others = f',"address":{_origin_text(spelt, sources)}'
    if any(row[DAY] != first[DAY] or row[PRECEDENCE] != first[PRECEDENCE] for row in rows):
        latest = reduce(newer, [_origin(row, sources) for row in rows])
        cells = first[SAYS].split("\t")
        singles = {field: latest for place, field in SINGLES if cells[place - SAID]}
        if singles and latest != _origin(first, sources):
            others += f",{_text(singles)[1:-1]}"
    return address, others


def _origin(row: Packed, sources: Mapping[str, int]) -> Origin:
    return Origin(int(row[PRECEDENCE]), row[DAY], sources[row[LIST]], int(row[PLACE][:WIDE]))


def _origin_text(row: Packed, sources: Mapping[str, int]) -> str:
    return f'[{row[PRECEDENCE]},"{row[DAY]}",{sources[row[LIST]]},{row[PLACE][:WIDE].lstrip()}]'


def _since(origin: Any) -> Any:
    return origin[1:]


def _said(row: Packed, sources: Mapping[str, int]) -> Known:
    cells = row[SAYS][:-1].split("\t")
    known = known_of((row[0], row[ADDRESS], "", "[]", *cells))
    return known._replace(origins={"*": _origin(row, sources)})


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


def restated(stored: Sequence[str], said: Sequence[str]) -> str | None:
    """The origins of a stored person of whom rows say what is known already; None where they say something else."""
    if stored[CONFLICTS] != "[]" or said[CONFLICTS] != "[]" or stored[SAID:] != said[SAID:]:
        return None
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
    singles = [field for place, field in SINGLES if stored[place]]
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
