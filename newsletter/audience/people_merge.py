"""This module takes people into the store, some thousand at a time, and counts what changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, exists, select

from newsletter.audience.bulk import bulk
from newsletter.audience.fold import join
from newsletter.audience.folding import (
    COLUMNS,
    CONFLICTS,
    ORIGINS,
    SAID,
    Folded,
    columns,
    known_of,
    restated,
)
from newsletter.store import change, insert_many, list_row, subscriber, suppression

KEY, ADDRESS, STANDING, CONSENT = (
    COLUMNS.index(name) for name in ("key", "address", "standing", "consent")
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
        self.first = merge_id is not None and not self.anybody
        if self.first:
            self.bulk.lay_keys_aside()
        self.anybody_suppressed = bool(connection.scalar(select(exists(select(suppression.c.key)))))

    def take(self, people: Sequence[Folded]) -> None:
        """Fold *people* into those who are known."""
        keys = [said[KEY] for said, _places in people]
        stored = self.bulk.people(keys) if self.anybody else {}
        suppressed = self.bulk.suppressed(keys) if self.anybody_suppressed else {}
        self.left_out.update(suppressed.values())
        self.counts["new"] += len(people) - len(stored)
        now = people
        if stored:
            now = [
                (self._known(stored[said[KEY]], said, suppressed), places)
                if said[KEY] in stored
                else (said, places)
                for said, places in people
            ]
        self._count(now, suppressed)
        if self.merge_id is not None:
            self._write(now, stored, self.merge_id)

    def _known(
        self, stored: Sequence[Any], said: Sequence[str], suppressed: Mapping[str, str]
    ) -> Sequence[str]:
        """What is known of a stored person together with what is *said*; the change is counted."""
        was = stored[1:]
        now = _joined(was, said)
        if now is was or (was[ADDRESS] == now[ADDRESS] and was[SAID:] == now[SAID:]):
            self.counts["unchanged"] += 1
            return now
        self.counts["updated"] += 1
        if was[STANDING] != now[STANDING]:
            self.counts["lowered"] += 1
            could = not why_left_out(was[STANDING], was[CONSENT]) and now[KEY] not in suppressed
            if could and len(self.leaving) < MOST_NAMED:
                self.leaving.append(now[ADDRESS])
        return now

    def _count(self, people: Sequence[Folded], suppressed: Mapping[str, str]) -> None:
        """Whoever is not mailed, by reason, and those of whom rows say different things."""
        for now, places in people:
            if now[CONFLICTS] != "[]":
                self.counts["conflicts"] += 1
            out = now[KEY] in suppressed
            if not out and (why := why_left_out(now[STANDING], now[CONSENT])):
                self.left_out[why] += 1
            if out or now[STANDING] != "subscribed":
                for source in {place[0] for place in places if not place[3]}:
                    self.left[source] += 1

    def _write(
        self, people: Sequence[Folded], stored: Mapping[str, Sequence[Any]], merge_id: int
    ) -> None:
        new, changed, changes, rows = [], [], [], []
        for now, places in people:
            was = stored.get(now[KEY])
            if was is None:
                self.last += 1
                number = self.last
                new.append((number, *now, merge_id, self.now))
            else:
                number = was[0]
                if was[1:] != now:
                    changed.append((number, *now[1:], self.now))
                    changes.append(self._change(was, now))
            for source, line, part, _left in places:
                rows.append((number, source, line, part))
        insert_many(self.connection, subscriber, NEW, new)
        self.bulk.update("subscriber", CHANGED, changed)
        insert_many(self.connection, change, CHANGES, changes)
        insert_many(self.connection, list_row, ROWS, rows)

    def finish(self) -> None:
        """Let the next number of a subscriber be a new one, and the tables be as they were."""
        self.bulk.keep_last_id(self.last)
        if self.first:
            self.bulk.take_keys_up()

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


def _joined(stored: Sequence[str], said: Sequence[str]) -> Sequence[str]:
    """What both say together: *stored* itself where it stays as it is."""
    origins = restated(stored, said)
    if origins is None:
        return columns(join(known_of(stored), known_of(said)))
    if origins == stored[ORIGINS]:
        return stored
    return (*stored[:ORIGINS], origins, *stored[ORIGINS + 1 :])
