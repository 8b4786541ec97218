"""This module sorts more rows than fit into memory: sorted runs on disk, merged block by block.

A row is a line of text, with tabs between its fields; the first is its key. Python compares text by code points, which is
the order of UTF-8's bytes, SQLite's BINARY and PostgreSQL's "C": all four agree. No field holds a sign below the blank.
"""

import resource
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from heapq import heapify, heapreplace
from pathlib import Path

RUN = 40_000
"""Rows that are sorted in memory."""
BLOCK, BLOCKS = 32_000, 4_000_000
"""Letters that are read back at once, from each run and from all together."""
PART = 1_000_000
"""Letters that are read before some rows are given, about."""
MOST_RUNS = 500
"""More are joined by hundreds first: twenty million rows."""
OTHER_FILES = 100
WIDE = 10
"""Letters of a number, blanks before it, so that text is in the order of numbers."""


def write_run(path: Path, rows: list[str]) -> None:
    """Write *rows* sorted."""
    rows.sort()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("".join(rows))


def merged(paths: Sequence[Path]) -> Iterator[list[str]]:
    """All rows of all runs in their order, some at a time; a key may go on in the next.

    Always the run that lags behind is read on, so that no other one fills memory, however the rows lie.
    """
    while len(paths) > MOST_RUNS:
        groups = range(0, len(paths), MOST_RUNS)
        paths = [_joined(paths[begin : begin + MOST_RUNS]) for begin in groups]
    _let_open(len(paths))
    size = min(BLOCK, BLOCKS // max(len(paths), 1))
    with ExitStack() as opened:
        runs = [opened.enter_context(path.open(encoding="utf-8", newline="\n")) for path in paths]
        blocks = [(number, run.readlines(size)) for number, run in enumerate(runs)]
        heads = [(block[-1], number, block) for number, block in blocks if block]
        heapify(heads)
        while heads:
            for _block in range(0, PART, size):
                _last, number, block = heads[0]
                if not (more := runs[number].readlines(size)):
                    break
                block += more
                heapreplace(heads, (block[-1], number, block))
            bound = heads[0][0]
            taken: list[str] = []
            rest = []
            for _last, number, block in heads:
                end = bisect_right(block, bound)
                taken += block[:end]
                if left := block[end:] or runs[number].readlines(size):
                    rest.append((left[-1], number, left))
            heads = rest
            heapify(heads)
            taken.sort()
            yield taken


def _joined(paths: Sequence[Path]) -> Path:
    """One run of several, beside the first of them; they stay, as who looks what would change reads them twice."""
    joined = paths[0].with_name(f"{paths[0].name}-to-{paths[-1].name}")
    with joined.open("w", encoding="utf-8", newline="\n") as file:
        for rows in merged(paths):
            file.write("".join(rows))
    return joined


def _let_open(files: int) -> None:
    """A Mac lets a program open 256 files, if it does not ask for more."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files + OTHER_FILES
    if allowed < wanted:
        given = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (given, most))
