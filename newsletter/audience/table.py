"""This module reads a delimited text record by record; a broken record is one sentence, and reading goes on."""

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

DELIMITERS = ",;\t|"
RARE = "\x1f~^¦:"
MOST_SWALLOWED = 200
MOST_LINES_SWALLOWED = 500_000
"""A quotation mark that is never closed swallows up to 128 kB before that is known: so often, then no more."""

MOST_BLOCKS = 3
SEEN = 60


class Mended(list[str]):
    """The cells of a record in which a quotation mark stood wrongly."""


class Broken(str):
    """Why a record cannot be read, with its *cells* as well as they can be told apart."""

    cells: tuple[str, ...] = ()


Record = tuple[int, Sequence[str] | str]
"""The line on which it begins, and its cells, or a sentence."""


class _Lines:
    """Lines, given out block by block, and remembered so that reading can begin again in the middle."""

    def __init__(self, blocks: Iterator[list[str]], number: int) -> None:
        self.source = blocks
        self.number = number
        self.before = 0
        self.kept: deque[tuple[int, list[str]]] = deque(maxlen=MOST_BLOCKS)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[str]]:
        base = self.number
        for block in self.source:
            if len(self.kept) == MOST_BLOCKS and base + self.before <= self.kept[0][0]:
                raise csv.Error("a row of several megabytes")
            self.kept.append((self.number, block))
            self.number += len(block)
            yield block

    def from_line(self, line: int) -> tuple[str, "_Lines"]:
        """The line of that number, and all lines below it; the first that is kept, if that is gone."""
        begin = max(line, self.kept[0][0])
        rest = [row for number, block in self.kept for row in block[max(begin - number, 0) :]]
        return rest[0] if rest else "", _Lines(chain([rest[1:]], self.source), begin + 1)


def records(blocks: Iterator[list[str]], delimiter: str, width: int, skip: int) -> Iterator[Record]:
    """Cells with the line they begin on, below the first *skip* lines.

    Where a quotation mark stands wrongly the line is read by itself: it counts if it has *width* cells.
    """
    source, begin, swallowed, lines_swallowed = _Lines(blocks, 1), 0, 0, 0
    for _line in zip(range(skip), source, strict=False):
        begin += 1
    if begin:
        source = source.from_line(begin)[1]
    while True:
        base = source.number
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield base + source.before, cells
                source.before = reader.line_num
            return
        except csv.Error as error:
            wrong, spanned = str(error), reader.line_num - source.before
        line = base + source.before
        text, source = source.from_line(line)
        yield line, _alone(text, delimiter, width) or _broken(text, delimiter, wrong)
        swallowed += spanned > 1
        lines_swallowed += spanned if spanned > 1 else 0
        if swallowed >= MOST_SWALLOWED or lines_swallowed > MOST_LINES_SWALLOWED:
            yield line + 1, "too many broken rows; from here on nothing was read"
            return


def _broken(line: str, delimiter: str, wrong: str) -> Broken:
    broken = Broken(f"a quotation mark is not closed, or stands alone ({wrong})")
    broken.cells = tuple(line.rstrip("\r\n").split(delimiter))
    return broken


def _alone(line: str, delimiter: str, width: int) -> Mended | None:
    """The cells of one line by itself, if there are as many as there should be."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        try:
            cells = next(
                csv.reader([line.rstrip("\r\n")], delimiter=delimiter, quoting=quoting), []
            )
        except csv.Error:
            continue
        if len(cells) == width > 1:
            return Mended(cell.replace('"', "") for cell in cells)
    return None


@dataclass(frozen=True, slots=True)
class Seen:
    """One of the first records of a list: the lines on which it begins and ends, and its cells."""

    begin: int
    end: int
    cells: list[str]


def sample(lines: Sequence[str], delimiter: str, above: int = 0) -> list[Seen]:
    """The first records of *lines*, as far as they can be read; *above* them stand other lines."""
    found: list[Seen] = []
    reader, before = csv.reader(lines, delimiter=delimiter, strict=False), above
    try:
        for cells in reader:
            found.append(Seen(before + 1, above + reader.line_num, cells))
            before = above + reader.line_num
            if len(found) == SEEN:
                break
    except csv.Error:
        pass  # what could be read is enough to tell by
    return found


def likely_delimiter(lines: Sequence[str], is_heading: Callable[[str], bool]) -> str:
    """The delimiter that shows a heading for addresses, and gives the most rows the same number of cells."""

    def fit(delimiter: str) -> tuple[bool, int, int]:
        rows = [row.cells for row in sample(lines, delimiter) if any(map(str.strip, row.cells))]
        widths = [len(row) for row in rows]
        width = max(widths, key=widths.count, default=0)
        shows = any(any(map(is_heading, row)) for row in rows[:20])
        return shows, widths.count(width) * (width > 1), width

    return max(DELIMITERS + RARE, key=fit)
