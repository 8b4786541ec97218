"""This module fills one recipient's mail as SendGrid does: plain replacement, values as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.sandbox.farewell import Farewell

ROLES = ("to", "cc", "bcc")


@dataclass(frozen=True)
class Mail:
    """One recipient's mail, everything filled in."""

    number: int
    address: str
    sender: Mapping[str, str]
    to: tuple[Mapping[str, str], ...]
    cc: tuple[Mapping[str, str], ...]
    reply_to: tuple[Mapping[str, str], ...]
    subject: str
    parts: tuple[tuple[str, str], ...]
    """Type and content: text, HTML, whatever else, in this order."""
    headers: tuple[tuple[str, str], ...]
    custom_args: Mapping[str, str]
    attachments: tuple[Mapping[str, str], ...]

    @property
    def html(self) -> str:
        """The HTML part, or nothing."""
        return dict(self.parts).get("text/html", "")

    @property
    def text(self) -> str:
        """The text part, or nothing."""
        return dict(self.parts).get("text/plain", "")


def recipients(body: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Everybody whom a request reaches: the place of their personalization and their address."""
    return [
        (place, mailbox["email"])
        for place, person in enumerate(body["personalizations"])
        for role in ROLES
        for mailbox in person.get(role, ())
    ]


def filled(
    body: Mapping[str, Any], place: int, address: str, number: int, farewell: Farewell
) -> Mail:
    """The mail of the personalization at *place*, for *address*."""
    person = body["personalizations"][place]
    values = person.get("substitutions", {})
    return Mail(
        number=number,
        address=address,
        sender=person.get("from", body["from"]),
        to=tuple(person["to"]),
        cc=tuple(person.get("cc", ())),
        reply_to=_replies(body, values),
        subject=subject(body, place),
        parts=tuple(
            (
                part["type"],
                farewell.applied(body, part["type"], substituted(part["value"], values), number),
            )
            for part in body["content"]
        ),
        headers=(
            *({**body.get("headers", {}), **person.get("headers", {})}).items(),
            *farewell.headers(body, number),
        ),
        custom_args={**body.get("custom_args", {}), **person.get("custom_args", {})},
        attachments=tuple(body.get("attachments", ())),
    )


def subject(body: Mapping[str, Any], place: int) -> str:
    """The subject of the personalization at *place*."""
    person = body["personalizations"][place]
    return substituted(person.get("subject") or body["subject"], person.get("substitutions", {}))


def substituted(text: str, values: Mapping[str, str]) -> str:
    """*text* with each tag replaced by its value, one after the other, nothing escaped."""
    for tag, value in values.items():
        text = text.replace(tag, value)
    return text


def _replies(body: Mapping[str, Any], values: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    replies = body.get("reply_to_list") or ([body["reply_to"]] if "reply_to" in body else [])
    return tuple(
        {key: substituted(value, values) for key, value in mailbox.items()} for mailbox in replies
    )
