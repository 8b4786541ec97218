"""This room turns an article in a file into an Edition, and starts new articles."""

from newsletter.edition.edition import DETAILS, Edition
from newsletter.edition.load import find_editions, load_edition

__all__ = ["DETAILS", "Edition", "find_editions", "load_edition"]
