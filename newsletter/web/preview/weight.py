"""This module weighs a letter: Gmail shows the first 102 kB of its HTML and cuts the rest off."""

from dataclasses import dataclass

CLIPPED, LARGE = 102_000, 80_000
"""Bytes at which Gmail cuts, and from which it is near."""
A_LINK = 350
"""Bytes that SendGrid's rewriting adds to a link, about."""


@dataclass(frozen=True)
class Weight:
    """Bytes of the HTML as composed, and about as sent with rewritten links."""

    composed: int
    sent: int

    @property
    def verdict(self) -> str:
        if self.sent > CLIPPED:
            return "Gmail cuts the end off, with the way to unsubscribe; shorten the article."
        return "Near the limit." if self.sent > LARGE else "Gmail shows all of it."


def weigh(html: str, links: int) -> Weight:
    """The weight of *html* with so many *links*."""
    composed = len(html.encode())
    return Weight(composed, composed + A_LINK * links)
