"""This module says how one thing that a send rests on was found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from newsletter.errors import NewsletterError, ServiceFailed

GOOD, ADVICE, NOT_VERIFIED, FAILED, WRONG = "good", "advice", "not verified", "failed", "wrong"
VERDICTS = (GOOD, ADVICE, NOT_VERIFIED, FAILED, WRONG)
"""*advice*: it works and could be better. *failed*: the service did not answer. *wrong*: put it right first."""


@dataclass(frozen=True)
class Examined:
    """One line: what was looked at, the verdict, what was found, and what to do."""

    what: str
    verdict: str
    found: str
    cure: str = ""


def examine(what: str, look: Callable[[], Examined], cure: str = "") -> Examined:
    """What *look* finds; what cannot be asked is not verified, and never good."""
    try:
        return look()
    except ServiceFailed as error:
        return Examined(what, FAILED, str(error))
    except NewsletterError as error:
        return Examined(what, NOT_VERIFIED, str(error), cure)


Lines = Iterator[Examined]
