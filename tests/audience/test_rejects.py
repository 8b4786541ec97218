"""Rejected rows come back in the form of their list, and can be put right there and imported again."""

import csv
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from xlsxwriter import Workbook

from newsletter.audience import fates, list_reports
from newsletter.audience.erased import Erased
from newsletter.audience.examining import examined
from newsletter.audience.merge import apply, staging
from newsletter.audience.read import ListFile, Rejected, Row, read_rows
from newsletter.audience.rejects import write_rejects
from newsletter.audience.stage import staged
from newsletter.errors import Problems
from newsletter.store import Store, open_store, subscriber

from .conftest import CONFIRMED, NOW
from .test_corpus import CORPUS, LISTS, name_of

Table = Sequence[Sequence[str]]


def put_text(path: Path, rows: Table, encoding: str, delimiter: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def text_in(path: Path, encoding: str, delimiter: str) -> Table:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def put_workbook(path: Path, rows: Table) -> None:
    """One sheet, called like the folder."""
    with Workbook(path) as workbook:
        sheet = workbook.add_worksheet(path.parent.name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def workbook_in(path: Path) -> Table:
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def put_json(path: Path, rows: Table) -> None:
    path.write_bytes(orjson.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]))


def json_in(path: Path) -> Table:
    people = orjson.loads(path.read_bytes())
    return [[*people[0]], *([*person.values()] for person in people)]


def put_lines(path: Path, rows: Table) -> None:
    people = (dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    path.write_bytes(b"\n".join(map(orjson.dumps, people)))


def lines_in(path: Path) -> Table:
    people = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [[*people[0]], *([*person.values()] for person in people)]


@dataclass(frozen=True)
class Form:
    """A form of lists: the name of one and of its rejected rows, and how both are written and read."""

    name: str
    rejects: str
    put: Callable[[Path, Table], None]
    rows_in: Callable[[Path], Table]
    first: int = 2
    """The number of the first row."""


def text(name: str, encoding: str, delimiter: str) -> Form:
    """What is rejected says at its beginning that it is Unicode."""
    put = partial(put_text, encoding=encoding, delimiter=delimiter)
    marked = "utf-16" if encoding == "utf-16" else "utf-8-sig"
    return Form(name, "list.csv", put, partial(text_in, encoding=marked, delimiter=delimiter))


FORMS = {
    "commas": text("list.csv", "utf-8", ","),
    "semicolons of Windows": text("list.csv", "cp1252", ";"),
    "tabs in UTF-16": text("list.tsv", "utf-16", "\t"),
    "a workbook": Form("list.xlsx", "list.xlsx", put_workbook, workbook_in),
    "JSON": Form("list.json", "list.json", put_json, json_in, 1),
    "JSON lines": Form("list.jsonl", "list.jsonl", put_lines, lines_in, 1),
}
HEADS = {"known": "Email", "another": "Kontakt", "named in the .toml": "Kontakt"}
ROWS = [
    ["ada@example.com", "Ada Fontenot", "Gretna", "subscribed"],
    ["nobody", "Noël Müller", "Kenner", "subscribed"],
    ["zoe@example.com", "Zoé LeJeune", "", "maybe"],
    ["bo@example.com", "Bo Guidry", "Kenner", "subscribed"],
]
CURE = {"nobody": "noel@example.com", "maybe": "unsubscribed"}


def cured(rows: Table, *ills: str) -> Table:
    return [[CURE[cell] if cell in ills else cell for cell in row] for row in rows]


def everybody(store: Store) -> list[tuple[Any, ...]]:
    """All that lists said of everybody, but not which row said it, and in which merge."""
    said = [column for column in subscriber.c if column.name not in ("id", "origins", "merge_id")]
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(select(*said).order_by(subscriber.c.key))]


def imported(store: Store, path: Path, root: Path, *, supplement: bool = False) -> Path | None:
    """Merge a list as newsletter lists import does; the file of its rejected rows."""
    with staging(store, examined([path], root), root, NOW) as stage:
        apply(store, stage, NOW, supplement=supplement)
        return write_rejects(stage.lists[0], root)


def counted(store: Store) -> tuple[int, int]:
    """The rows of the list, and how many of them are told as rejected."""
    with store.read() as connection:
        (report,) = list_reports(connection, samples=False)
        told = [fate.fate for fate in fates(connection, samples=False)]
    assert report.adds_up
    assert (len(told), told.count("rejected")) == (report.rows, report.fates["rejected"])
    return report.rows, report.fates["rejected"]


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_is_put_right_bit_by_bit_is_as_if_the_list_had_been_right(
    project: Path, store: Store, tmp_path: Path, form: Form, head: str
) -> None:
    path = project / "subscribers" / form.name
    table = [[HEADS[head], "Name", "City", "Status"], *ROWS]
    sheet = 'sheet = "subscribers"\n' if path.suffix == ".xlsx" else ""
    columns = '[columns]\naddress = "Kontakt"\n' if head == "named in the .toml" else ""
    path.with_suffix(".toml").write_text(f"{CONFIRMED}{sheet}{columns}")
    form.put(path, table)

    rejects = imported(store, path, project)
    assert rejects == project / "subscribers" / "rejected" / form.rejects
    rows = form.rows_in(rejects)
    shown = "Email" if head == "another" else HEADS[head]
    assert rows[0] == [shown, "Name", "City", "Status", "Rejected because"]
    assert [row[:4] for row in rows[1:]] == ROWS[1:3]
    assert [row[4].split(":")[0] for row in rows[1:]] == [f"line {form.first + n}" for n in (1, 2)]
    assert counted(store) == (len(ROWS), 2)

    form.put(rejects, cured(rows, "maybe"))
    assert imported(store, rejects, project, supplement=True) == rejects
    rows = form.rows_in(rejects)
    assert rows[0] == [shown, "Name", "City", "Status", "Rejected because"]
    assert [row[:4] for row in rows[1:]] == [ROWS[1]]
    assert counted(store) == (len(ROWS), 1)

    form.put(rejects, cured(rows, "nobody"))
    assert imported(store, rejects, project, supplement=True) is None
    assert counted(store) == (len(ROWS), 0)

    form.put(path, cured(table, *CURE))
    right = open_store(tmp_path / "right.db")
    assert imported(right, path, project) is None
    assert everybody(store) == everybody(right)
    right.close()


