"""This module sorts more rows than fit into memory: sorted runs on disk, merged block by block.

Python compares text by code points, which is the order of UTF-8's bytes, SQLite's BINARY and PostgreSQL's "C": all four agree.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson

RUN = 20_000
"""Rows that are sorted in memory."""
BLOCK = 48
"""Rows that are read back at once, from each run."""
STEP = 4
"""One in so many runs is read on before a part is merged: fewer, larger parts."""

Packed = list[Any]
"""A row as JSON can hold it; its first item is the key."""

KEY = itemgetter(0)


def write_run(path: Path, rows: list[Packed]) -> None:
    """Write *rows* sorted; rows of one key stay in one block."""
    rows.sort(key=KEY)
    with path.open("wb") as file:
        begin = 0
        while begin < len(rows):
            end = min(begin + BLOCK, len(rows))
            while end < len(rows) and rows[end][0] == rows[end - 1][0]:
                end += 1
            file.write(orjson.dumps(rows[begin:end]) + b"\n")
            begin = end


def merged(paths: Sequence[Path]) -> Iterator[list[Packed]]:
    """All rows of all runs in the order of their keys; a key is never split between two lists."""
    runs = [_blocks(path) for path in paths]
    heads = [(block, run) for run in runs if (block := next(run, []))]
    while heads:
        bound = sorted(block[-1][0] for block, _run in heads)[len(heads) // STEP]
        taken: list[Packed] = []
        rest = []
        for block, run in heads:
            while block[-1][0] <= bound and (more := next(run, None)):
                block += more
            end = bisect_right(block, bound, key=KEY)
            taken += block[:end]
            if end < len(block):
                rest.append((block[end:], run))
        heads = rest
        taken.sort(key=KEY)
        yield taken


def _blocks(path: Path) -> Iterator[list[Packed]]:
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)
