"""This room turns an article in a file into an Edition, and starts new articles."""

from newsletter.edition.draft import Birth, Draft, blank_edition, edition_like, write_draft
from newsletter.edition.edition import DETAILS, Edition
from newsletter.edition.from_text import edition_from
from newsletter.edition.load import find_editions, load_edition

__all__ = [
    "DETAILS",
    "Birth",
    "Draft",
    "Edition",
    "blank_edition",
    "edition_from",
    "edition_like",
    "find_editions",
    "load_edition",
    "write_draft",
]
