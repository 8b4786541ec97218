"""This room turns an article in a file into an Edition."""

from newsletter.edition.edition import DETAILS, Edition

__all__ = ["DETAILS", "Edition"]
