"""This module takes people into the store, some thousand at a time, and counts what changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, exists, select

from newsletter.audience.bulk import bulk
from newsletter.audience.fold import join
from newsletter.audience.folding import COLUMNS, Folded, columns, known_of
from newsletter.store import subscriber, suppression

STANDING, CONSENT, CONFLICTS = (
    COLUMNS.index(name) for name in ("standing", "consent", "conflicts")
)
SAID = COLUMNS.index("origins")
"""From here on columns say where others are from."""
MOST_NAMED = 1_000

NEW = ("id", *COLUMNS, "merge_id", "updated_at")
CHANGED = ("id", *COLUMNS[1:], "updated_at")
ROWS = ("subscriber_id", "source_id", "line", "part")
CHANGES = ("merge_id", "subscriber_id", "was", "now", "at")


class PeopleMerge:
    """One merge; without *merge_id* it only counts."""

    def __init__(self, connection: Connection, now: int, merge_id: int | None = None) -> None:
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
        keys = [person.columns[0] for person in people]
        stored = self.bulk.people(keys) if self.anybody else {}
        suppressed = self.bulk.suppressed(keys) if self.anybody_suppressed else {}
        new, changed, changes, rows = [], [], [], []
        for person in people:
            was = stored.get(person.columns[0])
            now = person.columns if was is None else _joined(was[1:], person.columns)
            self._count(was, now, suppressed)
            self._count_left(person, now, suppressed)
            if self.merge_id is None:
                continue
            if was is None:
                self.last += 1
                new.append((self.last, *now, self.merge_id, self.now))
            elif tuple(was[1:]) != now:
                changed.append((was[0], *now[1:], self.now))
                changes.append(self._change(was, now))
            number = self.last if was is None else was[0]
            rows += [(number, *row[:3]) for row in person.rows]
        self.bulk.insert("subscriber", NEW, new)
        self.bulk.update("subscriber", CHANGED, changed)
        self.bulk.insert("change", CHANGES, changes)
        self.bulk.insert("list_row", ROWS, rows)

    def finish(self) -> None:
        """Let the next number of a subscriber be a new one."""
        self.bulk.keep_last_id(self.last)

    def _count(
        self, was: Sequence[Any] | None, now: Sequence[str], suppressed: Mapping[str, str]
    ) -> None:
        key, address = now[:2]
        out = suppressed.get(key) or why_left_out(now[STANDING], now[CONSENT])
        if out:
            self.left_out[out] += 1
        if now[CONFLICTS] != "[]":
            self.counts["conflicts"] += 1
        if was is None:
            self.counts["new"] += 1
            return
        before = was[1:]
        self.counts["unchanged" if tuple(before[:SAID]) == tuple(now[:SAID]) else "updated"] += 1
        if before[STANDING] != now[STANDING]:
            self.counts["lowered"] += 1
            could = not why_left_out(before[STANDING], before[CONSENT]) and key not in suppressed
            if could and len(self.leaving) < MOST_NAMED:
                self.leaving.append(address)

    def _count_left(
        self, person: Folded, now: Sequence[str], suppressed: Mapping[str, str]
    ) -> None:
        if now[STANDING] != "subscribed" or person.columns[0] in suppressed:
            self.left.update({row[0] for row in person.rows if not row[3]})

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
    return columns(join(known_of(stored), known_of(said)))
