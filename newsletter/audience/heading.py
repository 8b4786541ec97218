"""This module finds out how a list is written: its form, its encoding, where its heading stands, what it holds."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import IO

from newsletter.audience import objects, pasted, table, workbook
from newsletter.audience.basis import Basis
from newsletter.audience.columns import (
    ALIASES,
    Columns,
    clinical,
    is_address,
    is_asking,
    mapped,
    told_by_name,
)
from newsletter.audience.days import has_day_first
from newsletter.audience.encoding import Text, lines, scan
from newsletter.audience.place import (
    NoList,
    by_itself,
    list_name,
    opened,
    opened_zip,
    parted,
    sheet_of,
)
from newsletter.audience.split import Part
from newsletter.audience.table import Seen
from newsletter.audience.tools import Tool, plain, recognised

MOST_LINES = 200
MOST_LETTERS = 2_000_000
DEEPEST = 20
"""So many lines may stand above the heading: a title, a date, a remark."""

ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHER_KINDS = {
    b"%PDF": "a PDF",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<table": "a web page",
    b"<?xml": "an XML file",
    b"BEGIN:VCARD": "a file of address cards",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
DOCUMENTS = {
    "Index/": ("a document of Numbers or Pages", "in Numbers choose File > Export To > CSV"),
    "word/": ("a Word document", "save the table in it as CSV or Excel"),
    "ppt/": ("a presentation", "save the table in it as CSV or Excel"),
}


@dataclass(frozen=True)
class ListFile:
    """A list that can be read: its name, its heading and how it is written."""

    path: Path
    name: str
    list: str
    digest: str
    encoding: str
    delimiter: str
    skip: int
    columns: Mapping[str, int]
    width: int
    basis: Basis
    layout: Columns
    form: str = "text"
    sheet: str = ""
    header: tuple[str, ...] = ()
    tool: Tool | None = None
    day_first: bool = False
    broken: int = 0
    unread: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    """Which hold addresses too, where nobody said which one is meant."""
    other_columns: tuple[str, ...] = ()
    """Under which addresses stand that are not read."""
    hidden: int = 0
    """So many rows are hidden in Excel, and read."""
    part: Part | None = None
    """Where only these bytes of it are meant."""

    @property
    def size(self) -> int:
        """The bytes of the file that it lies in, or of the part that is meant."""
        if self.part is not None:
            return self.part.end - self.part.begin
        return parted(self.path)[0].stat().st_size


@dataclass(frozen=True)
class Begin:
    """The first records of a list, and how it is written."""

    rows: Sequence[Seen]
    form: str
    digest: str
    encoding: str = "utf-8"
    delimiter: str = ","
    broken: int = 0
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    hidden: int = 0


def shown_name(path: Path, root: Path) -> str:
    """The file as messages name it: from the project folder."""
    path, root = path.resolve(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def examined(path: Path, root: Path, basis: Basis) -> ListFile:
    """How the list in *path* is written; raises NoList where it is none."""
    begin = _begin(path, basis)
    number, header, rows = heading(begin.rows, basis)
    file, inside = parted(path)
    tool = recognised(header, inside or file.name)
    layout = mapped(header, [seen.cells for seen in rows], tool, basis)
    _refuse(header, layout, basis, begin.rows[0].begin)
    if number < 0 and "address" not in basis.columns:
        _refuse_several(layout, [seen.cells for seen in rows], rows[0].begin)
    wrong, unread = clinical(header, tool)
    if wrong:
        cure = "remove them: a newsletter needs nothing clinical (HIPAA)"
        raise NoList(f"clinical columns: {', '.join(wrong)}", cure, number or None)
    if not (tool or layout.said or basis.standing):  # nothing else says who left
        above = [_filled(seen.cells) for seen in begin.rows if seen.begin < number]
        titles = [cells[0] for cells in above if len(cells) == 1]
        named = (f"{file.stem} {inside} {begin.sheet}", *titles)
        basis = replace(basis, standing=next(filter(None, map(told_by_name, named)), ""))
    return ListFile(
        path, shown_name(path, root), list_name(path, root), _digest(begin.digest, basis),
        begin.encoding, begin.delimiter, _skip(begin.rows, rows, number), layout.places, len(header),
        basis, layout, begin.form, begin.sheet, tuple(header), tool,
        _day_first(rows, layout, basis), begin.broken, tuple(unread), begin.other_sheets,
        () if tool else _other_columns(header, layout, rows), begin.hidden,
    )  # fmt: skip


def _skip(seen: Sequence[Seen], below: Sequence[Seen], number: int) -> int:
    """How many lines stand above the first row."""
    at = next((n for n, row in enumerate(seen) if row.begin == number), -1)
    return seen[at].end if at >= 0 else (below[0].begin - 1 if below else 0)


def _digest(content: str, basis: Basis) -> str:
    """What the list says, and how its people asked for the letter: a change in either is news."""
    return hashlib.sha256(content.encode() + basis.written).hexdigest()


def _refuse(header: Sequence[str], layout: Columns, basis: Basis, line: int) -> None:
    there = set(map(plain, header))
    if gone := [word for word in basis.columns.values() if plain(word) not in there]:
        cure = f"correct [columns]; there are: {_few(header)}"
        raise NoList(f"there is no column {', '.join(gone)}", cure, line)
    if "address" not in layout.places:
        cure = "name the column with the addresses Email in the first line"
        raise NoList(f"there is no column of addresses among: {_few(header)}", cure, line)


def _refuse_several(layout: Columns, rows: Sequence[Sequence[str]], line: int) -> None:
    """Where no heading says which addresses are meant, none is passed over."""
    mine = layout.places["address"]
    read = {mine, *layout.also.get(mine, ())}
    if any(is_address(cell) for row in rows for at, cell in enumerate(row) if at not in read):
        cure = (
            "put each address on a line of its own, or headings above, of which one is Email; or write into the "
            f'list\'s .toml:  [columns]  and below it  address = "column {mine + 1}"'
        )
        raise NoList(
            "addresses stand in several columns, and no heading says which are meant", cure, line
        )


def _other_columns(header: Sequence[str], layout: Columns, rows: Sequence[Seen]) -> tuple[str, ...]:
    """The headings of columns with addresses that nobody reads, be it because their row has one already."""
    mine = layout.places["address"]
    spare = layout.also.get(mine, ())
    found = set()
    for row in rows:
        has = mine < len(row.cells) and is_address(row.cells[mine])
        for at, cell in enumerate(row.cells[: len(header)]):
            if at != mine and (has or at not in spare) and is_address(cell):
                found.add(at)
    return tuple(header[at] for at in sorted(found))


def _few(header: Sequence[str]) -> str:
    return ", ".join(filter(None, header))[:200]


def _begin(path: Path, basis: Basis) -> Begin:
    with opened(path) as file:
        head = file.read(4096)
    if head.startswith((ZIP, OLD_OFFICE)):
        with by_itself(path) as file:
            return _workbook(file, sheet_of(path) or basis.sheet, _digest_of(path))
    _refuse_other_kinds(head)
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson") or start in (b"{", b"["):
        return _json(path, objects.is_lines(path, head))
    return _text(path, basis)


def _refuse_other_kinds(head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for mark, kind in OTHER_KINDS.items():
        if start.startswith(mark.lower()):
            raise NoList(f"this is {kind}, no list", "open it, and save or export the list as CSV")


def _refuse_documents(file: Path | IO[bytes]) -> None:
    """Other programs' documents are zips too, as workbooks are; whoever reads the workbook says what else is wrong."""
    names: list[str] = []
    with suppress(NoList), opened_zip(file) as archive:
        names = archive.namelist()
    for mark, (kind, cure) in DOCUMENTS.items():
        if any(name.startswith(mark) for name in names):
            raise NoList(f"this is {kind}, no list", cure)


