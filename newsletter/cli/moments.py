"""This module reads the times people type."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR = timedelta(hours=1)
CLOCK = r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?"


def read_moment(words: str, now: int, zone: ZoneInfo) -> int:
    """Seconds since 1970 for `2026-11-24 10:00`, `Tuesday 10:00`, `tomorrow 9am` or `10:00`, in the clinic's zone.

    Raises click.UsageError where that is no time, or an hour that the clocks skip.
    """
    when = _read(words, now, zone)
    if when.tzinfo:
        return int(when.timestamp())
    if is_skipped(when, zone):
        raise click.UsageError(
            f"{words} does not exist in {zone.key}: the clocks go forward over it; "
            f"write {_shown(when - HOUR)} or {_shown(when + HOUR)}"
        )
    return int(when.replace(tzinfo=zone).timestamp())


def read_wall_time(words: str, now: int, zone: ZoneInfo) -> datetime:
    """What clocks show at the moment that *words* mean, wherever they hang; raises click.UsageError."""
    when = _read(words, now, zone)
    if when.tzinfo:
        raise click.UsageError(
            f"{words} is one moment for all, not an hour where each reader lives; "
            f"write --at-local {_shown(when)}, or --at {words}"
        )
    return when


def is_skipped(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether no clock in *zone* ever shows *wall*, because they go forward over it."""
    return _shift(wall, zone) > timedelta(0)


def comes_twice(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks in *zone* show *wall* twice, because they go back."""
    return _shift(wall, zone) < timedelta(0)


def _shift(wall: datetime, zone: ZoneInfo) -> timedelta:
    """By how much the clocks are put forward at *wall*; below zero where they go back (PEP 495)."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    return timedelta(seconds=first - second)


def _read(words: str, now: int, zone: ZoneInfo) -> datetime:
    """What was typed, without a zone unless one was."""
    with suppress(ValueError):
        return datetime.fromisoformat(words.strip())
    found = re.fullmatch(
        rf"(?:(today|tomorrow|{'|'.join(DAYS)})\s+)?{CLOCK}", words.strip().lower()
    )
    if found is None or int(found[2]) > 23 or int(found[3] or 0) > 59:
        raise click.UsageError(
            f"{words} is no time; write 2026-11-24 10:00, Tuesday 10:00 or tomorrow 9am"
        )
    hour, minute = _hour(int(found[2]), found[4], words), int(found[3] or 0)
    today = datetime.fromtimestamp(now, zone).replace(tzinfo=None, fold=0)
    when = today.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return when + timedelta(days=_days(found[1], when, today))


def _shown(wall: datetime) -> str:
    return f"{wall:%Y-%m-%dT%H:%M}"


def _hour(number: int, half: str | None, words: str) -> int:
    """The hour of 24; *half* is am, pm or nothing."""
    if half is None:
        return number
    if not 1 <= number <= 12:
        raise click.UsageError(
            f"{words} is no time: with am or pm the hour is 1 to 12; write 3pm or 15:00"
        )
    return number % 12 + (12 if half == "pm" else 0)


def _days(day: str | None, when: datetime, today: datetime) -> int:
    if day is None:
        return 0 if when > today else 1
    if day in DAYS:
        ahead = (DAYS.index(day) - today.weekday()) % 7
        return ahead if ahead or when > today else 7
    return 1 if day == "tomorrow" else 0
