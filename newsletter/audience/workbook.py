"""This module reads a sheet of a workbook (XLSX, XLS, ODS) in a process of its own, with bounded memory.

A crafted sheet can claim 17 billion cells, and a parser that believes it takes the whole computer down;
so the parser runs apart, may take that much memory and time and no more, and hands on its rows as JSON.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from newsletter.audience.place import NoList
from newsletter.audience.table import Record, Seen

READER = Path(__file__).with_name("sheet.py")
CURE = "open it in Excel or LibreOffice, and save the sheet as CSV UTF-8"
LARGEST = 200 << 20


def sheets(path: Path) -> list[tuple[str, list[Seen]]]:
    """The name and the first rows of every sheet of a workbook; raises NoList where it is none."""
    found: list[tuple[str, list[Seen]]] = []
    for kind, number, value in _said(path, "--begin"):
        if kind == "sheet":
            found.append((str(value), []))
        else:
            found[-1][1].append(Seen(number, number, list(map(str, value))))
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
