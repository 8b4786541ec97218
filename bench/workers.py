"""This module measures how one, two and four workers share a campaign on PostgreSQL, at a SendGrid that takes 200 ms.

python -m bench.workers 40000
"""

import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from bench.world import asked, everybody, fill, make_clinic, new_store
from newsletter.campaign import Times, counts, freeze
from newsletter.config import Settings, load_settings
from newsletter.delivery import Account, Manner, dispatch, envelope, unsubscribe_tag
from newsletter.letter import compose
from newsletter.sandbox import Behaviour, serve
from newsletter.store import Address, open_store

ANSWER_SECONDS = 0.2
IN_FLIGHT = 4


def work(address: Address, folder: str, url: str) -> None:
    """One worker, until everybody is handed over."""
    store = open_store(address)
    settings = with_limit(load_settings(Path(folder), {}))
    with Account("SG.bench", url) as account:
        dispatch(store, 1, account, settings, Manner(by_person=False))
    store.close()


def with_limit(settings: Settings) -> Settings:
    return replace(settings, sending=replace(settings.sending, in_flight=IN_FLIGHT))


def measure(number: int, workers: int) -> None:
    with tempfile.TemporaryDirectory() as name, new_store("postgresql", Path(name)) as store:
        settings, edition = make_clinic(Path(name), number)
        fill(store, number)
        letter = compose(edition, settings, unsubscribe_tag=unsubscribe_tag(settings))
        sealed = envelope(settings, edition)
        freeze(store, edition, letter, everybody, sealed, times=Times(int(time.time()), 900))
        slow = Behaviour(answer_seconds=ANSWER_SECONDS)
        with (
            serve(Path(name) / "sandbox", outbox=False, behaviour=slow) as sandbox,
            ProcessPoolExecutor(workers, get_context("spawn")) as pool,
        ):
            began = time.perf_counter()
            for done in [
                pool.submit(work, store.address, name, sandbox.url) for _ in range(workers)
            ]:
                done.result()
            wall = time.perf_counter() - began
        with store.read() as connection:
            accepted = counts(connection, 1).accepted
        print(
            f"{workers} workers, at most {IN_FLIGHT} on their way: {accepted / wall:,.0f} recipients a second"
        )


if __name__ == "__main__":
    with asked([*(sys.argv[1:] or ["40000"]), "--postgresql"]) as (sizes, _):
        for size in sizes:
            for workers in (1, 2, 4, 8):
                measure(size, workers)
