"""This module tells checks what was sent before."""

from sqlalchemy import Connection, exists, func, select

from newsletter.campaign.envelope import Envelope
from newsletter.checks import Earlier
from newsletter.edition import Edition
from newsletter.store import attempt, campaign, recipient, wave

MOST = 20


def sent_before(connection: Connection, edition: Edition) -> tuple[Earlier, ...]:
    """The last campaigns through which anybody got anything, the newest first."""
    leaves = (
        select(func.max(attempt.c.send_at))
        .join(wave, wave.c.id == attempt.c.wave_id)
        .where(wave.c.campaign_id == campaign.c.id, attempt.c.state != "cancelled")
        .scalar_subquery()
    )
    subject = (
        select(func.min(recipient.c.subject))
        .where(recipient.c.campaign_id == campaign.c.id)
        .scalar_subquery()
    )
    given = exists().where(recipient.c.campaign_id == campaign.c.id, recipient.c.live == 1)
    query = (
        select(campaign, leaves.label("left_at"), subject.label("subject"))
        .where(given)
        .order_by(campaign.c.id.desc())
        .limit(MOST)
    )
    return tuple(
        Earlier(
            number=row.id,
            edition_id=row.edition_id,
            edition=row.edition,
            subject=row.subject or "",
            sender_name=Envelope.from_json(row.envelope).sender_name,
            recipients=row.frozen,
            left_at=row.left_at or row.created_at,
            edited=row.edition_id == edition.id and row.edition_digest != edition.digest,
        )
        for row in connection.execute(query)
    )
