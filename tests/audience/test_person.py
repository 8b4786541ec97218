"""Records are read many at once where they are plain: what they say is what each says by itself."""

import csv
import io
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience import encoding
from newsletter.audience.examining import examined
from newsletter.audience.read import FORMS, ListFile, Rejected, Row, people_of, read_rows
from newsletter.audience.rows import Careful

HEADS = {
    "plain": "Email,First name,Last name,City,Tags,Status,Signed up",
    "of a tool": "Email Address,First Name,Last Name,TAGS,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,TIMEZONE",
    "names in one": "Email,Name,Town,Labels,Interests,Newsletter,Unsubscribed at,Bounced",
    "columns of the same kind": "Email,Primary Email,City,Home city,Language,Tags,Created at,Date added",
}
CELLS = (
    "",
    " ",
    "ada@example.com",
    "\u00a0 ada@example.com ",
    "Ada.Fontenot@Example.COM",
    "info@gmial.com",
    "zoé@exämple.org",
    "Ada <ada@example.net>; bo@example.net",
    f"{'a' * 65}@example.com",
    f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.com",
    "nobody at home",
    "Fontenot, Ada",
    "Dr. Ada",
    "N/A",
    "New\nOrleans",
    'St. "Bernard"',
    "yes",
    "no",
    "subscribed",
    "unsubscribed",
    "perhaps",
    "2026-05-06",
    "5/6/2026 18:30",
    "2026-05-06T07:08:09Z",
    "America/Chicago",
    "es",
    "yoga|strength",
)


def listed(folder: Path, head: str, rows: list[list[str]]) -> ListFile:
    path = folder / "subscribers" / "desk.csv"
    path.parent.mkdir(exist_ok=True)
    text = io.StringIO()
    csv.writer(text).writerows([head.split(","), *rows])
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    (file,) = examined([path], folder)
    return file


def one_by_one(file: ListFile) -> list[Row | Rejected]:
    careful = Careful(people_of(file), file.basis.several)
    return [
        row
        for lines, records in FORMS[file.form](file)
        for line, record in zip(lines, records, strict=True)
        for row in careful.read(line, record)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_what_is_read_by_columns_is_what_each_record_says(tmp_path: Path, head: str) -> None:
    width = head.count(",") + 1
    address = st.sampled_from([cell for cell in CELLS if "@" in cell])
    cells = st.lists(st.sampled_from(CELLS), max_size=width)
    record = st.tuples(st.one_of(address, st.just("")), cells).map(
        lambda row: [row[0], *row[1]][: width + 1]
    )

    @given(st.lists(record, min_size=1, max_size=30))
    def check(rows: list[list[str]]) -> None:
        file = listed(tmp_path, head, [["ada@example.com"] + [""] * (width - 1), *rows])
        assert [*read_rows(file)] == one_by_one(file)

    check()


@pytest.mark.parametrize("size", [1, 40, 100, 1_000])
def test_records_may_go_on_in_the_next_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    rows = [
        [f"ada{number}@example.com", "Ada", "New\nOrleans\n" if number % 7 == 0 else "Gretna"]
        for number in range(60)
    ]
    file = listed(tmp_path, "Email,First name,City", rows)
    whole = [*read_rows(file)]
    monkeypatch.setattr(encoding, "LINES", size)
    assert [*read_rows(file)] == whole
    assert [row.line for row in whole] == lines_of(rows)


def lines_of(rows: list[list[str]]) -> list[int]:
    """Where each of *rows* begins, below a heading."""
    begins, line = [], 2
    for row in rows:
        begins.append(line)
        line += 1 + row[2].count("\n")
    return begins


def test_a_wrong_quotation_mark_costs_one_row_wherever_blocks_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = Random(7)
    rows = [f"ada{number}@example.com,Ada,Gretna\n" for number in range(300)]
    wrong = sorted(some.sample(range(300), 20))
    for number in wrong:
        rows[number] = f'ada{number}@example.com,"Ada,Gretna\n'
    path = tmp_path / "subscribers" / "desk.csv"
    path.parent.mkdir()
    path.write_text("Email,First name,City\n" + "".join(rows))
    (file,) = examined([path], tmp_path)
    for size in (50, 500, 1 << 18):
        monkeypatch.setattr(encoding, "LINES", size)
        found = [*read_rows(file)]
        assert [row.line for row in found] == [*range(2, 302)], size
        mended = [row.line - 2 for row in found if isinstance(row, Row) and row.flags]
        assert mended == wrong, size


def test_an_address_may_stand_in_the_next_column_that_means_one(tmp_path: Path) -> None:
    rows = [
        ["", "ada@example.com", "Ada"],
        ["bo@example.com", "", "Bo"],
        ["cleo at home", "", "Cleo"],
    ]
    file = listed(tmp_path, "Email,Primary Email,First name", rows)
    ada, bo, cleo = read_rows(file)
    assert isinstance(ada, Row)
    assert isinstance(bo, Row)
    assert isinstance(cleo, Rejected)
    assert (ada.address, bo.address) == ("ada@example.com", "bo@example.com")
    assert cleo.cells == tuple(rows[2])
