"""This module takes people into the store, some thousand at a time, and counts what changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, exists, select

from newsletter.audience.bulk import bulk
from newsletter.audience.fold import join
from newsletter.audience.folding import COLUMNS, SAID, Folded, columns, known_of, restated
from newsletter.store import change, insert_many, list_row, subscriber, suppression

STANDING, CONSENT, CONFLICTS = (
    COLUMNS.index(name) for name in ("standing", "consent", "conflicts")
)
MOST_NAMED = 1_000

NEW = ("id", *COLUMNS, "merge_id", "updated_at")
CHANGED = ("id", *COLUMNS[1:], "updated_at")
ROWS = ("subscriber_id", "source_id", "line", "part")
CHANGES = ("merge_id", "subscriber_id", "was", "now", "at")


class PeopleMerge:
    """One merge; without *merge_id* it only counts."""

    def __init__(self, connection: Connection, now: int, merge_id: int | None = None) -> None:
        self.connection = connection
        self.bulk = bulk(connection)
        self.now = now
        self.merge_id = merge_id
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.left: Counter[int] = Counter()
        self.leaving: list[str] = []
        if merge_id is not None:
            self.bulk.take_turns()
        self.last = self.bulk.last_id() if merge_id is not None else 0
        self.anybody = bool(connection.scalar(select(exists(select(subscriber.c.id)))))
        self.anybody_suppressed = bool(connection.scalar(select(exists(select(suppression.c.key)))))

    def take(self, people: Sequence[Folded]) -> None:
        """Fold *people* into those who are known."""
        keys = [person[0][0] for person in people]
        stored = self.bulk.people(keys) if self.anybody else {}
        suppressed = self.bulk.suppressed(keys) if self.anybody_suppressed else {}
        known = [
            (person, was, person[0] if was is None else _joined(was[1:], person[0]))
            for person, key in zip(people, keys, strict=True)
            for was in (stored.get(key),)
        ]
        self.counts["new"] += len(people) - len(stored)
        self._count_left_out([now for _person, _was, now in known], suppressed)
        for person, was, now in known:
            if was is not None:
                self._count_change(was[1:], now, suppressed)
            if now[STANDING] != "subscribed" or now[0] in suppressed:
                self.left.update({row[0] for row in person[1] if not row[3]})
        if self.merge_id is not None:
            self._write(known, self.merge_id)

    def _write(
        self, known: Sequence[tuple[Folded, Sequence[Any] | None, Sequence[str]]], merge_id: int
    ) -> None:
        new, changed, changes, rows = [], [], [], []
        for person, was, now in known:
            if was is None:
                self.last += 1
                number = self.last
                new.append((number, *now, merge_id, self.now))
            else:
                number = was[0]
                if tuple(was[1:]) != tuple(now):
                    changed.append((number, *now[1:], self.now))
                    changes.append(self._change(was, now))
            for row in person[1]:
                rows.append((number, row[0], row[1], row[2]))
        insert_many(self.connection, subscriber, NEW, new)
        self.bulk.update("subscriber", CHANGED, changed)
        insert_many(self.connection, change, CHANGES, changes)
        insert_many(self.connection, list_row, ROWS, rows)

    def finish(self) -> None:
        """Let the next number of a subscriber be a new one."""
        self.bulk.keep_last_id(self.last)

    def _count_left_out(
        self, people: Sequence[Sequence[str]], suppressed: Mapping[str, str]
    ) -> None:
        """Whoever is not mailed, by reason, and those of whom rows say different things."""
        self.counts["conflicts"] += sum(now[CONFLICTS] != "[]" for now in people)
        found = Counter((now[STANDING], now[CONSENT]) for now in people if now[0] not in suppressed)
        self.left_out.update(suppressed.values())
        for (standing, consent), number in found.items():
            if why := why_left_out(standing, consent):
                self.left_out[why] += number

    def _count_change(
        self, before: Sequence[str], now: Sequence[str], suppressed: Mapping[str, str]
    ) -> None:
        same = tuple(before[:SAID]) == tuple(now[:SAID])
        self.counts["unchanged" if same else "updated"] += 1
        if before[STANDING] == now[STANDING]:
            return
        self.counts["lowered"] += 1
        could = not why_left_out(before[STANDING], before[CONSENT]) and now[0] not in suppressed
        if could and len(self.leaving) < MOST_NAMED:
            self.leaving.append(now[1])

    def _change(self, was: Sequence[Any], now: Sequence[str]) -> tuple[Any, ...]:
        pairs = [pair for pair in zip(COLUMNS, was[1:], now, strict=True) if pair[1] != pair[2]]
        before = orjson.dumps({name: old for name, old, _new in pairs}).decode()
        after = orjson.dumps({name: new for name, _old, new in pairs}).decode()
        return self.merge_id, was[0], before, after, self.now


def why_left_out(standing: str, consent: str) -> str:
    """Why somebody is not mailed, or nothing."""
    if standing != "subscribed":
        return standing
    return {"none": "no consent", "unconfirmed": "not confirmed"}.get(consent, "")


def _joined(stored: Sequence[str], said: Sequence[str]) -> tuple[str, ...]:
    origins = restated(stored, said)
    if origins is not None:
        return (*stored[:SAID], origins, *stored[SAID + 1 :])
    return columns(join(known_of(stored), known_of(said)))
