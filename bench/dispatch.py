"""This module measures the dispatch: ledger to payload to HTTP to ledger, per CPU second of the sender.

The sandbox runs in another process and keeps no .eml files.

    python -m bench.dispatch 10000 100000
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.world import everybody, fill, make_clinic
from newsletter.campaign import Times, freeze
from newsletter.delivery import Account, dispatch, envelope, unsubscribe_tag
from newsletter.letter import compose
from newsletter.sandbox import start_in_background, stop
from newsletter.store import open_store


def measure(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings, edition = make_clinic(Path(folder), number)
        store = open_store(Path(folder) / ".newsletter" / "bench.db")
        fill(store, number)
        letter = compose(edition, settings, unsubscribe_tag=unsubscribe_tag(settings))
        frozen = freeze(
            store,
            edition,
            letter,
            everybody,
            envelope(settings, edition),
            times=Times(int(time.time()), 900),
        )
        assert frozen.campaign_id is not None
        sandbox = Path(folder) / "sandbox"
        url = start_in_background(sandbox, options=["--outbox", "none"])
        try:
            began, cpu = time.perf_counter(), time.process_time()
            with Account("SG.bench", url) as account:
                counts = dispatch(store, frozen.campaign_id, account, settings)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        finally:
            stop(sandbox)
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"dispatch {counts.accepted:>7,} recipients: {counts.accepted / cpu:>8,.0f} per CPU second, "
            f"{cpu:.2f} s CPU, {wall:.2f} s wall, peak {rss:.0f} MB"
        )
        store.close()


if __name__ == "__main__":
    for word in sys.argv[1:] or ("10000",):
        measure(int(word))
