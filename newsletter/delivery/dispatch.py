"""This module dispatches a campaign: everybody who is pending is handed to SendGrid, once."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.campaign import (
    Batch,
    Counts,
    ask_stop,
    close_attempts,
    counts,
    go_on,
    next_request,
    open_wave,
    posting,
    stop_reason,
    unassigned,
    wishes_of,
)
from newsletter.config import Sending, Settings
from newsletter.delivery.account import Account
from newsletter.delivery.lock import GLANCE, held
from newsletter.delivery.posting import Halted, Posting
from newsletter.delivery.schedule import next_schedule
from newsletter.errors import NewsletterError
from newsletter.store import Store

Progress = Callable[[Counts], None]
MOST_WAVES = 4
"""In one run: somebody who cannot post in time four times over has another problem."""


def dispatch(
    store: Store,
    campaign_id: int,
    account: Account,
    settings: Settings,
    *,
    progress: Progress = lambda _counts: None,
) -> Counts:
    """Hand over everybody who is pending, and say what became of all.

    While another process dispatches, its progress is followed. Raises NewsletterError where SendGrid
    refuses everything and ServiceFailed where it cannot be reached: the rest stays pending, and the
    same call goes on. Whose outcome is unknown is never posted again.
    """
    while True:
        with held(store) as mine:
            if mine:
                return _Dispatching(store, campaign_id, account, settings.sending, progress).run()
        now = _counts(store, campaign_id)
        progress(now)
        if not _under_way(store, campaign_id):
            return now
        time.sleep(GLANCE)


def _counts(store: Store, campaign_id: int) -> Counts:
    with store.read() as connection:
        return counts(connection, campaign_id)


def _under_way(store: Store, campaign_id: int) -> bool:
    """Whether somebody of the campaign is still to be posted, or on the way."""
    with store.read() as connection:
        stop, _ = stop_reason(connection, campaign_id)
        waiting = counts(connection, campaign_id).pending
        return posting(connection, campaign_id) or (stop != "undo" and waiting > 0)


@dataclass
class _Dispatching:
    store: Store
    campaign_id: int
    account: Account
    sending: Sending
    progress: Progress
    shown_at: float = 0.0

    def run(self) -> Counts:
        with self.store.write() as connection:
            go_on(connection, self.campaign_id)
            counts(connection, self.campaign_id)  # refuses a campaign that is not there
        try:
            for _ in range(MOST_WAVES):
                if not self._open():
                    break
                self._post_all()
        except Halted as error:
            return self._halt(error)
        self.progress(now := _counts(self.store, self.campaign_id))
        return now

    def _open(self) -> bool:
        """Have an open wave with something to post; False when nobody is left, or a person stopped it."""
        if self._stopped() or not _counts(self.store, self.campaign_id).pending:
            self._close(0)
            return False
        self._close(self.account.now(fresh=True))
        with self.store.read() as connection:
            if next_request(connection, self.campaign_id) is not None:
                return True
            recipients = sum(run.size for run in unassigned(connection, self.campaign_id))
            asked, undo_seconds = wishes_of(connection, self.campaign_id)
        batch_id = self.account.new_batch()
        times = next_schedule(
            self.account.now(), recipients, self.sending, asked, undo_seconds=undo_seconds
        )
        with self.store.write() as connection:
            batch = Batch(batch_id, times.send_at, times.post_until)
            return open_wave(connection, self.campaign_id, batch) is not None

    def _post_all(self) -> None:
        requests = Posting(self.store, self.campaign_id, self.account)
        while requests.post_next():
            self._show()
        self._close(0)

    def _show(self) -> None:
        """Tell the progress, a few times a second."""
        if time.monotonic() - self.shown_at > GLANCE:
            self.shown_at = time.monotonic()
            self.progress(_counts(self.store, self.campaign_id))

    def _close(self, now: int) -> None:
        with self.store.write() as connection:
            close_attempts(connection, self.campaign_id, now)

    def _stopped(self) -> bool:
        with self.store.read() as connection:
            return stop_reason(connection, self.campaign_id)[0] is not None

    def _halt(self, error: Halted) -> Counts:
        """Keep why posting ended, and tell how everybody stands."""
        with self.store.write() as connection:
            ask_stop(connection, self.campaign_id, "halt", str(error.cause))
            now = counts(connection, self.campaign_id)
        self.progress(now)
        sentence = f"{error.cause} ({now.accepted:,} handed over, {now.pending:,} still pending"
        sentence += f", {now.unknown:,} unknown)" if now.unknown else ", nobody lost)"
        raise type(error.cause)(sentence) if _plain(error.cause) else error.cause


def _plain(error: NewsletterError) -> bool:
    """Whether the error is made of one sentence."""
    return len(error.args) == 1 and isinstance(error.args[0], str)
