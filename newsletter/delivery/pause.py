"""This module pauses campaigns at SendGrid, and lets them go on."""

from newsletter.campaign import (
    Attempt,
    Counts,
    ask_stop,
    attempts,
    counts,
    doubt_held,
    expire,
    go_on,
    held_from,
    last_unknown,
    move,
    unconfirm_stop,
    waiting_of,
    was_posted,
)
from newsletter.config import Sending
from newsletter.delivery.account import Account
from newsletter.delivery.fence import Fencing
from newsletter.delivery.lock import tending
from newsletter.delivery.schedule import CANCEL_SECONDS, STOP_SECONDS
from newsletter.delivery.stopping import Stopping
from newsletter.delivery.undo import LOCK_SECONDS, wait_for_flight
from newsletter.store import Store

KEPT_SECONDS = 72 * 3600
"""How long SendGrid keeps paused mail beyond its time; then it is thrown away (stopping-a-scheduled-send)."""


def pause(store: Store, campaign_id: int, account: Account, sending: Sending) -> Counts:
    """Post nothing more, and hold back at SendGrid what has not left; doing it twice is harmless."""
    with store.read() as connection:
        counts(connection, campaign_id)
    with store.write() as connection:
        ask_stop(connection, campaign_id, "pause")
    wait_for_flight(store, campaign_id, account)
    patience = sending.deadline_seconds / account.speed + LOCK_SECONDS
    with tending(store, campaign_id, account, patience=patience):
        Fencing(store, campaign_id, account, sending, lambda: True).finish()
        for attempt in _live(store, campaign_id):
            _pause(store, attempt, account, sending)
    with store.read() as connection:
        return counts(connection, campaign_id)


def resume(store: Store, campaign_id: int, account: Account, sending: Sending) -> Counts:
    """Let a paused campaign go on: what is past its time leaves at once, what was not posted can be again."""
    patience = sending.deadline_seconds / account.speed + LOCK_SECONDS
    with tending(store, campaign_id, account, patience=patience):
        now = account.now(fresh=True)
        for attempt, since in _held(store, campaign_id):
            if since + KEPT_SECONDS <= now:
                _expire(store, attempt, account, sending)
            else:
                _resume(store, attempt, account, sending)
        with store.write() as connection:
            go_on(connection, campaign_id, after="pause")
    with store.read() as connection:
        return counts(connection, campaign_id)


def held_since(store: Store, campaign_id: int) -> list[int]:
    """For each wave that SendGrid holds back, when the first mail would have left that it has of it."""
    return [since for _, since in _held(store, campaign_id)]


def _held(store: Store, campaign_id: int) -> list[tuple[Attempt, int]]:
    with store.read() as connection:
        paused = [one for one in attempts(connection, campaign_id) if one.state == "paused"]
        return [(one, held_from(connection, one)) for one in paused]


def _live(store: Store, campaign_id: int) -> list[Attempt]:
    with store.read() as connection:
        return attempts(connection, campaign_id)


def _pause(store: Store, attempt: Attempt, account: Account, sending: Sending) -> None:
    with store.read() as connection:
        at_provider = was_posted(connection, attempt)
        posted_at = last_unknown(connection, attempt)
    last = attempt.last_send_at - STOP_SECONDS
    if not at_provider or not attempt.batch_id or attempt.confirmed_at:
        return
    stopping = Stopping(store, account, sending)
    if attempt.state != "paused":
        stopping.wait_for_quiet(attempt, posted_at)
        now = account.now(fresh=True)
        if now >= last or attempt.state == "fencing":
            return
        with store.write() as connection:
            move(connection, attempt.id, "paused", slot=1, stopped_at=now)
    if not stopping.stop(attempt, "pause", last):
        with store.write() as connection:
            move(connection, attempt.id, "posted", slot=0, stopped_at=0)


def _resume(store: Store, attempt: Attempt, account: Account, sending: Sending) -> None:
    with store.write() as connection:  # from here on SendGrid may let it go
        unconfirm_stop(connection, attempt)
    Stopping(store, account, sending).free(attempt)
    with store.write() as connection:
        state = "open" if waiting_of(connection, attempt) else "posted"
        move(connection, attempt.id, state, slot=0, stopped_at=0)


def _expire(store: Store, attempt: Attempt, account: Account, sending: Sending) -> None:
    """What SendGrid held back is thrown away for good; where it held nothing back, it has left.

    Whether a pause that it had confirmed and forgot since ended by itself or by somebody's hand it does not say.
    """
    if account.batch_status(attempt.batch_id) is None:
        with store.write() as connection:
            if attempt.confirmed_at:
                doubt_held(connection, attempt)
            move(connection, attempt.id, "posted", slot=0)
        return
    done_at = account.stop_batch(attempt.batch_id)
    with store.write() as connection:
        expire(
            connection,
            attempt,
            safe_after=(attempt.confirmed_at or done_at) + CANCEL_SECONDS,
            leaving_after=attempt.stopped_at,
            quiet_before=attempt.stopped_at - sending.quiescence_seconds,
        )
