"""This module fences waves with an unknown outcome: cancelled as a whole, confirmed, posted again as a whole.

A request without an answer may have been accepted. Its batch has a send time, so the whole wave can be
cancelled before anything of it leaves, and posted anew under another batch: nobody gets it twice, nobody
is lost. What cannot be fenced in time stays unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from newsletter.campaign import (
    MOST_ATTEMPTS,
    Attempt,
    Batch,
    Doubt,
    begin_asking,
    begin_fence,
    doubt_all,
    doubts,
    end_fence,
    give_up_fence,
    give_up_posting,
)
from newsletter.config import Sending
from newsletter.delivery.account import Account
from newsletter.delivery.schedule import CANCEL_SECONDS, STOP_SECONDS, notice, posting_seconds
from newsletter.delivery.slots import free_slots
from newsletter.delivery.stopping import Stopping
from newsletter.store import Store

LATER_SECONDS = 15 * 60
"""How much later a wave leaves that is posted again: evidence of the first may still stop it."""
LATE_WORDS = "the wave was cancelled so late that it may have left"

Going = Callable[[], bool]


@dataclass(frozen=True)
class Fencing:
    """What fences the waves of one campaign, by the one process that may."""

    store: Store
    campaign_id: int
    account: Account
    sending: Sending
    going: Going
    hopeless: set[int] = field(default_factory=set)
    """Attempts whose unknown outcome can be fenced no more."""

    def close(self) -> bool:
        """Fence every wave in doubt for which there is time; whether one was posted again or given up."""
        closed = [self._close(doubt, again=True) for doubt in self.open_doubts()]
        return any(closed)

    def open_doubts(self) -> list[Doubt]:
        """The waves in doubt that were not found to be beyond help yet."""
        with self.store.read() as connection:
            found = doubts(connection, self.campaign_id)
        return [doubt for doubt in found if doubt.attempt.id not in self.hopeless]

    def finish(self) -> None:
        """End the fences that were begun, and open nothing anew."""
        with self.store.read() as connection:
            begun = [one for one in doubts(connection, self.campaign_id) if one.begun]
        for doubt in begun:
            self._close(doubt, again=False)

    def _close(self, doubt: Doubt, *, again: bool) -> bool:
        tried = doubt.attempt
        if not doubt.begun and not self._possible(doubt, self.account.now(fresh=True)):
            self.hopeless.add(tried.id)
            return False
        with self.store.write() as connection:
            begin_fence(connection, tried)
            # Others may have posted under it since it was found in doubt; from here on nobody does.
            found = doubts(connection, self.campaign_id)
            [doubt] = [one for one in found if one.attempt.id == tried.id]
            tried = doubt.attempt
        if not self.account.wait_until(self._quiet_at(doubt), self.going):
            return False  # a person stopped it: whoever goes on finishes the fence
        batch_id = self.account.new_batch() if again else ""
        self._end(doubt, batch_id, self._cancelled(tried))
        return True

    def _possible(self, doubt: Doubt, now: int) -> bool:
        """Whether the wave can be cancelled in time, and be posted again."""
        tried = doubt.attempt
        in_time = max(self._quiet_at(doubt), now) < self._last_moment(tried)
        if tried.state == "paused" or not in_time or tried.number >= MOST_ATTEMPTS:
            return False
        return free_slots(self.store, self.account) > 0

    def _quiet_at(self, doubt: Doubt) -> int:
        """When nothing of the attempt can still be on its way to SendGrid."""
        quiet_at = doubt.posted_at + self.sending.quiescence_seconds if doubt.posted_at else 0
        return max(quiet_at, doubt.leased_until)

    def _last_moment(self, tried: Attempt) -> int:
        return tried.send_at - STOP_SECONDS

    def _cancelled(self, tried: Attempt) -> int:
        """By when the attempt's batch was cancelled for certain; 0 where it was not, because it is too late."""
        now, last = self.account.now(fresh=True), self._last_moment(tried)
        if tried.confirmed_at or (now >= last and not tried.stopped_at):
            return tried.confirmed_at
        with self.store.write() as connection:
            begin_asking(connection, tried, now)
        return Stopping(self.store, self.account, self.sending).stop(tried, "cancel", last)

    def _end(self, doubt: Doubt, batch_id: str, done_at: int) -> None:
        """Write what the fence came to: posted again, or too late and in doubt."""
        tried, now = doubt.attempt, self.account.now()
        later = self._later(doubt, now)
        post_until = tried.send_at + later - notice(doubt.people, self.sending)
        batch = Batch(batch_id, post_until) if batch_id else None
        with self.store.write() as connection:
            give_up_posting(connection, now)  # every lease of the attempt is over
            if not done_at:
                give_up_fence(connection, tried)
            elif done_at > tried.send_at - CANCEL_SECONDS:
                doubt_all(connection, tried, LATE_WORDS)
            else:
                end_fence(connection, tried, batch, later, now)

    def _later(self, doubt: Doubt, now: int) -> int:
        """By how many seconds the wave leaves later, so that there is time to post and to fence once more."""
        room = posting_seconds(doubt.people, self.sending) + notice(doubt.people, self.sending)
        return max(LATER_SECONDS, now + room - doubt.attempt.send_at)
