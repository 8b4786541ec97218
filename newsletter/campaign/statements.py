"""This module holds the statements that every request runs through: building them takes longer than running them."""

from sqlalchemy import and_, bindparam, exists, func, or_, select, update

from newsletter.campaign.approval import APPROVED
from newsletter.store import (
    attempt,
    campaign,
    recipient,
    request,
    subscriber,
    suppression,
    throttle,
)

_MINE = or_(
    request.c.lease_until.is_(None),
    request.c.lease_until <= bindparam("at"),
    request.c.owner == bindparam("me"),
)
_FIRST = (
    select(request.c.id)
    .join(attempt)
    .where(
        request.c.campaign_id == bindparam("campaign"),
        request.c.state == "pending",
        attempt.c.state == "open",
        _MINE,
    )
    .order_by(request.c.send_at, request.c.first_seq)
    .limit(1)
    .with_for_update(skip_locked=True, of=request)
)
RESERVE = (
    update(request)
    .where(request.c.id == _FIRST.scalar_subquery(), request.c.state == "pending")
    .values(owner=bindparam("me"), lease_until=bindparam("until"))
    .returning(request)
)
"""campaign, me, at, until."""

_OF_REQUEST = and_(
    recipient.c.campaign_id == bindparam("campaign"),
    recipient.c.seq.between(bindparam("first"), bindparam("last")),
)
PEOPLE = (
    select(
        recipient.c.seq,
        recipient.c.address,
        recipient.c.subject,
        recipient.c.substitutions,
        recipient.c.unsubscribe_url,
    )
    .where(_OF_REQUEST, recipient.c.outcome.is_(None))
    .order_by(recipient.c.seq)
)
"""campaign, first, last."""

_LEFT = select(func.min(suppression.c.reason)).where(suppression.c.key == recipient.c.key)
_FALLEN = select(func.min(subscriber.c.standing)).where(
    subscriber.c.id == recipient.c.subscriber_id, subscriber.c.standing != "subscribed"
)
_REASON = func.coalesce(_LEFT.scalar_subquery(), _FALLEN.scalar_subquery())
WITHHOLD = (
    update(recipient)
    .where(_OF_REQUEST, recipient.c.outcome.is_(None), _REASON.is_not(None))
    .values(outcome="withheld", reason=_REASON)
)
"""campaign, first, last."""

THROTTLED = select(throttle.c.not_before).where(throttle.c.id == 1).with_for_update()

HOLD_STILL = tuple(
    select(table.c.id).where(table.c.id == bindparam("number")).with_for_update(read=True)
    for table in (campaign, attempt)
)
"""Of the campaign, then of the attempt: number."""

_GOING_ON = exists().where(
    campaign.c.id == request.c.campaign_id, campaign.c.stop.is_(None), APPROVED
)
_IN_TIME = exists().where(
    attempt.c.id == request.c.attempt_id,
    attempt.c.state == "open",
    attempt.c.post_until > bindparam("at"),
)
_OTHERS = request.alias("others")
_ON_THEIR_WAY = select(func.count()).where(_OTHERS.c.state == "posting").scalar_subquery()
CLAIM = (
    update(request)
    .where(request.c.id == bindparam("number"), request.c.state == "pending")
    .where(request.c.owner == bindparam("me"), _GOING_ON, _IN_TIME)
    .where(bindparam("most") > _ON_THEIR_WAY)
    .values(state="posting", posted_at=bindparam("at"), lease_until=bindparam("until"))
    .returning(request.c.id)
)
"""number, me, at, until, most."""

SETTLE = (
    update(request)
    .where(
        request.c.id == bindparam("number"),
        request.c.state.in_(bindparam("before", expanding=True)),
    )
    .values(
        state=bindparam("after"),
        settled_at=bindparam("at"),
        status=bindparam("said"),
        message_id=bindparam("message"),
        answer=bindparam("words"),
        owner="",
        lease_until=None,
    )
)
"""number, before, after, at, said, message, words."""

STOP = select(campaign.c.stop, campaign.c.stop_reason).where(campaign.c.id == bindparam("campaign"))
