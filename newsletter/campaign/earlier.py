"""This module knows who has an edition already, from campaigns that were not taken back."""

from collections.abc import Iterable, Iterator
from itertools import islice
from shlex import quote

from sqlalchemy import Connection, exists, select

from newsletter.audience import Subscriber
from newsletter.edition import Edition
from newsletter.errors import NewsletterError
from newsletter.store import campaign, recipient

CHUNK = 1_000


def earlier_campaigns(connection: Connection, edition: Edition) -> tuple[int, ...]:
    """The campaigns through which somebody has this edition, oldest first.

    Raises NewsletterError where it was another text.
    """
    given = exists().where(recipient.c.campaign_id == campaign.c.id, recipient.c.live == 1)
    query = select(campaign.c.id, campaign.c.edition_digest).order_by(campaign.c.id)
    found = connection.execute(query.where(campaign.c.edition_id == edition.id, given)).all()
    for number, digest in found:
        if digest != edition.digest:
            raise NewsletterError(
                f"{edition.name}: this edition was edited since it went out (campaign {number}); take "
                f"that back with newsletter undo {number}, or make it a new edition: newsletter new "
                f"--like {quote(edition.name)}"
            )
    return tuple(row.id for row in found)


def new_people(
    connection: Connection, edition_id: str, people: Iterable[Subscriber], *, known: bool = True
) -> Iterator[list[Subscriber]]:
    """Who of *people* has not got the edition yet, a thousand at a time; all of them where nobody is *known* to."""
    remaining = iter(people)
    while chunk := [*islice(remaining, CHUNK)]:
        if not known:
            yield chunk
            continue
        given = select(recipient.c.key).where(
            recipient.c.edition_id == edition_id,
            recipient.c.live == 1,
            recipient.c.key.in_([person.key for person in chunk]),
        )
        having = set(connection.scalars(given))
        yield [person for person in chunk if person.key not in having]
