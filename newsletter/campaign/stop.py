"""This module stops campaigns, lets them go on, and takes back what has not left."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from newsletter.campaign.statements import STOP
from newsletter.campaign.states import REQUEST, before
from newsletter.campaign.wave import Attempt, attempts, move, without_request
from newsletter.store import attempt, campaign, recipient, request

WEAKER: Mapping[str, tuple[str, ...]] = {
    "halt": ("", "halt"),
    "pause": ("", "halt", "pause"),
    "undo": ("", "halt", "pause", "undo"),
}


def stop_reason(connection: Connection, campaign_id: int) -> tuple[str | None, str]:
    """What stopped the campaign (undo, pause, halt or None), and why."""
    row = connection.execute(STOP, {"campaign": campaign_id}).one()
    return row.stop, row.stop_reason


def ask_stop(connection: Connection, campaign_id: int, stop: str, reason: str = "") -> None:
    """Set the flag that every claim and every opening tests; a weaker wish leaves a stronger one."""
    connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, func.coalesce(campaign.c.stop, "").in_(WEAKER[stop]))
        .values(stop=stop, stop_reason=reason)
    )


def go_on(connection: Connection, campaign_id: int, *, after: str = "halt") -> None:
    """Forget why posting halted, or a pause; what a person stopped otherwise stays stopped."""
    connection.execute(
        update(campaign)
        .where(campaign.c.id == campaign_id, campaign.c.stop == after)
        .values(stop=None, stop_reason="")
    )


def was_posted(connection: Connection, tried: Attempt) -> bool:
    """Whether the provider has, or may have, anything of this attempt that could still leave.

    A void request does not count: it was never posted, or a person said so long after its time (unknown_requests).
    """
    query = exists().where(
        request.c.attempt_id == tried.id, request.c.state.in_(("posting", "accepted", "unknown"))
    )
    return bool(connection.scalar(select(query)))


def last_unknown(connection: Connection, tried: Attempt) -> int | None:
    """When the last unanswered request of the attempt was posted; None where all were answered."""
    query = select(func.max(request.c.posted_at))
    unanswered = request.c.state.in_(("posting", "unknown"))
    found: int | None = connection.scalar(query.where(request.c.attempt_id == tried.id, unanswered))
    return found


def held_from(connection: Connection, paused: Attempt) -> int:
    """When the first mail would have left that is held back; what left before the pause was asked for is none."""
    query = select(func.min(request.c.send_at)).where(
        request.c.attempt_id == paused.id,
        request.c.state.in_(("posting", "accepted", "unknown")),
        request.c.send_at >= paused.stopped_at,
    )
    return connection.scalar(query) or paused.last_send_at


def confirm_stop(connection: Connection, stopped: Attempt, done_at: int) -> None:
    """The provider has said that the attempt's batch is paused or cancelled, since *done_at* at the latest."""
    connection.execute(
        update(attempt)
        .where(attempt.c.id == stopped.id, attempt.c.confirmed_at == 0)
        .values(confirmed_at=done_at)
    )


def unconfirm_stop(connection: Connection, stopped: Attempt) -> None:
    """The provider is about to be asked to let the attempt's batch go on."""
    connection.execute(update(attempt).where(attempt.c.id == stopped.id).values(confirmed_at=0))


def take_back(
    connection: Connection,
    tried: Attempt,
    *,
    safe_after: int = 0,
    leaving_after: int = 0,
    quiet_before: int | None = None,
) -> None:
    """The attempt's batch is cancelled for certain: so is everybody whose mail leaves at *safe_after* or later.

    What leaves before *leaving_after* has left; what lies between may or may not: it is unknown. With
    *quiet_before*, what was posted later without an answer may still come, and stays unknown too.
    """
    _cancel_requests(connection, _safe(tried, safe_after, quiet_before))
    kept = select(exists().where(request.c.attempt_id == tried.id, request.c.state.in_(COUNTING)))
    if not connection.scalar(kept):
        move(connection, tried.id, "cancelled")
        return
    doubtful = request.c.send_at.between(leaving_after, safe_after - 1)
    _doubt(connection, (request.c.attempt_id == tried.id) & doubtful)
    if tried.state == "fencing":
        move(connection, tried.id, "posted")


