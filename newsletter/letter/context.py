"""This module says what templates know when a letter is composed: edition, clinic, site and words."""

from types import SimpleNamespace
from typing import Any

from newsletter.config import Settings
from newsletter.edition import Edition
from newsletter.letter.event import Event
from newsletter.letter.pictures import Shown
from newsletter.letter.words import direction, long_day, words_of

WORDS_A_MINUTE = 220


def context(
    edition: Edition, settings: Settings, hero: Shown | None, event: Event | None, words: int
) -> dict[str, Any]:
    """The names of the first time of rendering; *words* is how many the article has."""
    known = SimpleNamespace(
        **edition.details,
        id=edition.id,
        title=edition.title,
        subject=edition.subject,
        preheader=edition.preheader,
        language=edition.language,
        direction=direction(edition.language),
        minutes=max(1, round(words / WORDS_A_MINUTE)),
        reviewed=_long(edition, "reviewed_on"),
        day=_long(edition, "date"),
        picture=hero,
        event=event,
    )
    return {
        "edition": known,
        "clinic": settings.clinic,
        "site": settings.site.url,
        "words": words_of(edition.language),
    }


def _long(edition: Edition, key: str) -> str:
    value = edition.details.get(key, "")
    return long_day(value, edition.language) if value else ""
