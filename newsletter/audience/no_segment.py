"""This module says why words for an audience cannot be understood."""

from newsletter.errors import NewsletterError


class NoSegment(NewsletterError):
    """Words that cannot be understood: *what* is wrong, the cure, and the place in the words."""

    def __init__(self, words: str, at: int, what: str, cure: str) -> None:
        self.what, self.cure = f"audience: {what}", cure
        super().__init__(f"{self.what}; {cure}\n  {words}\n  {' ' * at}^")
