"""This module reads a delimited text record by record; a broken record is one sentence, and reading goes on."""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

DELIMITERS = ",;\t|"
NOWHERE = "\x1f"
"""Where this is the delimiter, nearly every line is one cell."""
RARE = f"{NOWHERE}~^¦:"
MOST_SWALLOWED = 200
MOST_LINES_SWALLOWED = 500_000
"""A quotation mark that is never closed swallows up to 128 kB before that is known: so often, then no more."""

MOST_BLOCKS = 48
SEEN = 60


class Mended(list[str]):
    """The cells of a record in which a quotation mark stood wrongly."""


class Broken(str):
    """Why a record cannot be read, with its *cells* as well as they can be told apart."""

    cells: tuple[str, ...] = ()


Record = tuple[int, Sequence[str] | str]
"""The line on which it begins, and its cells, or a sentence."""

Records = tuple[Sequence[int], Sequence[Sequence[str] | str]]
"""Some records: their lines, and their cells or sentences."""

AT_ONCE = 1_000


def some_at_a_time(records: Iterable[Record]) -> Iterator[Records]:
    """The same records, not one by one."""
    remaining = iter(records)
    while some := [*islice(remaining, AT_ONCE)]:
        yield [line for line, _cells in some], [cells for _line, cells in some]


class _Lines:
    """The lines of a text, read block by block; the last blocks are kept, so that reading can begin again in the middle."""

    def __init__(self, blocks: Iterator[list[str]], skip: int) -> None:
        self.blocks = blocks
        self.number = 1
        """The first line that was not read yet."""
        self.record = skip + 1
        """The line on which the record begins that is being read."""
        self.kept: deque[tuple[int, list[str]]] = deque(maxlen=MOST_BLOCKS)
        self.swallowed = self.lines_swallowed = 0

    @property
    def is_hopeless(self) -> bool:
        """Whether so much was read in vain that the rest is left."""
        return self.swallowed >= MOST_SWALLOWED or self.lines_swallowed > MOST_LINES_SWALLOWED

    def block(self) -> list[str]:
        """The next lines, from that of the record on; none at the end."""
        for number, block in self._fresh():
            if self.record < self.number:
                return block[self.record - number :] if self.record > number else block
        return []

    def beginning(self) -> Iterator[str]:
        """The lines from that of the record on, which must be kept still."""
        return chain.from_iterable(self._blocks(self.record))

    def line(self) -> str:
        """The line on which the record begins."""
        number, block = next(kept for kept in self.kept if self.record < kept[0] + len(kept[1]))
        return block[self.record - number]

    def _blocks(self, line: int) -> Iterator[list[str]]:
        for number, block in chain([*self.kept], self._fresh()):
            if number + len(block) > line:
                yield block[line - number :] if line > number else block

    def _fresh(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            if len(self.kept) == MOST_BLOCKS and self.record <= self.kept[0][0]:
                raise csv.Error("a row of several megabytes")
            block = next(self.blocks, None)
            if block is None:
                return
            number, self.number = self.number, self.number + len(block)
            self.kept.append((number, block))
            yield number, block


def records(
    blocks: Iterator[list[str]], delimiter: str, width: int, skip: int
) -> Iterator[Records]:
    """Cells with the line they begin on, below the first *skip* lines.

    Where a quotation mark stands wrongly the line is read by itself: it counts if it has *width* cells.
    """
    source = _Lines(blocks, skip)
    while block := source.block():
        cells = _one_a_line(block, delimiter)
        if cells is None:
            yield from some_at_a_time(_one_by_one(source, delimiter, width))
        else:
            begin, source.record = source.record, source.number
            yield range(begin, source.number), cells
        if source.is_hopeless:
            yield [source.record], ["too many broken rows; from here on nothing was read"]
            return


def _one_a_line(block: Sequence[str], delimiter: str) -> list[list[str]] | None:
    """The records of *block*, if each is one line; those without a quotation mark are read in half the time."""
    if max(map(len, block)) > csv.field_size_limit():
        return None
    quoted = [line for line in block if '"' in line]
    try:
        records = [*csv.reader(quoted, delimiter=delimiter, strict=True)]
    except csv.Error:
        return None
    if len(records) < len(quoted):
        return None
    some = iter(records)
    return [next(some) if '"' in line else line.rstrip("\r\n").split(delimiter) for line in block]


def _one_by_one(source: _Lines, delimiter: str, width: int) -> Iterator[Record]:
    """Records from where the last one ended, to the next that ends where a block does."""
    base, lines = source.record, source.beginning()
    while True:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                begin, source.record = source.record, base + reader.line_num
                yield begin, cells
                if source.record == source.number:
                    return
            return
        except csv.Error as error:
            wrong, spanned = str(error), base + reader.line_num - source.record
        text = source.line()
        yield source.record, _alone(text, delimiter, width) or _broken(text, delimiter, wrong)
        base = source.record = source.record + 1
        if spanned > 1:
            lines = source.beginning()
            source.swallowed += 1
            source.lines_swallowed += spanned
        if source.record == source.number or source.is_hopeless:
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


def within(cell: str, delimiter: str, width: int) -> list[str] | Broken:
    """The cells of a record that stands in one cell as a whole; where a quotation mark stands wrongly it counts with *width* cells."""
    try:
        return next(csv.reader([cell], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return _alone(cell, delimiter, width) or _broken(cell, delimiter, str(error))


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
