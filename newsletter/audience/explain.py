"""This module tells where each thing that is known of a person comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select

from newsletter.audience.address import read_address
from newsletter.audience.decide import why_left_out
from newsletter.audience.erased import erased_people
from newsletter.audience.fold import NOWHERE, Known, Origin, origin_of
from newsletter.audience.folding import COLUMNS, known_of
from newsletter.audience.proof import list_names
from newsletter.errors import NewsletterError
from newsletter.store import change, list_row, rows_of, source, subscriber, suppression


@dataclass(frozen=True)
class Said:
    """One thing that is known, and the row that said it; without a list it is from no list."""

    field: str
    value: str
    list: str
    line: int
    day: str
    instead: tuple["Said", ...] = ()
    """What other rows said."""


@dataclass(frozen=True)
class Change:
    """What a later merge changed."""

    at: int
    field: str
    was: str
    now: str


@dataclass(frozen=True)
class Person:
    """Everything that lists say of one address; *why* they are not mailed, or nothing.

    *rows* are (list, file, line, when it was read); *suppressions* (reason, where it was said, when).
    """

    id: int
    address: str
    standing: str
    consent: str
    why: str
    facts: tuple[Said, ...]
    rows: tuple[tuple[str, str, int, int], ...]
    suppressions: tuple[tuple[str, str, int], ...]
    changes: tuple[Change, ...]
    proof: Mapping[str, str]
    """How the list that consent rests on asked: how, wording, when it was given."""


def explain(connection: Connection, address: str) -> Person:
    """All that is known of *address*, with its sources; raises NewsletterError where nobody has it, or who had it was forgotten."""
    key = key_of(address)
    row = connection.execute(select(subscriber).where(subscriber.c.key == key)).first()
    gone = _suppressions(connection, key)
    if row is None and erased_people(connection).knows(key):
        raise NewsletterError(
            f"{address} asked to be forgotten: only a digest is kept, so that no list brings them back"
        )
    if row is None:
        told = (
            "; it may not be mailed (" + ", ".join(sorted({why for why, *_ in gone})) + ")"
            if gone
            else ""
        )
        raise NewsletterError(f"no list names {address}{told}")
    known = known_of([getattr(row, name) for name in COLUMNS])
    lists = list_names(connection)
    why = min((reason for reason, *_ in gone), default="") or why_left_out(
        row.standing, row.consent
    )
    return Person(
        id=row.id,
        address=known.address,
        standing=row.standing,
        consent=row.consent,
        why=why,
        facts=tuple(_facts(known, lists)),
        rows=_rows(connection, row.id),
        suppressions=gone,
        changes=tuple(_changes(connection, row.id, key)),
        proof=_proof(connection, origin_of(known, "consent")) if row.consent != "none" else {},
    )


def key_of(address: str) -> str:
    """How *address* is compared; raises NewsletterError where it is none."""
    try:
        return read_address(address).key
    except ValueError as error:
        raise NewsletterError(f"{error}; write name@domain") from error


def _facts(known: Known, lists: Mapping[int, str]) -> Iterator[Said]:
    lost = {field: [entry for entry in known.conflicts if entry.field == field] for field in FIELDS}
    for field, value, thing in _things(known):
        others = tuple(
            _said(field, entry.value, entry.origin, lists) for entry in lost.get(field, ())
        )
        said = _said(field, value, origin_of(known, thing), lists)
        yield Said(said.field, said.value, said.list, said.line, said.day, others)


FIELDS = ("city", "language", "time_zone")


def _things(known: Known) -> Iterator[tuple[str, str, str]]:
    yield "address", known.address, "address"
    for first, last in known.names:
        yield "name", f"{first} {last}".strip(), f"names {first} {last}"
    for field in FIELDS:
        if value := getattr(known, field):
            yield field, value, field
    if known.signed_up:
        yield "signed_up", known.signed_up, "signed_up"
    for tag in known.tags:
        yield "tag", tag, f"tags {tag}"
    yield "standing", known.standing, "standing"
    yield "consent", known.consent, "consent"


def _said(field: str, value: str, origin: Origin, lists: Mapping[int, str]) -> Said:
    return Said(field, value, lists.get(origin.source, ""), origin.line, origin.day)


def _rows(connection: Connection, number: int) -> tuple[tuple[str, str, int, int], ...]:
    query = (
        select(source.c.list, source.c.path, list_row.c.line, source.c.merged_at)
        .join(source, source.c.id == list_row.c.source_id)
        .where(rows_of([number]))
        .order_by(source.c.id, list_row.c.line)
    )
    return tuple((row[0], row[1], row[2], row[3]) for row in connection.execute(query))


def _suppressions(connection: Connection, key: str) -> tuple[tuple[str, str, int], ...]:
    columns = suppression.c
    query = select(columns.reason, columns.origin, columns.at).where(columns.key == key)
    found = connection.execute(query.order_by(columns.at, columns.reason, columns.origin))
    return tuple((row[0], row[1], row[2]) for row in found)


def _changes(connection: Connection, number: int, key: str) -> Iterator[Change]:
    query = select(change).where(change.c.subscriber_id == number).order_by(change.c.id)
    for row in connection.execute(query):
        was, now = orjson.loads(row.was), orjson.loads(row.now)
        for field in sorted(set(now) - {"origins", "conflicts"}):
            empty = key if field == "address" else ""
            yield Change(row.at, field, was[field] or empty, now[field] or empty)


def _proof(connection: Connection, origin: Origin) -> Mapping[str, str]:
    if origin == NOWHERE:
        return {}
    query = select(source.c.how, source.c.wording, source.c.given_on)
    row: Any = connection.execute(query.where(source.c.id == origin.source)).first()
    if row is None:
        return {}
    day = origin.day[:10]
    given = row.given_on or (f"{day}, or before" if day else "")  # a row may have changed since
    return {"how": row.how, "wording": row.wording, "given": given}
