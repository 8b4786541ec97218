"""This module reads list files into sorted runs, before the store is touched; big ones on every core."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter
from pathlib import Path

import orjson

from newsletter.audience.apart import apart, seldom_collecting
from newsletter.audience.erased import Erased
from newsletter.audience.memo import Memo
from newsletter.audience.read import ListFile, Rejected, Row, read_rows
from newsletter.audience.room import room
from newsletter.audience.runs import RUN, WIDE, write_run

LARGE = 8_000_000
"""Bytes of lists from which a second process pays for its start."""
MOST_PROCESSES = 4
"""More would want more memory than they save time."""


@dataclass(frozen=True)
class Staged:
    """One list as it was read: its sorted runs, its rejected rows, and how many rows there are.

    *number* stands for its source until it has one.
    """

    number: int
    file: ListFile
    runs: tuple[Path, ...]
    rejects: Path
    rows: int
    rejected: int


Share = tuple[ListFile, int, Erased, str, Path]
"""What stage() is given for one list."""


@contextmanager
def staged(
    files: Sequence[ListFile], erased: Erased, now: int, folder: Path
) -> Iterator[list[Staged]]:
    """Read *files* into runs below *folder*, which are gone afterwards; *now* is when undated rows were said."""
    day = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
    with seldom_collecting(), room(folder) as own:
        yield _all(files, erased, day, own)


def _all(files: Sequence[ListFile], erased: Erased, day: str, room: Path) -> list[Staged]:
    shares = [(file, number, erased, day, room / f"{number}") for number, file in enumerate(files)]
    if not is_large(files) or len(files) == 1:
        return [*_stage_each(shares)]
    with ExitStack() as processes:
        parts = [processes.enter_context(apart(_stage_each, part)) for part in _parted(shares)]
        return sorted(chain.from_iterable(parts), key=attrgetter("number"))


def _parted(shares: Sequence[Share]) -> list[list[Share]]:
    """About as much to read for each core."""
    parts: list[list[Share]] = [[] for _core in range(min(MOST_PROCESSES, os.cpu_count() or 1))]
    for share in sorted(shares, key=_size, reverse=True):
        min(parts, key=lambda part: sum(map(_size, part))).append(share)
    return [part for part in parts if part]


def _size(share: Share) -> int:
    return share[0].size


def _stage_each(shares: Sequence[Share]) -> Iterator[Staged]:
    return (stage(*share) for share in shares)


def is_large(files: Sequence[ListFile]) -> bool:
    """Whether the work pays for processes of their own."""
    return sum(file.size for file in files) > LARGE


def stage(file: ListFile, number: int, erased: Erased, day: str, room: Path) -> Staged:
    """Read one list into runs below *room*."""
    room.mkdir()
    runs: list[Path] = []
    rows: list[str] = []
    taken = rejected = 0
    day = re.sub(r"[^\dT:Z.+-]", "", file.basis.date) or day
    place = str(number).rjust(WIDE)
    names: Memo[str] = Memo(_name)
    tags: dict[tuple[str, ...], str] = {}
    with (room / "rejects").open("wb") as rejects:
        for row in read_rows(file):
            if isinstance(row, Row) and erased.knows(row.key):
                row = Rejected(row.line, ERASED)
            if isinstance(row, Rejected):
                rejected += 1
                rejects.write(orjson.dumps([row.line, row.reason, row.cells]) + b"\n")
                continue
            taken += 1
            rows.append(_packed(row, place, day, names, tags))
            if len(rows) == RUN:
                runs.append(_run(room, len(runs), rows))
                rows = []
    if rows:
        runs.append(_run(room, len(runs), rows))
    return Staged(number, file, tuple(runs), room / "rejects", taken + rejected, rejected)


ERASED = "this person asked to be forgotten"


def _run(room: Path, number: int, rows: list[str]) -> Path:
    path = room / f"run-{number}"
    write_run(path, rows)
    return path


def _packed(
    row: Row, number: str, day: str, names: Memo[str], tags: dict[tuple[str, ...], str]
) -> str:
    """Where *row* stands, then what it says as the store keeps it; texts that come again are written once."""
    tagged = tags.get(row.tags)
    if tagged is None:
        tagged = tags[row.tags] = orjson.dumps(row.tags).decode()
    said = row.updated_at or row.consent_at or row.signed_up or day
    left = 0 if row.standing == "subscribed" else 1
    name = names[f"{row.first_name}\t{row.last_name}"]
    return (
        f"{row.key}\t{said}\t{number}\t{str(row.line).rjust(WIDE)},{row.part},{left}\t{row.precedence}\t{row.address}\t"
        f"{name}\t{row.city}\t{row.language}\t{row.time_zone}\t"
        f"{row.signed_up}\t{tagged}\t{row.standing}\t{row.consent}\n"
    )


def _name(words: str) -> str:
    """First and last name as they stand before the tab and behind it, and as a list of one."""
    name = tuple(words.split("\t"))
    return f"{words}\t{orjson.dumps([name]).decode() if any(name) else '[]'}"
