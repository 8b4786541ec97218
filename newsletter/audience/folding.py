"""This module folds sorted rows into people, in a process of its own where there are many."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import orjson

from newsletter.audience.fold import SINGLE, Conflict, Known, Origin, join, newer, shouted
from newsletter.audience.runs import KEY, Packed, merged
from newsletter.errors import ServiceFailed

AT_ONCE = 2_000

COLUMNS = (
    "key",
    "address",
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
    "origins",
    "conflicts",
)
"""A person as the store keeps it."""


ORIGINS = COLUMNS.index("origins")
SAID = ORIGINS
"""A packed row begins with what it says, as the store keeps it; behind that stands where it is from."""
SINGLES = tuple((COLUMNS.index(field), field) for field in SINGLE)


Folded = tuple[Sequence[str], Sequence[tuple[int, int, int, int]]]
"""A person as all rows of a merge say: the columns, and each row as (source, line, part, says they left)."""


@contextmanager
def folded(
    runs: Sequence[Path], sources: Mapping[int, int], *, apart: bool
) -> Iterator[Iterator[list[Folded]]]:
    """People in the order of their keys, some at a time; with *apart* a second process does the work.

    *sources* are the numbers of the lists in the store, by those under which they were staged.
    """
    if not apart:
        yield _batches(runs, sources)
        return
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, runs, sources), daemon=True)
    process.start()
    there.close()
    try:
        yield _received(here)
    finally:
        here.close()
        process.join()


def _send(pipe: Pipe, runs: Sequence[Path], sources: Mapping[int, int]) -> None:
    gc.disable()  # nothing here goes round in circles, and looking for it costs a fifth
    try:
        for people in _batches(runs, sources):
            pipe.send_bytes(orjson.dumps(people))
        pipe.send_bytes(b"null")
    except BrokenPipeError:  # whoever listened gave up, and says why
        pass


def _received(pipe: Pipe) -> Iterator[list[Folded]]:
    try:
        while (people := orjson.loads(pipe.recv_bytes())) is not None:
            yield people
    except EOFError as error:
        raise ServiceFailed(
            "merging was stopped from outside (is there enough memory and disk?); nothing was "
            "changed, type the same command again"
        ) from error


def _batches(runs: Sequence[Path], sources: Mapping[int, int]) -> Iterator[list[Folded]]:
    people: list[Folded] = []
    for rows in merged(runs):
        people += [_person(list(same), sources) for _key, same in groupby(rows, KEY)]
        if len(people) >= AT_ONCE:
            yield people
            people = []
    if people:
        yield people


def _person(rows: list[Packed], sources: Mapping[int, int]) -> Folded:
    first = rows[0]
    for row in rows[1:]:
        if row[2:SAID] != first[2:SAID]:
            known = reduce(join, (_said(row, sources) for row in rows))
            return columns(known), _places(rows, sources)
    return _agreed(rows, sources), _places(rows, sources)


def _agreed(rows: list[Packed], sources: Mapping[int, int]) -> tuple[str, ...]:
    """A person of whom all rows say the same but for the spelling of the address: what join() would give, quicker."""
    first = rows[0]
    if len(rows) == 1:
        precedence, day, number, line = first[SAID : SAID + 4]
        origins = f'{{"*":[{precedence},"{day}",{sources[number]},{line}]}}'
        return (*first[:SAID], origins, "[]")
    address, found = _among(rows, sources)
    return (first[0], address, *first[2:SAID], _text(found), "[]")


def _among(rows: list[Packed], sources: Mapping[int, int]) -> tuple[str, dict[str, Origin]]:
    """The address and the origins of rows that say the same."""
    said = [_origin(row, sources) for row in rows]
    earliest = min(said, key=_since)
    latest = reduce(newer, said)
    origins = {"*": earliest}
    if latest != earliest:
        origins |= {field: latest for place, field in SINGLES if rows[0][place]}
    spellings = {row[1] for row in rows}
    if len(spellings) == 1:
        return rows[0][1], origins
    address = min(spellings, key=shouted)
    spelt = (origin for row, origin in zip(rows, said, strict=True) if row[1] == address)
    if (first := min(spelt, key=_since)) != earliest:
        origins["address"] = first
    return address, origins


def _origin(row: Packed, sources: Mapping[int, int]) -> Origin:
    precedence, day, number, line = row[SAID : SAID + 4]
    return Origin(precedence, day, sources[number], line)


def _since(origin: Any) -> Any:
    return origin[1:]


def _said(row: Packed, sources: Mapping[int, int]) -> Known:
    return known_of([*row[:SAID], "{}", "[]"])._replace(origins={"*": _origin(row, sources)})


def _places(rows: list[Packed], sources: Mapping[int, int]) -> list[tuple[int, int, int, int]]:
    return [
        (sources[row[14]], row[15], row[16], 0 if row[10] == "subscribed" else 1) for row in rows
    ]


def columns(known: Known) -> tuple[str, ...]:
    """*known* as the store keeps it."""
    return (
        known.key,
        known.address,
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
        _text(known.origins),
        _text(known.conflicts),
    )


def known_of(columns: Sequence[str]) -> Known:
    """What the store keeps, as a value."""
    key, address, _first, _last, names, city, language, zone, signed_up, tags, standing, consent = (
        columns[:12]
    )
    origins: Mapping[str, Sequence[Any]] = orjson.loads(columns[12])
    return Known(
        key,
        address,
        tuple((first, last) for first, last in orjson.loads(names)),
        city,
        language,
        zone,
        signed_up,
        tuple(orjson.loads(tags)),
        standing,
        consent,
        {thing: Origin(*origin) for thing, origin in origins.items()},
        tuple(
            Conflict(field, value, Origin(*origin))
            for field, value, origin in orjson.loads(columns[13])
        ),
    )


def restated(stored: Sequence[str], said: Sequence[str]) -> str | None:
    """The origins of a stored person of whom rows say what is known already; None where they say something else."""
    if tuple(stored[1:ORIGINS]) != tuple(said[1:ORIGINS]) or (stored[-1], said[-1]) != ("[]", "[]"):
        return None
    one, two = orjson.loads(stored[ORIGINS]), orjson.loads(said[ORIGINS])
    if "*" not in one:
        return None
    mine, yours = one["*"], two["*"]
    first = min(mine, yours, key=_since)
    origins = {"*": first}
    singles = [field for place, field in SINGLES if stored[place]]
    for thing in sorted({*one, *two, *singles} - {"*"}):
        pair = one.get(thing, mine), two.get(thing, yours)
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
