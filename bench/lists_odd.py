"""This module measures lists whose rows lie unusually: in the order of the alphabet, or all at one address.

python -m bench.lists_odd 1000000        a list of so many rows, each way, into an empty store
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.lists_merge import BASIS, CITIES, FIRST, HEAD, NOW, timed
from bench.world import new_store
from newsletter.audience import merge_lists

DAY = "2026-05-01"
ODD: Mapping[str, Callable[[int], str]] = {
    "sorted already": lambda n: (
        f"a{n:09}@clinic-news.com,{FIRST[n % 14]},Fontenot,{CITIES[n % 6]},yoga"
    ),
    "one address, a name each": lambda n: (
        f"none@clinic-news.com,Ada{n},Fontenot,{CITIES[n % 6]},yoga"
    ),
    "one address, a town and a tag each": lambda n: (
        f"none@clinic-news.com,Ada{n},Fontenot,Town {n},tag {n}"
    ),
}


def measure(what: str, rows: int) -> None:
    """Merge one such list."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        path = root / "subscribers" / "odd.csv"
        path.parent.mkdir()
        with path.open("w", encoding="utf-8") as file:
            file.write(HEAD)
            for number in range(rows):
                file.write(f"{ODD[what](number)},subscribed,{DAY},{DAY}\n")
        path.with_suffix(".toml").write_text(BASIS)
        with new_store("sqlite", root) as store:
            timed(what, rows, lambda: merge_lists(store, [path], root, now=NOW))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("rows", type=int, nargs="*", default=[100_000])
    for rows in options.parse_args().rows:
        for what in ODD:
            measure(what, rows)


if __name__ == "__main__":
    main()
