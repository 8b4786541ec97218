"""This module reads when a campaign should leave, from what was typed and from the settings."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from newsletter.campaign import Times
from newsletter.cli.moments import read_moment, read_wall_time
from newsletter.cli.wording import moment
from newsletter.config import Settings
from newsletter.values import MOST_OF_ALL

Command = TypeVar("Command", bound=Callable[..., Any])
OPTIONS = (
    click.option(
        "--at",
        help='When it leaves, as "Tuesday 10:00" or 2026-11-24T10:00 (the clinic\'s time).',
    ),
    click.option(
        "--at-local",
        help='As --at, but every reader gets it at that time where they live, as "9:00".',
    ),
    click.option("--rate", help='Spread it out, as "5000/h": so many people an hour.'),
    click.option(
        "--now",
        is_flag=True,
        help="Let it leave while it is handed over: no undo, and what stays unknown stays so.",
    ),
)

EXAMPLES = {
    "--at": '--at "Tuesday 10:00"',
    "--at-local": "--at-local 9:00",
    "--rate": "--rate 5000/h",
}


@dataclass(frozen=True)
class Wish:
    """When a campaign should leave, as typed."""

    at: str | None = None
    at_local: str | None = None
    rate: str | None = None
    now: bool = False

    @property
    def options(self) -> list[str]:
        """What to type for it."""
        given = {"--at": self.at, "--at-local": self.at_local, "--rate": self.rate}
        words = [word for option, value in given.items() if value for word in (option, value)]
        return [*words, "--now"] if self.now else words


def time_options(command: Command) -> Command:
    """The options of commands that send."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def read_times(wish: Wish, settings: Settings, now: int, zones: Iterable[str] = ()) -> Times:
    """The times meant by *wish*; *now* is SendGrid's time, *zones* are where readers live.

    Raises click.UsageError where they cannot be read or contradict each other.
    """
    _refuse_empty(wish)
    _refuse_contradictions(wish)
    sending = settings.sending
    several = not (wish.at_local or wish.now)
    return Times(
        now=now,
        undo_seconds=sending.undo_minutes * 60,
        asked_send_at=read_moment(wish.at, now, settings.zone) if wish.at else None,
        local_time=_local(wish.at_local, now, settings.zone, zones) if wish.at_local else "",
        rate=(_rate(wish.rate) if wish.rate else sending.rate) if several else 0,
        warmup=sending.warmup_days if several else (),
        at_once=wish.now,
        needs_approval=sending.approval,
    )


def twice(send_at: int, zone: ZoneInfo) -> str | None:
    """The other moment with the same wall time, where the clocks go back that night; else None."""
    when = datetime.fromtimestamp(send_at, zone)
    other = when.replace(fold=1 - when.fold)
    if other.utcoffset() == when.utcoffset():
        return None
    return moment(int(other.timestamp()), zone)


def _refuse_empty(wish: Wish) -> None:
    """A variable of a script that holds nothing must not become the usual time."""
    options = {"--at": wish.at, "--at-local": wish.at_local, "--rate": wish.rate}
    for option, words in options.items():
        if words is not None and not words.strip():
            raise click.UsageError(f"{option} is empty; write {EXAMPLES[option]}, or leave it out")


def _refuse_contradictions(wish: Wish) -> None:
    if wish.at and wish.at_local:
        raise click.UsageError("--at and --at-local are two different times; take one of them")
    if wish.now and (wish.at or wish.at_local or wish.rate):
        raise click.UsageError("--now means at once; leave the other times out")
    if wish.at_local and wish.rate:
        raise click.UsageError("--at-local has a time for each reader; leave --rate out")


def _rate(words: str) -> int:
    found = re.fullmatch(r"\s*([\d,_ ]+)\s*(?:/|per|an?)?\s*(?:h|hour)?\s*", words)
    number = int(re.sub(r"\D", "", found[1]) or 0) if found else 0
    if not 1 <= number <= MOST_OF_ALL:
        raise click.UsageError(f"{words} is no rate; write --rate 5000/h for 5,000 people an hour")
    return number


def _local(words: str, now: int, zone: ZoneInfo, zones: Iterable[str]) -> str:
    """The wall time meant; one without a day is the first that is still to come everywhere."""
    wall = read_wall_time(words, now, zone)
    if not re.search("[a-z-]", words.lower().replace("am", "").replace("pm", "")):
        places = [zone, *(ZoneInfo(name) for name in zones if name)]
        while min(wall.replace(tzinfo=place).timestamp() for place in places) < now + 3600:
            wall += timedelta(days=1)
    return wall.isoformat(timespec="minutes")
