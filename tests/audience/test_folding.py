"""Folding quickly: the ways for rows that agree give what the plain one gives."""

from itertools import pairwise
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.audience.fold import Known, Origin, join
from newsletter.audience.folding import (
    SAID,
    columns,
    folded,
    known_of,
    numbers_of,
    rows_of_people,
)
from newsletter.audience.runs import merged, write_run
from newsletter.audience.stored import with_stored

SOURCES = {0: 7, 1: 8}
LATER = {0: 9, 1: 10}
NAMES = st.tuples(st.sampled_from(["", "Ada", "ada", "Beau"]), st.sampled_from(["", "Fontenot"]))
ROWS = st.tuples(
    st.sampled_from(["k@example.com", "K@example.com", "KK@example.com"]),
    st.just(("Ada", "Fontenot")) | NAMES,
    st.sampled_from(["Gretna", "Gretna", "Kenner", ""]),
    st.sampled_from([("run",), ("run",), ("run", "yoga"), ("swim",), ()]),
    st.integers(0, 1),
    st.sampled_from(["2026-01-01", "2026-02-02"]),
    st.integers(0, 1),
    st.sampled_from(["subscribed", "subscribed", "unsubscribed", "bounced"]),
    st.sampled_from(["none", "unconfirmed", "confirmed", "confirmed"]),
    st.sampled_from(["", "2025-05-05", "2025-06-06"]),
)


def packed(row: tuple, line: int) -> str:  # type: ignore[type-arg]
    address, name, city, tags, precedence, day, source, standing, consent, signed_up = row
    names = orjson.dumps([name] if any(name) else []).decode()
    said = [*name, names, city, "en", "", signed_up, orjson.dumps(tags).decode(), standing, consent]
    spelt = "" if address == "k@example.com" else address
    where = [day, f"{source:10}", f"{line:10}", "0", "0", f"{precedence}", spelt]
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
        ((new,),) = rows_of_people([path])
        assert with_rows(stored, new) == columns(join(stored, fold_all(path, lines[cut:], LATER)))


def test_whoever_came_with_no_row_is_joined_like_others(
    tmp_path: Path,
) -> None:
    row = ("k@example.com", ("", ""), "", (), 0, "2026-01-01", 0, "subscribed", "none", "")
    stored = known(row, 1)._replace(origins={})
    write_run(tmp_path / "run", [packed(row, 2)])
    ((new,),) = rows_of_people([tmp_path / "run"])
    later = fold_all(tmp_path / "run", [packed(row, 2)], LATER)
    assert with_rows(stored, new) == columns(join(stored, later))


def with_rows(stored: Known, rows: list[list[str]]) -> tuple[str, ...]:
    """The columns of *stored* with *rows*, whether that changes them or not."""
    before = columns(stored)
    looked_up = (*before[:SAID], "\t".join(before[SAID:]), 17)
    after = with_stored(looked_up, rows, numbers_of(LATER))
    return before if after is None else tuple(after)


def fold_all(path: Path, rows: list[str], sources: dict[int, int] = SOURCES) -> Known:
    write_run(path, rows)
    ((person,),) = rows_of_people([path])
    said, differ = folded(person, numbers_of(sources))
    found = known_of(said.split("\t"))
    assert differ == bool(found.conflicts)
    return found


@given(
    runs=st.lists(
        st.lists(st.integers(0, 30).map(lambda number: f"{number:02}"), max_size=300), max_size=9
    )
)
@settings(max_examples=60)
def test_runs_merge_into_one_order_and_a_key_stays_whole(
    tmp_path_factory: object, runs: list[list[str]]
) -> None:
    folder = Path(tmp_path_factory.mktemp("runs"))  # type: ignore[attr-defined]
    paths = []
    for number, keys in enumerate(runs):
        paths.append(folder / str(number))
        write_run(paths[-1], [f"{key}\t{number}\n" for key in keys])
    parts = [[row.partition("\t")[0] for row in part] for part in merged(paths)]
    assert [key for part in parts for key in part] == sorted(key for keys in runs for key in keys)
    ends = [(part[0], part[-1]) for part in parts]
    assert all(before[1] < after[0] for before, after in pairwise(ends))
