"""This module watches a campaign while other processes hand it over."""

import sys
import time
from zoneinfo import ZoneInfo

from newsletter.campaign import Counts, WaveProgress, counts, summary, waves
from newsletter.cli.campaigns import state
from newsletter.cli.project import Project
from newsletter.cli.wording import facts, moment, people, table
from newsletter.delivery import undo_until
from newsletter.store import Store

WAVES = ("wave", "attempt", "state", "leaves", "people", "handed over")
GLANCE = 1.0


def row_of(one: WaveProgress, zone: ZoneInfo) -> tuple[object, ...]:
    """A wave as a row of a table."""
    return one.number, one.attempt, one.state, moment(one.send_at, zone), one.people, one.posted


def watch_campaign(store: Store, campaign_id: int, project: Project) -> None:
    """Show the campaign anew every second until nobody is pending, or it stands still for a person."""
    if not sys.stderr.isatty():
        return
    from rich.console import Console
    from rich.live import Live

    began, before = time.monotonic(), _counts(store, campaign_id)
    with Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live:
        while True:
            with store.read() as connection:
                now = summary(connection, campaign_id)
                progress = waves(connection, campaign_id)
            told = {"Edition": now.title, "State": state(now, int(time.time()))}
            told |= _pace(before, now.counts, time.monotonic() - began)
            if now.send_at is not None:
                told["Undo until"] = moment(undo_until(now.send_at), project.settings.zone)
            rows = [row_of(one, project.settings.zone) for one in progress]
            live.update(f"{facts(told)}\n\n{table(WAVES, rows)}", refresh=True)
            if not now.counts.pending or now.stop:
                return
            time.sleep(GLANCE)


def _counts(store: Store, campaign_id: int) -> Counts:
    with store.read() as connection:
        return counts(connection, campaign_id)


def _pace(before: Counts, now: Counts, seconds: float) -> dict[str, str]:
    """How fast it goes, and how long it will take at that."""
    shown = {"Handed over": f"{now.accepted:,} of {people(now.frozen)}"}
    rate = (before.pending - now.pending) / seconds if seconds > 1 else 0
    if rate > 0:
        shown["Pace"] = f"{rate:,.0f} people a second"
        shown["Time left"] = f"{now.pending / rate:,.0f} seconds"
    return shown
