"""Any bytes in any format: rows, rejected rows or a sentence; never a traceback, never without an end."""

import io
import json
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newsletter.audience.basis import Basis
from newsletter.audience.erased import Erased
from newsletter.audience.examining import examined
from newsletter.audience.place import places
from newsletter.audience.read import Rejected, Row, examine, read_rows
from newsletter.audience.rejects import write_rejects
from newsletter.audience.stage import staged
from newsletter.errors import Problems
from newsletter.store import CONSENTS, STANDINGS

CORPUS = sorted(
    path
    for path in (Path(__file__).parents[1] / "data" / "lists").iterdir()
    if path.is_file() and path.suffix != ".toml"
)
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
QUIET = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


def read(path: Path, basis: Basis) -> None:
    """Read all that is in *path* and hold what every row must be."""
    for place in places([path]):
        listed, problems = examine(place, path.parent, basis)
        assert (listed is None) == bool(problems)
        if listed is None:
            assert all(problem.what and problem.cure for problem in problems)
            continue
        with suppress(Problems):  # where a file breaks off, a sentence says so
            for row in read_rows(listed):
                hold(row)


def hold(row: Row | Rejected) -> None:
    """What whoever stores a row relies on."""
    assert row.line >= 1
    if isinstance(row, Rejected):
        assert row.reason
        assert "\0" not in row.reason
        "".join((row.reason, *row.cells)).encode()
        return
    assert row.key == row.address.lower()
    assert "@" in row.key
    assert row.standing in STANDINGS[:-1]
    assert row.consent in CONSENTS
    words = [row.address, row.first_name, row.last_name, row.city, row.language, row.origin]
    for word in (*words, *row.tags, row.time_zone):
        assert "\0" not in word
        word.encode()
    for day in (row.signed_up, row.consent_at, row.left_at):
        assert day == "" or (len(day) == 10 and day[4] == day[7] == "-")


CELLS = st.one_of(
    st.sampled_from(
        [
            "Email",
            "a@example.com",
            "x@y",
            "",
            '"',
            "'",
            "subscribed",
            "no",
            "2026-01-01",
            "31/12/2025",
        ]
    ),
    st.text(max_size=12),
)
BASES = st.sampled_from(
    [
        Basis(),
        Basis("confirmed", several="none", dates="day first"),
        Basis(encoding="utf-16"),
        Basis(delimiter='"'),
        Basis(columns={"address": "Email"}, status={"x": "unsubscribed"}),
        Basis(sheet="Email"),
    ]
)
SUFFIXES = st.sampled_from([".csv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".zip"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@given(content=st.binary(max_size=400), suffix=SUFFIXES, basis=BASES)
@QUIET
def test_any_bytes(folder: Path, content: bytes, suffix: str, basis: Basis) -> None:
    path = folder / f"list{suffix}"
    path.write_bytes(content)
    read(path, basis)


@given(
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=6),
    delimiter=st.sampled_from(",;\t|^"),
    line=st.sampled_from(["\n", "\r\n", "\r", "\u2028"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"]),
    basis=BASES,
)
@QUIET
def test_any_cells_in_any_form(
    folder: Path, rows: list[list[str]], delimiter: str, line: str, encoding: str, basis: Basis
) -> None:
    text = line.join(delimiter.join(cells) for cells in [["Email", "Name", "Status"], *rows])
    path = folder / "cells.csv"
    path.write_bytes(text.encode(encoding, "replace"))
    read(path, basis)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CELLS, inner, max_size=3),
    max_leaves=12,
)


@given(value=VALUES, basis=BASES)
@QUIET
def test_any_json(folder: Path, value: object, basis: Basis) -> None:
    path = folder / "list.json"
    path.write_text(json.dumps(value), encoding="utf-8", errors="replace")
    read(path, basis)
    path = folder / "list.jsonl"
    path.write_text(json.dumps({"email": "a@example.com"}) + "\n" + json.dumps(value))
    read(path, basis)


@given(data=st.data(), basis=BASES)
@QUIET
def test_a_real_list_with_broken_bytes(folder: Path, data: st.DataObject, basis: Basis) -> None:
    original = data.draw(st.sampled_from(CORPUS))
    content = bytearray(original.read_bytes()[:20_000])
    for _time in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path = folder / f"broken{original.suffix}"
    path.write_bytes(bytes(content))
    read(path, basis)


@given(
    content=st.binary(max_size=200),
    name=st.sampled_from(["a.csv", "b.json", "c.xlsx", "d.zip", "../e.csv"]),
)
@QUIET
def test_any_file_in_a_zip(folder: Path, content: bytes, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
        archive.writestr("list.csv", b"Email\na@example.com\n")
    path = folder / "some.zip"
    path.write_bytes(packed.getvalue())
    read(path, Basis())


@example(
    rows=[["Email", "\x1f", "Email", "Email", "Email"], ["Email", "Email", "\x1f"]],
    delimiter=",",
    encoding="utf-8",
    form=".csv",
)
@example(
    rows=[["Email", "~¸"], ["Email", "Email", "Email", "Email", "~"]],
    delimiter=",",
    encoding="cp1252",
    form=".csv",
)
@given(
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-16", "cp1252", "mac_roman"]),
    form=st.sampled_from([".csv", ".json"]),
)
@QUIET
def test_no_rejected_row_is_taken_before_it_is_put_right(
    folder: Path, rows: list[list[str]], delimiter: str, encoding: str, form: str
) -> None:
    path = folder / "subscribers" / f"list{form}"
    path.parent.mkdir(exist_ok=True)
    head = ["Email", "Name", "Status", "Newsletter"]
    if form == ".json":
        path.write_text(json.dumps([dict(zip(head, cells, strict=False)) for cells in rows]))
    else:
        text = "\n".join(delimiter.join(cells) for cells in [head, *rows])
        path.write_bytes(text.encode(encoding, "replace"))
    rejects, reasons = None, []
    with suppress(Problems):  # where there is no list, or it breaks off, a sentence says so
        (listed,) = examined([path], folder)
        with staged([listed], Erased(), 1_790_000_000, folder) as staging:
            rejects = write_rejects(staging.lists[0], folder)
            reasons = [reason for _line, reason, _cells in staging.lists[0].rejects()]
    if rejects is not None:
        (again,) = examined([rejects], folder)
        for row, reason in zip(read_rows(again), reasons, strict=True):
            assert isinstance(row, Rejected) or reason.startswith(MENDED)


MENDED = "a quotation mark is not closed"
"""Written anew, a row has its quotation marks where they belong."""
