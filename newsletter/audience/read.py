"""This module reads a list row by row; a bad row is rejected with its line, never the whole list."""

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import IO

from newsletter.audience import objects, pasted, table, workbook
from newsletter.audience.basis import Basis
from newsletter.audience.encoding import lines
from newsletter.audience.heading import ListFile, examined, shown_name
from newsletter.audience.person import People, Said
from newsletter.audience.place import NoList, by_itself, list_name, opened
from newsletter.audience.row import Rejected, Row
from newsletter.audience.rows import Careful
from newsletter.audience.split import Entangled, Part, lines_of
from newsletter.audience.table import Records, some_at_a_time
from newsletter.errors import Problem, Problems, wrong_name

__all__ = ["ListFile", "Rejected", "Row", "examine", "list_name", "read_rows", "shown_name"]


def examine(path: Path, root: Path, basis: Basis) -> tuple[ListFile | None, list[Problem]]:
    """How the list in *path* is written, or what keeps it from being read."""
    name = shown_name(path, root)
    if nameless := wrong_name(name):
        return None, [nameless]
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
    people = people_of(listed)
    for said, others in _read(listed, people):
        rows = people.rows(said)
        yield from sorted([*rows, *others], key=attrgetter("line")) if others else rows


def read_columns(listed: ListFile) -> Iterator[tuple[Said, Sequence[Row | Rejected]]]:
    """The same, some rows at a time: what the plain ones say, a column for each thing, and the others."""
    return _read(listed, people_of(listed))


def people_of(listed: ListFile) -> People:
    """Who reads the records of *listed*."""
    return People(
        listed.list,
        listed.layout,
        listed.width,
        listed.basis,
        listed.tool,
        day_first=listed.day_first,
        broken=listed.broken > 0,
    )


def _read(listed: ListFile, people: People) -> Iterator[tuple[Said, Sequence[Row | Rejected]]]:
    careful = Careful(people, listed.basis.several)
    try:
        for lines, records in FORMS[listed.form](listed):
            said, others = people.plain(lines, records)
            yield said, [row for at in others for row in careful.read(lines[at], records[at])]
    except NoList as wrong:
        raise Problems([Problem(listed.name, wrong.line, wrong.what, wrong.cure)]) from wrong


def _of_text(listed: ListFile) -> Iterator[Records]:
    with opened(listed.path) as file:
        if listed.part is not None:
            yield from _of_part(file, listed, listed.part)
            return
        yield from table.records(
            lines(file, listed.encoding), listed.delimiter, listed.width, listed.skip
        )


def _of_quoted(listed: ListFile) -> Iterator[Records]:
    """Each line in quotation marks as a whole, as Excel writes a text that it took for one column."""
    with opened(listed.path) as file:
        text = lines(file, listed.encoding)
        for begins, records in table.records(text, table.NOWHERE, 1, listed.skip):
            yield (
                begins,
                [
                    record
                    if isinstance(record, str)
                    else table.within("".join(record), listed.delimiter, listed.width)
                    for record in records
                ],
            )


def _of_addresses(listed: ListFile) -> Iterator[Records]:
    with opened(listed.path) as file:
        text = chain.from_iterable(lines(file, listed.encoding))
        people = chain.from_iterable(map(pasted.people_in, text))
        yield from some_at_a_time((number, [*one]) for number, one in enumerate(people, 1))


def _of_part(file: IO[bytes], listed: ListFile, part: Part) -> Iterator[Records]:
    """Raises Entangled at the first record in which a quotation mark stands wrongly."""
    text = lines_of(file, part, listed.encoding)
    skip = 0 if part.above else listed.skip
    for begins, records in table.records(text, listed.delimiter, listed.width, skip):
        if {*map(type, records)} != {list}:
            raise Entangled
        yield [part.above + line for line in begins], records


def _of_workbook(listed: ListFile) -> Iterator[Records]:
    with by_itself(listed.path) as file:
        rows = workbook.records(file, listed.sheet)
        yield from some_at_a_time((number, cells) for number, cells in rows if number > listed.skip)


def _of_objects(listed: ListFile) -> Iterator[Records]:
    with opened(listed.path) as file:
        people = objects.by_line(file) if listed.form == "json lines" else objects.numbered(file)
        yield from some_at_a_time(
            (
                number,
                person
                if isinstance(person, str)
                else [person.get(name, "") for name in listed.header],
            )
            for number, person in people
        )


FORMS = {
    "text": _of_text,
    "quoted text": _of_quoted,
    "addresses": _of_addresses,
    "workbook": _of_workbook,
    "json": _of_objects,
    "json lines": _of_objects,
}
"""How each kind of file gives its records."""
