"""This module says what an article and a template may know about a reader."""

from dataclasses import dataclass, fields
from datetime import date

from newsletter.errors import NewsletterError, Problem


@dataclass(frozen=True, slots=True)
class Reader:
    """The allow-list: names, tags, city, language, sign-up date and links made by us; nothing clinical.

    Every field is always there, empty where it is unknown.
    """

    first_name: str = ""
    last_name: str = ""
    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    city: str = ""
    language: str = ""
    signed_up: date | None = None
    unsubscribe_url: str = ""
    preferences_url: str = ""
    browser_url: str = ""
    confirm_url: str = ""


READER_FIELDS = tuple(entry.name for entry in fields(Reader))


class MergeProblem(NewsletterError):
    """One reader's value cannot be written into the letter."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))
