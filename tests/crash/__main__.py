"""This module plays runs side by side and says what they found: python -m tests.crash 17, or 0-499."""

import argparse
import faulthandler
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import click
from sqlalchemy import make_url

from newsletter.sandbox import start_in_background, stop
from tests import engines
from tests.crash.command import TICKS, Desk, start, wait, warm_up
from tests.crash.plan import STATEMENTS, drawn, shared
from tests.crash.project import ARTICLE, copied, make_template
from tests.crash.run import Finding, play

SIDE_BY_SIDE = 6
RUN_SECONDS = 900
LAST_LINES = 60
"""How much of a broken run's log is shown: where it is played, its folder may not last."""
START_SECONDS = 300
"""More than the slowest computer needs for one send."""


def main(words: Sequence[str]) -> int:
    """Play the seeds that *words* name; 1 where one of them broke the promise."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("seeds", help="one, as 17, or several, as 0-499")
    parser.add_argument("--jobs", type=int, default=SIDE_BY_SIDE, help="runs side by side")
    parser.add_argument(
        "--workers",
        action="store_true",
        help="on PostgreSQL, with three workers that share the work",
    )
    given = parser.parse_args(words)
    first, _, last = given.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    warm_up()
    folder = Path(tempfile.mkdtemp(prefix="newsletter-crash-"))
    url = start_in_background(folder / "sandbox", options=["--outbox", "none"])
    end_server = engines.start_server() if given.workers else lambda: None
    try:
        broken = _play_all(seeds, folder, url, given)
    finally:
        end_server()
        stop(folder / "sandbox")
    if not broken:
        shutil.rmtree(folder)
    return int(broken > 0)


def _play_all(seeds: range, folder: Path, url: str, given: argparse.Namespace) -> int:
    template = make_template(folder / "template", url, _database(folder) if given.workers else "")
    _refuse_more_statements(template, folder)
    begun, happened, broken = time.monotonic(), Counter[str](), 0
    one = partial(_one, template, folder)
    for finding in _found(seeds, one, given.jobs):
        happened += finding.happened
        for wrong in finding.wrong:
            click.echo(f"run {finding.seed}: {wrong}")
        if finding.wrong:
            broken += 1
            log = folder / str(finding.seed) / "log.txt"
            for line in log.read_text().splitlines()[-LAST_LINES:] if log.exists() else ():
                click.echo(f"    {line}")
            click.echo(f"  its log: {log}")
            click.echo(f"  play it again: python -m tests.crash {finding.seed}")
    seconds, used = time.monotonic() - begun, os.times()
    busy = used.children_user + used.children_system
    click.echo(
        f"{len(seeds)} runs in {seconds:.0f} s ({busy:.0f} of CPU), {broken} broke the promise"
    )
    click.echo(", ".join(f"{what} {times}" for what, times in sorted(happened.items())))
    return broken


def _database(folder: Path) -> str:
    """The server's address, without what is each run's own."""
    plain = make_url(str(engines.new_address("postgresql", folder)))
    own = plain.difference_update_query(["schema", "application_name"])
    return own.render_as_string(hide_password=False)


def _found(seeds: range, one: "partial[Finding]", jobs: int) -> Iterator[Finding]:
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(jobs, len(seeds)), mp_context=fork) as pool:
        for ended in as_completed([pool.submit(one, seed) for seed in seeds]):
            yield ended.result()


def _one(template: Desk, folder: Path, seed: int) -> Finding:
    plan = drawn(seed)
    faulthandler.dump_traceback_later(RUN_SECONDS, exit=True)  # what hangs says where, and ends all
    try:
        return play(shared(plan) if template.database else plan, template, folder / str(seed))
    finally:
        faulthandler.cancel_dump_traceback_later()


def _refuse_more_statements(template: Desk, folder: Path) -> None:
    """Raise where a send has grown so that not all of its statements would be struck."""
    desk = copied(template, folder / "calm", "SG.calm")
    code = wait(start(desk, ["send", ARTICLE, "--yes"]), START_SECONDS)
    if code != 0:
        raise RuntimeError(f"an undisturbed send ended with {code}: {desk.log.read_text()}")
    found = int((desk.folder / TICKS).read_text())
    if found > STATEMENTS:
        raise RuntimeError(
            f"a send has {found} statements; raise STATEMENTS in tests/crash/plan.py"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
