"""This module counts SendGrid's ten places for cancelled and paused batches, over all campaigns and processes."""

from sqlalchemy import select, update

from newsletter.campaign import attempts
from newsletter.delivery.account import Account
from newsletter.delivery.schedule import DAY, STOP_SECONDS
from newsletter.store import Store, attempt

SLOTS = 10
"""Batches that may be cancelled or paused at one time (cancel-scheduled-sends)."""


def free_slots(store: Store, account: Account) -> int:
    """How many places are neither taken nor kept for the undo of a live wave; old ones of ours are freed first."""
    taken = account.stops()
    now = account.now()
    for batch_id in _worn_out(store, now) & taken.keys():
        account.free_batch(batch_id)
        _mark_free(store, batch_id)
        del taken[batch_id]
    with store.read() as connection:
        live = {
            one.batch_id
            for one in attempts(connection)
            if one.batch_id and one.last_send_at - STOP_SECONDS > now
        }
    return SLOTS - len(taken) - len(live - taken.keys())


def _worn_out(store: Store, now: int) -> set[str]:
    """Our cancelled batches whose mail would have left a day ago: freeing an earlier one would send it.

    One that could not be cancelled as a whole counts as posted; what is paused stays.
    """
    query = select(attempt.c.batch_id).where(
        attempt.c.state.in_(("cancelled", "posted")),
        attempt.c.slot == 1,
        attempt.c.last_send_at < now - DAY,
    )
    with store.read() as connection:
        return {*connection.scalars(query)}


def _mark_free(store: Store, batch_id: str) -> None:
    with store.write() as connection:
        connection.execute(update(attempt).where(attempt.c.batch_id == batch_id).values(slot=0))
