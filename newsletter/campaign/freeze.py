"""This module freezes a campaign: letter and audience are fixed in one transaction, each person once an edition."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from newsletter.audience import Subscriber
from newsletter.campaign.approval import Entry, record
from newsletter.campaign.earlier import earlier_campaigns, new_people
from newsletter.campaign.envelope import Envelope
from newsletter.campaign.ranges import VARIANT_SPAN
from newsletter.campaign.readers import reader_of
from newsletter.campaign.times import Times
from newsletter.edition import Edition
from newsletter.errors import NewsletterError, Problem, Problems
from newsletter.letter import Letter, MergeProblem
from newsletter.links import Links
from newsletter.store import Store, campaign, insert_many, picture, recipient, variant

REST_OF_A_PERSON = 300
"""Bytes of a personalization beside its address, subject, link and substitutions."""

COLUMNS = (
    "campaign_id",
    "seq",
    "edition_id",
    "subscriber_id",
    "key",
    "address",
    "variant",
    "subject",
    "substitutions",
    "unsubscribe_url",
)
KEY = COLUMNS.index("key")

People = Callable[[Connection], Iterable[Subscriber]]
"""Chooses the audience inside the freeze's own transaction."""


@dataclass(frozen=True)
class Frozen:
    """What was frozen; without a campaign there was nobody new."""

    campaign_id: int | None
    recipients: int
    already: int
    """People who are in an earlier campaign of this edition."""
    earlier: tuple[int, ...]
    """Those campaigns, oldest first."""


def freeze(
    store: Store,
    edition: Edition,
    letter: Letter,
    people: People,
    envelope: Envelope,
    *,
    times: Times,
    links: Links | None = None,
    audience: str | None = None,
    at_most: int | None = None,
    author: str = "",
) -> Frozen:
    """Fix letter and audience; whoever has this edition already is left out.

    With *links* every reader has links of our own; *audience* is what took the place of the article's own words for
    its people; *author* is who freezes it, for its log. Raises Problems with the
    number of readers for whom a merge field cannot be written, NewsletterError where the edition was edited since it
    went out, or where more than *at_most* people are new; nothing is written then, nor where nobody is new.
    """
    with store.write() as connection:
        earlier = earlier_campaigns(connection, edition)
        row = _row(edition, letter, envelope, times) | {"audience": audience}
        number = connection.execute(
            insert(campaign).values(row).returning(campaign.c.id)
        ).scalar_one()
        freezing = _Freezing(connection, edition, letter, number, links, bool(times.local_time))
        everybody = freezing.counted(people(connection))
        for chunk in new_people(connection, edition.id, everybody, known=bool(earlier)):
            freezing.take(chunk)
        freezing.refuse_problems()
        if not freezing.recipients:
            connection.execute(delete(campaign).where(campaign.c.id == number))
            return Frozen(None, 0, freezing.already, earlier)
        if at_most is not None and freezing.recipients > at_most:
            raise NewsletterError(
                f"the audience grew since the plan, from {at_most:,} to {freezing.recipients:,}: somebody merged a "
                "list; nothing was sent, type the same command again and look at the plan"
            )
        freezing.finish()
        if author:
            whom = "1 person" if freezing.recipients == 1 else f"{freezing.recipients:,} people"
            record(connection, number, Entry(times.now, author, "frozen", whom))
        return Frozen(number, freezing.recipients, freezing.already, earlier)


