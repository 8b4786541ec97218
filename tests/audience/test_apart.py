"""Large merges: more processes give the same, and whatever ends them leaves nobody's address behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from newsletter.audience import merge_lists, stage
from newsletter.audience.apart import Waiting, companions
from newsletter.audience.decide import Deciding, Undecided, Writes
from newsletter.audience.examining import examined
from newsletter.audience.merge import staging
from newsletter.audience.room import room
from newsletter.errors import Problem, Problems, ServiceFailed
from newsletter.feedback import Suppression, suppress
from newsletter.store import Store, list_row, open_store, subscriber
from tests.waiting import wait

from .conftest import MergeAll, Write
from .test_undoing import contents

pytestmark = pytest.mark.slow

KILLED = """
import os, signal, sys
from pathlib import Path
from newsletter.audience.room import room
with room(Path(sys.argv[1])) as own:
    (own / "run-0").write_text("ada@example.com")
    print(own, flush=True)
    sys.stdin.read()
"""

MERGING = """
import sys
from pathlib import Path
from newsletter.audience import merge_lists, stage
from newsletter.store import open_store
if __name__ == "__main__":
    stage.LARGE = 0
    root = Path(sys.argv[1])
    merge_lists(open_store(root / "killed.db"), [root / "subscribers"], root, now=1)
"""


def write_lists(write: Write) -> None:
    for name, city in (("desk", "Gretna"), ("door", "Kenner"), ("old", "Gretna")):
        rows = [f"Person{n}@example.com,{city}" for n in range(300)]
        write(name, "\n".join(["Email,City", *rows, "nobody"]))


def test_a_merge_of_several_processes_writes_what_one_writes(
    write: Write, merge: MergeAll, store: Store, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lists(write)
    with staging(store, examined([project / "subscribers"], project), project, 1) as alone:
        told = [(one.number, one.file.list, one.rows, one.rejected) for one in alone.lists]
    monkeypatch.setattr(stage, "LARGE", 0)
    with staging(store, examined([project / "subscribers"], project), project, 1) as large:
        assert [(one.number, one.file.list, one.rows, one.rejected) for one in large.lists] == told
    done = merge()
    assert (done.rows, done.rejected, done.new) == (903, 3, 300)
    assert len(contents(store)["list_row"]) == 900


def test_another_process_knows_who_is_stored_and_who_left(
    write: Write, merge: MergeAll, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "LARGE", 0)
    write(
        "old", "Email,City\nada@example.com,Gretna\nbo@example.com,Gretna\nzoe@example.com,Kenner\n"
    )
    merge()
    with store.write() as connection:
        suppress(connection, [Suppression("bo@example.com", "unsubscribed", "page")], now=1)
    write(
        "new",
        "Email,City,Status\nada@example.com,Kenner,subscribed\nbo@example.com,Gretna,subscribed\n"
        'zoe@example.com,Kenner,unsubscribed\ngus@example.com,"a \\ and a ""b""",subscribed\n',
    )
    done = merge()
    assert (done.new, done.updated, done.unchanged, done.lowered, done.conflicts) == (1, 2, 1, 1, 1)
    assert (done.leaving, dict(done.left_out)) == (("zoe@example.com",), {"unsubscribed": 2})
    with store.read() as connection:
        query = select(subscriber.c.city).where(subscriber.c.key == "gus@example.com")
        assert connection.scalar(query) == 'a \\ and a "b"'
    assert merge().rows == 0


def people_and_rows(store: Store) -> list[tuple[object, ...]]:
    """Everybody with each of their rows, without the numbers that somebody happened to be given."""
    said = [column for column in subscriber.c if column.name != "id"]
    query = select(*said, list_row.c.source_id, list_row.c.line).join(
        list_row, list_row.c.subscriber_id == subscriber.c.id
    )
    with store.read() as connection:
        return sorted(tuple(row) for row in connection.execute(query))


