"""This module reads a list row by row; a bad row is rejected with its line, never the whole list."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from newsletter.audience import objects, table, workbook
from newsletter.audience.basis import Basis
from newsletter.audience.encoding import lines
from newsletter.audience.heading import ListFile, examined, shown_name
from newsletter.audience.person import Person, person_of
from newsletter.audience.place import NoList, list_name, opened, parted
from newsletter.audience.row import Rejected, Row
from newsletter.audience.rows import Careful, has_broken_letters, rejected
from newsletter.audience.split import Entangled, Part, lines_of
from newsletter.audience.table import Record
from newsletter.errors import Problem, Problems

__all__ = ["ListFile", "Rejected", "Row", "examine", "list_name", "read_rows", "shown_name"]


def examine(path: Path, root: Path, basis: Basis) -> tuple[ListFile | None, list[Problem]]:
    """How the list in *path* is written, or what keeps it from being read."""
    name = shown_name(path, root)
    try:
        return examined(path, root, basis), []
    except NoList as wrong:
        return None, [Problem(name, wrong.line, wrong.what, wrong.cure)]
    except OSError as error:
        why, cure = f"it cannot be read ({error.strerror})", "check the file and its permissions"
        return None, [Problem(name, None, why, cure)]


def read_rows(listed: ListFile) -> Iterator[Row | Rejected]:
    """Every row below the heading, in order; empty rows are none.

    Raises Problems where the file breaks off, and Entangled where a part cannot be read by itself.
    """
    person = person_of(
        listed.list, listed.layout, listed.width, listed.basis, listed.tool, listed.day_first
    )
    careful = Careful(person, listed.columns["address"], listed.width, listed.basis.several)
    plain = _wary(person) if listed.broken else person
    try:
        for line, cells in FORMS[listed.form](listed):
            if type(cells) is list:
                row = plain(line, cells)
                if type(row) is Row:
                    yield row
                    continue
                if row is not None:
                    yield rejected(line, str(row), cells[:-1])
                    continue
            yield from careful.read(line, cells)
    except NoList as wrong:
        raise Problems([Problem(listed.name, wrong.line, wrong.what, wrong.cure)]) from wrong


def _wary(person: Person) -> Person:
    """The fast way, but not for rows with broken letters."""

    def wary(
        line: int,
        cells: list[str],
        address: str = "",
        flags: tuple[str, ...] = (),
        part: int = 0,
    ) -> Row | str | None:
        if any(map(has_broken_letters, cells)):
            return None
        return person(line, cells, address, flags, part)

    return wary


def _of_text(listed: ListFile) -> Iterator[Record]:
    with opened(listed.path) as file:
        if listed.part is not None:
            yield from _of_part(file, listed, listed.part)
            return
        yield from table.records(
            lines(file, listed.encoding), listed.delimiter, listed.width, listed.skip
        )


def _of_part(file: IO[bytes], listed: ListFile, part: Part) -> Iterator[Record]:
    """Raises Entangled at the first record in which a quotation mark stands wrongly."""
    text = lines_of(file, part, listed.encoding)
    skip = 0 if part.above else listed.skip
    for line, cells in table.records(text, listed.delimiter, listed.width, skip):
        if type(cells) is not list:
            raise Entangled
        yield part.above + line, cells


def _of_workbook(listed: ListFile) -> Iterator[Record]:
    for number, cells in workbook.records(parted(listed.path)[0], listed.sheet):
        if number > listed.skip:
            yield number, cells


def _of_objects(listed: ListFile) -> Iterator[Record]:
    with opened(listed.path) as file:
        people = objects.by_line(file) if listed.form == "json lines" else objects.numbered(file)
        for number, person in people:
            yield (
                number,
                person
                if isinstance(person, str)
                else [person.get(name, "") for name in listed.header],
            )


FORMS = {
    "text": _of_text,
    "workbook": _of_workbook,
    "json": _of_objects,
    "json lines": _of_objects,
}
"""How each kind of file gives its records."""
