"""This module merges lists into the store: one transaction, and the same file twice changes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select, text

from newsletter.audience.basis import Basis, read_basis
from newsletter.audience.fold import Known, fold
from newsletter.audience.place import places
from newsletter.audience.read import ListFile, Rejected, Row, examine, read_rows, shown_name
from newsletter.errors import Problems
from newsletter.store import Store, change, consent_log, list_row, source, subscriber

AT_ONCE = 4000


@dataclass(frozen=True)
class Merge:
    """What a merge changed, in people; *rows* and *rejected* count rows, *vanished* is by list."""

    files: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    lowered: int = 0
    vanished: tuple[tuple[str, int], ...] = ()


def merge_lists(store: Store, files: Sequence[Path], root: Path, *, now: int) -> Merge:
    """Merge those of *files* that are new or changed; raises Problems before anything is written."""
    listed, problems = [], []
    for path in places(files):
        basis, wrong = read_basis(path, shown_name(path, root))
        file, also_wrong = examine(path, root, basis)
        problems += [*wrong, *also_wrong]
        listed += [file] if file is not None else []
    if problems:
        raise Problems(problems)
    if not any(_is_new(store, file) for file in listed):
        return Merge()
    with store.write() as connection:
        fresh = [file for file in listed if not _known(connection, file)]
        return _Merging(connection, now).merge(fresh) if fresh else Merge()


def _is_new(store: Store, file: ListFile) -> bool:
    with store.read() as connection:
        return not _known(connection, file)


def _known(connection: Connection, file: ListFile) -> bool:
    """Whether these very bytes are what the list said last."""
    newest = (
        select(source.c.digest)
        .where(source.c.list == file.list)
        .order_by(source.c.id.desc())
        .limit(1)
    )
    return connection.execute(newest).scalar() == file.digest


class _Merging:
    """One merge: rows go to a stage, are sorted by address, folded, and written as differences."""

    def __init__(self, connection: Connection, now: int) -> None:
        self.connection = connection
        self.now = now
        self.sources: dict[str, int] = {}
        self.bases: dict[str, Basis] = {}
        self.counts: Counter[str] = Counter()

    def merge(self, files: Sequence[ListFile]) -> Merge:
        self.connection.execute(text("DROP TABLE IF EXISTS stage"))
        self.connection.execute(
            text("CREATE TEMPORARY TABLE stage (key TEXT NOT NULL, said TEXT NOT NULL)")
        )
        before = {file.list: self._newest(file.list) for file in files}
        for file in files:
            self._stage(file)
        self.connection.execute(text("CREATE INDEX stage_key ON stage (key)"))
        for people in self._people():
            self._write(people)
        self.connection.execute(text("DROP TABLE stage"))
        gone = {
            name: self._vanished(old, self.sources[name]) for name, old in before.items() if old
        }
        return Merge(
            files=tuple(file.name for file in files),
            vanished=tuple((name, number) for name, number in gone.items() if number),
            **self.counts,
        )

    def _newest(self, name: str) -> int | None:
        query = (
            select(source.c.id).where(source.c.list == name).order_by(source.c.id.desc()).limit(1)
        )
        found: int | None = self.connection.execute(query).scalar()
        return found

    def _vanished(self, old: int, new: int) -> int:
        return int(self.connection.execute(text(VANISHED), {"old": old, "new": new}).scalar_one())

    def _stage(self, file: ListFile) -> None:
        values = {
            "list": file.list,
            "path": file.name,
            "digest": file.digest,
            "consent": file.basis.consent,
            "rows": 0,
            "merged_at": self.now,
        }
        number = self.connection.execute(
            insert(source).values(values).returning(source.c.id)
        ).scalar_one()
        self.sources[file.list] = number
        rows = 0
        for some in _batched(read_rows(file), AT_ONCE):
            rows += len(some)
            self._stage_some(number, some)
        self.counts["rows"] += rows
        self.connection.execute(source.update().where(source.c.id == number).values(rows=rows))
        self.bases[file.list] = file.basis

    def _stage_some(self, number: int, some: Sequence[Row | Rejected]) -> None:
        taken = [{"key": row.key, "said": _packed(row)} for row in some if isinstance(row, Row)]
        refused = [
            {"source_id": number, "line": row.line, "reason": row.reason}
            for row in some
            if isinstance(row, Rejected)
        ]
        if taken:
            self.connection.execute(
                text("INSERT INTO stage (key, said) VALUES (:key, :said)"), taken
            )
        if refused:
            self.connection.execute(insert(list_row), refused)
        self.counts["rejected"] += len(refused)

    def _people(self) -> Iterator[dict[str, list[Row]]]:
        """Rows by address, a few thousand at a time, in the order of the addresses."""
        last = ""
        while True:
            found = self.connection.execute(text(NEXT), {"last": last, "most": AT_ONCE}).all()
            if not found:
                return
            people = {
                key: [_unpacked(row.said) for row in rows]
                for key, rows in groupby(found, lambda row: row.key)
            }
            last = found[-1].key
            if len(found) == AT_ONCE:  # the last address may have more rows than fitted in
                rest = self.connection.execute(
                    text("SELECT said FROM stage WHERE key = :key"), {"key": last}
                )
                people[last] = [_unpacked(said) for said in rest.scalars()]
            yield people

    def _write(self, people: dict[str, list[Row]]) -> None:
        stored = self._stored(people)
        folded = {key: fold(stored.get(key), rows) for key, rows in people.items()}
        new = [known for key, known in folded.items() if key not in stored]
        updated = [known for key, known in folded.items() if key in stored and known != stored[key]]
        self.counts["new"] += len(new)
        self.counts["updated"] += len(updated)
        self.counts["unchanged"] += len(folded) - len(new) - len(updated)
        self.counts["lowered"] += sum(
            known.standing != stored[known.key].standing for known in updated
        )
        if new:
            self.connection.execute(insert(subscriber), [self._values(known) for known in new])
        if updated:
            self.connection.execute(
                UPDATE, [{**self._values(known), "key_": known.key} for known in updated]
            )
        ids = self._ids(people)
        self._write_rows(people, ids)
        self._write_changes(
            [(known, stored.get(known.key)) for known in (*new, *updated)], people, ids
        )

    def _stored(self, keys: Iterable[str]) -> dict[str, Known]:
        columns = [
            subscriber.c[name]
            for name in (
                "key",
                "address",
                "names",
                "city",
                "language",
                "signed_up",
                "tags",
                "standing",
                "consent",
            )
        ]
        rows = self.connection.execute(select(*columns).where(subscriber.c.key.in_(list(keys))))
        return {row.key: _known_from(row) for row in rows}

    def _ids(self, keys: Iterable[str]) -> dict[str, int]:
        query = select(subscriber.c.key, subscriber.c.id).where(subscriber.c.key.in_(list(keys)))
        return {row.key: row.id for row in self.connection.execute(query)}

    def _values(self, known: Known) -> dict[str, Any]:
        return {**_columns(known), "updated_at": self.now}

    def _write_rows(self, people: dict[str, list[Row]], ids: dict[str, int]) -> None:
        rows = [
            {
                "source_id": self.sources[row.list],
                "line": row.line,
                "part": row.part,
                "subscriber_id": ids[key],
            }
            for key, said in people.items()
            for row in said
        ]
        self.connection.execute(insert(list_row), rows)

    def _write_changes(
        self,
        changed: Sequence[tuple[Known, Known | None]],
        people: dict[str, list[Row]],
        ids: dict[str, int],
    ) -> None:
        changes, consents = [], []
        for known, before in changed:
            row = min(people[known.key], key=lambda row: (row.list, row.line))
            mark = {"subscriber_id": ids[known.key], "at": self.now}
            whence = {**mark, "source_id": self.sources[row.list], "line": row.line}
            changes += [
                {**whence, "field": field, "was": was, "now": now}
                for field, was, now in _differences(before, known)
            ]
            if known.consent != (before.consent if before else "none"):
                consents.append({**mark, **self._proof(known, people[known.key])})
        if changes:
            self.connection.execute(insert(change), changes)
        if consents:
            self.connection.execute(insert(consent_log), consents)

    def _proof(self, known: Known, rows: Sequence[Row]) -> dict[str, str]:
        """The row that the consent rests on, with its list's source and wording."""
        row = min(
            (row for row in rows if row.consent == known.consent),
            key=lambda row: (row.signed_up or "9", row.list),
        )
        basis = self.bases[row.list]
        return {
            "consent": known.consent,
            "given_on": row.signed_up or basis.date,
            "source": f"{row.list}:{row.line} {basis.source}".strip(),
            "wording": basis.wording,
        }