COUNTING = ("accepted", "unknown", "expired", "refused")


def take_back_rest(connection: Connection, campaign_id: int) -> None:
    """Cancel whoever was never posted; with nothing left anywhere, the whole campaign is taken back."""
    _cancel_requests(
        connection, (request.c.campaign_id == campaign_id) & (request.c.state == "pending")
    )
    mine = recipient.c.campaign_id == campaign_id
    if not attempts(connection, campaign_id):
        _cancel_people(connection, mine)
        return
    for gap in without_request(connection, campaign_id):
        _cancel_people(connection, mine & recipient.c.seq.between(gap.run.first, gap.run.last))


def expire(
    connection: Connection,
    tried: Attempt,
    *,
    safe_after: int = 0,
    leaving_after: int = 0,
    quiet_before: int | None = None,
) -> None:
    """The provider threw the mail of a paused attempt away: its people may get the edition by another send.

    Which mail that is, say the same bounds as for take_back.
    """
    mine = request.c.attempt_id == tried.id
    safe = _safe(tried, safe_after, quiet_before)
    chosen = _runs(connection, safe & request.c.state.in_(before(REQUEST, "expired")))
    _doubt(connection, mine & request.c.send_at.between(leaving_after, safe_after - 1))
    for row in chosen:
        connection.execute(
            update(recipient)
            .where(recipient.c.campaign_id == row.campaign_id, recipient.c.outcome.is_(None))
            .where(recipient.c.seq.between(row.first_seq, row.last_seq))
            .values(live=0)
        )
        connection.execute(update(request).where(request.c.id == row.id).values(state="expired"))
    move(connection, tried.id, "posted")


def _safe(tried: Attempt, safe_after: int, quiet_before: int | None) -> ColumnElement[bool]:
    """The requests of the attempt of which nothing leaves, now that its batch is stopped."""
    safe = (request.c.attempt_id == tried.id) & (request.c.send_at >= safe_after)
    if quiet_before is None:
        return safe
    return safe & ((request.c.state != "unknown") | (request.c.posted_at <= quiet_before))


def doubt_held(connection: Connection, tried: Attempt) -> None:
    """The provider holds nothing of the attempt any more that it had paused: it has left, or was thrown away."""
    held = (request.c.attempt_id == tried.id) & (request.c.send_at >= tried.stopped_at)
    _doubt(connection, held, "held back for three days: it may have left, or was thrown away")


def _doubt(
    connection: Connection,
    which: ColumnElement[bool],
    words: str = "stopped so late that it may have left",
) -> None:
    connection.execute(
        update(request)
        .where(which, request.c.state == "accepted")
        .values(state="unknown", answer=words)
    )


def _cancel_requests(connection: Connection, which: ColumnElement[bool]) -> None:
    for row in _runs(connection, which & request.c.state.in_(before(REQUEST, "cancelled"))):
        _cancel_people(
            connection,
            (recipient.c.campaign_id == row.campaign_id)
            & recipient.c.seq.between(row.first_seq, row.last_seq),
        )
        connection.execute(update(request).where(request.c.id == row.id).values(state="cancelled"))


def _runs(connection: Connection, which: ColumnElement[bool]) -> Sequence[Any]:
    query = select(request.c.id, request.c.campaign_id, request.c.first_seq, request.c.last_seq)
    return connection.execute(query.where(which)).all()


def _cancel_people(connection: Connection, which: ColumnElement[bool]) -> None:
    """Withheld and refused stay so for this campaign, and the edition may go out to all of them again."""
    connection.execute(
        update(recipient)
        .where(which, recipient.c.live == 1)
        .values(live=0, outcome=func.coalesce(recipient.c.outcome, "cancelled"))
    )
