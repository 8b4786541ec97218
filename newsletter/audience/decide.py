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

from newsletter.audience.apart import Companion, Waiting
from newsletter.audience.bulk import bulk
from newsletter.audience.fold import CONSENT_RANK
from newsletter.audience.folding import (
    COLUMNS,
    CONFLICTS,
    LEFT,
    LINE,
    LIST,
    PART,
    SAID,
    SAYS,
    STANDING,
    Packed,
    folded,
    numbers_of,
    rows_of_people,
    telling,
)
from newsletter.audience.stored import with_stored
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
    """Sorted rows of lists, and the numbers of these lists in the store, by those under which they were staged.

    *earlier* are the numbers of earlier readings of the same lists, for those that were read before; *asking* are the
    lists, as staged, that say by a column who agreed.
    """

    runs: Sequence[Path]
    sources: Mapping[int, int]
    earlier: Mapping[int, frozenset[int]]
    asking: frozenset[int] = frozenset()


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

    def with_others(self, other: "Tally") -> "Tally":
        """This one and what was counted of other people, who have lower numbers."""
        return Tally(
            self.last,
            self.counts + other.counts,
            self.left_out + other.left_out,
            self.left + other.left,
            sorted(self.leaving + other.leaving)[:MOST_NAMED],
        )


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


@dataclass(frozen=True)
class Undecided:
    """The rows of some people, and the number that the first of them who is new comes after."""

    people: Sequence[Sequence[Packed]]
    last: int


Decision = Writes | Undecided | Tally

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
        decisions = _decided(_never, connection, before, rows)
    else:
        decisions = companion.do(_decided_apart, before, rows)
    mine = Deciding(connection, before, rows)
    for decision in decisions:
        if isinstance(decision, Undecided):
            yield from mine.of(decision)
        elif isinstance(decision, Tally):
            yield decision.with_others(mine.tally)
        else:
            yield decision


def _never() -> bool:
    return False


def _decided_apart(waiting: Waiting, before: Before, rows: Rows) -> Iterator[Decision]:
    with closing(open_store(before.address)) as store, store.read() as connection:
        yield from _decided(waiting, connection, before, rows)


def _decided(
    waiting: Waiting, connection: Connection, before: Before, rows: Rows
) -> Iterator[Decision]:
    """Somebody who waits for decisions is given people to decide about."""
    deciding = Deciding(connection, before, rows)
    tally = deciding.tally
    for people in rows_of_people(rows.runs):
        if people.goes_on:
            yield from deciding.begin(people.rows[0])
        elif deciding.begun or not waiting():
            yield from deciding.of(Undecided(people.rows, tally.last))
        else:
            yield Undecided(people.rows, tally.last)
            tally.last += len(people.rows)
    yield tally


