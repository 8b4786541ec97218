"""This module reads a list file row by row; a bad row is rejected with its line, never the whole file."""

import csv
import hashlib
import io
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsletter.audience.address import read_address
from newsletter.audience.basis import Basis, basis_path
from newsletter.audience.columns import STATUSES, clinical, mapped, plain
from newsletter.errors import Problem

LONGEST_LINE = 1_000_000
DELIMITERS = ",;\t|"
MOST_BROKEN = 200
DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%d.%m.%Y", "%b %d, %Y", "%B %d, %Y")


@dataclass(slots=True, unsafe_hash=True)
class Row:
    """One person as one row of a list says; nothing changes it (frozen, it would take eight times as long to make).

    Days are ISO text, empty where unknown; a cell of several addresses gives a row for each *part*.
    """

    list: str
    line: int
    key: str
    address: str
    first_name: str
    last_name: str
    city: str
    language: str
    signed_up: str
    tags: tuple[str, ...]
    standing: str
    consent: str
    updated_at: str = ""
    consent_at: str = ""
    left_at: str = ""
    time_zone: str = ""
    origin: str = ""
    flags: tuple[str, ...] = ()
    precedence: int = 0
    part: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be taken, why, and its *cells* as they stood there."""

    line: int
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListFile:
    """A list file that can be read: its name, its header and how it is written."""

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


def shown_name(path: Path, root: Path) -> str:
    """The file as messages name it: from the project folder."""
    path, root = path.resolve(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def list_name(path: Path, root: Path) -> str:
    """The name of a list: its file's name, with the folder below subscribers/."""
    folder = (root / "subscribers").resolve()
    inside = path.resolve()
    return (
        inside.relative_to(folder).with_suffix("").as_posix()
        if inside.is_relative_to(folder)
        else path.stem
    )


def examine(path: Path, root: Path, basis: Basis) -> tuple[ListFile | None, list[Problem]]:
    """How the list in *path* is written, or what keeps it from being read."""
    name = shown_name(path, root)
    try:
        encoding, digest, problem = _scan(path, name)
    except OSError as error:
        return None, [
            Problem(
                name,
                None,
                f"it cannot be read ({error.strerror})",
                "check the file and its permissions",
            )
        ]
    if problem is not None:
        return None, [problem]
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        first = file.readline()
        skip = 0
        delimiter = max(DELIMITERS, key=first.count)
        if first.lower().startswith("sep="):
            delimiter, skip = first[4:5], 1
            first = file.readline()
    header = next(csv.reader(io.StringIO(first), delimiter=delimiter), [])
    columns = mapped(header)
    if "address" not in columns:
        seen = ", ".join(filter(None, header))[:200]
        cure = "name the column with the addresses Email in the first line"
        return None, [
            Problem(name, skip + 1, f"there is no column of addresses among: {seen}", cure)
        ]
    if wrong := clinical(header):
        cure = "remove them: a newsletter needs nothing clinical (HIPAA)"
        return None, [Problem(name, skip + 1, f"clinical columns: {', '.join(wrong)}", cure)]
    return ListFile(
        path,
        name,
        list_name(path, root),
        digest,
        encoding,
        delimiter,
        skip,
        columns,
        len(header),
        basis,
    ), []


