"""This module merges lists into the store: one transaction, and the same file twice changes nothing."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, text

from newsletter.audience.apart import Companion, Waiting
from newsletter.audience.bulk import bulk
from newsletter.audience.decide import (
    CHANGED,
    CHANGES,
    NEW,
    PARTS,
    ROWS,
    Before,
    Rows,
    Tally,
    Writes,
    before_merge,
    deciding,
)
from newsletter.audience.difference import Jump, ListChange, Merge, jumps
from newsletter.audience.erased import erased_people
from newsletter.audience.examining import examined
from newsletter.audience.place import unnamed_member
from newsletter.audience.read import ListFile
from newsletter.audience.stage import Staged, Staging, staged
from newsletter.store import (
    Store,
    change,
    insert_lines,
    insert_many,
    insert_numbers,
    list_row,
    merge,
    reject,
    source,
    subscriber,
    write_back,
)

AT_ONCE = 1_000
LETTERS, NUMBERS = 250_000, 8_000
"""Of lines of people and of whose rows are whose, so much is written at once."""


def merge_lists(
    store: Store, files: Sequence[Path], root: Path, *, now: int, refuse_jumps: bool = False
) -> Merge:
    """Merge those of *files* that are new or changed; raises Problems before anything is written.

    With *refuse_jumps* a merge that changes unusually much is not made: it raises Jump, which says why.
    """
    listed = examined(files, root)
    with store.read() as connection:
        said = [file for file in listed if is_new(connection, file, again=True)]
        fresh = [file for file in said if not taken_back(connection, file)]
    held_back = tuple(file.name for file in said if file not in fresh)
    if not fresh:
        return Merge(held_back=held_back)
    with staging(store, fresh, root, now) as stage:
        return replace(apply(store, stage, now, refuse_jumps=refuse_jumps), held_back=held_back)


@contextmanager
def staging(store: Store, files: Sequence[ListFile], root: Path, now: int) -> Iterator[Staging]:
    """The rows of *files*, read and sorted in the project's folder *root*, before the store is touched."""
    with store.read() as connection:
        erased = erased_people(connection)
    with staged(files, erased, now, root / ".newsletter") as stage:
        yield stage


def preview(store: Store, stage: Staging, now: int, *, supplement: bool = False) -> Merge:
    """What a merge of the lists would change; nothing is written, and nobody waits."""
    lists = stage.lists
    with store.read() as connection:
        next_source = 1 + (connection.scalar(select(func.max(source.c.id))) or 0)
        sources = {one.number: next_source + one.number for one in lists}
        last = _last(connection, lists)
        before = before_merge(store, connection, now)
        rows = _rows(connection, lists, sources, supplement=supplement)
        tally = _merge_people(connection, before, rows, stage.companion)
        return _told(lists, sources, last, tally)


def apply(
    store: Store,
    stage: Staging,
    now: int,
    *,
    refuse_jumps: bool = False,
    again: bool = False,
    supplement: bool = False,
) -> Merge:
    """Merge the lists in one transaction.

    *again* takes a list that was taken back; a *supplement* adds to the last reading of its list.
    """
    with store.write() as connection:
        lists = [one for one in stage.lists if is_new(connection, one.file, again=again)]
        if not lists:
            return Merge()
        number = connection.execute(insert(merge).values(at=now).returning(merge.c.id)).scalar_one()
        last = _last(connection, lists)
        sources = {
            one.number: _add_source(connection, one, number, now, supplement) for one in lists
        }
        people = bulk(connection)
        people.take_turns()
        before = before_merge(store, connection, now, number)
        rows = _rows(connection, lists, sources, supplement=supplement)
        tally = _merge_people(connection, before, rows, stage.companion)
        people.keep_last_id(tally.last)
        done = _told(lists, sources, last, tally)
        if refuse_jumps and jumps(done):
            raise Jump(done)
        if not supplement:
            done = replace(done, vanished=_vanished(connection, lists, last, sources))
        if stage.companion and store.dialect == "sqlite":
            stage.companion.do(_written_back, store.address)  # until the stage ends
        return done