NEXT = "SELECT key, said FROM stage WHERE key > :last ORDER BY key LIMIT :most"

VANISHED = """
SELECT COUNT(DISTINCT was.subscriber_id) FROM list_row AS was
WHERE was.source_id = :old AND was.subscriber_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM list_row AS now WHERE now.source_id = :new AND now.subscriber_id = was.subscriber_id)
"""

COLUMNS = "address first_name last_name names city language signed_up tags standing consent".split()
UPDATE = (
    subscriber.update()
    .where(subscriber.c.key == bindparam("key_"))
    .values({name: bindparam(name) for name in (*COLUMNS, "updated_at")})
)


def _columns(known: Known) -> dict[str, str]:
    return {
        "key": known.key,
        "address": known.address,
        "first_name": known.first_name,
        "last_name": known.last_name,
        "names": orjson.dumps(known.names).decode(),
        "city": known.city,
        "language": known.language,
        "signed_up": known.signed_up,
        "tags": orjson.dumps(known.tags).decode(),
        "standing": known.standing,
        "consent": known.consent,
    }


def _known_from(row: Any) -> Known:
    return Known(
        key=row.key,
        address=row.address,
        names=tuple((first, last) for first, last in orjson.loads(row.names)),
        city=row.city,
        language=row.language,
        signed_up=row.signed_up,
        tags=tuple(orjson.loads(row.tags)),
        standing=row.standing,
        consent=row.consent,
    )


def _differences(before: Known | None, after: Known) -> Iterator[tuple[str, str, str]]:
    if before is None:
        yield "created", "", after.address
        return
    old, new = _columns(before), _columns(after)
    for name in COLUMNS:
        if old[name] != new[name]:
            yield name, old[name], new[name]


def _packed(row: Row) -> str:
    return orjson.dumps([getattr(row, name) for name in Row.__slots__]).decode()


def _unpacked(said: str) -> Row:
    values = dict(zip(Row.__slots__, orjson.loads(said), strict=True))
    return Row(**{**values, "tags": tuple(values["tags"]), "flags": tuple(values["flags"])})


def _batched(rows: Iterable[Row | Rejected], size: int) -> Iterator[list[Row | Rejected]]:
    remaining = iter(rows)
    while some := list(islice(remaining, size)):
        yield some
