"""This module reads days and times as exports write them; a date decides nothing about consent."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero", "feb february februar février febrero",
            "mar march märz mars marzo", "apr april avril abril", "may mai mayo",
            "jun june juni juin junio", "jul july juli juillet julio",
            "aug august août agosto", "sep sept september septembre septiembre",
            "oct october oktober octobre octubre", "nov november novembre noviembre",
            "dec december dezember décembre diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
MONTH_FIRST = re.compile(
    r"(?:[a-z]+,? )?([^\W\d_]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)"
)
DAY_FIRST = re.compile(r"(?:[a-z]+,? )?(\d{1,2})\.?[ -]([^\W\d_]{3,})\.?[ -](\d{4}|\d{2})(?!\d)")
SECONDS = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?\Z")
TIME = re.compile(r"[T ](\d{1,2}):(\d\d)(?::(\d\d))?")
HALF = re.compile(r"\d ?([ap])\.?m\b")
PLAIN_TIME = re.compile(r"[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:[.Z+-]|\Z)")
COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
SERIAL = re.compile(r"[345]\d{4}(?:\.\d+)?\Z")
"""A day as Excel counts it, from 1982 to 2064, in a cell or column that lost its format."""
NUMBER = re.compile(r"\d{5,8}(?:\.\d+)?")
BEFORE_FIRST = date(1899, 12, 30)
CENTURY = 2000
LATEST_SHORT_YEAR = 68
"""26 is 2026, and 98 was 1998: as POSIX and Excel have it, more or less."""
SHORTEST_MOMENT = len("1/2/26 3:04")
"""What is shorter is a day at most."""


def day(words: str, *, day_first: bool = False) -> str:
    """The ISO day in *words* (also with a time, as seconds since 1970, or as Excel counts days), or nothing where none can be read."""
    words = words.strip().lower()
    if found := YEAR_FIRST.match(words):
        return _iso(found[1], found[2], found[3])
    if found := YEAR_LAST.match(words):
        first, second = (found[1], found[3])
        if found[2] == "." or int(second) > 12 or (day_first and int(first) <= 31):
            first, second = (second, first) if int(second) <= 12 else (first, second)
        elif int(first) > 12:
            first, second = second, first
        return _iso(found[4], first, second)
    if found := MONTH_FIRST.match(words):
        return _iso(found[3], str(MONTHS.get(found[1], 0)), found[2])
    if found := DAY_FIRST.match(words):
        return _iso(found[3], str(MONTHS.get(found[2], 0)), found[1])
    if SECONDS.match(words):
        return datetime.fromtimestamp(float(words[:10]), UTC).date().isoformat()
    if found := COMPACT.match(words):
        return _iso(found[1], found[2], found[3])
    if SERIAL.match(words):
        return (BEFORE_FIRST + timedelta(days=int(words[:5]))).isoformat()
    return ""


def is_day(words: str) -> bool:
    """Whether *words* are a day and surely nothing else; a bare number such as 46085 may be one."""
    return bool(day(words)) and not NUMBER.fullmatch(words.strip())


def moment(words: str, day_of: Callable[[str], str] = day) -> str:
    """The ISO day, and where one is written the time, for telling which of two rows is newer."""
    if len(words) > 18 and words[4] == "-" and PLAIN_TIME.match(words, 10):
        on = day_of(words[:10])
        return f"{on} {words[11:19]}" if on else ""
    on = day_of(words)
    time = TIME.search(words) if on else None
    if time is None or int(time[1]) > 23:
        return on
    half = HALF.search(words.lower())
    hour = int(time[1]) % 12 + 12 * (half[1] == "p") if half else int(time[1])
    return f"{on} {hour:02}:{time[2]}:{time[3] or '00'}"


def has_day_first(words: str) -> bool | None:
    """Whether *words* can only be day/month/year, only month/day/year, or (None) either."""
    found = YEAR_LAST.match(words.strip())
    if not found or found[2] == "." or (int(found[1]) > 12) == (int(found[3]) > 12):
        return None
    return int(found[1]) > 12


def _iso(year: str, month: str, day_of_month: str) -> str:
    full = int(year)
    if len(year) == 2:
        full += CENTURY if full <= LATEST_SHORT_YEAR else CENTURY - 100
    try:
        return date(full, int(month), int(day_of_month)).isoformat()
    except ValueError:
        return ""
