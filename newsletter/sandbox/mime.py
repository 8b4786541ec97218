"""This module writes mail as .eml: the structure once a request, each one's words into its gaps."""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from newsletter.sandbox.mail import Mail

# RFC 8058 wants List-Unsubscribe whole: no folding, no encoding.
POLICY = SMTP.clone(max_line_length=998)
LINE_LENGTH = 998


class Envelope:
    """The MIME structure that all mails of one request share, with a gap for each part."""

    def __init__(self, mail: Mail) -> None:
        mark = secrets.token_hex(8)
        message = EmailMessage(policy=POLICY)
        for place, (kind, _) in enumerate(mail.parts):
            _add_part(message, kind, f"{mark}{place}end", first=place == 0)
        for attachment in mail.attachments:
            _attach(message, attachment)
        self._pieces = re.split(rf"{mark}\d+end(?:\r?\n)?".encode(), message.as_bytes())

    def eml(self, mail: Mail, headers: Iterable[tuple[str, str]]) -> bytes:
        """The whole message of *mail*."""
        pieces = [*(_header(name, value) for name, value in headers), self._pieces[0]]
        for (_, content), piece in zip(mail.parts, self._pieces[1:], strict=True):
            pieces += [_quoted_printable(content), piece]
        return b"".join(pieces)


def head(mail: Mail, message_id: str, at: float) -> list[tuple[str, str]]:
    """The headers of *mail*, in the order in which a person reads them."""
    headers = [
        ("From", _mailboxes([mail.sender])),
        ("To", _mailboxes(mail.to)),
        ("Cc", _mailboxes(mail.cc)),
        ("Reply-To", _mailboxes(mail.reply_to)),
        ("Subject", mail.subject),
        ("Date", format_datetime(datetime.fromtimestamp(at, UTC))),
        *mail.headers,
        ("X-Message-Id", message_id),
        ("X-Recipient", mail.address),
        ("X-Custom-Args", json.dumps(mail.custom_args) if mail.custom_args else ""),
    ]
    if not any(name.lower() == "message-id" for name, _ in mail.headers):
        headers.append(("Message-ID", f"<{message_id}@sandbox.invalid>"))
    return [(name, value) for name, value in headers if value]


def _add_part(message: EmailMessage, kind: str, content: str, *, first: bool) -> None:
    main, _, sub = kind.partition("/")
    if first and main == "text":
        message.set_content(content, subtype=sub, cte="quoted-printable")
    elif main == "text":
        message.add_alternative(content, subtype=sub, cte="quoted-printable")
    else:
        message.add_attachment(
            content.encode(), main, sub or "octet-stream", cte="quoted-printable"
        )


def _attach(message: EmailMessage, attachment: Mapping[str, str]) -> None:
    main, _, sub = attachment.get("type", "").partition("/")
    if not sub or main in ("message", "multipart"):  # these would be taken apart
        main, sub = "application", "octet-stream"
    content = base64.b64decode(attachment["content"])
    html = message.get_body(("html",))
    if attachment.get("disposition") == "inline" and html is not None:
        html.add_related(
            content,
            main,
            sub,
            disposition="inline",
            filename=attachment["filename"],
            cid=f"<{attachment.get('content_id', attachment['filename'])}>",
        )
    else:
        message.add_attachment(content, main, sub, filename=attachment["filename"])


def _header(name: str, value: str) -> bytes:
    value = re.sub(r"[\r\n]+\s*", " ", value)
    if not value.isascii() or len(name) + len(value) + 2 > LINE_LENGTH:
        value = Header(value, "utf-8", maxlinelen=76, header_name=name).encode(linesep="\r\n")
    return f"{name}: {value}\r\n".encode("ascii")


def _mailboxes(mailboxes: Sequence[Mapping[str, str]]) -> str:
    return ", ".join(
        formataddr((mailbox.get("name", ""), _in_ascii(mailbox["email"]))) for mailbox in mailboxes
    )


def _in_ascii(address: str) -> str:
    if address.isascii():
        return address
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"


def _quoted_printable(content: str) -> bytes:
    # The last line break tells b2a_qp which kind of break to fold with.
    lines = content.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n") + "\r\n"
    return binascii.b2a_qp(lines.encode(), istext=True)
