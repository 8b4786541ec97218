"""This module measures the merge of lists: five files to people in the store, end to end, beside row-by-row upserts.

python -m bench.lists_merge 1000000              five lists of so many rows in all, again, one more list, and undo
python -m bench.lists_merge 100000 --upserts     beside it one prepared upsert a row, as peers do
python -m bench.lists_merge 1000000 --postgresql on the wheel's server, whose CPU counts too
python -m bench.lists_merge 10000000 --once      the same lists are not merged again, which takes as long as the first time

40 % of the rows are duplicates, in random order; 1 % hold no address; 5 % of the people are suppressed.
"""

import argparse
import csv
import os
import random
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from bench.world import asked, new_store
from newsletter.audience import Merge, merge_lists
from newsletter.audience.address import read_address
from newsletter.audience.undo import last_merge, undo_merge
from newsletter.store import Address, Store, open_store, suppression
from tests.engines import VARIABLE

FIRST = "Ada Beau Camille Delphine Étienne Gus Hélène Ines Jules Lena Noël Odile Percy Zoé".split()
LAST = "Fontenot Landry Broussard Babineaux Richard Hebert Comeaux Trahan Daigle O'Neill".split()
CITIES = ["New Orleans", "Metairie", "Gretna", "Kenner", "Harvey", '"St. Bernard, LA"']
HEAD = "Email,First name,Last name,City,Tags,Status,Signed up,Last changed\n"
NOW = 1_790_000_000
BASIS = '[list]\nconsent = "confirmed"\nsource = "form"\n'
SUPPRESSED = 20
"""One in so many rows' people is suppressed: 500,000 of ten million rows."""


def address_of(person: int) -> str:
    """Scattered like real ones: neighbours in a file are none in the alphabet."""
    word = person * 2_654_435_761 % 2**32
    return f"{LAST[word % 9].lower()}.{word:08x}@mail{word % 50}.clinic-news.com"


def write_list(path: Path, rows: int, people: int, seed: int) -> None:
    """A list in random order: one in five addresses in capitals, one in a hundred no address at all."""
    some = random.Random(seed)  # noqa: S311 made-up people need no secrecy
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for number in range(rows):
            person = some.randrange(people)
            address = address_of(person) if number % 100 else "nobody at home"
            address = address.title() if number % 5 == 0 else address
            status = "unsubscribed" if number % 50 == 7 else "subscribed"
            day = f"2026-{person % 12 + 1:02}-{person % 28 + 1:02}"
            file.write(
                f"{address},{FIRST[person % 14]},{LAST[person % 10]},{CITIES[(person + number % 40 // 39) % 6]},"
                f"strength|yoga,{status},{day},{day}\n"
            )
    path.with_suffix(".toml").write_text(BASIS)


def suppress(address: Address, number: int, people: int) -> None:
    """So many people may not be mailed."""
    with closing(open_store(address)) as store, store.write() as connection:
        for first in range(0, number, 10_000):
            rows = [
                {
                    "key": address_of(person * 12 % people),
                    "reason": "unsubscribed",
                    "origin": f"{person}",
                    "at": 0,
                }
                for person in range(first, min(first + 10_000, number))
            ]
            connection.execute(suppression.insert(), rows)


def in_memory() -> int:
    """Bytes that this process and its children hold at this moment."""
    own = Path("/proc/self/task")
    pids = ["self"]
    for task in own.iterdir():
        pids += (task / "children").read_text().split()
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))
    return total


class Watch:
    """Wall seconds, CPU seconds (children too) and the peak memory of all processes together."""

    def __enter__(self) -> "Watch":
        self.began, self.cpu_before = time.perf_counter(), _cpu()
        self.peak, self.done = 0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.done.set()
        self.thread.join()
        self.wall, self.cpu = time.perf_counter() - self.began, _cpu() - self.cpu_before

    def _look(self) -> None:
        while not self.done.wait(0.1):
            self.peak = max(self.peak, in_memory())

    def say(self, what: str, rows: int) -> None:
        print(
            f"{what:<34} {rows:>10,} rows: {rows / self.wall:>8,.0f} a second, {self.wall:6.1f} s wall, "
            f"{self.cpu:6.1f} s CPU ({rows / self.cpu:,.0f} a CPU second), peak {self.peak / 2**20:.0f} MB",
            flush=True,
        )


