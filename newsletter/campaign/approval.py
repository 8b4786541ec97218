"""This module keeps who agreed to a campaign, and who did what to it, when."""

from dataclasses import dataclass

from sqlalchemy import Connection, exists, insert, or_, select

from newsletter.errors import NewsletterError
from newsletter.store import approval, campaign, log_entry

APPROVED = or_(
    campaign.c.needs_approval == 0,
    exists().where(
        approval.c.campaign_id == campaign.c.id,
        approval.c.letter_digest == campaign.c.letter_digest,
        approval.c.audience_digest == campaign.c.audience_digest,
    ),
)
"""A condition on a campaign's row: nobody need agree, or somebody agreed to this letter for these people."""


@dataclass(frozen=True)
class Entry:
    """Who did what to a campaign, when (seconds since 1970)."""

    at: int
    who: str
    what: str
    detail: str


def approved(connection: Connection, campaign_id: int) -> bool:
    """Whether the campaign may be posted: nobody need agree, or somebody has."""
    return bool(connection.scalar(select(exists().where(campaign.c.id == campaign_id, APPROVED))))


def approve(connection: Connection, campaign_id: int, who: str, now: int) -> None:
    """Write that *who* agrees to the letter and the people of the campaign as they are frozen.

    Raises NewsletterError where it was the same person who froze it.
    """
    author = select(log_entry.c.who).where(
        log_entry.c.campaign_id == campaign_id, log_entry.c.what == "frozen"
    )
    if who in connection.scalars(author):
        raise NewsletterError(
            f"{who} prepared campaign {campaign_id}; a second person must approve it, on their own computer "
            "account or with --as NAME"
        )
    row = connection.execute(select(campaign).where(campaign.c.id == campaign_id)).one()
    digests = {"letter_digest": row.letter_digest, "audience_digest": row.audience_digest}
    connection.execute(insert(approval).values(campaign_id=campaign_id, who=who, at=now, **digests))
    record(connection, campaign_id, Entry(now, who, "approved", ""))


def record(connection: Connection, campaign_id: int, entry: Entry) -> None:
    """Append to the campaign's log."""
    connection.execute(
        insert(log_entry).values(
            campaign_id=campaign_id,
            at=entry.at,
            who=entry.who,
            what=entry.what,
            detail=entry.detail,
        )
    )


def log_of(connection: Connection, campaign_id: int) -> list[Entry]:
    """All that was done to the campaign, oldest first."""
    columns = log_entry.c
    query = select(columns.at, columns.who, columns.what, columns.detail)
    rows = connection.execute(query.where(columns.campaign_id == campaign_id).order_by(columns.id))
    return [Entry(*row) for row in rows]
