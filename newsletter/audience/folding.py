"""This module folds sorted rows into people, in a process of its own where there are many."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import groupby
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from newsletter.audience.fold import Conflict, Known, Origin, join
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


class Folded(NamedTuple):
    """A person as all rows of a merge say: its *columns*, and each row as (source, line, part, says they left)."""

    columns: Sequence[str]
    rows: Sequence[tuple[int, int, int, int]]


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
    try:
        for people in _batches(runs, sources):
            pipe.send_bytes(orjson.dumps(people, default=tuple))
        pipe.send_bytes(b"null")
    except BrokenPipeError:  # whoever listened gave up, and says why
        pass


def _received(pipe: Pipe) -> Iterator[list[Folded]]:
    try:
        while (people := orjson.loads(pipe.recv_bytes())) is not None:
            yield [Folded(*person) for person in people]
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
    known = reduce(join, (_said(row, sources) for row in rows))
    return Folded(columns(known), [_place(row, sources) for row in rows])


def _said(row: Packed, sources: Mapping[int, int]) -> Known:
    key, address, first, last, city, language, zone, signed_up, tags, standing, consent = row[:11]
    precedence, day, number, line, _part = row[11:]
    return Known(
        key,
        address,
        ((first, last),) if first or last else (),
        city,
        language,
        zone,
        signed_up,
        tuple(tags),
        standing,
        consent,
        {"*": Origin(precedence, day, sources[number], line)},
    )


def _place(row: Packed, sources: Mapping[int, int]) -> tuple[int, int, int, int]:
    return sources[row[13]], row[14], row[15], int(row[9] != "subscribed")


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


def _text(value: Any) -> str:
    return (
        orjson.dumps(value, default=tuple).decode()
        if value
        else "{}"
        if isinstance(value, dict)
        else "[]"
    )
