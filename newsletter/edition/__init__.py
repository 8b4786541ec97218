"""This room turns an article in a file into an Edition, and starts new articles."""

from newsletter.edition.draft import (
    ARTICLE,
    Birth,
    Draft,
    Enclosed,
    blank_edition,
    edition_like,
    with_template,
    write_draft,
)
from newsletter.edition.edition import DETAILS, Edition
from newsletter.edition.from_text import edition_from
from newsletter.edition.literal import as_entry, as_markdown
from newsletter.edition.load import Unsound, find_editions, load_edition

__all__ = [
    "ARTICLE",
    "DETAILS",
    "Birth",
    "Draft",
    "Edition",
    "Enclosed",
    "Unsound",
    "as_entry",
    "as_markdown",
    "blank_edition",
    "edition_from",
    "edition_like",
    "find_editions",
    "load_edition",
    "with_template",
    "write_draft",
]
