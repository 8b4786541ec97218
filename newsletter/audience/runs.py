"""This module sorts more rows than fit into memory: sorted runs on disk, merged block by block.

A row is a line of text, with tabs between its fields; the first is its key. Python compares text by code points, which is
the order of UTF-8's bytes, SQLite's BINARY and PostgreSQL's "C": all four agree. No field holds a sign below the blank.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

RUN = 40_000
"""Rows that are sorted in memory."""
BLOCK, BLOCKS = 32_000, 4_000_000
"""Letters that are read back at once, from each run and from all together."""
WIDE = 10
"""Letters of a number, blanks before it, so that text is in the order of numbers."""
STEP = 2
"""One in so many runs is read on before a part is merged: fewer, larger parts."""


def write_run(path: Path, rows: list[str]) -> None:
    """Write *rows* sorted."""
    rows.sort()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("".join(rows))


def merged(paths: Sequence[Path]) -> Iterator[list[str]]:
    """All rows of all runs in the order of their keys; a key is never split between two lists."""
    size = min(BLOCK, BLOCKS // max(len(paths), 1))
    with ExitStack() as opened:
        runs = [opened.enter_context(path.open(encoding="utf-8", newline="\n")) for path in paths]
        heads = [(block, run) for run in runs if (block := run.readlines(size))]
        while heads:
            last = sorted(block[-1] for block, _run in heads)[len(heads) // STEP]
            bound = last.partition("\t")[0] + "\n"  # behind all rows of this key
            taken: list[str] = []
            rest = []
            for block, run in heads:
                while block[-1] < bound and (more := run.readlines(size)):
                    block += more
                end = bisect_left(block, bound)
                taken += block[:end]
                if end < len(block):
                    rest.append((block[end:], run))
            heads = rest
            taken.sort()
            yield taken
