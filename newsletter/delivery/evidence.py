"""This module asks SendGrid's Email Logs whether a request without an answer was accepted.

The logs cannot be searched for custom args, so two or three of the request's people are looked up, and each
mail found says whose attempt it was. What is found proves acceptance, for a request is accepted whole or
not at all; what is not found proves nothing, for the logs lag behind. Of mail that may have been stopped in time only
an event that it left proves anything.
Source: twilio.com/docs/sendgrid/api-reference/email-logs
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from newsletter.campaign import Envelope
from newsletter.delivery.account import Account
from newsletter.delivery.events import KINDS
from newsletter.delivery.payload import in_ascii
from newsletter.feedback import (
    LEFT,
    settle_accepted,
    settle_unknown_by_events,
    stopped_too_late,
)
from newsletter.store import Store, attempt, campaign, recipient, request

PROOF = "SendGrid's Email Logs prove that it was accepted"
ASKED = 3
"""How many people of a request are looked up."""
MESSAGES = 20
"""How many mails of one person are looked at."""
EARLIER_SECONDS = 600
"""How far before the posting a mail may be dated, for clocks differ."""


@dataclass(frozen=True)
class Unknown:
    """A request without an answer, and some of its people."""

    id: int
    campaign_id: int
    attempt_id: int
    category: str
    posted_at: int
    stopped: bool
    """Whether the question is not if it was accepted, but if it left."""
    addresses: tuple[str, ...]


def settle_unknown_by_evidence(
    store: Store, account: Account, campaign_id: int, *, now: int
) -> int:
    """Mark as accepted every unknown request that events or the Email Logs prove; how many that was.

    Raises NewsletterError where the key may not read the logs, ServiceFailed where SendGrid does not answer.
    """
    with store.write() as connection:
        settled = settle_unknown_by_events(connection, campaign_id, now=now)
    for one in [*_unknown(store, campaign_id)]:
        if message_id := _logged(account, one):
            with store.write() as connection:
                settled += settle_accepted(connection, one.id, message_id, now=now, proof=PROOF)
    return settled


def _unknown(store: Store, campaign_id: int) -> Iterator[Unknown]:
    """The requests without an answer whose attempt still counts."""
    query = (
        select(request, campaign.c.envelope, stopped_too_late().label("stopped"))
        .join_from(request, attempt, attempt.c.id == request.c.attempt_id)
        .join(campaign, campaign.c.id == request.c.campaign_id)
        .where(
            request.c.campaign_id == campaign_id,
            request.c.state == "unknown",
            attempt.c.state != "cancelled",
        )
        .order_by(request.c.id)
    )
    with store.read() as connection:
        for row in connection.execute(query).all():
            people = (
                select(recipient.c.address)
                .where(
                    recipient.c.campaign_id == campaign_id,
                    recipient.c.seq.between(row.first_seq, row.last_seq),
                    recipient.c.outcome.is_(None),
                )
                .order_by(recipient.c.seq)
                .limit(ASKED)
            )
            yield Unknown(
                row.id,
                row.campaign_id,
                row.attempt_id,
                Envelope.from_json(row.envelope).category,
                row.posted_at or 0,
                row.stopped,
                tuple(in_ascii(address) for address in connection.scalars(people)),
            )


def _logged(account: Account, one: Unknown) -> str:
    """The id of a mail of the request's own attempt; empty where the logs show none."""
    since = datetime.fromtimestamp(max(one.posted_at - EARLIER_SECONDS, 0), UTC)
    for address in one.addresses:
        if "'" in address:  # the query language knows no way to write it
            continue
        query = (
            f"to_email = '{address}' AND categories IN ('{one.category}') AND "
            f'sg_message_id_created_at >= TIMESTAMP "{since:%Y-%m-%dT%H:%M:%SZ}"'
        )
        found = account.ask("post", "logs", {"query": query, "limit": MESSAGES}, 200)
        for message in found["messages"]:
            if _is_of(account, message["sg_message_id"], one):
                return str(message["sg_message_id"])
    return ""


def _is_of(account: Account, message_id: str, one: Unknown) -> bool:
    found = account.get(f"logs/{message_id}")
    args = found.get("custom_args") or {}
    mine = args.get("newsletter_attempt") == str(one.attempt_id) and args.get(
        "newsletter_campaign"
    ) == str(one.campaign_id)
    return mine and (not one.stopped or _has_left(found))


def _has_left(found: Mapping[str, Any]) -> bool:
    return any(KINDS.get(str(told.get("event"))) in LEFT for told in found.get("events") or ())
