"""This module reads list files into sorted runs, before the store is touched; big ones on every core."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain, compress, repeat
from operator import attrgetter
from pathlib import Path

import orjson

from newsletter.audience.apart import Companion, Waiting, companions, seldom_collecting
from newsletter.audience.erased import Erased
from newsletter.audience.folding import LINE, PART
from newsletter.audience.memo import Memo
from newsletter.audience.person import Said, columns_of
from newsletter.audience.place import opened, parted
from newsletter.audience.read import ListFile, Rejected, Row, read_columns
from newsletter.audience.room import room
from newsletter.audience.runs import RUN, WIDE, write_run
from newsletter.audience.split import SIMPLE, Entangled, Part, parts
from newsletter.store import CONSENTS

ERASED = "this person asked to be forgotten"
LARGE = 8_000_000
"""Bytes of lists from which a second process pays for its start."""
MOST_PROCESSES = 4
"""More would want more memory than they save time."""

Refused = tuple[int, str, Sequence[str]]
"""A rejected row: its line, the reason, and its cells."""


@dataclass(frozen=True)
class Piece:
    """What was read of a list, or of a part of it: sorted runs, and the rejected rows.

    An *entangled* one is none: its list must be read in one piece.
    """

    number: int
    part: Part | None
    runs: tuple[Path, ...] = ()
    rejects: Path | None = None
    rows: int = 0
    rejected: int = 0
    entangled: bool = False


@dataclass(frozen=True)
class Staged:
    """One list as it was read. *number* stands for its source until it has one."""

    number: int
    file: ListFile
    pieces: tuple[Piece, ...]

    @property
    def runs(self) -> list[Path]:
        """All sorted runs."""
        return [run for piece in self.pieces for run in piece.runs]

    @property
    def rows(self) -> int:
        """How many rows there are, rejected ones too."""
        return sum(piece.rows for piece in self.pieces)

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return sum(piece.rejected for piece in self.pieces)

    def rejects(self) -> Iterator[Refused]:
        """The rejected rows, as they stand in the list."""
        for piece in self.pieces:
            if piece.rejects is not None:
                with piece.rejects.open("rb") as file:
                    for line in file:
                        number, reason, cells = orjson.loads(line)
                        yield number, reason, cells


@dataclass(frozen=True)
class Share:
    """What one process is given to read at a time, and the folder for it."""

    file: ListFile
    number: int
    erased: Erased
    day: str
    room: Path


@dataclass(frozen=True)
class Staging:
    """Lists as they were read, and a process that can do more, where the lists are large."""

    lists: Sequence[Staged]
    companion: Companion | None


@contextmanager
def staged(files: Sequence[ListFile], erased: Erased, now: int, folder: Path) -> Iterator[Staging]:
    """Read *files* into runs below *folder*, which are gone afterwards; *now* is when undated rows were said."""
    day = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
    cores = min(MOST_PROCESSES, os.cpu_count() or 1) if is_large(files) else 1
    with seldom_collecting(), room(folder) as own, companions(cores - 1) as others:
        wholes = [
            Share(file, number, erased, day, own / f"{number}") for number, file in enumerate(files)
        ]
        pieces = _in_parts(wholes, others)
        lists = [
            Staged(one.number, one.file, tuple(p for p in pieces if p.number == one.number))
            for one in wholes
        ]
        yield Staging(lists, others[0] if others else None)


def _in_parts(wholes: Sequence[Share], others: Sequence[Companion]) -> list[Piece]:
    """Every list, read by this process and the *others*."""
    cores = 1 + len(others)
    pieces = _spread([part for whole in wholes for part in _parts(whole, cores)], others)
    entangled = {piece.number for piece in pieces if piece.entangled}
    again = _spread([whole for whole in wholes if whole.number in entangled], others)
    return [piece for piece in pieces if piece.number not in entangled] + again


def _parts(whole: Share, cores: int) -> list[Share]:
    """A list in parts where it is a large text, so that no core waits for the one that reads it."""
    file = whole.file
    zipped = parted(file.path)[0].suffix.lower() == ".zip"
    if file.form != "text" or zipped or file.encoding not in SIMPLE or file.size <= LARGE:
        return [whole]
    with opened(file.path) as text:
        found = parts(text, file.size, cores, _head_start())
    if len(found) < 2 or found[1].above <= file.skip:
        return [whole]
    return [
        replace(whole, file=replace(file, part=part), room=whole.room.with_suffix(f".{number}"))
        for number, part in enumerate(found)
    ]


def _spread(shares: Sequence[Share], others: Sequence[Companion]) -> list[Piece]:
    """What this process and the *others* read, in the order of the lists; all end at about the same time."""
    mine: list[Share] = []
    theirs: list[list[Share]] = [[] for _other in others]
    for share in sorted(shares, key=_size, reverse=True):
        least = min(theirs, key=_sizes, default=mine)
        (mine if _sizes(mine) <= _head_start() + _sizes(least) else least).append(share)
    read = [other.do(_stage_apart, some) for other, some in zip(others, theirs, strict=True)]
    return sorted([*map(stage, mine), *chain.from_iterable(read)], key=_place)


def _head_start() -> int:
    """Bytes that this process reads until another one has begun."""
    return LARGE * 3 // 4


def _sizes(shares: Sequence[Share]) -> int:
    return sum(map(_size, shares))


def _size(share: Share) -> int:
    part = share.file.part
    return part.end - part.begin if part else share.file.size


def _place(piece: Piece) -> tuple[int, int]:
    return piece.number, piece.part.begin if piece.part else 0


def _stage_apart(_waiting: Waiting, shares: Sequence[Share]) -> Iterator[Piece]:
    return map(stage, shares)


def is_large(files: Sequence[ListFile]) -> bool:
    """Whether the work pays for processes of their own."""
    return sum(file.size for file in files) > LARGE


def stage(share: Share) -> Piece:
    """Read a list, or a part of it, into runs."""
    file, number, room = share.file, share.number, share.room
    room.mkdir()
    day = re.sub(r"[^\dT:Z.+-]", "", file.basis.date) or share.day
    packing = _Packing(number, day, file.basis.precedence)
    runs: list[Path] = []
    rows: list[str] = []
    taken = rejected = 0
    try:
        with (room / "rejects").open("wb") as rejects:
            for said, others in read_columns(file):
                lines, refused = packing.lines(said, others, share.erased)
                for row in refused:
                    rejects.write(orjson.dumps([row.line, row.reason, row.cells]) + b"\n")
                taken += len(lines)
                rejected += len(refused)
                rows += lines
                if len(rows) >= RUN:
                    runs.append(_run(room, len(runs), rows))
                    rows = []
    except Entangled:
        return Piece(number, file.part, entangled=True)
    if rows:
        runs.append(_run(room, len(runs), rows))
    return Piece(number, file.part, tuple(runs), room / "rejects", taken + rejected, rejected)


def _run(room: Path, number: int, rows: list[str]) -> Path:
    path = room / f"run-{number}"
    write_run(path, rows)
    return path


class _Packing:
    """Writes people as lines of a run: where a row stands, then what it says as the store keeps it."""

    def __init__(self, number: int, day: str, precedence: int) -> None:
        self.number, self.day, self.precedence = f"{number:{WIDE}}", day, str(precedence)
        self.names: Memo[str, str] = Memo(_name)
        self.tags: Memo[tuple[str, ...], str] = Memo(_tags)

    def lines(
        self, said: Said, others: Sequence[Row | Rejected], erased: Erased
    ) -> tuple[list[str], Sequence[Rejected]]:
        """A line for everybody who is taken, and the rows that are not, in the order of the list."""
        lines = self._packed(said, ["0"] * len(said.line))
        refused: list[Rejected] = []
        if others:
            refused = [row for row in others if isinstance(row, Rejected)]
            rows = [row for row in others if isinstance(row, Row)]
            lines += self._packed(columns_of(rows), [str(row.part) for row in rows])
        if erased.digests:
            known = [erased.knows(line.partition("\t")[0]) for line in lines]
            gone = (line.split("\t", PART)[LINE] for line in compress(lines, known))
            refused = sorted(
                [*refused, *(Rejected(int(line), ERASED) for line in gone)], key=attrgetter("line")
            )
            lines = [line for line, forgotten in zip(lines, known, strict=True) if not forgotten]
        return lines, refused

    def _packed(self, said: Said, parts: Sequence[str]) -> list[str]:
        """Texts that come again and again are written once."""
        rows = len(said.line)
        moments = zip(said.updated_at, said.consent_at, said.signed_up, strict=True)
        columns = (
            said.key,
            [updated or agreed or since or self.day for updated, agreed, since in moments],
            repeat(self.number, rows),
            [str(line).rjust(WIDE) for line in said.line],
            parts,
            ["0" if standing == "subscribed" else "1" for standing in said.standing],
            repeat(self.precedence, rows),
            [
                "" if address == key else address
                for address, key in zip(said.address, said.key, strict=True)
            ],
            map(
                self.names.__getitem__,
                map("\t".join, zip(said.first_name, said.last_name, strict=True)),
            ),
            said.city,
            said.language,
            said.time_zone,
            said.signed_up,
            map(self.tags.__getitem__, said.tags),
            said.standing,
            map(ENDS.__getitem__, said.consent),
        )
        return [*map("\t".join, zip(*columns, strict=True))]


ENDS = {consent: f"{consent}\n" for consent in CONSENTS}


def _tags(tags: tuple[str, ...]) -> str:
    return orjson.dumps(tags).decode()


def _name(words: str) -> str:
    """First and last name as they stand before the tab and behind it, and as a list of one."""
    name = tuple(words.split("\t"))
    return f"{words}\t{orjson.dumps([name]).decode() if any(name) else '[]'}"