class Deciding:
    """Decides in one process, and counts."""

    def __init__(self, connection: Connection, before: Before, rows: Rows) -> None:
        self.bulk = bulk(connection)
        self.before = before
        self.sources = numbers_of(rows.sources)
        self.earlier = numbers_of(rows.earlier)
        self.asking = {*numbers_of(dict.fromkeys(rows.asking, True))}
        self.tally = Tally(before.last)
        self.begun: list[Packed] = []
        """What is known of somebody with so many rows that they come in parts."""

    def of(self, undecided: Undecided) -> Iterator[Writes]:
        """What becomes of some people by their rows, where it is to be written; they come once in all."""
        people, self.tally.last = undecided.people, undecided.last
        keys = [rows[0][KEY] for rows in people]
        stored = self.bulk.people(keys) if self.before.anybody else {}
        suppressed = self.bulk.suppressed(keys) if self.before.anybody_suppressed else {}
        tally, sources = self.tally, self.sources
        tally.left_out.update(suppressed.values())
        tally.counts["new"] += len(people) - len(stored)
        unchanged = 0
        new: list[str] = []
        changed: list[Sequence[Any]] = []
        changes: list[Sequence[Any]] = []
        places = _Places(sources)
        begun, self.begun = self.begun, []
        for key, rows in zip(keys, people, strict=True):
            was = stored.get(key)
            said = rows
            if begun:
                said, begun = [*begun, *rows], []
            if was is None:
                number = tally.last = tally.last + 1
                end, differ = folded(said, sources)
                new.append(f"{number}\t{end}\n")
            else:
                number = was[-1]
                if now := with_stored(was, said, sources, self.earlier):
                    before = (*was[:SAID], *was[SAID].split("\t"))
                    self._count(before, now, key in suppressed)
                    changed.append((number, *now[1:], self.before.now))
                    changes.append(self._change(number, before, now))
                    end, differ = f"\t{now[STANDING]}\t{now[CONSENT]}", now[CONFLICTS] != "[]"
                else:
                    unchanged += 1
                    end, differ = f"\t{was[SAID]}", was[CONFLICTS] != "[]"
            if differ:
                tally.counts["conflicts"] += 1
            if key in suppressed or not end.endswith(MAILED):
                self._count_out(key in suppressed, end, said)
            elif self.asking and any(map(self._says_no, rows)):
                tally.counts["contradicted"] += 1
            places.add(number, rows)
        tally.counts["unchanged"] += unchanged
        if self.before.merge_id:
            yield Writes("".join(new), changed, changes, *places.of_sources())

    def begin(self, rows: Sequence[Packed]) -> Iterator[Writes]:
        """Some rows of somebody of whom more are to come, who is first among the next people."""
        key = rows[0][KEY]
        stored = self.bulk.people([key]) if self.before.anybody else {}
        number = stored[key][-1] if key in stored else self.tally.last + 1
        self.begun = telling([*self.begun, *rows], self.sources)
        if self.before.merge_id:
            places = _Places(self.sources)
            places.add(number, rows)
            yield Writes("", [], [], *places.of_sources())

    def _count(self, was: Sequence[str], now: Sequence[str], suppressed: bool) -> None:
        """Count a stored person who is not *now* as they were; new rows that say what is known count for nothing."""
        if was[ADDRESS] == now[ADDRESS] and was[SAID:] == now[SAID:]:
            self.tally.counts["unchanged"] += 1
            return
        self.tally.counts["updated"] += 1
        if was[STANDING] != now[STANDING]:
            self.tally.counts["lowered"] += 1
        elif CONSENT_RANK[now[CONSENT]] < CONSENT_RANK[was[CONSENT]]:
            self.tally.counts["withdrawn"] += 1
        could, can = (not why_left_out(one[STANDING], one[CONSENT]) for one in (was, now))
        if could and not (can or suppressed) and len(self.tally.leaving) < MOST_NAMED:
            self.tally.leaving.append(now[ADDRESS] or now[KEY])

    def _count_out(self, suppressed: bool, end: str, rows: Sequence[Packed]) -> None:
        """Count somebody who is not mailed, and the lists that call them subscribed although they left."""
        _before, standing, consent = end.rsplit("\t", 2)
        if not suppressed:
            self.tally.left_out[why_left_out(standing, consent)] += 1
        if suppressed or standing != "subscribed":
            self.tally.left.update({self.sources[row[LIST]] for row in rows if row[LEFT] == "0"})

    def _says_no(self, row: Packed) -> bool:
        """Whether its list asked its person, who did not agree."""
        return row[LIST] in self.asking and row[SAYS].endswith(NOT_AGREED)

    def _change(self, number: int, was: Sequence[str], now: Sequence[str]) -> Sequence[Any]:
        pairs = [pair for pair in zip(COLUMNS, was, now, strict=True) if pair[1] != pair[2]]
        before = orjson.dumps({name: old for name, old, _new in pairs}).decode()
        after = orjson.dumps({name: new for name, _old, new in pairs}).decode()
        return self.before.merge_id, number, before, after, self.before.now


class _Places:
    """Whose the rows of each list are."""

    def __init__(self, sources: Mapping[str, int]) -> None:
        self.sources = sources
        self.whole: dict[str, tuple[list[int], list[str]]] = {name: ([], []) for name in sources}
        self.parts: dict[str, array[int]] = {name: array("q") for name in sources}

    def add(self, number: int, rows: Sequence[Packed]) -> None:
        """These *rows* are the subscriber's of that *number*."""
        for row in rows:
            if row[PART] == "0":
                numbers, lines = self.whole[row[LIST]]
                numbers.append(number)
                lines.append(row[LINE])
            else:
                self.parts[row[LIST]].extend((number, int(row[LINE]), int(row[PART])))

    def of_sources(self) -> tuple[Mapping[int, "array[int]"], Mapping[int, "array[int]"]]:
        """By the number of each list in the store: pairs of a subscriber and a line, and the parts of lines."""
        pairs = {
            self.sources[name]: array(
                "q", chain.from_iterable(zip(numbers, map(int, lines), strict=True))
            )
            for name, (numbers, lines) in self.whole.items()
            if lines
        }
        return pairs, {self.sources[name]: some for name, some in self.parts.items() if some}


def why_left_out(standing: str, consent: str) -> str:
    """Why somebody is not mailed, or nothing."""
    if standing != "subscribed":
        return standing
    return {"none": "no consent", "unconfirmed": "not confirmed"}.get(consent, "")


NOT_AGREED = "\tsubscribed\tnone\n"
"""How a row ends of somebody who did not agree, and did not leave either."""
MAILED = tuple(
    f"\tsubscribed\t{consent}" for consent in CONSENTS if not why_left_out("subscribed", consent)
)
"""How the line of somebody ends who is mailed."""
