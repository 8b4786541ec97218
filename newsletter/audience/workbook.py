"""This module reads a sheet of a workbook (XLSX, XLS, ODS) in a process of its own, with bounded memory.

A crafted sheet can claim 17 billion cells, and a parser that believes it takes the whole computer down;
so the parser runs apart, may take that much memory and time and no more, and hands on its rows as JSON.
"""

import sys
from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, NamedTuple

import orjson

from newsletter.audience.place import LARGEST_WORKBOOK, NoList
from newsletter.audience.table import Record, Seen

READER = Path(__file__).with_name("sheet.py")
CURE = "open it in Excel or LibreOffice, and save the sheet as CSV UTF-8"


class Sheet(NamedTuple):
    """A sheet of a workbook, by its first *rows*; one that is not *shown* was hidden in Excel, as so many rows of it were."""

    name: str
    shown: bool
    rows: list[Seen]
    hidden: int = 0


def sheets(file: Path | IO[bytes]) -> list[Sheet]:
    """Every sheet of a workbook; raises NoList where it is none."""
    found: list[Sheet] = []
    for kind, number, value in _said(file, "--begin"):
        if kind == "sheet":
            found.append(Sheet(str(value), number == 1, []))
        elif kind == "hidden":
            found = [
                sheet._replace(hidden=number) if sheet.name == value else sheet for sheet in found
            ]
        else:
            found[-1].rows.append(Seen(number, number, list(map(str, value))))
    return found


def records(file: Path | IO[bytes], sheet: str) -> Iterator[Record]:
    """The rows of one sheet with their numbers, empty ones left out; raises NoList where it breaks off."""
    for _kind, number, value in _said(file, sheet):
        yield number, [str(cell) for cell in value]


def _said(file: Path | IO[bytes], what: str) -> Iterator[tuple[str, int, list[object] | str]]:
    """What the reader says of *file*, which it opens itself or, where it has no name, reads from its standard input."""
    if _size(file) > LARGEST_WORKBOOK:
        raise NoList("a workbook of more than 200 MB", CURE)
    name, given = (str(file.resolve()), DEVNULL) if isinstance(file, Path) else ("-", file)
    command = [sys.executable, "-I", str(READER), name, what]
    with Popen(command, stdout=PIPE, stderr=DEVNULL, stdin=given) as process:  # noqa: S603 our own program, no shell
        ended = False
        try:
            for line in process.stdout or ():
                kind, number, value = orjson.loads(line)
                if kind == "wrong":
                    raise NoList(str(value), CURE)
                ended = kind == "end"
                if not ended:
                    yield kind, number, value
        finally:
            process.kill()
    if not ended:
        raise NoList("this workbook is broken, or far too large", CURE)


def _size(file: Path | IO[bytes]) -> int:
    """The bytes of *file*; one without a name is put back to its beginning."""
    if isinstance(file, Path):
        return file.stat().st_size
    size = file.seek(0, SEEK_END)
    file.seek(0)
    return size
