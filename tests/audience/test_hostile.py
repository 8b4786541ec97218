"""Files that would take a computer down: an error in seconds, and no more memory than for any list."""

import csv
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.audience.basis import Basis
from newsletter.audience.place import places
from newsletter.audience.read import Rejected, examine, read_rows

SECONDS = 20
MEGABYTES = 200
SHEET = "xl/worksheets/sheet1.xml"
FAIR = Path(__file__).parents[1] / "data" / "lists" / "fair.xlsx"


def endless_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"Email\ra@example.com,")
        for _block in range(8):
            file.write(b"x" * (1 << 18))
        file.truncate(1 << 30)


def quoted_line_ends(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"Email,Name\n")
        for _block in range(12):
            file.write(b'"\n",' * 250_000)


def wrong_quotes(path: Path) -> None:
    rows = "".join(f'a{row}@example.com,"x"y,z\n' for row in range(20_000))
    path.write_text(f"Email,Name\n{rows}")


def open_quotes(path: Path) -> None:
    path.write_bytes(b"Email,Name\n" + b'a@example.com,"A\n' * 60_000)


def bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("list.csv", "w", force_zip64=True) as file,
    ):
        file.write(b"Email\n")
        for _block in range(60):
            file.write(b"\n" * (1 << 20))


def zip_in_a_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", b"PK\x03\x04")


def sheet_of(cells: str) -> Callable[[Path], None]:
    """A workbook whose first sheet holds just these *cells*, as XML."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(FAIR) as fair, zipfile.ZipFile(path, "w") as archive:
            for name in fair.namelist():
                content = fair.read(name)
                if name == SHEET:
                    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                    content = f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'.encode()
                archive.writestr(name, content)

    return write


def cell(place: str, row: int) -> str:
    return f'<row r="{row}"><c r="{place}{row}" t="inlineStr"><is><t>Email</t></is></c></row>'


HOSTILE: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a line of a gigabyte": ("l.csv", endless_line, "a line of more than a megabyte"),
    "a row of nothing but quoted line ends": ("l.csv", quoted_line_ends, "too many broken rows"),
    "every quotation mark open": ("l.csv", open_quotes, "too many broken rows"),
    "a wrong quotation mark in every row": ("l.csv", wrong_quotes, "or stands alone"),
    "a zip bomb": ("l.zip", bomb, "would unpack to 60 MB, which is no list"),
    "a zip in a zip": ("l.zip", zip_in_a_zip, "inner.zip lies in a zip"),
    "a sheet of 17 billion cells": (
        "l.xlsx",
        sheet_of(cell("A", 1) + cell("XFD", 1_048_576)),
        "this workbook is broken, or far too large",
    ),
    "a sheet of 10,000 columns": ("l.xlsx", sheet_of(cell("NTP", 1)), "more than 4,000 columns"),
}


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize(("name", "write", "told"), HOSTILE.values(), ids=HOSTILE)
def test_it_ends_in_seconds_with_a_sentence(
    tmp_path: Path, name: str, write: Callable[[Path], None], told: str
) -> None:
    path = tmp_path / name
    write(path)
    before, began = memory(), time.process_time()
    listed, problems = examine(path, tmp_path, Basis())
    said = [str(problem) for problem in problems]
    if listed is not None:
        said = [row.reason for row in read_rows(listed) if isinstance(row, Rejected)]
    assert told in said[-1]
    assert time.process_time() - began < SECONDS
    assert memory() - before < MEGABYTES


def test_ten_thousand_columns_of_a_text_are_passed_over_politely(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(f"Answer {number}" for number in range(10_000)), "Email"])
        writer.writerows([*["x"] * 10_000, f"a{row}@example.com"] for row in range(100))
    listed, _problems = examine(path, tmp_path, Basis())
    assert listed is not None
    assert len(listed.layout.passed) == 10_000
    assert len(list(read_rows(listed))) == 100


def test_many_files_in_one_zip_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(300):
            archive.writestr(f"{number}.csv", "Email\n")
    assert places([path]) == [path]
    _listed, (problem,) = examine(path, tmp_path, Basis())
    assert problem.what == "300 files in one zip"


MERGING = """
import resource, sys
from pathlib import Path
from newsletter.audience import merge_lists, stage
from newsletter.store import open_store
if __name__ == "__main__":
    stage.LARGE = 0
    root = Path(sys.argv[1])
    done = merge_lists(open_store(root / "store.db"), [root / "list.csv"], root, now=1)
    used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(done.rows, done.new, max(used) // (1 << 20 if sys.platform == "darwin" else 1 << 10))
"""


BETWEEN = ("sh", "-c", '"$@"; exit $?', "sh")
"""A small process: who is started by a large one counts that one's memory as its own peak (getrusage(2))."""
ORDERS = {
    "against the alphabet": ("a{1:09}@example.com,Ada,Gretna,yoga", 250_000),
    "all of one address": ("ada@example.com,Ada{0},Town {0},tag{0}", 1),
    "of three addresses": ("{2}@example.com,Ada{0},Town {0},tag{0}", 3),
}
"""A row by its number, by those that are still to come, and by three in turn; and how many people these are."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "people"),
    ORDERS.values(),
    ids=ORDERS,
)
def test_a_long_list_takes_no_more_memory_however_its_rows_lie(
    tmp_path: Path, row: str, people: int
) -> None:
    rows = [row.format(number, 250_000 - number, number % 3) for number in range(250_000)]
    (tmp_path / "list.csv").write_text("\n".join(["Email,First name,City,Tags", *rows]))
    script = tmp_path / "merging.py"
    script.write_text(MERGING)
    done = subprocess.run(
        [*BETWEEN, sys.executable, script, tmp_path], capture_output=True, text=True, check=True
    )
    merged, new, megabytes = map(int, done.stdout.split())
    assert (merged, new) == (250_000, people)
    assert megabytes < MEGABYTES