def _workbook(file: Path | IO[bytes], named: str, digest: str) -> Begin:
    _refuse_documents(file)
    sheets = workbook.sheets(file)
    if named and named not in [sheet.name for sheet in sheets]:
        there = ", ".join(sheet.name for sheet in sheets)
        raise NoList(f"there is no sheet {named}", f"there are {there}")
    holding = {sheet.name: _addresses(sheet.rows) for sheet in sheets}
    name, _shown, rows, hidden = max(
        sheets,
        key=lambda sheet: (
            sheet.name == named,
            sheet.shown and holding[sheet.name] > 0 and not told_by_name(sheet.name),
            sheet.shown and holding[sheet.name] > 0,
            holding[sheet.name],
        ),
        default=workbook.Sheet("", True, []),
    )
    if not rows:
        raise NoList("the workbook is empty", "export the list again, or remove the file")
    others = [sheet for sheet, some in holding.items() if some and not named and sheet != name]
    return Begin(
        rows, "workbook", f"{digest} {named}", sheet=name, other_sheets=tuple(others), hidden=hidden
    )


def _digest_of(path: Path) -> str:
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # IO is enough


def _addresses(rows: Sequence[Seen]) -> int:
    return sum(any(map(is_address, row.cells)) for row in rows)


def _json(path: Path, is_lines: bool) -> Begin:
    digest = _digest_of(path)
    with opened(path) as file:
        read = objects.by_line(file) if is_lines else objects.numbered(file)
        people = [(n, row) for n, row in islice(read, objects.SEEN) if not isinstance(row, str)]
    header = list(objects.headings(iter(row for _n, row in people)))
    if not header:
        raise NoList("there are no people in this file", objects.CURE)
    rows = [Seen(n, n, [row.get(name, "") for name in header]) for n, row in people]
    return Begin([Seen(0, 0, header), *rows], "json lines" if is_lines else "json", digest)


