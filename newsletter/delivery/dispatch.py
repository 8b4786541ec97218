"""This module dispatches a campaign: everybody who is pending is handed to SendGrid, once."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from newsletter.campaign import (
    Counts,
    approved,
    ask_stop,
    close_attempts,
    counts,
    go_on,
    in_doubt,
    posting,
    prepared,
    stop_reason,
    waiting,
)
from newsletter.config import Settings
from newsletter.delivery.account import Account
from newsletter.delivery.fence import Fencing
from newsletter.delivery.lock import GLANCE, held, tending
from newsletter.delivery.opening import Opening
from newsletter.delivery.posting import Halted, Posting
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.store import Store

Progress = Callable[[Counts], None]
Going = Callable[[], bool]
MOST_VAIN = 4
"""Rounds without anybody handed over, in one run: then somebody should look."""


@dataclass(frozen=True)
class Manner:
    """How a campaign is dispatched: what is told meanwhile, until when, and by whom."""

    progress: Progress = lambda _counts: None
    going: Going = lambda: True
    """Whether to go on: False ends after what is on its way."""
    by_person: bool = True
    """A person may send what was missed by more than an hour; a worker may not."""


def dispatch(
    store: Store,
    campaign_id: int,
    account: Account,
    settings: Settings,
    manner: Manner = Manner(),
) -> Counts:
    """Hand over everybody whose time has come, and say what became of all.

    On SQLite one process dispatches at a time, and its progress is followed; on PostgreSQL any number
    share the requests, while one of them opens and fences the waves of a campaign. Raises NewsletterError where SendGrid
    refuses everything and ServiceFailed where it cannot be reached: the rest stays pending, and the
    same call goes on. A wave with an unknown outcome is fenced where there is time; else the outcome
    stays unknown and is never posted again.
    """
    if store.dialect == "postgresql":
        return _Dispatching(store, campaign_id, account, settings, manner).run()
    while True:
        with held(store) as mine:
            if mine:
                return _Dispatching(store, campaign_id, account, settings, manner).run()
        manner.progress(_counts(store, campaign_id))
        if not manner.going() or not _under_way(store, campaign_id):
            return _counts(store, campaign_id)  # what was on its way a moment ago has ended
        time.sleep(GLANCE)


def _counts(store: Store, campaign_id: int) -> Counts:
    with store.read() as connection:
        return counts(connection, campaign_id)


def _under_way(store: Store, campaign_id: int) -> bool:
    """Whether somebody of the campaign is still to be posted or fenced, or on the way."""
    with store.read() as connection:
        stop, _ = stop_reason(connection, campaign_id)
        pending = counts(connection, campaign_id).pending
        if posting(connection, campaign_id):
            return True
        return stop not in ("undo", "pause") and (pending > 0 or in_doubt(connection, campaign_id))


@dataclass
class _Dispatching:
    store: Store
    campaign_id: int
    account: Account
    settings: Settings
    manner: Manner
    shown_at: float = 0.0
    before: Counts = field(default_factory=Counts)
    vain: int = 0

    def __post_init__(self) -> None:
        sending = self.settings.sending
        self.fencing = Fencing(self.store, self.campaign_id, self.account, sending, self._going)

    def run(self) -> Counts:
        with self.store.write() as connection:
            if self.manner.by_person:
                go_on(connection, self.campaign_id)
            self.before = counts(
                connection, self.campaign_id
            )  # refuses a campaign that is not there
        try:
            while self._going() and self._approved() and self._round():
                pass
            with self._steward() as mine:
                if mine:
                    self._close(0)
        except Halted as error:
            return self._halt(error)
        self.manner.progress(now := _counts(self.store, self.campaign_id))
        return now

    def _round(self) -> bool:
        """Fence what is in doubt, have an open wave, post it; False when there is nothing more to do."""
        fenced = opened = False
        with self._steward() as mine:
            if mine:
                fenced = self.fencing.close()
                opened = self._open()
        posted = self._post()
        if not posted and self._prepared_by_another():
            return True
        if opened:
            self._refuse_vain_rounds()
        return bool(posted or fenced or opened) or self._others_at_work(mine)

    def _steward(self) -> AbstractContextManager[bool]:
        """Whether this process may open, close and fence waves of the campaign."""
        if self.store.dialect == "sqlite":
            return nullcontext(enter_result=True)  # it holds the lock all the time
        return tending(self.store, self.campaign_id, self.account)

    def _others_at_work(self, mine: bool) -> bool:
        """Whether to wait and look again, because another process posts or tends the campaign."""
        with self.store.read() as connection:
            busy = posting(connection, self.campaign_id)
        if self.fencing.open_doubts():  # of a moment ago, or another process sees to them
            busy = self._going()
        if not busy and (mine or not _under_way(self.store, self.campaign_id)):
            return False
        self._show()
        time.sleep(GLANCE)
        return True

    def _prepared_by_another(self) -> bool:
        """Whether to look again in a moment, because another process, alive or dead, has requests for a while."""
        with self.store.read() as connection:
            if not prepared(connection, self.campaign_id, self.account.now()):
                return False
        self._show()
        time.sleep(GLANCE)
        return True

    def _open(self) -> bool:
        """Have an open wave with something to post; False when nobody's time has come."""
        if not _counts(self.store, self.campaign_id).pending:
            self._close(0)
            return False
        self._close(self.account.now(fresh=True))
        with self.store.read() as connection:
            if waiting(connection, self.campaign_id):
                return True
        opening = Opening(self.store, self.campaign_id, self.account, self.settings)
        return opening.open(late=self.manner.by_person)

    def _post(self) -> int:
        """Post the open waves until nothing waits, or something is in doubt; how many requests were looked at."""
        sending = self.settings.sending
        requests = Posting(self.store, self.campaign_id, self.account, sending, self._going)
        number = 0
        while self._going() and requests.post_next():
            number += 1
            self._show()
        return number + requests.over

    def _show(self) -> None:
        """Tell the progress, a few times a second."""
        if time.monotonic() - self.shown_at > GLANCE:
            self.shown_at = time.monotonic()
            self.manner.progress(_counts(self.store, self.campaign_id))

    def _close(self, now: int) -> None:
        with self.store.write() as connection:
            close_attempts(connection, self.campaign_id, now)

    def _refuse_vain_rounds(self) -> None:
        now = _counts(self.store, self.campaign_id)
        self.vain = self.vain + 1 if now == self.before else 0
        self.before = now
        if self.vain >= MOST_VAIN:
            raise Halted(
                ServiceFailed(
                    "posting does not get on: again and again it took longer than planned; check the network and "
                    "type the same command again"
                )
            )

    def _going(self) -> bool:
        if not self.manner.going():
            return False
        with self.store.read() as connection:
            return stop_reason(connection, self.campaign_id)[0] is None

    def _approved(self) -> bool:
        with self.store.read() as connection:
            return approved(connection, self.campaign_id)

    def _halt(self, error: Halted) -> Counts:
        """Keep why posting ended, and tell how everybody stands; a worker tries again where only the service failed."""
        again = not self.manner.by_person and isinstance(error.cause, ServiceFailed)
        with self.store.write() as connection:
            if not again:
                ask_stop(connection, self.campaign_id, "halt", str(error.cause))
            now = counts(connection, self.campaign_id)
        self.manner.progress(now)
        sentence = f"{error.cause} ({now.accepted:,} handed over, {now.pending:,} still pending"
        sentence += f", {now.unknown:,} unknown)" if now.unknown else ", nobody lost)"
        raise type(error.cause)(sentence) if _plain(error.cause) else error.cause


def _plain(error: NewsletterError) -> bool:
    """Whether the error is made of one sentence."""
    return len(error.args) == 1 and isinstance(error.args[0], str)
