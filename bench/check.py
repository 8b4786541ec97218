"""This module measures `newsletter check` on the sample edition: the letter alone, and with SpamAssassin, axe and codespell.

First the rules alone on a composed letter, as a preview asks them.

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
from newsletter.checks import check, draft_for
from newsletter.config import load_settings
from newsletter.edition import load_edition
from newsletter.letter import Reader, compose

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


def measure_quick_look() -> None:
    """What a preview pays for its panel after each save: the rules on a composed letter, once warm."""
    settings = load_settings(ROOT, {})
    letter = compose(load_edition(ROOT / ARTICLE, ROOT), settings, unsubscribe_tag="[tag]")
    reader = Reader(first_name="Ada", city="New Orleans")
    took = []
    for _ in range(20):
        began = time.process_time()
        check(draft_for(letter, settings, reader, unsubscribe_tag="[tag]"))
        took.append(time.process_time() - began)
    print(f"quick look: {1000 * took[0]:.0f} ms CPU at first, {1000 * min(took):.0f} ms warm")


if __name__ == "__main__":
    measure_quick_look()
    for word in sys.argv[1:] or ("10000",):
        measure(int(word))
