"""Folding quickly: the ways for rows that agree give what the plain one gives."""

import resource
from functools import reduce
from pathlib import Path
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.audience.fold import LARGEST_FAMILY, MOST_CONFLICTS, Known, Origin, join
from newsletter.audience.folding import (
    LEFT,
    LIST,
    SAID,
    columns,
    folded,
    known_of,
    numbers_of,
    rows_of_people,
    telling,
)
from newsletter.audience.runs import merged, write_run
from newsletter.audience.stored import with_stored

SOURCES = {0: 7, 1: 8}
LATER = {0: 9, 1: 10}
NAMES = st.tuples(st.sampled_from(["", "Ada", "ada", "Beau"]), st.sampled_from(["", "Fontenot"]))
HOW = (
    st.integers(0, 1),
    st.sampled_from(["2026-01-01", "2026-02-02"]),
    st.integers(0, 1),
    st.sampled_from(["subscribed", "subscribed", "unsubscribed", "bounced"]),
    st.sampled_from(["none", "unconfirmed", "confirmed", "confirmed"]),
    st.sampled_from(["", "2025-05-05", "2025-06-06"]),
)
"""Precedence, day, list, standing, consent, and the day of signing up."""
ROWS = st.tuples(
    st.sampled_from(["k@example.com", "K@example.com", "KK@example.com"]),
    st.just(("Ada", "Fontenot")) | NAMES,
    st.sampled_from(["Gretna", "Gretna", "Kenner", ""]),
    st.sampled_from([("run",), ("run",), ("run", "yoga"), ("swim",), ()]),
    *HOW,
)


ROW = ("k@example.com", ("", ""), "", (), 0, "2026-01-01", 0, "subscribed", "none", "")


def packed(row: tuple, line: int) -> str:  # type: ignore[type-arg]
    address, name, city, tags, precedence, day, source, standing, consent, signed_up = row
    names = orjson.dumps([name] if any(name) else []).decode()
    said = [*name, names, city, "en", "", signed_up, orjson.dumps(tags).decode(), standing, consent]
    spelt = "" if address == "k@example.com" else address
    left = "0" if standing == "subscribed" else "1"
    where = [day, f"{source:10}", f"{line:10}", "0", left, f"{precedence}", spelt]
    return "\t".join(["k@example.com", *where, *said]) + "\n"


def known(row: tuple, line: int) -> Known:  # type: ignore[type-arg]
    address, name, city, tags, precedence, day, source, standing, consent, signed_up = row
    return Known(
        "k@example.com",
        address,
        (name,) if any(name) else (),
        city,
        "en",
        signed_up=signed_up,
        tags=tags,
        standing=standing,
        consent=consent,
        origins={"*": Origin(precedence, day, SOURCES[source], line)},
    )


OF_ONE_DAY = ROWS.map(lambda row: (*row[:4], 0, "2026-01-01", *row[6:]))


@pytest.mark.slow
@given(
    rows=st.lists(ROWS, min_size=1, max_size=6) | st.lists(OF_ONE_DAY, min_size=1, max_size=6),
    cut=st.integers(1, 5),
)
@settings(max_examples=300)
def test_rows_that_agree_fold_as_any_others(
    tmp_path_factory: object,
    rows: list[tuple],
    cut: int,  # type: ignore[type-arg]
) -> None:
    plain = known(rows[0], 1)
    for line, row in enumerate(rows[1:], 2):
        plain = join(plain, known(row, line))
    path = Path(tmp_path_factory.mktemp("runs")) / "run"  # type: ignore[attr-defined]
    lines = [packed(row, line) for line, row in enumerate(rows, 1)]
    assert fold_all(path, lines) == plain
    if rows[cut:]:
        stored, said = fold_all(path, lines[:cut]), fold_all(path, lines[cut:])
        assert join(stored, said) == plain
        path.write_text("".join(lines[cut:]))
        (new,) = whole(path)
        assert with_rows(stored, new) == columns(join(stored, fold_all(path, lines[cut:], LATER)))


def test_whoever_came_with_no_row_is_joined_like_others(
    tmp_path: Path,
) -> None:
    stored = known(ROW, 1)._replace(origins={})
    write_run(tmp_path / "run", [packed(ROW, 2)])
    (new,) = whole(tmp_path / "run")
    later = fold_all(tmp_path / "run", [packed(ROW, 2)], LATER)
    assert with_rows(stored, new) == columns(join(stored, later))


def with_rows(stored: Known, rows: list[list[str]]) -> tuple[str, ...]:
    """The columns of *stored* with *rows*, whether that changes them or not."""
    before = columns(stored)
    looked_up = (*before[:SAID], "\t".join(before[SAID:]), 17)
    after = with_stored(looked_up, rows, numbers_of(LATER), {})
    return before if after is None else tuple(after)


def whole(path: Path) -> list[list[list[str]]]:
    """The rows of each person, who does not go on."""
    (people,) = rows_of_people([path])
    assert not people.goes_on
    return [[*rows] for rows in people.rows]


def fold_all(path: Path, rows: list[str], sources: dict[int, int] = SOURCES) -> Known:
    write_run(path, rows)
    (person,) = whole(path)
    said, differ = folded(person, numbers_of(sources))
    found = known_of(said.split("\t"))
    assert differ == bool(found.conflicts)
    return found