def _written_back(waiting: Waiting, path: Path) -> Iterator[None]:
    write_back(path, waiting)
    yield from ()


def is_new(connection: Connection, file: ListFile, *, again: bool = False) -> bool:
    """Whether the list said something else last, and these very bytes were never taken back (or are taken *again*)."""
    whole = _live(source.c.id, file.list).where(source.c.supplement == 0).scalar_subquery()
    said = _live(source.c.id, file.list).where(
        source.c.digest == file.digest, source.c.id >= func.coalesce(whole, 0)
    )
    known = connection.scalar(said) is not None
    return not known and (again or not taken_back(connection, file))


def taken_back(connection: Connection, file: ListFile) -> bool:
    """Whether newsletter lists undo took these very bytes back, whatever the file is called now."""
    query = select(source.c.id).join(merge, source.c.merge_id == merge.c.id)
    same = query.where(source.c.digest == file.digest, merge.c.undone_at.is_not(None))
    return connection.scalar(same.limit(1)) is not None


def _live(column: Any, name: str) -> Select[Any]:
    """*column* of the last reading of the list *name* that stands."""
    return (
        select(column)
        .outerjoin(merge, source.c.merge_id == merge.c.id)
        .where(source.c.list == name, merge.c.undone_at.is_(None))
        .order_by(source.c.id.desc())
        .limit(1)
    )


def _last(connection: Connection, lists: Sequence[Staged]) -> dict[int, tuple[int, int] | None]:
    """The last whole reading of each list: its number and its rows."""
    found = {}
    for one in lists:
        query = _live(source.c.id, one.file.list).add_columns(source.c.rows)
        row = connection.execute(query.where(source.c.supplement == 0)).first()
        found[one.number] = (row[0], row[1]) if row else None
    return found


def _add_source(
    connection: Connection, one: Staged, number: int, now: int, supplement: bool
) -> int:
    basis = one.file.basis
    values = {
        "merge_id": number,
        "list": one.file.list,
        "path": one.file.name,
        "digest": one.file.digest,
        "consent": basis.consent,
        "how": basis.source,
        "wording": basis.wording,
        "given_on": basis.date,
        "rows": one.rows,
        "supplement": int(supplement),
        "merged_at": now,
    }
    added: int = connection.execute(
        insert(source).values(values).returning(source.c.id)
    ).scalar_one()
    rows = one.rejects()
    while some := [*islice(rows, AT_ONCE)]:
        connection.execute(
            insert(reject),
            [{"source_id": added, "line": line, "reason": why} for line, why, _cells in some],
        )
    return added


def _rows(
    connection: Connection, lists: Sequence[Staged], sources: Mapping[int, int], *, supplement: bool
) -> Rows:
    """What is staged of *lists*; a *supplement* takes nothing back of what its list said."""
    earlier = {}
    for one in () if supplement else lists:
        same = select(source.c.id).where(source.c.list == one.file.list)
        if before := {*connection.scalars(same)} - {sources[one.number]}:
            earlier[one.number] = frozenset(before)
    asking = frozenset(one.number for one in lists if one.file.layout.said)
    return Rows([run for one in lists for run in one.runs], sources, earlier, asking)


def _merge_people(
    connection: Connection, before: Before, rows: Rows, companion: Companion | None
) -> Tally:
    """Decide what *rows* change, and write it, where there is a merge to write."""
    tally = Tally(before.last)
    writing = _Writing(connection, before)
    for decision in deciding(connection, before, rows, companion):
        if isinstance(decision, Tally):
            tally = decision
        else:
            writing.write(decision)
    writing.end()
    return tally


