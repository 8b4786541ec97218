"""This module reads a sheet of a workbook (XLSX, XLS, ODS) in a process of its own, with bounded memory.

A crafted sheet can claim 17 billion cells, and a parser that believes it takes the whole computer down;
so the parser runs apart, may take that much memory and time and no more, and hands on its rows as JSON.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from newsletter.audience.place import NoList
from newsletter.audience.table import Record, Seen

READER = Path(__file__).with_name("sheet.py")
CURE = "open it in Excel or LibreOffice, and save the sheet as CSV UTF-8"
LARGEST = 200 << 20


class Sheet(NamedTuple):
    """A sheet of a workbook, by its first *rows*; one that is not *shown* was hidden in Excel."""

    name: str
    shown: bool
    rows: list[Seen]


def sheets(path: Path) -> list[Sheet]:
    """Every sheet of a workbook; raises NoList where it is none."""
    found: list[Sheet] = []
    for kind, number, value in _said(path, "--begin"):
        if kind == "sheet":
            found.append(Sheet(str(value), number == 1, []))
        else:
            found[-1].rows.append(Seen(number, number, list(map(str, value))))
    return found


def records(path: Path, sheet: str) -> Iterator[Record]:
    """The rows of one sheet with their numbers, empty ones left out; raises NoList where it breaks off."""
    for _kind, number, value in _said(path, sheet):
        yield number, [str(cell) for cell in value]


def _said(path: Path, what: str) -> Iterator[tuple[str, int, list[object] | str]]:
    if path.stat().st_size > LARGEST:
        raise NoList("a workbook of more than 200 MB", CURE)
    command = [sys.executable, "-I", str(READER), str(path.resolve()), what]
    with subprocess.Popen(  # noqa: S603 our own program, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as process:
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
