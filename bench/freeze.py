"""This module measures the freeze: audience to ledger, with each reader's values, per CPU second.

python -m bench.freeze 10000 100000
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.world import fill, make_clinic
from newsletter.audience import people
from newsletter.campaign import Times, freeze
from newsletter.delivery import envelope, unsubscribe_tag
from newsletter.letter import compose
from newsletter.store import open_store


def measure(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings, edition = make_clinic(Path(folder), number)
        store = open_store(Path(folder) / ".newsletter" / "bench.db")
        fill(store, number)
        letter = compose(edition, settings, unsubscribe_tag=unsubscribe_tag(settings))
        began, cpu = time.perf_counter(), time.process_time()
        frozen = freeze(
            store,
            edition,
            letter,
            lambda connection: people(connection, (), samples=True),
            envelope(settings, edition),
            times=Times(int(time.time()), 900),
        )
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"freeze {frozen.recipients:>9,} recipients: {frozen.recipients / cpu:>8,.0f} per CPU second, "
            f"{cpu:.2f} s CPU, {wall:.2f} s wall, peak {rss:.0f} MB"
        )
        store.close()


if __name__ == "__main__":
    for word in sys.argv[1:] or ("10000",):
        measure(int(word))
