"""This module parts a large text at the ends of lines, so that several processes can read one list.

A line may end inside quotation marks: whoever reads a part tells whether it begins and ends with whole records. Where
the part before ends so, the next one begins so; where one does not, the list must be read in one piece.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from newsletter.audience.encoding import WESTERN, lines

BLOCK = 1 << 20
SIMPLE = frozenset(("utf-8", "utf-8-sig", "latin-1", *WESTERN))
"""Encodings in which the byte that ends a line is never part of a letter."""


@dataclass(frozen=True)
class Part:
    """The bytes of a text from *begin* to *end*, below so many lines."""

    begin: int
    end: int
    above: int


class Entangled(Exception):
    """A quotation mark stands wrongly, perhaps because the part does not end with a whole record."""


def parts(file: IO[bytes], size: int, number: int, start: int = 0) -> list[Part]:
    """About *number* parts of a text of *size* bytes, the first *start* bytes longer than the others.

    None where lines above one end in ways that are not counted here.
    """
    start = min(start, size // number)
    found: list[Part] = []
    begin = at = above = line = 0
    while len(found) < number - 1 and (block := file.read(BLOCK) + file.readline()):
        if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
            return []
        at += len(block)
        line += block.count(b"\n")
        if at >= start + (size - start) * (len(found) + 1) // number:
            found.append(Part(begin, at, above))
            begin, above = at, line
    return [*found, Part(begin, size, above)] if begin < size else found


def lines_of(file: IO[bytes], part: Part, encoding: str) -> Iterator[list[str]]:
    """The lines of a part, as lines() gives them of a whole text."""
    file.seek(part.begin)
    if part.begin and encoding == "utf-8-sig":  # the mark stands before the first line only
        encoding = "utf-8"
    return lines(io.BufferedReader(_Span(file, part.end - part.begin)), encoding)


class _Span(io.RawIOBase):
    """So many bytes of a file from where it stands."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.file, self.left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        read = self.file.read(min(len(buffer), self.left))
        buffer[: len(read)] = read
        self.left -= len(read)
        return len(read)
