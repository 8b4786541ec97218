"""This module reads the records that are not plain: it is careful, and says why a row cannot be taken."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from newsletter.audience.address import read_address, read_addresses
from newsletter.audience.columns import told_by_name
from newsletter.audience.doubts import doubts
from newsletter.audience.encoding import has_broken_letters
from newsletter.audience.names import UNSEEN, split_name
from newsletter.audience.pasted import people_in
from newsletter.audience.person import People
from newsletter.audience.place import NoList
from newsletter.audience.row import Rejected, Row
from newsletter.audience.table import Broken, Mended


class Careful:
    """Reads the records of one list by *people*; *several* says what becomes of several addresses in a cell."""

    def __init__(self, people: People, several: str) -> None:
        self.people, self.several = people, several
        self.place, self.width = people.at["address"], people.width
        self.titled = {0, self.place} - people.telling

    def read(self, line: int, cells: Sequence[str] | str) -> Iterator[Row | Rejected]:
        """The people in one record, or why there are none; nothing for an empty one."""
        if isinstance(cells, str):
            yield rejected(line, cells, cells.cells if isinstance(cells, Broken) else ())
            return
        if not any(cell and not cell.isspace() for cell in cells):
            return
        try:
            yield from self._people(line, cells, isinstance(cells, Mended))
        except ValueError as error:
            self._refuse_a_list_within(line, cells)
            yield rejected(line, str(error), cells)

    def _refuse_a_list_within(self, line: int, cells: Sequence[str]) -> None:
        """A line between the people may say of all who stand below it that they left."""
        filled = [at for at, cell in enumerate(cells) if cell.strip()]
        if len(filled) == 1 and filled[0] in self.titled and told_by_name(cells[filled[0]]):
            what = f'"{cells[filled[0]].strip()[:60]}" stands alone in this line, as if those below it had left'
            cure = "move who left into a list of their own, named unsubscribed; if nobody did, take the line out"
            raise NoList(what, cure, line)

    def _people(self, line: int, cells: Sequence[str], mended: bool) -> Iterator[Row]:
        mended_cells, broken = mended_letters(self._whole(cells))
        whole = self.people.filled(mended_cells)
        addresses = read_addresses(whole[self.place])
        several = len(addresses) > 1
        if several and self.several == "none":
            raise ValueError(f"{len(addresses)} addresses in one cell; give each a row of its own")
        notes = {
            "quotation mark": mended,
            "broken letters": broken,
            "several addresses": several,
        }
        marks = tuple(note for note, there in notes.items() if there)
        names = names_in(whole[self.place]) if "<" in whole[self.place] else {}
        for part, address in enumerate(addresses):
            local, _, host = address.key.rpartition("@")
            flags = (*doubts(local, host), *marks)
            row = self.people.one(line, whole, address.address, flags, part)
            if not isinstance(row, Row):
                raise ValueError(row)
            if part and row.standing == "subscribed" and self.several == "first":
                return
            if part or not (row.first_name or row.last_name):
                first, last = split_name(names.get(address.key, ""))
                row = replace(row, first_name=first, last_name=last)
            yield row

    def _whole(self, cells: Sequence[str]) -> list[str]:
        """As many cells as there are headings."""
        if any(extra.strip() for extra in cells[self.width :]):
            headings = "1 heading" if self.width == 1 else f"{self.width} headings"
            raise ValueError(f"{len(cells)} cells under {headings}")
        if self.place >= len(cells):
            raise ValueError("the row ends before its address")
        return [*cells[: self.width], *[""] * (self.width - len(cells))]


def names_in(cell: str) -> dict[str, str]:
    """What stands before each address in *cell*, by key: `Fontenot, Ada <ada@…>; Bo <bo@…>`."""
    found = {}
    for name, address in people_in(cell):
        with suppress(ValueError):
            found[read_address(address).key] = name
    return found


def rejected(line: int, reason: str, cells: Sequence[str]) -> Rejected:
    """A row that cannot be taken; in *reason*, which may quote a cell, everything can be seen."""
    return Rejected(line, UNSEEN.sub(" ", reason), tuple(mended_letters([*cells])[0]))


def mended_letters(cells: list[str]) -> tuple[list[str], bool]:
    """Cells of a text that is UTF-8 but for some letters: those are read as Windows writes them."""
    if not any(map(has_broken_letters, cells)):
        return cells, False
    return [
        cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
        if has_broken_letters(cell)
        else cell
        for cell in cells
    ], True
