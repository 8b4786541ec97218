"""SendGrid's words for events, and ours."""

import json
from typing import Any

import pytest

from newsletter.delivery import read_events
from newsletter.delivery.events import KINDS
from newsletter.errors import NewsletterError
from newsletter.feedback import Event
from newsletter.store import EVENT_RANKS

BOUNCE: dict[str, Any] = {
    "email": "Ada@Example.com",
    "timestamp": 1_790_000_000,
    "event": "bounce",
    "type": "bounce",
    "sg_event_id": "Ym91bmNl",
    "sg_message_id": "14c5d75ce93.recvd-1-2.0",
    "smtp-id": "<14c5d75ce93@ismtpd-555>",
    "category": ["newsletter", "back-2026"],
    "reason": "550 5.1.1 no such user",
    "status": "5.1.1",
    "ip": "192.0.2.1",
    "newsletter_campaign": "4",
    "newsletter_attempt": "7",
    "newsletter_recipient": "1000000001",
}


def read(*events: Any) -> list[Event]:
    return read_events(json.dumps(events).encode())


def test_an_event_is_read_whole() -> None:
    assert read(BOUNCE) == [
        Event(
            provider_id="Ym91bmNl",
            kind="bounced",
            at=1_790_000_000,
            key="ada@example.com",
            message_id="14c5d75ce93.recvd-1-2.0",
            categories=("newsletter", "back-2026"),
            campaign_id=4,
            attempt_id=7,
            seq=1_000_000_001,
            reason="550 5.1.1 no such user",
        )
    ]


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"type": "blocked"}, "kind", "blocked"),
        ({"event": "spamreport"}, "kind", "complained"),
        ({"event": "open", "sg_machine_open": True}, "machine", True),
        ({"event": "open", "sg_machine_open": False}, "machine", False),
        ({"category": "newsletter"}, "categories", ("newsletter",)),
        ({"category": None}, "categories", ()),
        ({"event": "group_unsubscribe", "asm_group_id": 12}, "group", 12),
        ({"event": "delivered", "asm_group_id": 12}, "group", 0),
        ({"sg_message_id": None}, "message_id", ""),
        ({"newsletter_campaign": "4; DROP"}, "campaign_id", None),
        ({"newsletter_recipient": "9" * 19}, "seq", None),
        ({"newsletter_attempt": None}, "attempt_id", None),
        ({"reason": None, "response": "250 OK"}, "reason", "250 OK"),
        ({"email": "ada@xn--mnchen-3ya.example.com"}, "key", "ada@münchen.example.com"),
        ({"reason": "550 caf\0é \ud800 no"}, "reason", "550 café ? no"),
        ({"category": 5}, "categories", ("5",)),
        ({"email": "no address"}, "key", "no address"),
        (
            {"sg_event_id": ""},
            "provider_id",
            "bounce/1790000000/ada@example.com/14c5d75ce93.recvd-1-2.0",
        ),
    ],
)
def test_what_is_odd_is_understood(changes: dict[str, Any], field: str, value: Any) -> None:
    (event,) = read({**BOUNCE, **changes})
    assert getattr(event, field) == value


@pytest.mark.parametrize(
    "other",
    [
        {**BOUNCE, "event": "account_status_change"},
        {**BOUNCE, "email": None},
        {**BOUNCE, "timestamp": "soon"},
        {**BOUNCE, "timestamp": 10**30},
        {**BOUNCE, "timestamp": -1},
        {},
        [],
        "event",
    ],
)
def test_what_is_no_event_of_a_mail_is_passed_over_and_the_rest_is_read(other: Any) -> None:
    assert read(other, BOUNCE) == read(BOUNCE)


def test_a_reason_in_an_older_encoding_is_read_as_well_as_can_be() -> None:
    body = json.dumps([BOUNCE, BOUNCE]).encode().replace(b"no such user", b"caf\xe9", 1)
    assert [event.reason for event in read_events(body)] == [
        "550 5.1.1 caf\ufffd",
        BOUNCE["reason"],
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"5", b"[" * 100_000])
def test_what_is_no_list_is_said_so(body: bytes) -> None:
    with pytest.raises(NewsletterError, match="this is no"):
        read_events(body)


def test_every_word_has_a_rank() -> None:
    assert set(KINDS.values()) == set(EVENT_RANKS)
