"""This module weighs a letter: Gmail shows the first 102 kB of its HTML and cuts the rest off."""

from dataclasses import dataclass

from newsletter.checks.page import Page

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
    def severity(self) -> str:
        """How bad that is, nothing where all is well."""
        if self.sent > CLIPPED:
            return "error"
        return "warning" if self.sent > LARGE else ""


def weigh(page: Page) -> Weight:
    """The weight of a letter's HTML."""
    composed = len(page.html.encode())
    return Weight(composed, composed + A_LINK * len(page.links))
