"""This module reads SendGrid's events: its words on the left, ours on the right.

Source: the event webhook reference (twilio.com/docs/sendgrid/for-developers/tracking-events/event).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from newsletter.delivery.suppressions import as_text, key_of
from newsletter.errors import NewsletterError
from newsletter.feedback import Event

KINDS: Mapping[str, str] = {
    "processed": "processed",
    "deferred": "deferred",
    "delivered": "delivered",
    "dropped": "dropped",
    "bounce": "bounced",
    "blocked": "blocked",
    "open": "opened",
    "click": "clicked",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
    "group_resubscribe": "resubscribed",
}
"""What is not here (account_status_change) is no event of a mail."""
GROUP = "group_"
REASON_LENGTH = 500
LATEST = 2**40
"""Seconds since 1970: no event happens later."""


def read_events(body: bytes) -> list[Event]:
    """The events in one post of the webhook; raises NewsletterError for what is no list of events.

    Signs that are none lose nobody else's events: reasons are the words of any mail server in the world.
    """
    try:
        given = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise NewsletterError(f"this is no JSON ({error})") from error
    if not isinstance(given, list):
        raise NewsletterError("this is no list of events")
    return [*_events(given)]


def _events(given: list[Any]) -> Iterator[Event]:
    for one in given:
        word = _word(one) if isinstance(one, dict) else ""
        if (
            word in KINDS
            and isinstance(one.get("email"), str)
            and type(one.get("timestamp")) is int
            and 0 <= one["timestamp"] <= LATEST
        ):
            yield _event(one, word)


def _word(one: Mapping[str, Any]) -> str:
    """SendGrid calls a block a bounce of type "blocked"."""
    word = str(one.get("event"))
    return "blocked" if word == "bounce" and one.get("type") == "blocked" else word


def _event(one: Mapping[str, Any], word: str) -> Event:
    key, message_id = key_of(as_text(one["email"])), as_text(one.get("sg_message_id"))
    own = f"{word}/{one['timestamp']}/{key}/{message_id}"
    return Event(
        provider_id=as_text(one.get("sg_event_id")) or own,
        kind=KINDS[word],
        at=one["timestamp"],
        key=key,
        message_id=message_id,
        categories=_categories(one.get("category")),
        campaign_id=_number(one.get("newsletter_campaign")),
        attempt_id=_number(one.get("newsletter_attempt")),
        seq=_number(one.get("newsletter_recipient")),
        reason=as_text(one.get("reason") or one.get("response"))[:REASON_LENGTH],
        machine=one.get("sg_machine_open") is True,
        group=_number(one.get("asm_group_id")) or 0 if word.startswith(GROUP) else 0,
    )


def _categories(given: Any) -> tuple[str, ...]:
    return tuple(map(as_text, given if isinstance(given, list) else [given] if given else []))


def _number(value: Any) -> int | None:
    """Custom args are text; what is no number of ours is nobody's."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
