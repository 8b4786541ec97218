"""This module reads what a frozen campaign sends: envelope, variants and pictures."""

from sqlalchemy import Connection, select

from newsletter.campaign.envelope import Envelope
from newsletter.letter import Picture, Variant
from newsletter.store import campaign, picture, variant


def envelope_of(connection: Connection, campaign_id: int) -> Envelope:
    query = select(campaign.c.envelope).where(campaign.c.id == campaign_id)
    return Envelope.from_json(connection.execute(query).scalar_one())


def variant_of(connection: Connection, campaign_id: int, number: int) -> Variant:
    query = select(variant.c.html, variant.c.text).where(
        variant.c.campaign_id == campaign_id, variant.c.number == number
    )
    return Variant(*connection.execute(query).one())


def pictures_of(connection: Connection, campaign_id: int) -> list[Picture]:
    columns = picture.c
    query = select(columns.cid, columns.filename, columns.type, columns.content)
    rows = connection.execute(query.where(columns.campaign_id == campaign_id).order_by(columns.cid))
    return [Picture(*row) for row in rows]