WITH_REJECTS = [
    path
    for path in LISTS
    if ": rejected: " in (CORPUS / "expected" / name_of(path)).read_text(encoding="utf-8")
]
COUNTED = re.compile(r"\d+ cells under \d+ headings")


def told(row: Row | Rejected, width: int) -> tuple[str, ...]:
    """Why a row was rejected, and its cells, of which *width* are the list's own."""
    assert isinstance(row, Rejected)
    cells = [*row.cells, *[""] * width]
    return (COUNTED.sub("too many cells", row.reason), *cells[:width])


@pytest.mark.parametrize("path", WITH_REJECTS, ids=lambda path: path.name)
def test_rows_that_nobody_put_right_are_rejected_again(project: Path, path: Path) -> None:
    copy = Path(shutil.copy(path, project / "subscribers"))
    (listed,) = examined([copy], project)
    before = [row for row in read_rows(listed) if isinstance(row, Rejected)]
    rejects = rejected_of(listed, project)
    (again,) = examined([rejects], project)
    width = len(listed.header)
    if path.suffix == ".jsonl":  # what was no object has become one
        before = [replace(row, reason="there is no address") for row in before]
    assert [told(row, width) for row in read_rows(again)] == [told(row, width) for row in before]


def rejected_of(listed: ListFile, root: Path) -> Path:
    with staged([listed], Erased(), NOW, root) as staging:
        path = write_rejects(staging.lists[0], root)
    assert path is not None
    return path


MEANT = {
    "people who bounced stay so": (
        "suppression_bounces",
        "status,reason,email,created\n550,unknown,nobody,1767225600\n",
        {"nobody": "ada@example.com"},
        "bounced",
    ),
    "an answer that is none stays wrong": (
        "fair",
        "Email,Newsletter\nada@example.com,yes\nbo@example.com,no\ncleo@example.com,perhaps\n",
        {},
        'whether they agreed is unclear from "perhaps"; write yes or no',
    ),
    "a status under State stays one": (
        "old",
        "Email,State\na@example.com,subscribed\nb@example.com,unsubscribed\nc@example.com,gone\n",
        {},
        'the status "gone" is unknown; write subscribed or unsubscribed',
    ),
    "days before months": (
        "desk",
        "Email,Signed up\nada@example.com,31/12/2025\nnobody,04/03/2026\n",
        {"nobody": "bo@example.com"},
        "2026-03-04",
    ),
}


@pytest.mark.parametrize(("name", "content", "cure", "said"), MEANT.values(), ids=MEANT)
def test_columns_mean_what_they_meant_in_the_whole_list(
    project: Path, name: str, content: str, cure: dict[str, str], said: str
) -> None:
    path = project / "subscribers" / f"{name}.csv"
    path.write_text(content)
    (listed,) = examined([path], project)
    rejects = rejected_of(listed, project)
    words = rejects.read_text()
    for wrong, right in cure.items():
        words = words.replace(wrong, right, 1)
    rejects.write_text(words)
    (again,) = examined([rejects], project)
    (row,) = read_rows(again)
    shown = [row.reason] if isinstance(row, Rejected) else [row.standing, row.signed_up]
    assert said in shown


def test_headings_that_were_changed_are_told(project: Path) -> None:
    path = project / "subscribers" / "desk.csv"
    path.write_text("Email,Status\nnobody,subscribed\n")
    (listed,) = examined([path], project)
    rejects = rejected_of(listed, project)
    rejects.write_text(rejects.read_text().replace("Status", "Notes"))
    with pytest.raises(Problems) as wrong:
        examined([rejects], project)
    assert str(wrong.value) == (
        "subscribers/rejected/desk.csv:1: the headings are not those of the list any more; "
        "put them back as they were: Email, Status"
    )


@pytest.mark.parametrize("name", ["mindbody-workbook.xls", "people-on-a-sheet.ods"])
def test_of_an_older_or_open_workbook_they_come_as_excel_writes_them_today(
    project: Path, name: str
) -> None:
    copy = Path(shutil.copy(CORPUS / name, project / "subscribers"))
    copy.with_suffix(".toml").write_text('[columns]\nstatus = "Last Name"\n')
    (listed,) = examined([copy], project)
    rows = [row for row in read_rows(listed) if isinstance(row, Rejected)]
    rejects = rejected_of(listed, project)
    assert rejects.name == f"{copy.stem}.xlsx"
    assert workbook_in(rejects) == [
        [*listed.header, "Rejected because"],
        *([*row.cells, f"line {row.line}: {row.reason}"] for row in rows),
    ]
