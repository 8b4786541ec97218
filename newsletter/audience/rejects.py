"""This module writes rejected rows as their list had them, with the reason in a last column, to be put right."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import orjson

from newsletter.audience.read import ListFile
from newsletter.audience.stage import ERASED, Staged

FOLDER = Path("subscribers") / "rejected"
"""Below subscribers/, where lists are not merged by themselves."""
REASON = "Rejected because"


def write_rejects(one: Staged, root: Path) -> Path | None:
    """Write the rejected rows of a list, in its own delimiter and encoding; None where there are none to put right."""
    rows = [row for row in _rejected(one) if row[1] != ERASED]
    if not rows:
        return None
    path = root / FOLDER / f"{one.file.list}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    header = _cells(one.file, one.file.skip + 1)
    with path.open("w", encoding=one.file.encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=one.file.delimiter)
        writer.writerow([*header, REASON])
        for line, reason, cells in rows:
            said = cells or _cells(one.file, line)
            filled = [*said, *[""] * (len(header) - len(said))]
            writer.writerow([*filled, f"line {line}: {reason}"])
    return path


def original_of(path: Path, root: Path) -> str | None:
    """The list whose rejected rows *path* holds; None where it is a list itself."""
    folder = (root / FOLDER).resolve()
    path = path.resolve()
    if not path.is_relative_to(folder):
        return None
    return path.relative_to(folder).with_suffix("").as_posix()


def _rejected(one: Staged) -> Iterator[tuple[int, str, Sequence[str]]]:
    with one.rejects.open("rb") as file:
        for line in file:
            number, reason, cells = orjson.loads(line)
            yield number, reason, cells


def _cells(file: ListFile, line: int) -> list[str]:
    """The cells of one line, as well as they can be told apart."""
    with file.path.open(encoding=file.encoding, errors="replace", newline="") as opened:
        words = next(islice(opened, line - 1, None), "")
    words = words.rstrip("\r\n")
    try:
        return next(csv.reader(io.StringIO(words), delimiter=file.delimiter, strict=True), [])
    except csv.Error:  # a stray quotation mark, which is why it was rejected
        return words.split(file.delimiter)
