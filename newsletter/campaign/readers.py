"""This module turns a subscriber into the reader that a letter may know."""

from dataclasses import replace
from typing import Any

from newsletter.audience import LARGEST_FAMILY, Subscriber
from newsletter.letter import Reader
from newsletter.letter.words import together
from newsletter.links import Links


def reader_of(person: Subscriber, links: Links | None, campaign_id: int) -> Reader:
    """What the letter may know of *person*; with *links* every reader has links of our own."""
    return Reader(
        first_name=person.first_name,
        last_name=person.last_name,
        names=person.names,
        tags=person.tags,
        city=person.city,
        language=person.language,
        signed_up=person.signed_up,
        **own_links(person.id, links, campaign_id),
    )


def as_family(person: Subscriber, language: str) -> Subscriber:
    """*person*, called by the first names of all who share the address: "Ana and Ben"; of too many by none."""
    if not 0 < len(person.first_names) <= LARGEST_FAMILY:
        return person
    return replace(person, first_name=together(person.first_names, language))


def own_links(subscriber_id: int, links: Links | None, campaign_id: int) -> dict[str, Any]:
    """The links to the clinic's own pages; none where the provider hosts them."""
    if links is None:
        return {}
    return {
        "unsubscribe_url": links.unsubscribe(subscriber_id, campaign_id),
        "preferences_url": links.preferences(subscriber_id, campaign_id),
        "browser_url": links.browser(subscriber_id, campaign_id),
    }