class _Writing:
    """Writes what was decided; what is new waits until there is enough of a kind for long statements."""

    def __init__(self, connection: Connection, before: Before) -> None:
        self.connection = connection
        self.brought = {"merge_id": before.merge_id, "updated_at": before.now}
        self.new: list[str] = []
        self.letters = 0
        self.changed: list[Sequence[Any]] = []
        self.changes: list[Sequence[Any]] = []
        self.numbers: dict[tuple[Sequence[str], int], array[int]] = defaultdict(lambda: array("q"))
        """By their columns and their source."""

    def write(self, writes: Writes) -> None:
        self.new.append(writes.new)
        self.letters += len(writes.new)
        if self.letters >= LETTERS:
            self._write_new()
        self.changed += writes.changed
        self.changes += writes.changes
        if len(self.changed) >= AT_ONCE:
            self._write_changed()
        for columns, numbers in ((ROWS, writes.rows), (PARTS, writes.parts)):
            for source_id, some in numbers.items():
                self.numbers[columns, source_id] += some
                if len(self.numbers[columns, source_id]) >= NUMBERS:
                    self._write_numbers(columns, source_id)

    def end(self) -> None:
        """Write what still waits."""
        self._write_new()
        self._write_changed()
        for columns, source_id in [*self.numbers]:
            self._write_numbers(columns, source_id)

    def _write_new(self) -> None:
        insert_lines(self.connection, subscriber, NEW, "".join(self.new), self.brought)
        self.new.clear()
        self.letters = 0

    def _write_changed(self) -> None:
        if not self.changed:
            return  # whoever only looks what would change may not even write nothing
        bulk(self.connection).update("subscriber", CHANGED, self.changed)
        insert_many(self.connection, change, CHANGES, self.changes)
        self.changed.clear()
        self.changes.clear()

    def _write_numbers(self, columns: Sequence[str], source_id: int) -> None:
        numbers = self.numbers.pop((columns, source_id))
        insert_numbers(self.connection, list_row, columns, numbers, {"source_id": source_id})


def _told(
    lists: Sequence[Staged],
    sources: Mapping[int, int],
    last: Mapping[int, tuple[int, int] | None],
    tally: Tally,
) -> Merge:
    return Merge(
        files=tuple(one.file.name for one in lists),
        not_read=tuple(
            f"{one.file.name}{unnamed_member(one.file.path)}#{sheet}"
            for one in lists
            for sheet in one.file.other_sheets
        ),
        other_columns=tuple(
            (one.file.name, heading) for one in lists for heading in one.file.other_columns
        ),
        hidden=tuple((one.file.name, one.file.hidden) for one in lists if one.file.hidden),
        rows=sum(one.rows for one in lists),
        rejected=sum(one.rejected for one in lists),
        leaving=tuple(tally.leaving),
        left_out=tuple(sorted(tally.left_out.items())),
        lists=tuple(
            ListChange(
                one.file.list,
                one.file.name,
                one.rows,
                one.rejected,
                was[1] if (was := last[one.number]) else None,
                tally.left[sources[one.number]],
            )
            for one in lists
        ),
        new=tally.counts["new"],
        updated=tally.counts["updated"],
        unchanged=tally.counts["unchanged"],
        lowered=tally.counts["lowered"],
        withdrawn=tally.counts["withdrawn"],
        conflicts=tally.counts["conflicts"],
        contradicted=tally.counts["contradicted"],
    )


def _vanished(
    connection: Connection,
    lists: Sequence[Staged],
    last: Mapping[int, tuple[int, int] | None],
    sources: Mapping[int, int],
) -> tuple[tuple[str, int], ...]:
    """How many people of each list's last reading its new one does not name."""
    gone = []
    for one in lists:
        if was := last[one.number]:
            numbers = {"old": was[0], "new": sources[one.number]}
            number = connection.execute(text(VANISHED), numbers).scalar_one()
            gone += [(one.file.list, number)] if number else []
    return tuple(gone)


VANISHED = """
SELECT COUNT(DISTINCT was.subscriber_id) FROM list_row AS was
WHERE was.source_id = :old AND NOT EXISTS (
    SELECT 1 FROM list_row AS now WHERE now.source_id = :new AND now.subscriber_id = was.subscriber_id)
"""
