"""This module writes rejected rows as their list had them, with the reason in a last column, to be put right."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

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
    header = one.file.header
    with path.open("w", encoding=one.file.encoding, errors="replace", newline="") as file:
        writer = csv.writer(file, delimiter=one.file.delimiter)
        writer.writerow([*header, REASON])
        for line, reason, cells in rows:
            filled = [*cells, *[""] * (len(header) - len(cells))]
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