def _scan(path: Path, name: str) -> tuple[str, str, Problem | None]:
    """One pass over the bytes: encoding, digest (with the basis of consent), and what makes it no list."""
    digest = hashlib.sha256()
    longest, number, utf8, empty = 0, 0, True, True
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(0)
        wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            digest.update(line)
            empty = empty and not line.strip()
            longest = max(longest, len(line))
            if longest > LONGEST_LINE and b"\r" not in line:
                return (
                    "",
                    "",
                    Problem(
                        name,
                        number,
                        "a line of more than a megabyte",
                        "export the list again as CSV",
                    ),
                )
            if not wide and b"\0" in line:
                return (
                    "",
                    "",
                    Problem(name, number, "this is no text file", "export the list as CSV"),
                )
            utf8 = utf8 and _is_utf8(line)
    if empty:
        return (
            "",
            "",
            Problem(name, None, "the file is empty", "export the list again, or remove the file"),
        )
    basis = basis_path(path)
    if basis.is_file():
        digest.update(basis.read_bytes())
    encoding = "utf-16" if wide else "utf-8-sig" if utf8 else "cp1252"
    return encoding, digest.hexdigest(), None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_rows(listed: ListFile) -> Iterator[Row | Rejected]:
    """Every row below the header, in order; empty lines are no rows."""
    for line, cells in _records(listed):
        if isinstance(cells, str):
            yield Rejected(line, cells)
        elif any(cell.strip() for cell in cells):
            yield _row(listed, line, cells)


def _records(listed: ListFile) -> Iterator[tuple[int, Sequence[str] | str]]:
    """Cells with the line they begin on; a broken record is a sentence, and reading goes on below it."""
    begin = listed.skip + 1
    for _time in range(MOST_BROKEN):
        with listed.path.open(encoding=listed.encoding, errors="replace", newline="") as file:
            for _ in range(begin):
                file.readline()
            reader = csv.reader(file, delimiter=listed.delimiter, strict=True)
            before = 0
            try:
                for cells in reader:
                    yield begin + before + 1, cells
                    before = reader.line_num
                return
            except csv.Error as error:
                yield (
                    begin + before + 1,
                    f"a quotation mark is not closed, or stands alone ({error})",
                )
                begin += before + 1
    yield begin + 1, "too many broken rows; from here on nothing was read"


def _row(listed: ListFile, line: int, cells: Sequence[str]) -> Row | Rejected:
    def cell(column: str) -> str:
        place = listed.columns.get(column)
        return " ".join(cells[place].split()) if place is not None and place < len(cells) else ""

    if len(cells) > listed.width and any(extra.strip() for extra in cells[listed.width :]):
        return Rejected(line, f"{len(cells)} cells under {listed.width} headings")
    if listed.columns["address"] >= len(cells):
        return Rejected(line, "the row ends before its address")
    try:
        address = read_address(cell("address"))
        standing, consent = _status(cell("status"))
        signed_up = _day(cell("signed_up"))
    except ValueError as error:
        return Rejected(line, str(error))
    first, last = _names(cell("first_name"), cell("last_name"), cell("name"))
    return Row(
        list=listed.list,
        line=line,
        key=address.key,
        address=address.address,
        first_name=first,
        last_name=last,
        city=cell("city"),
        language=cell("language"),
        signed_up=signed_up,
        tags=_tags(cell("tags")),
        standing=standing,
        consent=(consent or listed.basis.consent) if standing == "subscribed" else "none",
    )


def _status(word: str) -> tuple[str, str]:
    if not word:
        return "subscribed", ""
    if plain(word) not in STATUSES:
        raise ValueError(f'the status "{word}" is unknown; write subscribed or unsubscribed')
    return STATUSES[plain(word)]


def _day(words: str) -> str:
    """An ISO date, or nothing where none can be read: a date decides nothing about consent."""
    day = words if "," in words else words.partition(" ")[0].partition("T")[0]
    for form in DAYS:
        try:
            return date(*time.strptime(day, form)[:3]).isoformat()
        except ValueError:
            continue
    return ""


def _names(first: str, last: str, full: str) -> tuple[str, str]:
    """First and last name; `Last, First` is turned round."""
    if first or last or not full:
        return first, last
    if "," in full:
        last, _, first = (part.strip() for part in full.partition(","))
        return first, last
    first, _, last = full.partition(" ")
    return first, last


def _tags(words: str) -> tuple[str, ...]:
    for mark in ";|":
        words = words.replace(mark, ",")
    return tuple(sorted({tag.strip() for tag in words.split(",") if tag.strip()}))
