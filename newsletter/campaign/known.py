"""This module gathers all that is known of a person, for themselves to have (GDPR art. 15)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, exists, join, select

from newsletter.audience.explain import explain
from newsletter.campaign.counts import DECIDING, OUTCOME_OF_STATE
from newsletter.campaign.forget import its_request
from newsletter.errors import NewsletterError
from newsletter.store import (
    attempt,
    campaign,
    consent_log,
    event,
    recipient,
    request,
    subscriber,
    suppression,
)

Found = Mapping[str, Any]


def all_known(connection: Connection, key: str) -> Found:
    """Everything about *key*; raises NewsletterError where there is nothing."""
    if not is_known(connection, key):
        raise NewsletterError(f"nothing is known of {key}")
    number = connection.scalar(select(subscriber.c.id).where(subscriber.c.key == key))
    gone = _rows(
        connection,
        select(suppression.c.reason, suppression.c.origin, suppression.c.at).where(
            suppression.c.key == key
        ),
    )
    agreed = select(consent_log).where(consent_log.c.subscriber_id == number)
    return {
        "address": key,
        "lists": asdict(explain(connection, key)) if number is not None else None,
        "agreed": _rows(connection, agreed) if number is not None else [],
        "not mailed": gone,
        "mails": _mails(connection, key),
        "events": _events(connection, key),
    }


def is_known(connection: Connection, key: str) -> bool:
    """Whether there is anything about *key*."""
    return any(
        connection.scalar(select(exists().where(table.c.key == key)))
        for table in (subscriber, recipient, suppression, event)
    )


def _mails(connection: Connection, key: str) -> list[Found]:
    query = (
        select(
            campaign.c.id.label("campaign"),
            campaign.c.title,
            campaign.c.created_at,
            recipient.c.outcome,
            request.c.state,
            recipient.c.address,
            recipient.c.subject,
            recipient.c.substitutions,
        )
        .join(campaign, campaign.c.id == recipient.c.campaign_id)
        .outerjoin(join(request, attempt, DECIDING), its_request())
        .where(recipient.c.key == key)
        .order_by(campaign.c.id)
    )
    return [
        {
            "campaign": row.campaign,
            "title": row.title,
            "frozen_at": row.created_at,
            "address": row.address,
            "subject": row.subject,
            "values": orjson.loads(row.substitutions),
            "outcome": row.outcome or OUTCOME_OF_STATE[row.state or "pending"],
        }
        for row in connection.execute(query)
    ]


def _events(connection: Connection, key: str) -> Sequence[Found]:
    columns = event.c
    query = select(columns.kind, columns.at, columns.campaign_id, columns.reason)
    return _rows(connection, query.where(columns.key == key).order_by(columns.at, columns.kind))


def _rows(connection: Connection, query: Any) -> list[Found]:
    return [dict(row) for row in connection.execute(query).mappings()]
