"""This module takes a campaign back while SendGrid still promises to."""

import time
from dataclasses import dataclass, replace

from newsletter.campaign import (
    Attempt,
    Counts,
    ask_stop,
    attempts,
    begin_asking,
    begin_fence,
    counts,
    last_unknown,
    leased_until,
    move,
    posting,
    take_back,
    take_back_rest,
    was_posted,
)
from newsletter.config import Sending
from newsletter.delivery.account import Account, TooLate
from newsletter.delivery.lock import GLANCE, give_up_dead, held, tending
from newsletter.delivery.schedule import CANCEL_SECONDS, STOP_SECONDS
from newsletter.delivery.stopping import Stopping
from newsletter.store import Store

LOCK_SECONDS = 10
"""How long whoever dispatches may take, beside what it has on its way, to see that it should stop."""


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


def undo(
    store: Store,
    campaign_id: int,
    account: Account,
    sending: Sending = Sending(),  # noqa: B008  frozen
) -> UndoResult:
    """Take back whatever has not left, confirmed by SendGrid; doing it twice is harmless.

    Raises TooLate where nothing could be taken back, ServiceFailed where SendGrid does not confirm:
    nothing more is posted then, and the same undo goes on where it was.
    """
    with store.read() as connection:
        counts(connection, campaign_id)
    with store.write() as connection:
        ask_stop(connection, campaign_id, "undo")
    wait_for_flight(store, campaign_id, account)
    # Whoever dispatches sees the flag and lets go; a process that hangs keeps nobody from undoing.
    patience = sending.deadline_seconds / account.speed + LOCK_SECONDS
    with tending(store, campaign_id, account, patience=patience):
        _Undoing(store, campaign_id, account, sending).run()
    with store.read() as connection:
        result = UndoResult(campaign_id, counts(connection, campaign_id))
    if not result.complete and not result.cancelled:
        raise _too_late(result)
    return result


def refuse_too_late(store: Store, campaign_id: int, account: Account) -> None:
    """Raise TooLate where it is clear before anything is written that nothing can be taken back."""
    with store.read() as connection:
        result = UndoResult(campaign_id, counts(connection, campaign_id))
        live = attempts(connection, campaign_id)
    if result.complete or result.cancelled or result.counts.pending:
        return
    now = account.now(fresh=True)
    if all(one.last_send_at - STOP_SECONDS <= now and not one.stopped_at for one in live):
        raise _too_late(result)


def _too_late(result: UndoResult) -> TooLate:
    return TooLate(
        f"campaign {result.campaign_id} can no longer be taken back: the mail of "
        f"{result.left + result.counts.unknown:,} people has left or leaves within minutes; newsletter report "
        f"{result.campaign_id} says who"
    )


def wait_for_flight(store: Store, campaign_id: int, account: Account) -> None:
    """Until no request is on its way: whoever posts sees the flag before the next, or is dead."""
    while _in_flight(store, campaign_id):
        if store.dialect == "sqlite":
            with held(store) as mine:
                if mine:
                    return
        give_up_dead(store, campaign_id, account)
        with store.read() as connection:
            until = leased_until(connection, campaign_id)
        if until:
            account.patience.tell(until)
        time.sleep(GLANCE)


def _in_flight(store: Store, campaign_id: int) -> bool:
    with store.read() as connection:
        return posting(connection, campaign_id)


@dataclass(frozen=True)
class _Undoing:
    store: Store
    campaign_id: int
    account: Account
    sending: Sending

    def run(self) -> None:
        """Cancel every live attempt, then whoever was never posted."""
        with self.store.read() as connection:
            live = attempts(connection, self.campaign_id)
        for attempt in live:
            self._take_back(attempt)
        with self.store.write() as connection:
            take_back_rest(connection, self.campaign_id)

    def _take_back(self, attempt: Attempt) -> None:
        with self.store.read() as connection:
            at_provider = was_posted(connection, attempt)
            posted_at = last_unknown(connection, attempt)
        if not at_provider:
            with self.store.write() as connection:
                take_back(connection, attempt)
        elif attempt.batch_id:
            Stopping(self.store, self.account, self.sending).wait_for_quiet(attempt, posted_at)
            self._cancel(attempt)

    def _cancel(self, attempt: Attempt) -> None:
        """Cancel the attempt's batch; what leaves too soon for that stays as it is."""
        now = self.account.now(fresh=True)
        last = attempt.last_send_at - STOP_SECONDS
        asked_at = attempt.stopped_at or now
        if asked_at >= last:
            self._leave(attempt)
            return
        with self.store.write() as connection:
            begin_fence(connection, attempt, now)
            begin_asking(connection, attempt, now)
        fenced = replace(attempt, state="fencing")
        done_at = Stopping(self.store, self.account, self.sending).stop(fenced, "cancel", last)
        if not done_at:
            self._leave(fenced)
            return
        # What was stopped before stays stopped, whenever that was asked for again.
        since = attempt.confirmed_at or done_at
        with self.store.write() as connection:
            take_back(
                connection,
                fenced,
                safe_after=since + CANCEL_SECONDS,
                leaving_after=asked_at,
                quiet_before=asked_at - self.sending.quiescence_seconds,
            )

    def _leave(self, attempt: Attempt) -> None:
        """It is too late to stop this one."""
        if attempt.state == "fencing":
            with self.store.write() as connection:
                move(connection, attempt.id, "posted")