def _cpu() -> float:
    """CPU seconds of this process, its children and a server of PostgreSQL."""
    own = sum(
        use.ru_utime + use.ru_stime
        for use in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    return own + sum(map(_used, _servers()))


def _servers() -> Iterator[Path]:
    """The processes of the server that runs for this measurement."""
    if data := os.environ.get(VARIABLE, "").partition("host=")[2]:
        postmaster = (Path(data) / "postmaster.pid").read_text().split()[0]
        yield Path("/proc") / postmaster
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        yield from (Path("/proc") / pid for pid in children)


def _used(process: Path) -> float:
    ticks = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


Result = TypeVar("Result")


def timed(what: str, rows: int, act: Callable[[], Result]) -> Result:
    with Watch() as watch:
        done = act()
    watch.say(what, rows)
    return done


def settle(store: Store) -> None:
    """Do what PostgreSQL does by itself some minutes after millions were written (autovacuum)."""
    if store.dialect == "postgresql":
        with store.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def measure(root: Path, store: Store, rows: int, *, once: bool) -> None:
    """Merge five lists, merge them again under other names, merge one more, take it back."""
    people = rows * 78 // 100  # drawn at random, about 60 % of the rows are somebody new
    folder = root / "subscribers"
    folder.mkdir()
    lists = [folder / f"list-{number}.csv" for number in range(5)]
    for number, path in enumerate(lists):
        write_list(path, rows // 5, people, number)
    suppressing = get_context("spawn").Process(
        target=suppress, args=(store.address, rows // SUPPRESSED, people)
    )  # apart, so that what it took of memory is gone again
    suppressing.start()
    suppressing.join()
    merge: Callable[[list[Path]], Merge] = lambda files: merge_lists(store, files, root, now=NOW)  # noqa: E731
    first = timed("five lists into an empty store", rows, lambda: merge(lists))
    print(f"  {first.new:,} people, {first.rejected:,} rejected, {dict(first.left_out)}")
    if not once:
        for path in lists:
            with path.open("a") as file:
                file.write("\n")
        again = timed("the same again", rows, lambda: merge(lists))
        assert (again.new, again.updated, again.lowered) == (0, 0, 0), again
    timed("the very same files", rows, lambda: merge(lists))
    settle(store)
    more = folder / "more.csv"
    write_list(more, rows // 20, people, 99)
    one = timed("one list into these people", rows // 20, lambda: merge([more]))
    print(f"  {one.new:,} new, {one.updated:,} updated, {one.unchanged:,} unchanged")
    with store.read() as connection:
        number, _at, _files = last_merge(connection)
    timed("that list taken back", rows // 20, lambda: undo_merge(store, number, now=NOW))


UPSERT = """
INSERT INTO person (email, first, last, city, tags, status) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (email) DO UPDATE SET first = excluded.first, last = excluded.last, city = excluded.city, tags = excluded.tags,
  status = CASE WHEN person.status = 'unsubscribed' THEN person.status ELSE excluded.status END
"""


def upserts(root: Path, rows: int) -> None:
    """The way of peers: one prepared upsert a row, a commit for each ten thousand; no fates, no sources, no undo."""
    database = sqlite3.connect(root / "upserts.db")
    database.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000; CREATE TABLE person "
        "(id INTEGER PRIMARY KEY, email TEXT UNIQUE, first TEXT, last TEXT, city TEXT, tags TEXT, status TEXT)"
    )
    done = 0
    for path in sorted((root / "subscribers").glob("list-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                try:
                    key = read_address(row["Email"]).key
                except ValueError:
                    continue
                names = (row["First name"], row["Last name"], row["City"])
                database.execute(UPSERT, (key, *names, row["Tags"], row["Status"]))
                done += 1
                if done % 10_000 == 0:
                    database.commit()
    database.commit()
    database.close()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("rows", type=int, nargs="*", default=[100_000])
    options.add_argument("--upserts", action="store_true")
    options.add_argument("--once", action="store_true")
    options.add_argument("--postgresql", action="store_true", help="a server in place of SQLite")
    given = options.parse_args()
    with asked(["--postgresql"] if given.postgresql else []) as (_sizes, engine):
        for rows in given.rows:
            with tempfile.TemporaryDirectory() as folder:
                root = Path(folder)
                with new_store(engine, root) as store:
                    measure(root, store, rows, once=given.once)
                if given.upserts:
                    timed("one upsert a row", rows, lambda: upserts(root, rows))  # noqa: B023 - at once
    sys.stdout.flush()


if __name__ == "__main__":
    main()
