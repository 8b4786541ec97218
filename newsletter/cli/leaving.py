"""This module says when the mail of a planned campaign leaves, and what waits here until then."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.campaign import Times
from newsletter.cli.moments import comes_twice, is_skipped
from newsletter.cli.times import twice
from newsletter.cli.wording import moment
from newsletter.config import Sending, Settings
from newsletter.delivery import Schedule, last_send_at, leave
from newsletter.delivery.schedule import HORIZON_SECONDS


@dataclass(frozen=True)
class Leaving:
    """When the first and the last mail of a campaign leave, by SendGrid's clock."""

    times: Times
    schedule: Schedule
    last: int
    places: tuple[ZoneInfo, ...]
    """Where readers live, and the clinic."""

    @property
    def waits_until(self) -> int | None:
        """Until when the last mail waits here, because SendGrid takes none so far ahead; None where none waits."""
        until = self.last - HORIZON_SECONDS
        return until if until > self.times.now else None


def plan_leaving(
    now: int, readers: int, times: Times, settings: Settings, zones: Iterable[str]
) -> Leaving:
    """When mail to so many *readers* leaves; raises TooEarly without room to undo."""
    zones = [*zones]
    places = (settings.zone, *map(ZoneInfo, zones))
    schedule = leave(now, readers, times, settings, zones)
    if times.local_time:
        last = max(times.local_send_at(place) for place in places)
    else:
        last = last_send_at(schedule.send_at, readers, times)
    return Leaving(times, schedule, last, places)


def leaving_facts(leaving: Leaving, settings: Settings) -> dict[str, str]:
    """When it leaves, how it is spread out, how long a part of it waits here, and until when it can be undone."""
    times, first, last = leaving.times, leaving.schedule.send_at, leaving.last
    zone = settings.zone
    not_spread = _not_spread(set_aside(times, settings.sending), times)
    if times.at_once:
        return {
            "Leaves": "at once, while it is handed over",
            **not_spread,
            "Undo": "none (--now)",
        }
    shown = {"Leaves": moment(first, zone)}
    if other := twice(first, zone):
        shown["Leaves"] += f" (that hour comes twice; the other is {other})"
    if times.local_time:
        shown["Leaves"] = _where_each_lives(leaving)
        shown |= not_spread
    elif last > first:
        shown["Until"] = f"{moment(last, zone)}, {_pace(times)}"
    if leaving.waits_until:
        shown["Waits here"] = waits_here(leaving.waits_until, zone)
    shown["Undo until"] = moment(leaving.schedule.undo_until, zone)
    return shown


def waits_here(until: int, zone: ZoneInfo) -> str:
    """Until when mail waits on this computer, and what sends it then."""
    return (
        f"until {moment(until, zone)} (SendGrid keeps mail for three days); "
        "keep newsletter worker running"
    )


def set_aside(times: Times, sending: Sending) -> tuple[str, ...]:
    """The settings that spread a campaign out and that --now and --at-local do without."""
    if not (times.at_once or times.local_time):
        return ()
    return tuple(name for name in ("rate", "warmup") if getattr(sending, name))


def _not_spread(names: Sequence[str], times: Times) -> dict[str, str]:
    if not names:
        return {}
    option, what = ("--now", "at once") if times.at_once else ("--at-local", "at that hour")
    return {
        "Not spread out": f"without [sending] {' and '.join(names)} of newsletter.toml: with {option} everybody "
        f"gets it {what}; to keep it, leave {option} out"
    }


def _where_each_lives(leaving: Leaving) -> str:
    """The hour, and what becomes of it where the clocks change in it."""
    hour = datetime.fromisoformat(leaving.times.local_time)
    shown = f"{hour:%a} {hour.day} {hour:%b %Y}, {hour:%H:%M}, where each reader lives"
    if any(is_skipped(hour, place) for place in leaving.places):
        shown += " (an hour later where the clocks go forward over it)"
    if any(comes_twice(hour, place) for place in leaving.places):
        shown += " (the first time where it comes twice)"
    return shown


def _pace(times: Times) -> str:
    rate = [f"{times.rate:,} an hour"] if times.rate else []
    days = [f"warming up with {', '.join(f'{one:,}' for one in times.warmup)} a day"]
    return " and ".join([*rate, *(days if times.warmup else [])])
