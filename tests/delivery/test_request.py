"""The request: one whole body compared, and both ways of unsubscribing."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from newsletter.campaign import Attempt, Envelope, Recipient
from newsletter.delivery import Account, envelope, list_unsubscribe, unsubscribe_tag
from newsletter.delivery.payload import body, in_ascii, root, sendable
from newsletter.edition import load_edition
from newsletter.errors import NewsletterError
from newsletter.letter import Picture, Variant
from newsletter.links import Links
from newsletter.sandbox import serve

from .conftest import Clinic

GOLDEN = Path(__file__).parent / "request.json"
SEND_AT = 1_790_001_980
ATTEMPT = Attempt(3, 5, 1, 12, "YzRiZDg2", SEND_AT, SEND_AT, 1_790_001_000, "open")
ENVELOPE = Envelope(
    sender="news@clinic.example.com",
    sender_name="Clockwork Perform",
    reply_to="desk@clinic.example.com",
    category="edition-back-2026",
    unsubscribe_tag="[newsletter-unsubscribe-link]",
    group=0,
)
LETTER = Variant("<p>Dear xq1 <img src='cid:spine'></p>", "Dear xq1")
SPINE = Picture("spine", "spine.png", "image/png", b"\x89PNG")
UNUSED = Picture("unused", "unused.png", "image/png", b"\x89PNG")
PEOPLE = [
    Recipient(1, "Ada@example.com", "Ada, a strong back", '{"xq1":"Ada"}', ""),
    Recipient(2, "bo@münchen.example.com", "Bo, a strong back", '{"xq1":"Bo & Sons <x>"}', ""),
    Recipient(3, "cleo@example.com", "A strong back", "{}", "https://news.example.com/u/3"),
]


def test_one_whole_request() -> None:
    written = body(root(ENVELOPE, LETTER, [SPINE, UNUSED]), ATTEMPT, SEND_AT, PEOPLE)
    assert json.loads(written) == json.loads(GOLDEN.read_text())


def test_a_calendar_file_is_attached_unless_the_letter_links_it() -> None:
    file = Picture("open-house-1f", "open-house.ics", "text/calendar", b"BEGIN:VCALENDAR")
    made = json.loads(root(ENVELOPE, LETTER, [file]))
    assert made["attachments"] == [
        {
            "content": "QkVHSU46VkNBTEVOREFS",
            "type": "text/calendar",
            "filename": "open-house.ics",
            "disposition": "attachment",
        }
    ]
    linked = Variant("<a href='https://news.example.com/picture/open-house-1f'>x</a>", "x")
    assert "attachments" not in json.loads(root(ENVELOPE, linked, [file]))


def asked(envelope: Envelope) -> dict[str, Any]:
    """The parts of a request that say how readers leave."""
    made = json.loads(root(envelope, LETTER, []))
    return {"asm": made.get("asm"), **made["tracking_settings"]["subscription_tracking"]}


@pytest.mark.parametrize(
    ("site", "group", "tag", "expected"),
    [
        (
            "",
            0,
            "[newsletter-unsubscribe-link]",
            {
                "asm": None,
                "enable": True,
                "substitution_tag": "[newsletter-unsubscribe-link]",
            },
        ),
        ("", 7, "<%asm_group_unsubscribe_raw_url%>", {"asm": {"group_id": 7}, "enable": False}),
        ("https://news.example.com", 0, None, {"asm": None, "enable": False}),
        ("https://news.example.com", 7, None, {"asm": None, "enable": False}),
    ],
)
def test_exactly_one_way_of_unsubscribing_is_asked_for(
    clinic: Clinic, site: str, group: int, tag: str | None, expected: dict[str, Any]
) -> None:
    settings = replace(
        clinic.settings,
        site=replace(clinic.settings.site, url=site),
        sendgrid=replace(clinic.settings.sendgrid, group=group),
    )
    edition = load_edition(settings.root / "content" / "back.md", settings.root)
    assert unsubscribe_tag(settings) == tag
    assert asked(envelope(settings, edition)) == expected


def test_a_letter_needs_a_sender(clinic: Clinic) -> None:
    edition = load_edition(clinic.settings.root / "content" / "back.md", clinic.settings.root)
    nobody = replace(clinic.settings, sender=replace(clinic.settings.sender, email=""))
    with pytest.raises(NewsletterError, match=r"\[sender\] email is empty"):
        envelope(nobody, edition)


def test_the_header_has_the_link_of_the_body(clinic: Clinic, tmp_path: Path) -> None:
    url = "https://news.example.com"
    clinic.settings = replace(clinic.settings, site=replace(clinic.settings.site, url=url))
    clinic.add("Ada")
    links = Links(url, "secret")
    number = clinic.freeze(links=links)
    with serve(tmp_path / "boxes") as sandbox, Account("SG.test", sandbox.url) as account:
        clinic.account = account
        clinic.dispatch(number)
        [eml] = (sandbox.folder / "outbox").rglob("*.eml")
        words = eml.read_text().replace("=\n", "")
    link = links.unsubscribe(1, number)
    assert words.count("List-Unsubscribe:") == 1
    assert f"<{link}>" in words.replace("\n ", "")
    assert list_unsubscribe(link)["List-Unsubscribe"] == f"<{link}>"
    assert words.count(link) >= 3


@pytest.mark.parametrize(
    ("address", "ascii_address", "can"),
    [
        ("Ada@example.com", "Ada@example.com", True),
        ("ada@münchen.example", "ada@xn--mnchen-3ya.example", True),
        ("noël@example.com", "noël@example.com", False),
    ],
)
def test_addresses_go_out_in_ascii(address: str, ascii_address: str, can: bool) -> None:
    assert (in_ascii(address), sendable(address)) == (ascii_address, can)
