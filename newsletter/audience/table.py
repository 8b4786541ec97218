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
    """The lines of a text, read block by block; the last blocks are kept, so that reading can begin again in the middle."""

    def __init__(self, blocks: Iterator[list[str]]) -> None:
        self.blocks = blocks
        self.number = 1
        self.record = 1
        """The line on which the record begins that is being read."""
        self.kept: deque[tuple[int, list[str]]] = deque(maxlen=MOST_BLOCKS)

    def beginning(self, line: int) -> Iterator[str]:
        """The lines from that number on; the line must be kept still, or not be read yet."""
        return chain.from_iterable(self._blocks(line))

    def line(self, line: int) -> str:
        """The line of that number, which is kept still."""
        number, block = next(kept for kept in self.kept if line < kept[0] + len(kept[1]))
        return block[line - number]

    def _blocks(self, line: int) -> Iterator[list[str]]:
        for number, block in chain([*self.kept], self._fresh()):
            if number + len(block) > line:
                yield block[line - number :] if line > number else block

    def _fresh(self) -> Iterator[tuple[int, list[str]]]:
        for block in self.blocks:
            if len(self.kept) == MOST_BLOCKS and self.record <= self.kept[0][0]:
                raise csv.Error("a row of several megabytes")
            number, self.number = self.number, self.number + len(block)
            self.kept.append((number, block))
            yield number, block


def records(blocks: Iterator[list[str]], delimiter: str, width: int, skip: int) -> Iterator[Record]:
    """Cells with the line they begin on, below the first *skip* lines.

    Where a quotation mark stands wrongly the line is read by itself: it counts if it has *width* cells.
    """
    source, swallowed, lines_swallowed = _Lines(blocks), 0, 0
    base = source.record = skip + 1
    lines = source.beginning(base)
    while True:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield source.record, cells
                source.record = base + reader.line_num
            return
        except csv.Error as error:
            wrong, spanned = str(error), base + reader.line_num - source.record
        text = source.line(source.record)
        yield source.record, _alone(text, delimiter, width) or _broken(text, delimiter, wrong)
        base = source.record = source.record + 1
        if spanned > 1:
            lines = source.beginning(base)
            swallowed += 1
            lines_swallowed += spanned
        if swallowed >= MOST_SWALLOWED or lines_swallowed > MOST_LINES_SWALLOWED:
            yield base, "too many broken rows; from here on nothing was read"
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
