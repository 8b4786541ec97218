"""Days, names, languages and doubts, as the cells of lists have them."""

import pytest

from newsletter.audience.days import day, has_day_first, moment
from newsletter.audience.doubts import doubts
from newsletter.audience.names import split_name, tidy
from newsletter.audience.person import language, tags_of, time_zone


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-04", "2026-03-04"),
        ("2026-03-04T10:00:00.000Z", "2026-03-04 10:00:00"),
        ("2026-03-04 10:00:00 -0500", "2026-03-04 10:00:00"),
        ("2026/3/4", "2026-03-04"),
        ("3/4/2026", "2026-03-04"),
        ("3/4/26 4:05 PM", "2026-03-04 16:05:00"),
        ("12/31/2026 12:05 AM", "2026-12-31 00:05:00"),
        ("31/12/2026", "2026-12-31"),
        ("4.3.2026", "2026-03-04"),
        ("Mar 4, 2026", "2026-03-04"),
        ("Wednesday, March 4th, 2026", "2026-03-04"),
        ("4 mars 2026", "2026-03-04"),
        ("4-Mar-26", "2026-03-04"),
        ("1772582400", "2026-03-04"),
        ("1772582400000", "2026-03-04"),
        ("20260304", "2026-03-04"),
        ("20260304T100000Z", "2026-03-04"),
        ("46085", "2026-03-04"),
        ("46085.5", "2026-03-04"),
        ("3/4/98", "1998-03-04"),
        ("504", ""),
        ("70119", ""),
        ("2026-02-30", ""),
        ("soon", ""),
        ("", ""),
    ],
)
def test_a_day_or_a_moment(written: str, read: str) -> None:
    assert moment(written) == read
    assert day(written) == read[:10]


def test_day_before_month_where_it_is_said_or_cannot_be_otherwise() -> None:
    assert day("3/4/2026", day_first=True) == "2026-04-03"
    assert day("3/14/2026", day_first=True) == "2026-03-14"
    assert [has_day_first(word) for word in ("31/12/2026", "12/31/2026", "1/2/2026", "x")] == [
        True,
        False,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ada Fontenot", ("Ada", "Fontenot")),
        ("Fontenot, Ada", ("Ada", "Fontenot")),
        ("Dr. Ada Fontenot", ("Ada", "Fontenot")),
        ("Fontenot, Dr. Ada, PT", ("Ada", "Fontenot")),
        ("Fontenot, Jr.", ("Fontenot", "Jr.")),
        ("Ada & Gus Fontenot", ("Ada & Gus", "Fontenot")),
        ("Ada and Gus", ("Ada and Gus", "")),
        ("Ada Fontenot <ada@example.com>", ("Ada", "Fontenot")),
        ("ada@example.com", ("", "")),
        ("Ana &amp; Ben O&#39;Neil", ("Ana & Ben", "O'Neil")),
        ("Null", ("Null", "")),
        ("null", ("", "")),
        ("Na Li", ("Na", "Li")),
        ("-", ("", "")),
        ("", ("", "")),
    ],
)
def test_names_are_split_and_kept(written: str, name: tuple[str, str]) -> None:
    assert split_name(written) == name


def test_unseen_signs_are_no_part_of_a_word() -> None:
    assert tidy("\u00a0Ada\u200b \x00 Maria\n") == "Ada Maria"
    assert len(tidy("x" * 10_000)) == 200


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("Spanish (Mexico)", "es"),
        ("fr_CA", "fr"),
        ("English", "en"),
        ("Español", "es"),
        ("?", "de"),
    ],
)
def test_languages(cell: str, read: str) -> None:
    assert language("de", cell) == read


def test_tags_and_time_zones() -> None:
    assert tags_of(("fair",), 'b; "a"|c,, * myContacts ::: d') == ("a", "b", "c", "d", "fair")
    assert tags_of((), "runners &amp; walkers;yoga") == ("runners & walkers", "yoga")
    assert time_zone("", "America/Chicago") == "America/Chicago"
    assert time_zone("", "america/chicago") == "America/Chicago"
    assert time_zone("", "Central Time (US & Canada)") == "America/Chicago"
    assert time_zone("Europe/Paris", "Central") == "Europe/Paris"


@pytest.mark.parametrize(
    ("address", "flags"),
    [
        ("ada@gmail.com", ()),
        ("ada@gmial.com", ("perhaps gmail.com",)),
        ("ada@gmail.con", ("perhaps gmail.com",)),
        ("ada@gmail.co", ("perhaps gmail.com",)),
        ("ada@yaho.com", ("perhaps yahoo.com",)),
        ("ada@hotmial.com", ("perhaps hotmail.com",)),
        ("ada@outlookk.com", ("perhaps outlook.com",)),
        ("ada@iclod.com", ("perhaps icloud.com",)),
        ("ada@fox.net", ()),
        ("ada@mail.com", ()),
        ("ada@clinic-news.com", ()),
        ("info@clinic-news.com", ("role account",)),
        ("ada@mailinator.com", ("disposable domain",)),
        ("ada@sub.mailinator.com", ("disposable domain",)),
        ("info@gmial.com", ("role account", "perhaps gmail.com")),
    ],
)
def test_doubts_are_told(address: str, flags: tuple[str, ...]) -> None:
    local, _, host = address.partition("@")
    assert doubts(local, host) == flags
