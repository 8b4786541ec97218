"""Lists as tools and people really write them: what becomes of every row of every file in tests/data/lists."""

from dataclasses import fields
from pathlib import Path

import pytest

from newsletter.audience import list_reports, merge_lists
from newsletter.audience.basis import Basis, basis_path, read_basis
from newsletter.audience.place import places
from newsletter.audience.read import Rejected, Row, examine, read_rows
from newsletter.audience.survey import in_short
from newsletter.store import Store

from .conftest import NOW

CORPUS = Path(__file__).parents[1] / "data" / "lists"
LISTS = places(path for path in CORPUS.iterdir() if path.is_file() and path.suffix != ".toml")
SHOWN = "signed_up consent_at left_at updated_at city language time_zone tags origin flags".split()


def told(path: Path) -> list[str]:
    """How a list is read, then a line for each row: who it is, or why it is rejected."""
    basis = Basis(consent="confirmed", source="made up")
    if basis_path(path).is_file():
        basis, _problems = read_basis(path, path.name)
    listed, problems = examine(path, CORPUS, basis)
    if listed is None:
        return [str(problem) for problem in problems]
    return [in_short(listed), *map(_said, read_rows(listed))]


def _said(row: Row | Rejected) -> str:
    if isinstance(row, Rejected):
        return f"{row.line}: rejected: {row.reason}"
    more = {name: getattr(row, name) for name in SHOWN}
    also = "".join(f"; {name} {_word(value)}" for name, value in more.items() if value)
    who = f"{row.address} ({' '.join(filter(None, (row.first_name, row.last_name)))})"
    part = f".{row.part}" if row.part else ""
    return f"{row.line}{part}: {who}: {row.standing}, {row.consent}{also}"


def _word(value: object) -> str:
    return "|".join(value) if isinstance(value, tuple) else str(value)


def name_of(path: Path) -> str:
    """The name of the file in which it stands what becomes of a list."""
    return path.name.replace("#", " ") + ".txt"


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_the_fate_of_every_row_of_a_list(path: Path) -> None:
    expected = (CORPUS / "expected" / name_of(path)).read_text(encoding="utf-8")
    assert "\n".join(told(path)) + "\n" == expected


def test_every_expectation_has_its_list() -> None:
    assert {path.name for path in (CORPUS / "expected").iterdir()} == {*map(name_of, LISTS)}
    assert len(LISTS) >= 60


def test_all_of_them_together_are_merged_and_add_up(store: Store) -> None:
    readable = [path for path in LISTS if "clinical" not in path.name]
    merged = merge_lists(store, readable, CORPUS, now=NOW)
    with store.read() as connection:
        reports = list_reports(connection, samples=True)
    assert len(merged.files) == len(reports) == len(readable)
    assert all(report.adds_up for report in reports)
    assert merged.rows == sum(report.rows for report in reports)


def test_what_a_row_says_is_all_shown_here() -> None:
    names = {field.name for field in fields(Row)}
    known = "list line key address first_name last_name standing consent precedence part".split()
    assert names == {*SHOWN, *known}
