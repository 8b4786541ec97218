"""This module says when a campaign leaves, until when it may be posted, and until when it can be undone."""

from dataclasses import dataclass

from newsletter.config import Sending
from newsletter.errors import NewsletterError

CANCEL_SECONDS = 10 * 60
"""Later than this before its time, SendGrid does not promise to cancel (cancel-scheduled-sends)."""
MARGIN_SECONDS = 2 * 60
HORIZON_SECONDS = 72 * 3600
"""How far ahead SendGrid takes a send_at."""
RECIPIENTS_A_SECOND = 500
"""What posting is planned with: slower than any line measured."""


@dataclass(frozen=True)
class Schedule:
    """Times of a wave by SendGrid's clock, in seconds since 1970."""

    send_at: int
    undo_until: int
    post_until: int


class TooEarly(NewsletterError):
    """The time asked for leaves no room to undo; *earliest* is the first that does."""

    def __init__(self, earliest: int) -> None:
        self.earliest = earliest
        super().__init__(
            "the time asked for is too early: everything is handed over first and leaves later, so that it "
            "can be taken back; leave --at out, or name a time at least half an hour from now"
        )


def schedule(
    now: int,
    recipients: int,
    sending: Sending,
    asked: int | None = None,
    *,
    undo_seconds: int | None = None,
) -> Schedule:
    """When *recipients* people get their mail; raises TooEarly or NewsletterError where *asked* cannot be kept."""
    undo = sending.undo_minutes * 60 if undo_seconds is None else undo_seconds
    posting = recipients // RECIPIENTS_A_SECOND + sending.deadline_seconds
    reserve = sending.deadline_seconds + sending.quiescence_seconds + posting
    stop = CANCEL_SECONDS + MARGIN_SECONDS
    earliest = now + posting + reserve + undo + stop
    send_at = earliest if asked is None else asked
    if send_at < earliest:
        raise TooEarly(earliest)
    if send_at > now + HORIZON_SECONDS:
        raise NewsletterError(
            "SendGrid keeps mail for at most 72 hours; name an earlier time with --at, or send it nearer to its day"
        )
    return Schedule(send_at, undo_until(send_at), send_at - stop - reserve)


def undo_until(send_at: int) -> int:
    """Until when mail that leaves at *send_at* can be taken back for sure."""
    return send_at - CANCEL_SECONDS - MARGIN_SECONDS


def next_schedule(
    now: int, recipients: int, sending: Sending, asked: int | None, *, undo_seconds: int
) -> Schedule:
    """As schedule(), but what was asked for and has become too early leaves as early as it can."""
    try:
        return schedule(now, recipients, sending, asked, undo_seconds=undo_seconds)
    except TooEarly:
        return schedule(now, recipients, sending, undo_seconds=undo_seconds)