@dataclass
class _Freezing:
    """One campaign in the making."""

    connection: Connection
    edition: Edition
    letter: Letter
    number: int
    links: Links | None
    by_zone: bool
    """Whether each reader has an hour of their own: then each time zone is a variant."""
    seen: int = 0
    read: int = 0
    sizes: Counter[int] = field(default_factory=Counter)
    largest: dict[int, int] = field(default_factory=dict)
    problems: dict[tuple[Any, ...], tuple[Problem, int]] = field(default_factory=dict)
    digest: Any = field(default_factory=hashlib.sha256)
    places: dict[tuple[int, str], int] = field(default_factory=dict)

    @property
    def recipients(self) -> int:
        return self.sizes.total()

    @property
    def already(self) -> int:
        return self.seen - self.read

    def counted(self, people: Iterable[Subscriber]) -> Iterator[Subscriber]:
        for person in people:
            self.seen += 1
            yield person

    def take(self, chunk: Sequence[Subscriber]) -> None:
        """Write the letter's values for each of *chunk*; after a problem only look for more of them."""
        rows = [row for person in chunk if (row := self._row(person)) is not None]
        if self.problems:
            return
        self.digest.update("".join([f"{row[KEY]}\n" for row in rows]).encode())
        insert_many(self.connection, recipient, COLUMNS, rows)

    def refuse_problems(self) -> None:
        if self.problems:
            raise Problems(self._problem(*found) for found in self.problems.values())

    def finish(self) -> None:
        """Write what is known only now."""
        for number, largest in self.largest.items():
            self.connection.execute(
                update(variant)
                .where(variant.c.campaign_id == self.number, variant.c.number == number)
                .values(recipients=self.sizes[number], largest=largest)
            )
        self._take_pictures()
        self.connection.execute(
            update(campaign)
            .where(campaign.c.id == self.number)
            .values(frozen=self.recipients, audience_digest=self.digest.hexdigest())
        )

    def _row(self, person: Subscriber) -> tuple[Any, ...] | None:
        """A value for each of COLUMNS; None where there is a problem."""
        self.read += 1
        reader = reader_of(person, self.links, self.number)
        try:
            personal = self.letter.personalise(reader)
        except MergeProblem as error:
            at = (str(error.problem.path), error.problem.line)
            self.problems[at] = (error.problem, self.problems.get(at, (None, 0))[1] + 1)
            return None
        number = self._number(personal.variant, person)
        own = (person.address, number, personal.subject, personal.json, reader.unsubscribe_url)
        self._measure(number, f"{own[0]}{own[2]}{own[3]}{own[4]}")
        self.sizes[number] += 1
        seq = number * VARIANT_SPAN + self.sizes[number]
        return (self.number, seq, self.edition.id, person.id, person.key, *own)

    def _number(self, variant: int, person: Subscriber) -> int:
        """The number of the variant for this person; it is written the first time."""
        zone = person.time_zone if self.by_zone else ""
        number = (
            self.places.setdefault((variant, zone), len(self.places)) if self.by_zone else variant
        )
        if number not in self.largest:
            self._take_variant(number, variant, zone)
        return number

    def _measure(self, number: int, words: str) -> None:
        size = REST_OF_A_PERSON + (len(words) if words.isascii() else len(words.encode()))
        if size > self.largest[number]:
            self.largest[number] = size

    def _take_variant(self, number: int, variant_number: int, zone: str) -> None:
        made = self.letter.variant(variant_number)
        values = {"campaign_id": self.number, "number": number, "html": made.html, "zone": zone}
        values |= {"text": made.text, "recipients": 0, "largest": 0}
        self.connection.execute(insert(variant).values(values))
        self.largest[number] = 0

    def _take_pictures(self) -> None:
        for shown in self.letter.pictures:
            self.connection.execute(
                insert(picture).values(
                    campaign_id=self.number,
                    cid=shown.cid,
                    filename=shown.filename,
                    type=shown.type,
                    content=shown.content,
                )
            )

    def _problem(self, problem: Problem, readers: int) -> Problem:
        what = f"{problem.what} (for {readers:,} of {self.read:,} readers)"
        return Problem(problem.path, problem.line, what, problem.cure)


def _row(edition: Edition, letter: Letter, envelope: Envelope, times: Times) -> dict[str, Any]:
    return {
        "edition_id": edition.id,
        "edition": edition.name,
        "title": edition.title,
        "edition_digest": edition.digest,
        "letter_digest": letter.digest,
        "audience_digest": "",
        "envelope": envelope.as_json(),
        "frozen": 0,
        **times.as_columns(),
    }
