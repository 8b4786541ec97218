"""This module says what the preview needs of a project; the command line hands it in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.checks import Finding
from newsletter.config import Settings
from newsletter.letter import Letter, Reader, View


@dataclass(frozen=True)
class Composed:
    """A letter, and the settings that it was composed with."""

    letter: Letter
    settings: Settings


@dataclass(frozen=True)
class Trial:
    """A test to post: one reader's letter, as it is shown, to one address."""

    composed: Composed
    reader: Reader
    view: View
    address: str


@dataclass(frozen=True)
class Posted:
    """Where a test went, in a sentence, and in practice the address of the inbox that has it."""

    sentence: str
    inbox: str = ""


@dataclass(frozen=True)
class Means:
    """What the page can ask for.

    *compose* reads the article anew and raises NewsletterError with all that is wrong with it;
    *readers* yields whom the letter may go to, *stranger* is a reader of whom nothing is known;
    *judge* gives the findings for one reader; *post* sends a test, or raises NewsletterError. In *practice* nothing leaves this computer.
    """

    root: Path
    article: Path
    practice: bool
    compose: Callable[[], Composed]
    readers: Callable[[Composed], Iterable[Reader]]
    stranger: Callable[[], Reader]
    judge: Callable[[Composed, Reader], Sequence[Finding]]
    post: Callable[[Trial], Posted]
