"""An event: its day and time in words, and calendars that agree with them."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from newsletter.config import Settings, Site
from newsletter.edition import load_edition
from newsletter.errors import Problems
from newsletter.letter import Letter, Reader, compose

ARTICLE = """\
---
id: open-house
title: Open house; come, and bring friends
subject: You are invited to our open house
preheader: Free short classes, coffee, and a therapist for your questions.
template: announcement
language: {language}
where: Clockwork Perform, New Orleans
{times}
---
Come in.
"""


def announced(settings: Settings, times: str, language: str = "en") -> Letter:
    path = settings.root / "content" / "open-house.md"
    path.write_text(ARTICLE.format(times=times, language=language), encoding="utf-8")
    return compose(load_edition(path, settings.root), settings, unsubscribe_tag="[leave]")


MORNING = "starts: 2026-12-05 10:00\nends: 2026-12-05 13:00"
WORDS = {
    "a morning": (MORNING, "en", "When: Saturday, December 5, 2026, 10:00\u00a0AM to 1:00\u00a0PM"),
    "an hour": ("starts: 2026-07-04 17:30", "en", "When: Saturday, July 4, 2026, 5:30\u00a0PM to 6:30\u00a0PM"),
    "a day": ("starts: 2026-12-05", "en", "When: Saturday, December 5, 2026"),
    "a week": ("starts: 2026-12-05\nends: 2026-12-11", "en", "When: Saturday, December 5, 2026 to Friday, December 11, 2026"),
    "a night": ("starts: 2026-12-05 20:00\nends: 2026-12-06 02:00", "en", "When: Saturday, December 5, 2026, 8:00\u00a0PM to Sunday, December 6, 2026, 2:00\u00a0AM"),
    "in Spanish": (MORNING, "es-MX", "Cuándo: sábado, 5 de diciembre de 2026, 10:00\u00a0a.m. a 1:00\u00a0p.m."),
    "in French": (MORNING, "fr", "Quand: samedi 5 décembre 2026, 10:00 à 13:00"),
}  # fmt: skip


@pytest.mark.parametrize(("times", "language", "line"), WORDS.values(), ids=WORDS)
def test_when_it_is_in_words(settings: Settings, times: str, language: str, line: str) -> None:
    text = announced(settings, times, language).view(Reader()).text
    (said,) = re.findall(r"^(?:When|Cuándo|Quand): .*$", text, re.MULTILINE)
    assert said == line


def test_the_file_says_the_same_moment_in_universal_time(settings: Settings) -> None:
    (file,) = announced(settings, MORNING).pictures
    assert (file.filename, file.type) == ("open-house.ics", "text/calendar")
    (entry,) = Calendar.from_ical(file.content).walk("VEVENT")
    central = ZoneInfo("America/Chicago")
    assert entry.start.astimezone(central).isoformat() == "2026-12-05T10:00:00-06:00"
    assert entry.end.astimezone(central).isoformat() == "2026-12-05T13:00:00-06:00"
    assert str(entry["SUMMARY"]) == "Open house; come, and bring friends"
    assert str(entry["LOCATION"]) == "Clockwork Perform, New Orleans"
    assert str(entry["UID"]) == "open-house@newsletter"
    assert b"METHOD:PUBLISH\r\n" in file.content


def test_a_whole_day_ends_at_the_beginning_of_the_next(settings: Settings) -> None:
    (file,) = announced(settings, "starts: 2026-12-05\nends: 2026-12-11").pictures
    assert b"DTSTART;VALUE=DATE:20261205\r\n" in file.content
    assert b"DTEND;VALUE=DATE:20261212\r\n" in file.content


def test_the_same_edition_gives_the_same_file(settings: Settings) -> None:
    first, second = (announced(settings, MORNING).pictures for _time in range(2))
    assert first == second


def queries(letter: Letter) -> dict[str, dict[str, list[str]]]:
    links = re.findall(r"\( (https://[^ ]+) \)", letter.view(Reader()).text)
    return {urlsplit(link).netloc: parse_qs(urlsplit(link).query) for link in links}


def test_the_links_open_two_calendars_that_agree(settings: Settings) -> None:
    asked = queries(announced(settings, MORNING))
    assert asked["calendar.google.com"]["dates"] == ["20261205T160000Z/20261205T190000Z"]
    assert asked["outlook.live.com"]["startdt"] == ["2026-12-05T16:00:00Z"]
    assert asked["outlook.live.com"]["enddt"] == ["2026-12-05T19:00:00Z"]
    assert asked["outlook.live.com"]["subject"] == asked["calendar.google.com"]["text"]


def test_without_a_site_the_file_is_attached_and_the_letter_says_so(settings: Settings) -> None:
    letter = announced(settings, MORNING)
    view = letter.view(Reader())
    assert "open the attached file open-house.ics" in view.html
    assert letter.pictures[0].travels_with(view.html)


def test_with_a_site_the_letter_links_the_file(settings: Settings) -> None:
    site = Site(url="https://news.example.com", hosted_pictures=True)
    letter = announced(replace(settings, site=site), MORNING)
    links = {"preferences_url": "https://news.example.com/p/1", "browser_url": "https://news.example.com/v/1"}  # fmt: skip
    view = letter.view(Reader(**links))  # type: ignore[arg-type]
    address = f"https://news.example.com/picture/{letter.pictures[0].cid}"
    assert f'href="{address}"' in view.html
    assert f"( {address} )" in view.text
    assert not letter.pictures[0].travels_with(view.html)


WRONG = {
    "no time": ("starts: tomorrow", "9: starts: tomorrow cannot be used"),
    "no such hour": ("starts: 2026-12-05 25:00", "9: starts: 2026-12-05 25:00 is no time"),
    "no beginning": ("ends: 2026-12-05", "9: ends without starts"),
    "backwards": ("starts: 2026-12-05\nends: 2026-12-04", "10: it ends before it starts"),
    "half a time": (
        "starts: 2026-12-05 10:00\nends: 2026-12-06",
        "10: one of starts and ends has a time",
    ),
}


@pytest.mark.parametrize(("times", "message"), WRONG.values(), ids=WRONG)
def test_a_time_that_cannot_be_is_told_with_its_line(
    settings: Settings, times: str, message: str
) -> None:
    with pytest.raises(Problems) as caught:
        announced(settings, times)
    assert str(caught.value).startswith(f"content/open-house.md:{message}")  # fmt: skip


def test_an_edition_without_a_day_has_no_event(settings: Settings, project: Path) -> None:
    letter = announced(settings, "price: Free")
    assert letter.pictures == ()
    assert "calendar" not in letter.view(Reader()).text
