"""This module measures the reading of lists: bytes to rows, with the check of every address, per CPU second.

python -m bench.lists_read 100000 1000000
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from newsletter.audience.basis import Basis
from newsletter.audience.read import Row, examine, read_rows

FIRST = "Ada Beau Camille Delphine Étienne Gus Hélène Ines Jules Lena Noël Odile Percy Zoé".split()
LAST = "Fontenot Landry Broussard Babineaux Richard Hebert Comeaux Trahan Daigle O'Neill".split()
CITIES = ["New Orleans", "Metairie", "Gretna", "Kenner", "Harvey", '"St. Bernard, LA"']
HEADS = {
    "plain": "Email,First name,Last name,City,Tags,Status,Signed up\n",
    "of a tool": "Email Address,First Name,Last Name,City,TAGS,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,TIMEZONE,LEID,EUID\n",
}


def plain(some: random.Random, number: int) -> str:
    """A row as staff keep it: one in five with capitals, one in a hundred no address."""
    local = f"p{some.getrandbits(40):x}.{number}"
    local = local.title() if number % 5 == 0 else local
    address = f"{local}@mail{number % 50}.example.com" if number % 100 else "nobody at home"
    return (
        f"{address},{some.choice(FIRST)},{some.choice(LAST)},{some.choice(CITIES)},"
        f"strength|yoga,subscribed,2026-{number % 12 + 1:02}-{number % 28 + 1:02}\n"
    )


def of_a_tool(some: random.Random, number: int) -> str:
    """A row as Mailchimp exports it."""
    when = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}:07"
    return (
        f"p{some.getrandbits(40):x}.{number}@mail{number % 50}.example.com,{some.choice(FIRST)},"
        f'{some.choice(LAST)},Gretna,"""news"",""spring""",{when},{when},{when},'
        f"America/Chicago,{number},{some.getrandbits(40):x}\n"
    )


ROWS: dict[str, Callable[[random.Random, int], str]] = {"plain": plain, "of a tool": of_a_tool}


def written(path: Path, kind: str, rows: int) -> None:
    """A list of so many *rows* in *path*."""
    some = random.Random(7)  # noqa: S311 made-up people need no secrecy

    def lines() -> Iterator[str]:
        yield HEADS[kind]
        for number in range(rows):
            yield ROWS[kind](some, number)

    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines())


def measure(kind: str, rows: int) -> None:
    """Write such a list, read it, and say how fast that was."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        written(path, kind, rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        cpu, began = time.process_time(), time.perf_counter()
        listed, wrong = examine(path, Path(folder), Basis(consent="confirmed"))
        assert listed is not None, wrong
        examined = time.process_time() - cpu
        people = sum(type(row) is Row for row in read_rows(listed))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"read {rows:>10,} rows, {kind:<9}: {rows / cpu:>8,.0f} a CPU second ({examined:.2f} + "
            f"{cpu - examined:.2f} s CPU, {wall:.2f} s wall), {people:,} people, "
            f"peak {rss:.0f} MB ({before:.0f} before)"
        )


if __name__ == "__main__":
    for word in sys.argv[1:] or ("100000",):
        for shape in ROWS:
            measure(shape, int(word))
