"""This module says when and where an event is, and puts it into calendars without any server.

A link of the mail opens Google's or Microsoft's calendar; for all others a file travels with the letter
(iCalendar, RFC 5545). Times are the clinic's own; in the file they are UTC, so that no calendar is an hour off.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from newsletter.edition import Edition
from newsletter.letter.pictures import Picture
from newsletter.letter.words import locale, words_of

GOOGLE = "https://calendar.google.com/calendar/render?"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose?"
CALENDAR = "text/calendar"
Moment = date | datetime


@dataclass(frozen=True)
class Event:
    """What an announcement shows: the day as a badge and in words, the place, and the calendars."""

    month: str
    day: str
    weekday: str
    when: str
    where: str
    price: str
    google: str
    outlook: str
    filename: str
    file: str
    """Where the calendar file lies; empty where it is attached."""


def event_of(edition: Edition, zone: ZoneInfo) -> tuple[Event, Picture] | None:
    """The event of *edition* and its calendar file; None for an edition without a day."""
    details = edition.details
    if not details.get("starts"):
        return None
    starts = moment(details["starts"], zone)
    ends = moment(details["ends"], zone) if details.get("ends") else _usual_end(starts)
    file = _file(edition, starts, ends)
    from babel.dates import format_date

    tongue = locale(edition.language)
    event = Event(
        month=format_date(starts, "MMM", tongue),
        day=format_date(starts, "d", tongue),
        weekday=format_date(starts, "EEEE", tongue),
        when=_when(starts, ends, zone, edition.language).replace("\u202f", "\u00a0"),
        where=details.get("where", ""),
        price=details.get("price", ""),
        google=GOOGLE + urlencode(_google(edition, starts, ends)),
        outlook=OUTLOOK + urlencode(_outlook(edition, starts, ends)),
        filename=file.filename,
        file="",
    )
    return event, file


def moment(value: str, zone: ZoneInfo) -> Moment:
    """A day, or a time in the clinic's zone; *value* was checked when the edition was loaded."""
    if len(value) == len("2026-12-05"):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value).replace(tzinfo=zone)


def over_at(edition: Edition, zone: ZoneInfo) -> datetime | None:
    """When the event of *edition* is over; None for an edition without a day."""
    details = edition.details
    if not details.get("starts"):
        return None
    starts = moment(details["starts"], zone)
    ends = _day_after(moment(details["ends"], zone) if details.get("ends") else _usual_end(starts))
    return ends if isinstance(ends, datetime) else datetime(*ends.timetuple()[:3], tzinfo=zone)


def _usual_end(starts: Moment) -> Moment:
    return starts + timedelta(hours=1) if isinstance(starts, datetime) else starts


def _when(starts: Moment, ends: Moment, zone: ZoneInfo, language: str) -> str:
    from babel.dates import format_date, format_time

    tongue, words = locale(language), words_of(language)
    day = format_date(starts, "full", tongue)
    if not isinstance(starts, datetime) or not isinstance(ends, datetime):
        return day if starts == ends else words.to.format(day, format_date(ends, "full", tongue))
    first, last = (format_time(time, "short", zone, tongue) for time in (starts, ends))
    if starts.date() == ends.date():
        return f"{day}, {words.to.format(first, last)}"
    return words.to.format(f"{day}, {first}", f"{format_date(ends, 'full', tongue)}, {last}")


def _google(edition: Edition, starts: Moment, ends: Moment) -> dict[str, str]:
    return {
        "action": "TEMPLATE",
        "text": edition.title,
        "dates": f"{_compact(starts)}/{_compact(_day_after(ends))}",
        "location": edition.details.get("where", ""),
        "details": edition.preheader,
    }


def _outlook(edition: Edition, starts: Moment, ends: Moment) -> dict[str, str]:
    return {
        "subject": edition.title,
        "startdt": _dashed(starts),
        "enddt": _dashed(_day_after(ends)),
        "allday": "false" if isinstance(starts, datetime) else "true",
        "location": edition.details.get("where", ""),
        "body": edition.preheader,
    }


def _day_after(ends: Moment) -> Moment:
    """Calendars count the day on which a whole-day event is over."""
    return ends if isinstance(ends, datetime) else ends + timedelta(days=1)


def _compact(time: Moment) -> str:
    if isinstance(time, datetime):
        return time.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return time.strftime("%Y%m%d")


def _dashed(time: Moment) -> str:
    if isinstance(time, datetime):
        return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return time.isoformat()


def _file(edition: Edition, starts: Moment, ends: Moment) -> Picture:
    """The calendar file; its stamp is the event's own time, so that one edition gives one file."""
    from icalendar import Calendar
    from icalendar import Event as Entry

    begins = (
        starts if isinstance(starts, datetime) else datetime(*starts.timetuple()[:3], tzinfo=UTC)
    )
    entry = Entry()
    entry.add("uid", f"{edition.id}@newsletter")
    entry.add("dtstamp", begins.astimezone(UTC))
    entry.add("dtstart", _universal(starts))
    entry.add("dtend", _universal(_day_after(ends)))
    entry.add("summary", edition.title)
    entry.add("description", edition.preheader)
    if edition.details.get("where"):
        entry.add("location", edition.details["where"])
    calendar = Calendar()
    calendar.add("prodid", "-//newsletter//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    content = calendar.to_ical()
    name = re.sub(r"[^a-z0-9]+", "-", edition.path.stem.lower()).strip("-")
    return Picture(
        f"{name}-{hashlib.sha256(content).hexdigest()[:16]}", f"{name}.ics", CALENDAR, content
    )


def _universal(time: Moment) -> Moment:
    return time.astimezone(UTC) if isinstance(time, datetime) else time