def _text(path: Path, basis: Basis) -> Begin:
    with opened(path) as file:
        text = scan(file, basis.encoding)
    with opened(path) as file:
        first = _first_lines(file, text)
    told = first[0].lower().startswith("sep=") and len(first[0].strip()) > 4
    delimiter = basis.delimiter or (first[0][4] if told else "")
    if not delimiter and pasted.is_pasted(first):
        people = chain.from_iterable(map(pasted.people_in, first))
        some = [Seen(n, n, [*one]) for n, one in enumerate(islice(people, table.SEEN), 1)]
        rows = [Seen(0, 0, [*pasted.HEADING]), *some]
        return Begin(rows, "addresses", text.digest, text.encoding, broken=text.broken)
    delimiter = delimiter or table.likely_delimiter(first, is_heading)
    rows = [
        row
        for row in table.sample(first[told:], delimiter, int(told))
        if any(map(str.strip, row.cells))
    ]
    if not rows:
        raise NoList("the file is empty", "export the list again, or remove the file")
    if inner := _delimiter_within(rows):
        rows = [row for seen in rows for row in table.sample(seen.cells, inner, seen.begin - 1)]
        return Begin(rows, "quoted text", text.digest, text.encoding, inner, text.broken)
    return Begin(rows, "text", text.digest, text.encoding, delimiter, text.broken)


def _delimiter_within(rows: Sequence[Seen]) -> str:
    """What parts the cells where each line stands in quotation marks as a whole; else nothing."""
    if any(len(row.cells) != 1 for row in rows) or is_heading(rows[0].cells[0]):
        return ""
    lines = [row.cells[0] for row in rows]
    delimiter = table.likely_delimiter(lines, is_heading)
    heading = [cell for seen in table.sample(lines[:1], delimiter) for cell in seen.cells]
    return delimiter if len(heading) > 1 and any(map(is_heading, heading)) else ""


def _first_lines(file: IO[bytes], text: Text) -> list[str]:
    found: list[str] = []
    letters = 0
    for line in islice(chain.from_iterable(lines(file, text.encoding)), MOST_LINES):
        letters += len(line)
        if letters > MOST_LETTERS and found:
            break
        found.append(line)
    return found or [""]


def is_heading(cell: str) -> bool:
    """Whether a column of this name holds addresses."""
    return ALIASES.get(plain(cell)) == "address"


def heading(rows: Sequence[Seen], basis: Basis) -> tuple[int, list[str], Sequence[Seen]]:
    """Where the heading begins, the heading, and the rows below; 0 and made-up names where there is none."""
    if rows[0].begin == 0:  # the names in objects, which stand on no line
        return 0, _named(rows[0].cells), rows[1:]
    meant = plain(basis.columns.get("address", ""))
    for place, row in enumerate(rows[:DEEPEST]):
        named = (
            any(plain(cell) == meant for cell in row.cells)
            if meant
            else any(map(is_heading, row.cells))
        )
        if named and not any(map(is_address, row.cells)):
            over = rows[place - 1].cells if place else []
            return row.begin, _named(_together(over, row.cells)), rows[place + 1 :]
    for place, row in enumerate(rows):
        if any(map(is_address, row.cells)):
            above = rows[place - 1] if 0 < place <= DEEPEST else None
            if above is not None and len(above.cells) == len(row.cells) and all(above.cells):
                return above.begin, _named(above.cells), rows[place:]
            width = max(len(seen.cells) for seen in rows[place:])
            return -1, [f"column {number}" for number in range(1, width + 1)], rows[place:]
    return rows[0].begin, _named(rows[0].cells), rows[1:]


def _together(above: Sequence[str], cells: Sequence[str]) -> list[str]:
    """The headings, and before one what stands above it where that alone says what is asked: `Newsletter` above `OK?`."""
    two = [*above, *[""] * len(cells)] if len(_filled(above)) > 1 else [""] * len(cells)
    return [
        f"{over} {cell}" if cell and plain(cell) not in ALIASES and is_asking(over) else cell
        for over, cell in zip(two, cells, strict=False)
    ]


def _filled(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell.strip()]


def _named(cells: Sequence[str]) -> list[str]:
    return [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]


def _day_first(rows: Sequence[Seen], layout: Columns, basis: Basis) -> bool:
    if basis.dates:
        return basis.dates == "day first"
    days = [layout.places[kind] for kind in DAYS if kind in layout.places]
    told = {has_day_first(row.cells[at]) for row in rows for at in days if at < len(row.cells)}
    return True in told and False not in told


DAYS = ("signed_up", "consent_at", "updated_at", "left_at")
