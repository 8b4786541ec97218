"""This module takes a campaign back while SendGrid still promises to."""

import time
from dataclasses import dataclass

from newsletter.campaign import (
    Attempt,
    Counts,
    ask_stop,
    attempts,
    counts,
    move,
    posting,
    take_back,
    take_back_rest,
    was_posted,
)
from newsletter.delivery.account import Account
from newsletter.delivery.lock import GLANCE, held
from newsletter.delivery.schedule import CANCEL_SECONDS, MARGIN_SECONDS
from newsletter.errors import NewsletterError
from newsletter.store import Store


class TooLate(NewsletterError):
    """Nothing could be taken back: the mail has left, or leaves within minutes."""


@dataclass(frozen=True)
class UndoResult:
    """What an undo achieved."""

    campaign_id: int
    counts: Counts

    @property
    def cancelled(self) -> int:
        """People who get nothing after all."""
        return self.counts.cancelled

    @property
    def left(self) -> int:
        """People whose mail has left, or can no longer be stopped."""
        return self.counts.accepted

    @property
    def complete(self) -> bool:
        """Whether the edition, edited or not, may go out to everybody again."""
        return not self.counts.accepted and not self.counts.unknown


def undo(store: Store, campaign_id: int, account: Account) -> UndoResult:
    """Take back whatever has not left, confirmed by SendGrid; doing it twice is harmless.

    Raises TooLate where nothing could be taken back, ServiceFailed where SendGrid does not confirm:
    nothing more is posted then, and the same undo goes on where it was.
    """
    with store.read() as connection:
        counts(connection, campaign_id)
    with store.write() as connection:
        ask_stop(connection, campaign_id, "undo")
    _wait_for_flight(store, campaign_id)
    with store.read() as connection:
        live = attempts(connection, campaign_id)
    for attempt in live:
        _take_back(store, attempt, account)
    with store.write() as connection:
        take_back_rest(connection, campaign_id)
        result = UndoResult(campaign_id, counts(connection, campaign_id))
    if not result.complete and not result.cancelled:
        raise TooLate(
            f"campaign {campaign_id} can no longer be taken back: the mail of "
            f"{result.left + result.counts.unknown:,} people has left or leaves within minutes; newsletter report "
            f"{campaign_id} says who"
        )
    return result


def _wait_for_flight(store: Store, campaign_id: int) -> None:
    """Until no request is on its way: whoever posts sees the flag before the next, or is dead."""
    while True:
        with store.read() as connection:
            if not posting(connection, campaign_id):
                return
        with held(store) as mine:
            if mine:
                return
        time.sleep(GLANCE)


def _take_back(store: Store, attempt: Attempt, account: Account) -> None:
    with store.read() as connection:
        at_provider = was_posted(connection, attempt)
    if at_provider and not _cancelled(store, attempt, account):
        return
    with store.write() as connection:
        take_back(connection, attempt)


def _cancelled(store: Store, attempt: Attempt, account: Account) -> bool:
    """Cancel the attempt's batch; False where it is too late for that."""
    status = account.batch_status(attempt.batch_id)
    if attempt.state == "fencing" and status == "cancel":
        return True  # asked for in time by an undo that was broken off
    if account.now() >= attempt.send_at - CANCEL_SECONDS - MARGIN_SECONDS:
        if attempt.state == "fencing":
            with store.write() as connection:
                move(connection, attempt.id, "posted")
        return False
    if attempt.state != "fencing":
        with store.write() as connection:
            move(connection, attempt.id, "fencing")
    account.cancel_batch(attempt.batch_id)
    return True
