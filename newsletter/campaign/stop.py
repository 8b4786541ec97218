"""This module stops campaigns, lets them go on, and takes back what has not left."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from newsletter.campaign.states import REQUEST, before
from newsletter.campaign.wave import Attempt, attempts, move, unassigned
from newsletter.store import campaign, recipient, request

WEAKER: Mapping[str, tuple[str, ...]] = {
    "halt": ("", "halt"),
    "pause": ("", "halt", "pause"),
    "undo": ("", "halt", "pause", "undo"),
}


def stop_reason(connection: Connection, campaign_id: int) -> tuple[str | None, str]:
    """What stopped the campaign (undo, pause, halt or None), and why."""
    query = select(campaign.c.stop, campaign.c.stop_reason).where(campaign.c.id == campaign_id)
    row = connection.execute(query).one()
    return row.stop, row.stop_reason


def ask_stop(connection: Connection, campaign_id: int, stop: str, reason: str = "") -> None:
    """Set the flag that every claim and every opening tests; a weaker wish leaves a stronger one."""
    connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, func.coalesce(campaign.c.stop, "").in_(WEAKER[stop]))
        .values(stop=stop, stop_reason=reason)
    )


def go_on(connection: Connection, campaign_id: int) -> None:
    """Forget why posting halted; what a person stopped stays stopped."""
    connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.stop == "halt")
        .values(stop=None, stop_reason="")
    )


def was_posted(connection: Connection, tried: Attempt) -> bool:
    """Whether the provider has, or may have, anything of this attempt."""
    query = exists().where(
        request.c.attempt_id == tried.id, request.c.state.in_(("posting", "accepted", "unknown"))
    )
    return bool(connection.scalar(select(query)))


def take_back(connection: Connection, tried: Attempt) -> None:
    """The attempt's batch is cancelled for certain: so is everybody in it."""
    move(connection, tried.id, "cancelled")
    _cancel_requests(connection, request.c.attempt_id == tried.id)


def take_back_rest(connection: Connection, campaign_id: int) -> None:
    """Cancel whoever was never posted; with no attempt left, the whole campaign is taken back."""
    _cancel_requests(
        connection, (request.c.campaign_id == campaign_id) & (request.c.state == "pending")
    )
    mine = recipient.c.campaign_id == campaign_id
    if not attempts(connection, campaign_id):
        _cancel_people(connection, mine)
        return
    for run in unassigned(connection, campaign_id):
        _cancel_people(connection, mine & recipient.c.seq.between(run.first, run.last))


def _cancel_requests(connection: Connection, which: ColumnElement[bool]) -> None:
    query = select(request.c.id, request.c.campaign_id, request.c.first_seq, request.c.last_seq)
    chosen = connection.execute(
        query.where(which, request.c.state.in_(before(REQUEST, "cancelled")))
    ).all()
    for row in chosen:
        _cancel_people(
            connection,
            (recipient.c.campaign_id == row.campaign_id)
            & recipient.c.seq.between(row.first_seq, row.last_seq),
        )
        connection.execute(update(request).where(request.c.id == row.id).values(state="cancelled"))


def _cancel_people(connection: Connection, which: ColumnElement[bool]) -> None:
    """Withheld and refused stay so for this campaign, and the edition may go out to all of them again."""
    connection.execute(
        update(recipient)
        .where(which, recipient.c.live == 1)
        .values(live=0, outcome=func.coalesce(recipient.c.outcome, "cancelled"))
    )
