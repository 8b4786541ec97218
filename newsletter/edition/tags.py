"""This module sorts the tags of HTML by what they are to Markdown: blocks, cells, words."""

from bs4.element import NavigableString, PageElement

LINKS = ("http://", "https://", "mailto:", "tel:")
"""How an address begins that leads somewhere from a mail."""
BLOCKS = (
    "p div ul ol table blockquote pre h1 h2 h3 h4 h5 h6 img hr section article figure dl".split()
)
INLINE_TAGS = frozenset("p a span strong em b i u s sub sup h1 h2 h3 h4 h5 h6 picture".split())
CELLS = ["td", "th"]
DIVIDES = [
    *BLOCKS,
    *"br li dt dd td th tr tbody thead tfoot figcaption header footer main aside details".split(),
]


def is_said(child: PageElement) -> bool:
    """Whether *child* is bare words, in no tag of its own."""
    return type(child) is NavigableString and bool(child.strip())
