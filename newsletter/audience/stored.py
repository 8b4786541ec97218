"""This module tells what rows change of people in the store, quickly where they say what is known: so it is with most."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

from newsletter.audience.fold import CONSENT_RANK, STANDING_RANK, join, origin_in, plainest
from newsletter.audience.folding import (
    CONSENT_AT,
    DAY,
    LIST,
    NAMES_AT,
    ORIGINS,
    PRECEDENCE,
    SAID,
    SAYS,
    SIGNED_UP_AT,
    SINGLES,
    STANDING_AT,
    TAGS_AT,
    Packed,
    as_json,
    as_stored,
    columns,
    folded,
    known_of,
    origins_of,
    place_of,
    said_by,
    spelling_of,
    together,
)

Stored = Sequence[Any]
"""A person as they are looked up: key, address, origins, conflicts, what is known as rows say it, and the number."""


Earlier = Mapping[str, Collection[int]]
"""The earlier readings of each list that was read before."""


def with_stored(
    stored: Stored, rows: Sequence[Packed], sources: Mapping[str, int], earlier: Earlier
) -> Sequence[str] | None:
    """A stored person and what *rows* of later lists say; nothing where they stay as they are."""
    if earlier and (withdrawing := _withdrawing(stored, rows, earlier)):
        return _with_less_consent(stored, rows, sources, withdrawing)
    key, address, origins, conflicts, says = stored[: SAID + 1]
    nothing_new = _say_no_more(stored, rows)
    if nothing_new and not address:
        return None
    cells = says.split("\t")
    if nothing_new:
        plainer = plainest(key, {address or key, *map(spelling_of, rows)})
        if plainer == (address or key) or cells[STANDING_AT] == "erased":
            return None
        if '"standing":' not in origins:  # else only the old spelling may be from the first row
            return _respelt(stored, plainer, rows, sources)
    was = (key, address, origins, conflicts, *cells)
    now: Sequence[str] | None = None
    if conflicts == "[]" and cells[STANDING_AT] != "erased":
        known = {thing: tuple(row) for thing, row in orjson.loads(origins).items()}
        if first := known.pop("*", None):
            more = [said_by(row, sources) for row in rows]
            now = together(key, [(first, address or key, cells), *more], known)
    if now is None:
        now = _joined(was, rows, sources)
    return None if tuple(now) == was else now


def _joined(
    was: Sequence[str], rows: Sequence[Packed], sources: Mapping[str, int]
) -> Sequence[str]:
    """The columns of a person and what *rows* say, as join() has them."""
    said = folded(rows, sources)[0].split("\t")
    return columns(join(known_of(was), known_of(said)))


def _withdrawing(stored: Stored, rows: Sequence[Packed], earlier: Earlier) -> Packed | None:
    """Which of *rows* says what consent is left, where a list takes back what it said at an earlier reading."""
    _key, _address, origins, _conflicts, says, *_number = stored
    _cells, standing, consent = says.rsplit("\t", 2)
    said = {row[SAYS][:-1].rpartition("\t")[2]: row for row in reversed(rows)}
    most = max(said, key=CONSENT_RANK.__getitem__)
    if CONSENT_RANK[most] >= CONSENT_RANK[consent] or standing == "erased":
        return None
    source = origin_in(origins_of(origins), "consent").source
    told = any(source in earlier.get(row[LIST], ()) for row in rows)
    return said[most] if told else None


def _with_less_consent(
    stored: Stored, rows: Sequence[Packed], sources: Mapping[str, int], withdrawing: Packed
) -> Sequence[str]:
    """A stored person of whose consent is left what the row *withdrawing* says."""
    cells = stored[SAID].split("\t")
    cells[CONSENT_AT] = "none"
    now = [*_joined((*stored[:SAID], *cells), rows, sources)]
    places = {**origins_of(now[ORIGINS]), "consent": place_of(withdrawing, sources)}
    if places["consent"] == places["*"]:
        del places["consent"]
    now[ORIGINS] = as_json(places)
    return now


def _say_no_more(stored: Stored, rows: Sequence[Packed]) -> bool:
    """Whether *rows* say what was said already, of that day and with that rank: so it is with most."""
    _key, _address, origins, conflicts, says, *_number = stored
    day, precedence = rows[0][DAY], rows[0][PRECEDENCE]
    place = f'[{precedence},"{day}",'
    from_then = origins.count(place)
    if not from_then or from_then < origins.count("["):
        return False
    if conflicts != "[]" and 1 + 2 * conflicts.count(place) < conflicts.count("["):
        return False
    known, cells = f"{says}\n", None
    for row in rows:
        if row[DAY] != day or row[PRECEDENCE] != precedence:
            return False
        if row[SAYS] != known:
            cells = cells or says.split("\t")
            if not _is_within(row[SAYS][:-1].split("\t"), cells, conflicts):
                return False
    return True


def _is_within(said: Sequence[str], known: Sequence[str], conflicts: str) -> bool:
    """Whether a row says nothing but what is *known*, or lost against it, where both are of one day and rank."""
    since = said[SIGNED_UP_AT]
    if since and (not known[SIGNED_UP_AT] or since < known[SIGNED_UP_AT]):
        return False
    return (
        STANDING_RANK[said[STANDING_AT]] <= STANDING_RANK[known[STANDING_AT]]
        and CONSENT_RANK[said[CONSENT_AT]] <= CONSENT_RANK[known[CONSENT_AT]]
        and said[NAMES_AT] in ("[]", known[NAMES_AT])
        and said[TAGS_AT] in ("[]", known[TAGS_AT])
        and all(
            said[at] in ("", known[at]) or f"{as_json([field, said[at]])[:-1]},[" in conflicts
            for at, field in SINGLES
        )
    )


def _respelt(
    stored: Stored, address: str, rows: Sequence[Packed], sources: Mapping[str, int]
) -> Sequence[str]:
    """A stored person of whom *rows* say nothing new but a plainer *address*."""
    key, _spelt_so_far, origins, conflicts, says = stored[: SAID + 1]
    row = next(row for row in rows if spelling_of(row) == address)
    places = {**orjson.loads(origins), "address": place_of(row, sources)}
    return key, as_stored(key, address), as_json(places), conflicts, *says.split("\t")
