"""This module measures `newsletter check` on the sample edition: the letter alone, and with SpamAssassin, axe and codespell.

    python -m bench.check 10000

CPU is that of the command and of all programs it waited for; nothing is asked of the network.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from bench.send import ARTICLE, make_project
from bench.world import ROOT
from newsletter.edition import load_edition

KINDS = {"the letter alone": ("--quick",), "with all programs": ()}
ROUNDS = 3


def run(folder: Path, *words: str) -> tuple[float, float, float]:
    """CPU seconds, wall seconds and peak megabytes of one command in *folder*."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        for stream in (1, 2):
            os.dup2(os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        os.execv(sys.executable, [sys.executable, "-m", "newsletter", *words])
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - began
    assert os.waitstatus_to_exitcode(status) == 0, (folder / "said.txt").read_text()
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


def measure(people: int) -> None:
    """The best of some rounds of each kind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_project(folder, people)
        run(folder, "lists", "--practice")
        words = len(load_edition(ROOT / ARTICLE, ROOT).body.split())
        for kind, options in KINDS.items():
            rounds = [run(folder, "check", ARTICLE, "--practice", *options) for _ in range(ROUNDS)]
            cpu, wall, peak = (min(values) for values in zip(*rounds, strict=True))
            print(
                f"check {words} words for {people:,} readers, {kind}: "
                f"{cpu:.2f} s CPU, {wall:.2f} s wall, peak {peak:.0f} MB"
            )


if __name__ == "__main__":
    for word in sys.argv[1:] or ("10000",):
        measure(int(word))
