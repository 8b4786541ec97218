"""This module reads the times people type."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOCK = r"(\d{1,2})(?::(\d{2}))?\s*(am|pm)?"


def read_moment(words: str, now: int, zone: ZoneInfo) -> int:
    """Seconds since 1970 for `2026-11-24 10:00`, `Tuesday 10:00`, `tomorrow 9am` or `10:00`, in the clinic's zone."""
    today = datetime.fromtimestamp(now, zone)
    try:
        when = datetime.fromisoformat(words.strip())
        return int((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp())
    except ValueError:
        pass
    found = re.fullmatch(
        rf"(?:(today|tomorrow|{'|'.join(DAYS)})\s+)?{CLOCK}", words.strip().lower()
    )
    if found is None or int(found[2]) > 23 or int(found[3] or 0) > 59:
        raise click.UsageError(
            f"{words} is no time; write 2026-11-24 10:00, Tuesday 10:00 or tomorrow 9am"
        )
    when = today.replace(
        hour=_hour(int(found[2]), found[4], words),
        minute=int(found[3] or 0),
        second=0,
        microsecond=0,
    )
    return int((when + timedelta(days=_days(found[1], when, today))).timestamp())


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
