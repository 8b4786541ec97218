"""This module measures the freeze: audience to ledger, with each reader's values, per CPU second.

python -m bench.freeze 10000 100000 --postgresql
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.world import asked, everybody, fill, make_clinic, new_store
from newsletter.campaign import Times, freeze
from newsletter.delivery import envelope, unsubscribe_tag
from newsletter.letter import compose


def measure(number: int, engine: str) -> None:
    with tempfile.TemporaryDirectory() as name, new_store(engine, Path(name)) as store:
        settings, edition = make_clinic(Path(name), number)
        fill(store, number)
        letter = compose(edition, settings, unsubscribe_tag=unsubscribe_tag(settings))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began, cpu = time.perf_counter(), time.process_time()
        frozen = freeze(
            store,
            edition,
            letter,
            everybody,
            envelope(settings, edition),
            times=Times(int(time.time()), 900),
        )
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"freeze {frozen.recipients:>9,} recipients, {engine}: {frozen.recipients / cpu:>8,.0f} per CPU "
            f"second, {cpu:.2f} s CPU, {wall:.2f} s wall, peak {rss / 1024:.0f} MB, {before / 1024:.0f} MB before"
        )


if __name__ == "__main__":
    with asked(sys.argv[1:]) as (sizes, engine):
        for size in sizes:
            measure(size, engine)