def test_processes_that_share_the_deciding_write_what_one_writes(
    write: Write, store: Store, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(first: int, town: str) -> str:
        people = range(first, first + 6_000)
        return "".join(f"p{n}@example.com,{'Kenner' if n % 7 else town}\n" for n in people)

    decided_here = []
    decide_about = Deciding.of

    def seen(deciding: Deciding, undecided: Undecided) -> Iterator[Writes]:
        decided_here.append(undecided)
        return decide_about(deciding, undecided)

    with closing(open_store(tmp_path / "alone.db")) as alone:
        for name, text in (("old", rows(0, "Gretna")), ("new", rows(3_000, "Harvey"))):
            lists = [write(name, f"Email,City\n{text}")]
            plain = merge_lists(alone, lists, project, now=1)
            with monkeypatch.context() as patched:
                patched.setattr(stage, "LARGE", 0)
                patched.setattr(Deciding, "of", seen)
                assert merge_lists(store, lists, project, now=1) == plain
                assert decided_here.pop()
                decided_here.clear()
        assert people_and_rows(store) == people_and_rows(alone)


@pytest.mark.parametrize("seed", range(6))
def test_people_with_more_rows_than_fit_into_one_go_are_merged_as_others_are(
    write: Write,
    store: Store,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    some = Random(seed)

    def row(number: int) -> str:
        names = (
            f"{some.choice(['Ada', 'ada', f'P{number}', ''])},{some.choice(['Fontenot', 'Landry'])}"
        )
        told = f"{some.choice(['Gretna', 'Kenner', f'Town {number}', ''])},{some.choice(['yoga', f't{number}'])}"
        left = some.choice(["subscribed"] * 9 + ["unsubscribed"])
        address = some.choice(
            ["ada@example.com", "ADA@example.com", "bo@example.com", f"p{number}@example.com"]
        )
        return f"{address},{names},{told},{left},2026-01-0{some.randint(1, 3)}\n"

    with closing(open_store(tmp_path / "plain.db")) as plain:
        for name in ("old", "new", "newer"):
            rows = "".join(row(number) for number in range(some.choice([3, 90])))
            lists = [
                write(name, f"Email,First name,Last name,City,Tags,Status,Last changed\n{rows}")
            ]
            done = merge_lists(plain, lists, project, now=1)
            with monkeypatch.context() as patched:
                for where, most in (
                    ("folding.MOST_ROWS", 4),
                    ("runs.PART", 900),
                    ("runs.BLOCK", 300),
                ):
                    patched.setattr(f"newsletter.audience.{where}", most)
                patched.setattr("newsletter.audience.decide._never", lambda: bool(seed % 2))
                assert merge_lists(store, lists, project, now=1) == done
            for one in (plain, store):
                with one.write() as connection:
                    suppress(
                        connection, [Suppression("bo@example.com", "complained", "page")], now=1
                    )
        assert people_and_rows(store) == people_and_rows(plain)


def breaking_off(_waiting: Waiting, path: str) -> Iterator[int]:
    yield 1
    raise Problems([Problem(path, 7, "the list breaks off here", "export it again")])


def stopped_from_outside(_waiting: Waiting, _path: str) -> Iterator[int]:
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def gone_meanwhile(_waiting: Waiting, path: str) -> Iterator[int]:
    yield 1
    Path(path).read_bytes()


@pytest.mark.parametrize(
    ("work", "told", "error"),
    [
        (gone_meanwhile, "No such file or directory: 'desk.csv'", FileNotFoundError),
        (breaking_off, "desk.csv:7: the list breaks off here; export it again", Problems),
        (stopped_from_outside, "merging was stopped from outside", ServiceFailed),
    ],
)
def test_what_goes_wrong_in_another_process_is_told_here(
    work: Callable[[Waiting, str], Iterator[int]], told: str, error: type[Exception]
) -> None:
    with companions(1) as (other,):
        pieces = other.do(work, "desk.csv")
        assert next(pieces) == 1
        with pytest.raises(error, match=re.escape(told)):
            next(pieces)


def counting(_waiting: Waiting, _path: str) -> Iterator[int]:
    yield from (1, 2)


def test_control_c_is_told_once_by_whoever_asked() -> None:
    with companions(1) as (other,):
        assert [*other.do(counting, "desk.csv")] == [1, 2]
        os.kill(other.process.pid or 0, signal.SIGINT)
        assert [*other.do(counting, "door.csv")] == [1, 2]


def slowly(_waiting: Waiting, pieces: int) -> Iterator[bytes]:
    for _piece in range(pieces):
        time.sleep(0.0001)
        yield bytes(1_000)


@pytest.mark.slow
def test_whoever_never_asks_whether_somebody_waits_hears_it_all_the_same() -> None:
    with companions(1) as (other,):
        assert sum(map(len, other.do(slowly, 12_000))) == 12_000_000


def much(_waiting: Waiting, _path: str) -> Iterator[bytes]:
    yield from (bytes(100_000) for _piece in range(1_000))


def test_whoever_gives_up_in_the_middle_hears_nothing_more(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with companions(2) as both:
        for other in both:
            assert len(next(other.do(much, "desk.csv"))) == 100_000
    assert capfd.readouterr().err == ""


def test_the_next_merge_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        left = Path(process.stdout.readline().strip())
        with room(tmp_path):
            assert (left / "run-0").exists()  # whoever still merges keeps it
        process.kill()
    assert left.stat().st_mode & 0o777 == 0o700
    with room(tmp_path) as own:
        assert not left.exists()
    assert not own.exists()
    assert not [*tmp_path.iterdir()]


def come_and_go(folder: Path) -> int:
    kept = 0
    for _time in range(200):
        with room(folder) as own:
            (own / "run-0").write_text("ada@example.com")
            kept += (own / "run-0").exists()
    return kept


def test_no_merge_sweeps_away_what_another_has_just_begun(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as merges:
        assert [*merges.map(come_and_go, [tmp_path] * 4)] == [200] * 4
    assert not [*tmp_path.iterdir()]


def children_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux who is whose child")
def test_processes_end_with_a_merge_that_is_killed(
    write: Write, project: Path, tmp_path: Path
) -> None:
    rows = "".join(f"person{n}@example.com,Gretna\n" for n in range(60_000))
    for name in ("desk", "door", "old"):
        write(name, f"Email,City\n{rows}")
    script = tmp_path / "merging.py"
    script.write_text(MERGING)
    with subprocess.Popen([sys.executable, script, project]) as process:
        while len(children := children_of(process.pid)) < 2:
            assert process.poll() is None, "merged before it could be killed"
            time.sleep(0.01)
        process.kill()
    wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children))
