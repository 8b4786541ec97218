"""This module decides what rows change of people in the store, some thousand at a time; it writes nothing.

It reads the store as it was before the merge, so that a process of its own can do it while another one writes.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, exists, select

from newsletter.audience.apart import Companion
from newsletter.audience.bulk import bulk
from newsletter.audience.folding import (
    COLUMNS,
    CONFLICTS,
    LEFT,
    LINE,
    LIST,
    PART,
    SAID,
    STANDING,
    Packed,
    folded,
    numbers_of,
    rows_of_people,
    with_stored,
)
from newsletter.store import CONSENTS, Address, Store, open_store, subscriber, suppression

KEY, ADDRESS, CONSENT = (COLUMNS.index(name) for name in ("key", "address", "consent"))
MOST_NAMED = 1_000


@dataclass(frozen=True)
class Before:
    """The merge, and the store before it: the highest number of a subscriber, and whether there is anybody.

    Where *merge_id* is 0 nothing is to be written.
    """

    address: Address
    merge_id: int
    now: int
    last: int
    anybody: bool
    anybody_suppressed: bool


def before_merge(store: Store, connection: Connection, now: int, merge_id: int = 0) -> Before:
    """The store as a merge finds it."""
    return Before(
        store.address,
        merge_id,
        now,
        bulk(connection).last_id() if merge_id else 0,
        bool(connection.scalar(select(exists(select(subscriber.c.id))))),
        bool(connection.scalar(select(exists(select(suppression.c.key))))),
    )


@dataclass(frozen=True)
class Rows:
    """Sorted rows of lists, and the numbers of these lists in the store, by those under which they were staged."""

    runs: Sequence[Path]
    sources: Mapping[int, int]


@dataclass
class Tally:
    """What was counted: people by what becomes of them, by why they are not mailed, and those who left by source.

    *leaving* are the first who could be mailed until now, *last* is the highest number of a subscriber.
    """

    last: int
    counts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    left: Counter[int] = field(default_factory=Counter)
    leaving: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Writes:
    """What is to be written of some people: lines of new ones, values of who changes, and whose the rows of each source are.

    The fields of a line stand between tabs. *rows* are pairs of a subscriber and a line; those that are not the first
    of their line stand in *parts* of three.
    """

    new: str
    changed: Sequence[Sequence[Any]]
    changes: Sequence[Sequence[Any]]
    rows: Mapping[int, "array[int]"]
    parts: Mapping[int, "array[int]"]


NEW = ("id", *COLUMNS)
CHANGED = ("id", *COLUMNS[1:], "updated_at")
CHANGES = ("merge_id", "subscriber_id", "was", "now", "at")
ROWS = ("subscriber_id", "line")
PARTS = (*ROWS, "part")


def deciding(
    connection: Connection, before: Before, rows: Rows, companion: Companion | None
) -> Iterator[Writes | Tally]:
    """What *rows* change, and at last what was counted; a *companion* does the work, where there is one."""
    if companion is None:
        return _decided(connection, before, rows)
    return companion.do(_decided_apart, before, rows)


def _decided_apart(before: Before, rows: Rows) -> Iterator[Writes | Tally]:
    with closing(open_store(before.address)) as store, store.read() as connection:
        yield from _decided(connection, before, rows)


def _decided(connection: Connection, before: Before, rows: Rows) -> Iterator[Writes | Tally]:
    deciding = _Deciding(connection, before, rows.sources)
    for people in rows_of_people(rows.runs):
        writes = deciding.of(people)
        if before.merge_id:
            yield writes
    yield deciding.tally


class _Deciding:
    def __init__(self, connection: Connection, before: Before, sources: Mapping[int, int]) -> None:
        self.bulk = bulk(connection)
        self.before = before
        self.sources = numbers_of(sources)
        self.tally = Tally(before.last)

    def of(self, people: Sequence[Sequence[Packed]]) -> Writes:
        """What becomes of some *people* by their rows; they come once in all."""
        keys = [rows[0][KEY] for rows in people]
        stored = self.bulk.people(keys) if self.before.anybody else {}
        suppressed = self.bulk.suppressed(keys) if self.before.anybody_suppressed else {}
        tally, sources = self.tally, self.sources
        tally.left_out.update(suppressed.values())
        tally.counts["new"] += len(people) - len(stored)
        new: list[str] = []
        changed: list[Sequence[Any]] = []
        changes: list[Sequence[Any]] = []
        whose: dict[str, tuple[list[int], list[str]]] = {name: ([], []) for name in sources}
        parts: dict[str, array[int]] = {name: array("q") for name in sources}
        for key, rows in zip(keys, people, strict=True):
            was = stored.get(key)
            if was is None:
                number = tally.last = tally.last + 1
                end, differ = folded(rows, sources)
                new.append(f"{number}\t{end}\n")
            else:
                before, number = was[:-1], was[-1]
                now = self._known(before, rows, suppressed)
                if now != before:
                    changed.append((number, *now[1:], self.before.now))
                    changes.append(self._change(number, before, now))
                end, differ = f"\t{now[STANDING]}\t{now[CONSENT]}", now[CONFLICTS] != "[]"
            if differ:
                tally.counts["conflicts"] += 1
            if key in suppressed or not end.endswith(MAILED):
                self._count_out(key in suppressed, end, rows)
            for row in rows:
                if row[PART] == "0":
                    numbers, lines = whose[row[LIST]]
                    numbers.append(number)
                    lines.append(row[LINE])
                else:
                    parts[row[LIST]].extend((number, int(row[LINE]), int(row[PART])))
        pairs = {
            name: array("q", chain.from_iterable(zip(numbers, map(int, lines), strict=True)))
            for name, (numbers, lines) in whose.items()
        }
        return Writes(
            "".join(new), changed, changes, self._by_source(pairs), self._by_source(parts)
        )

    def _by_source(self, numbers: Mapping[str, "array[int]"]) -> dict[int, "array[int]"]:
        return {self.sources[name]: some for name, some in numbers.items() if some}

    def _known(
        self,
        was: Sequence[str],
        rows: Sequence[Packed],
        suppressed: Mapping[str, str],
    ) -> Sequence[str]:
        """What is known of a stored person together with what *rows* say; the change is counted."""
        now = with_stored(was, rows, self.sources)
        if now is was or (was[ADDRESS] == now[ADDRESS] and was[SAID:] == now[SAID:]):
            self.tally.counts["unchanged"] += 1
            return now
        self.tally.counts["updated"] += 1
        if was[STANDING] != now[STANDING]:
            self.tally.counts["lowered"] += 1
            could = not why_left_out(was[STANDING], was[CONSENT]) and now[KEY] not in suppressed
            if could and len(self.tally.leaving) < MOST_NAMED:
                self.tally.leaving.append(now[ADDRESS])
        return now

    def _count_out(self, suppressed: bool, end: str, rows: Sequence[Packed]) -> None:
        """Count somebody who is not mailed, and the lists that call them subscribed although they left."""
        _before, standing, consent = end.rsplit("\t", 2)
        if not suppressed:
            self.tally.left_out[why_left_out(standing, consent)] += 1
        if suppressed or standing != "subscribed":
            self.tally.left.update({self.sources[row[LIST]] for row in rows if row[LEFT] == "0"})

    def _change(self, number: int, was: Sequence[str], now: Sequence[str]) -> Sequence[Any]:
        pairs = [pair for pair in zip(COLUMNS, was, now, strict=True) if pair[1] != pair[2]]
        before = orjson.dumps({name: old for name, old, _new in pairs}).decode()
        after = orjson.dumps({name: new for name, _old, new in pairs}).decode()
        return self.before.merge_id, number, before, after, self.before.now


def why_left_out(standing: str, consent: str) -> str:
    """Why somebody is not mailed, or nothing."""
    if standing != "subscribed":
        return standing
    return {"none": "no consent", "unconfirmed": "not confirmed"}.get(consent, "")


MAILED = tuple(
    f"\tsubscribed\t{consent}" for consent in CONSENTS if not why_left_out("subscribed", consent)
)
"""How the line of somebody ends who is mailed."""