MANY_NAMES = st.tuples(
    st.sampled_from(["", "Ada", "ada", "Bo", "Cy"]), st.sampled_from(["", "L", "M"])
)
MANY = st.tuples(
    st.sampled_from(["k@example.com", "K@example.com"]),
    MANY_NAMES,
    st.sampled_from(["", "Gretna", "Kenner", "Harvey", "Metairie"]),
    st.lists(st.sampled_from("abcde"), max_size=2, unique=True).map(lambda tags: (*sorted(tags),)),
    *HOW,
)


@pytest.mark.slow
@given(rows=st.lists(MANY, min_size=1, max_size=9), cut=st.integers(1, 8), others=st.randoms())
@settings(max_examples=300)
def test_what_would_go_on_without_end_ends_alike_in_every_order(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple],
    cut: int,
    others: Random,  # type: ignore[type-arg]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        for name in ("LARGEST_FAMILY", "MOST_TAGS", "MOST_CONFLICTS"):
            patched.setattr(f"newsletter.audience.fold.{name}", 2)
        said = [known(row, line) for line, row in enumerate(rows, 1)]
        plain = reduce(join, said)
        assert len(plain.names) <= 3
        assert len(plain.tags) <= 2
        assert len(plain.conflicts) <= 2
        others.shuffle(said)
        assert reduce(join, said) == plain
        path = tmp_path_factory.mktemp("runs") / "run"
        lines = [packed(row, line) for line, row in enumerate(rows, 1)]
        assert fold_all(path, lines) == plain
        if lines[cut:]:
            assert join(fold_all(path, lines[:cut]), fold_all(path, lines[cut:])) == plain
            write_run(path, lines[:cut])
            (first,) = whole(path)
            write_run(path, lines[cut:])
            (then,) = whole(path)
            few = telling(first, numbers_of(SOURCES))
            assert {row[LIST] for row in few if row[LEFT] == "0"} == {
                row[LIST] for row in first if row[LEFT] == "0"
            }
            together = folded([*few, *then], numbers_of(SOURCES))[0]
            assert known_of(together.split("\t")) == plain


def test_a_thousand_rows_of_one_address_are_told_by_few(tmp_path: Path) -> None:
    rows = [
        packed((ROW[0], (f"Ada{n}", "L"), f"Town{n}", ("a",), 0, "2026-01-01", n % 2, *ROW[7:]), n)
        for n in range(1, 1_001)
    ]
    write_run(tmp_path / "run", rows)
    (person,) = whole(tmp_path / "run")
    few = telling(person, numbers_of(SOURCES))
    assert folded(few, numbers_of(SOURCES)) == folded(person, numbers_of(SOURCES))
    assert len(few) < 2 + LARGEST_FAMILY + 1 + MOST_CONFLICTS + 2


def test_whoever_has_too_many_rows_for_one_go_comes_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.audience.folding.MOST_ROWS", 3)
    monkeypatch.setattr("newsletter.audience.runs.PART", 1)
    monkeypatch.setattr("newsletter.audience.runs.BLOCK", 500)
    keys = ["a@example.com"] * 2 + ["k@example.com"] * 40 + ["z@example.com"]
    lines = [packed(ROW, line).replace("k@example.com", key, 1) for line, key in enumerate(keys)]
    write_run(tmp_path / "run", lines)
    came: list[list[str]] = []
    for people in rows_of_people([tmp_path / "run"]):
        assert not people.goes_on or len(people.rows) == 1
        came += [row for rows in people.rows for row in rows]
        if not people.goes_on:
            assert came[-1][0] != "k@example.com" or len(came) == 42
    assert ["\t".join(row) for row in came] == sorted(lines)


WORDS = st.lists(
    st.lists(st.integers(0, 30).map(lambda number: f"{number:02}"), max_size=300), max_size=9
)


@given(runs=WORDS, in_order=st.booleans())
@settings(max_examples=60)
def test_runs_merge_into_one_order_and_never_much_at_once(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[str]], in_order: bool
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    if in_order:  # as an export is that is sorted already, or the other way round
        every = sorted((key for keys in runs for key in keys), reverse=len(runs) % 2 == 0)
        runs = [every[begin : begin + 90] for begin in range(0, len(every), 90)]
    paths = []
    for number, keys in enumerate(runs):
        paths.append(folder / str(number))
        write_run(paths[-1], [f"{key}\t{number}\t{at}\n" for at, key in enumerate(keys)])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("newsletter.audience.runs.PART", 200)
        patched.setattr("newsletter.audience.runs.BLOCK", 40)
        patched.setattr("newsletter.audience.runs.MOST_RUNS", 4)
        parts = [*merged(paths)]
    rows = [
        f"{key}\t{number}\t{at}\n"
        for number, keys in enumerate(runs)
        for at, key in enumerate(keys)
    ]
    assert [row for part in parts for row in part] == sorted(rows)
    assert all(sum(map(len, part)) <= 200 + 60 * (1 + len(paths)) for part in parts)


def test_more_runs_than_a_computer_lets_open_are_merged_all_the_same(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(150)]
    for number, path in enumerate(paths):
        write_run(path, [f"{number:03}\n", f"{number:03}a\n"])
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, most))
    try:
        rows = [row for part in merged(paths) for row in part]
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (250, most)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    assert len(rows) == 300
