"""This module stops a batch for pause, undo and fence, and says since when SendGrid certainly holds to it.

A wish to stop may lose its answer and take effect all the same, also after its process died. So whether a
batch was stopped is never concluded from a missing answer: SendGrid is asked once nothing can be on its way.
"""

from dataclasses import dataclass

from newsletter.campaign import Attempt, confirm_stop
from newsletter.config import Sending
from newsletter.delivery.account import Account, TooLate
from newsletter.delivery.schedule import STOP_SECONDS
from newsletter.store import Store


@dataclass(frozen=True)
class Stopping:
    """What stops batches of one account."""

    store: Store
    account: Account
    sending: Sending

    def stop(self, tried: Attempt, status: str, until: int) -> int:
        """By when the batch was stopped for certain, written down; 0 where it is too late and nothing was stopped."""
        try:
            done_at = self.account.stop_batch(tried.batch_id, status, until=until)
        except TooLate:
            done_at = self._stray_stop(tried, status, until)
        if status == "pause" and self.account.unanswered:
            self._outwait()
        if done_at:
            with self.store.write() as connection:
                confirm_stop(connection, tried, done_at)
        return done_at

    def free(self, tried: Attempt) -> None:
        """Take a pause away; when this returns no wish of ours about the batch is on its way any more."""
        if not tried.confirmed_at:
            self._outwait()  # whoever wanted the pause had no answer, or died
        self.account.free_batch(tried.batch_id)
        if self.account.unanswered:
            self._outwait()

    def wait_for_quiet(self, tried: Attempt, posted_at: int | None) -> None:
        """Where there is time, wait until nothing unanswered can still arrive under the batch."""
        quiet_at = posted_at + self.sending.quiescence_seconds if posted_at else 0
        if quiet_at and quiet_at + self.sending.deadline_seconds < tried.send_at - STOP_SECONDS:
            self.account.wait_until(quiet_at)

    def _stray_stop(self, tried: Attempt, status: str, until: int) -> int:
        """By when an earlier wish was carried out for certain, however late; 0 where none was."""
        self.account.wait_until(until + self.sending.quiescence_seconds)
        if self.account.batch_status(tried.batch_id) is None:
            return 0
        return self.account.stop_batch(tried.batch_id, status)

    def _outwait(self) -> None:
        self.account.wait_until(self.account.now(fresh=True) + self.sending.quiescence_seconds)
