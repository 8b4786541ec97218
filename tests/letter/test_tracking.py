"""Links to the clinic's own pages say where they stand; all other links stay as they were."""

import re
from dataclasses import replace

import pytest

from newsletter.config import Settings, Site, Utm
from newsletter.letter import Letter, Reader
from newsletter.letter.tracking import Tracking

from .conftest import Write

TRACKING = Tracking(frozenset({"clinic.example.com"}), "newsletter", "email", "2026-11-hips")
TAGS = "utm_source=newsletter&utm_medium=email&utm_campaign=2026-11-hips&utm_content=body-1"

LINKS = {
    "front page": ("https://clinic.example.com/", f"https://clinic.example.com/?{TAGS}"),
    "subdomain": ("https://www.clinic.example.com/a", f"https://www.clinic.example.com/a?{TAGS}"),
    "query": ("https://clinic.example.com/?a=1", f"https://clinic.example.com/?a=1&{TAGS}"),
    "place in a page": ("https://clinic.example.com/a#b", f"https://clinic.example.com/a?{TAGS}#b"),
    "own words": (
        "https://clinic.example.com/?utm_content=top&utm_source=print",
        "https://clinic.example.com/?utm_content=top&utm_source=print&utm_medium=email&utm_campaign=2026-11-hips",
    ),
    "stranger": ("https://example.org/clinic.example.com", "https://example.org/clinic.example.com"),
    "looks like ours": ("https://notclinic.example.com/", "https://notclinic.example.com/"),
}  # fmt: skip


@pytest.mark.parametrize(("link", "tagged"), LINKS.values(), ids=LINKS)
def test_a_link(link: str, tagged: str) -> None:
    assert TRACKING.tagged(link, "body-1") == tagged


@pytest.fixture
def tracked(settings: Settings) -> Settings:
    return replace(settings, utm=Utm(on=True), site=Site(url="https://news.example.com"))


BODY = """\
Read [one](https://www.clockworkperform.com/a?x=1&y=2), [two](https://clockworkperform.com/b)
and [what others say](https://doi.org/10.1002/x).

[Book](https://www.clockworkperform.com/visit?city={{ reader.city | urlencode }}){.button}
"""
PERSON = Reader(
    city="New Orleans",
    unsubscribe_url="https://news.example.com/u/1",
    preferences_url="https://news.example.com/p/1",
    browser_url="https://news.example.com/v/1",
)


def links(letter: Letter) -> list[str]:
    found = re.findall(r'<a\s[^>]*?href="([^"]*)"', letter.view(PERSON).html)
    return [link.replace("&amp;", "&") for link in found]


def contents(letter: Letter) -> dict[str, str]:
    """What each link says of its place, by its path."""
    return {
        link.split("?")[0]: "".join(re.findall(r"utm_content=([\w-]+)", link))
        for link in links(letter)
    }


def test_each_link_says_where_it_stands(write: Write, tracked: Settings) -> None:
    assert contents(write(BODY, settings=tracked, tag=None)) == {
        "https://www.clockworkperform.com/": "footer",
        "https://www.clockworkperform.com/a": "body-1",
        "https://clockworkperform.com/b": "body-2",
        "https://doi.org/10.1002/x": "",
        "https://www.clockworkperform.com/visit": "cta",
        "https://news.example.com/u/1": "",
        "https://news.example.com/p/1": "",
        "https://news.example.com/v/1": "",
    }


def test_values_of_readers_stay_whole(write: Write, tracked: Settings) -> None:
    (button,) = [link for link in links(write(BODY, settings=tracked, tag=None)) if "visit" in link]
    assert button == (
        "https://www.clockworkperform.com/visit?city=New%20Orleans"
        "&utm_source=newsletter&utm_medium=email&utm_campaign=test-edition&utm_content=cta"
    )


def test_the_text_says_that_it_is_the_text(write: Write, tracked: Settings) -> None:
    text = write(BODY, settings=tracked, tag=None).view(PERSON).text
    tags = "utm_source=newsletter&utm_medium=email&utm_campaign=test-edition&utm_content=text"
    assert f"one ( https://www.clockworkperform.com/a?x=1&y=2&{tags} )" in text
    assert "what others say ( https://doi.org/10.1002/x )" in text
    assert "Unsubscribe: https://news.example.com/u/1\n" in text


def test_a_link_in_capitals_is_tagged_in_both_parts(write: Write, tracked: Settings) -> None:
    letter = write("[Visit](HTTPS://WWW.ClockworkPerform.com/a)", settings=tracked, tag=None)
    (visit,) = [link for link in links(letter) if "/a" in link]
    assert visit.endswith("utm_content=body-1")
    assert "ClockworkPerform.com/a?utm_source=newsletter" in letter.view(PERSON).text


def test_without_the_setting_nothing_is_added(write: Write) -> None:
    assert "utm_" not in "".join(links(write(BODY)))
