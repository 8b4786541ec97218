"""This module writes people in the forms that other programs import."""

import csv
import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from sqlalchemy import Connection, select

from newsletter.audience.choose import Subscriber
from newsletter.audience.fates import fates
from newsletter.audience.fold import origin_in
from newsletter.audience.folding import origins_of
from newsletter.audience.proof import list_names
from newsletter.store import STANDINGS, subscriber, suppression

IN_PARTS = {"yield_per": 1_000}
Column = Callable[[Any], str]
SUPPRESSED = ("Email", "Status", "Said by", "Day")
FATES = ("List", "Line", "What became of it", "Why", "File")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Form:
    """A form: what it is called, and how each of its columns is made from a person."""

    about: str
    columns: Mapping[str, Column]


def _day(person: Subscriber) -> str:
    return person.signed_up.isoformat() if person.signed_up else ""


def _tags(mark: str) -> Column:
    return lambda person: mark.join(person.tags)


FORMS: Mapping[str, Form] = {
    "newsletter": Form(
        "this program's own; newsletter lists import reads it",
        {
            "Email": lambda person: person.address,
            "First name": lambda person: person.first_name,
            "Last name": lambda person: person.last_name,
            "City": lambda person: person.city,
            "Language": lambda person: person.language,
            "Tags": _tags(";"),
            "Signed up": _day,
            "Status": lambda person: "subscribed",
        },
    ),
    "mailchimp": Form(
        "Mailchimp, import contacts",
        {
            "Email Address": lambda person: person.address,
            "First Name": lambda person: person.first_name,
            "Last Name": lambda person: person.last_name,
            "Tags": _tags(","),
        },
    ),
    "sendgrid": Form(
        "SendGrid Marketing Campaigns, upload contacts",
        {
            "email": lambda person: person.address,
            "first_name": lambda person: person.first_name,
            "last_name": lambda person: person.last_name,
            "city": lambda person: person.city,
        },
    ),
    "brevo": Form(
        "Brevo, import contacts",
        {
            "EMAIL": lambda person: person.address,
            "FIRSTNAME": lambda person: person.first_name,
            "LASTNAME": lambda person: person.last_name,
        },
    ),
    "kit": Form(
        "Kit, import subscribers",
        {
            "email": lambda person: person.address,
            "first_name": lambda person: person.first_name,
            "tags": _tags(", "),
        },
    ),
}


def write_people(people: Iterator[Subscriber], form: Form, file: IO[str]) -> int:
    """Write one row a person; how many."""
    writer = csv.writer(file)
    writer.writerow(form.columns)
    number = 0
    for person in people:
        address, *others = (column(person) for column in form.columns.values())
        writer.writerow([address, *map(_harmless, others)])
        number += 1
    return number


def write_suppressed(connection: Connection, file: IO[str]) -> int:
    """Write whoever left, bounced or complained, by what came home and by lists, as newsletter lists suppress reads it.

    How many rows; who is in both has two.
    """
    writer = csv.writer(file)
    writer.writerow(SUPPRESSED)
    number = 0
    for key, reason, origin, day in heapq.merge(_came_home(connection), _left_lists(connection)):
        writer.writerow((key, reason, _harmless(origin), day))
        number += 1
    return number


Gone = tuple[str, str, str, str]
"""The key of an address, why it may not be mailed, who said so, and the day."""


def _came_home(connection: Connection) -> Iterator[Gone]:
    columns = suppression.c
    query = select(columns.key, columns.reason, columns.origin, columns.at)
    query = query.order_by(columns.key, columns.reason, columns.origin)
    for key, reason, origin, at in connection.execute(query, execution_options=IN_PARTS):
        yield key, reason, origin, datetime.fromtimestamp(at, UTC).date().isoformat()


def _left_lists(connection: Connection) -> Iterator[Gone]:
    """Whoever is not subscribed by what lists say; the row that says so is the one that their standing is from."""
    lists, columns = list_names(connection), subscriber.c
    query = select(columns.key, columns.standing, columns.origins).order_by(columns.key)
    left = query.where(columns.standing != STANDINGS[0])
    for row in connection.execute(left, execution_options=IN_PARTS):
        origin = origin_in(origins_of(row.origins), "standing")
        said_by = f"{lists[origin.source]}:{origin.line}" if origin.source in lists else ""
        yield row.key, row.standing, said_by, origin.day[:10]


def write_fates(connection: Connection, file: IO[str], *, samples: bool) -> int:
    """Write what became of every row of every list; how many rows."""
    writer = csv.writer(file)
    writer.writerow(FATES)
    number = 0
    for fate in fates(connection, samples=samples):
        writer.writerow((fate.list, fate.line, fate.fate, _harmless(fate.why), fate.path))
        number += 1
    return number


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
