"""This module says what SendGrid's answers mean: the outcome of a post, and a sentence with its cure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from newsletter.errors import NewsletterError, ServiceFailed

ACCEPTED, REFUSED, LATER, TOO_LARGE, STOP, UNKNOWN = (
    "accepted",
    "refused",
    "later",
    "too large",
    "stop",
    "unknown",
)

OUTCOMES: Mapping[int, str] = {
    200: STOP,  # sandbox_mode: looked at, never sent
    202: ACCEPTED,
    400: REFUSED,
    401: STOP,
    403: STOP,
    404: STOP,
    405: STOP,
    413: TOO_LARGE,
    415: STOP,
    429: LATER,
}
"""All but 202 say that nothing was accepted; what is not here (3xx, 5xx) leaves it open."""

CREDITS = "maximum credits exceeded"
PERMISSIONS = "Mail Send, Scheduled Sends, Suppressions and Stats"
"""What the key must be allowed, as SendGrid's page of keys calls it."""


@dataclass(frozen=True)
class Complaint:
    """One error of SendGrid's: its words and the field it names."""

    message: str
    field: str = ""


@dataclass(frozen=True)
class Posted:
    """What came of a mail/send."""

    outcome: str
    status: int | None = None
    message_id: str = ""
    complaints: tuple[Complaint, ...] = ()
    retry_at: int = 0
    """Before when SendGrid wants nothing more, by its own time; 0 where it does not say."""

    @property
    def words(self) -> str:
        return in_short(self.complaints)


def posted(answer: Any) -> Posted:
    """The outcome of a mail/send from its whole answer."""
    outcome = OUTCOMES.get(answer.status_code, UNKNOWN)
    if outcome == ACCEPTED:
        return Posted(outcome, 202, answer.headers.get("X-Message-Id", ""))
    retry_at = _seconds(answer.headers.get("X-RateLimit-Reset")) if outcome == LATER else 0
    return Posted(outcome, answer.status_code, complaints=complaints(answer), retry_at=retry_at)


def _seconds(header: str | None) -> int:
    return int(header) if header and header.isdecimal() else 0


def complaints(answer: Any) -> tuple[Complaint, ...]:
    """SendGrid's errors; an answer that is none of its own (a proxy's page) counts as one."""
    try:
        errors = orjson.loads(answer.body)["errors"]
        return tuple(
            Complaint(str(one.get("message") or ""), str(one.get("field") or "")) for one in errors
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return (Complaint(f"status {answer.status_code}"),)


def in_short(said: tuple[Complaint, ...]) -> str:
    """The first few complaints on one line."""
    words = [f"{one.message} ({one.field})" if one.field else one.message for one in said[:3]]
    more = [f"and {len(said) - 3} more"] if len(said) > 3 else []
    return "; ".join([*words, *more])


def in_words(status: int, said: tuple[Complaint, ...]) -> NewsletterError:
    """What SendGrid refused, as a sentence with its cure."""
    words = in_short(said)
    if status == 401 and CREDITS in words.lower():
        return ServiceFailed(
            'SendGrid says "Maximum credits exceeded": the account has no mails left; raise its plan or wait for '
            "the next period, then type the same command again"
        )
    if status == 401:
        return NewsletterError(
            f"SendGrid does not know this key ({words}); make one at Settings, API Keys, and enter it with newsletter setup"
        )
    if status == 403:
        return NewsletterError(
            f"SendGrid forbids this ({words}); the key needs {PERMISSIONS}, and the sender's address or domain must be "
            "verified: newsletter doctor says what is missing"
        )
    if status == 200:
        return NewsletterError(
            "SendGrid only looked at the mail (200 instead of 202, its sandbox mode is on); switch that off and "
            "type the same command again"
        )
    if status == 413:
        return NewsletterError("SendGrid finds the letter too large; use fewer or smaller pictures")
    if status == 429:
        return ServiceFailed(
            "SendGrid asks to wait (429); type the same command again in some minutes"
        )
    if status < 500:
        return NewsletterError(
            f"SendGrid refuses this ({status}: {words}); put it right and type the same command again. What stands in "
            "newsletter.toml is fixed in a campaign: to change that, newsletter undo, then send again"
        )
    return ServiceFailed(f"SendGrid fails ({status}: {words}); type the same command again later")
