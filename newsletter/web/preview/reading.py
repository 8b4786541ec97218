"""This module reads a letter's HTML as an inbox and a curious reader do: its first words and its links."""

import re
from dataclasses import dataclass

from newsletter.checks import Link as Found
from newsletter.checks import Page, is_private

MOST_WORDS = 240
"""More than any inbox shows after a subject."""
KINDS = (
    ("mailto:", "mail"),
    ("tel:", "telephone"),
    ("sms:", "text message"),
    ("#", "inside the letter"),
)
OWN = "acts for this reader"


@dataclass(frozen=True)
class Link:
    """A link: its words (or what its pictures show), its target and what kind of target that is."""

    words: str
    href: str
    kind: str

    @property
    def opens(self) -> bool:
        """Whether it can be tried from here: a reader's own link would act for that reader."""
        return self.kind == "web"


@dataclass(frozen=True)
class Reading:
    """What stands first in the letter, and all its links in their order."""

    beginning: str
    links: tuple[Link, ...]


def read_letter(page: Page, private: frozenset[str]) -> Reading:
    """Read *page*; links in *private* are the reader's own."""
    links = tuple(
        Link(_words(link), link.href, kind(link.href, private))
        for link in page.links
        if "href" in link.node.attributes
    )
    return Reading(page.beginning[:MOST_WORDS], links)


def _words(link: Found) -> str:
    pictures = (image.attributes.get("alt") for image in link.node.css("img"))
    shown = [link.words, *(f"[{alt}]" for alt in pictures if alt)]
    return " ".join(filter(None, shown)) or "(no words)"


def kind(href: str, private: frozenset[str]) -> str:
    """What a link leads to."""
    if is_private(href, private):
        return OWN
    told = (name for start, name in KINDS if href.lower().startswith(start))
    return next(told, "web" if re.match(r"(?i:https?)://[^/\s]", href) else "leads nowhere")
