"""This module builds the mail of a draft as mailboxes receive it, for programs that judge whole mails."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from typing import cast

from newsletter.checks.draft import Draft

NOBODY = "reader@example.com"


def mail_of(draft: Draft, now: datetime) -> bytes:
    """The mail: headers, text and HTML, pictures inside."""
    sender = draft.settings.sender
    address = sender.email or "news@example.com"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((sender.name, address))
    mail["To"] = NOBODY
    mail["Subject"] = draft.view.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(idstring="newsletter", domain=address.rpartition("@")[2])
    for name, value in draft.headers.items():
        mail[name] = value
    mail.set_content(draft.view.text)
    mail.add_alternative(draft.view.html, subtype="html")
    _text, html = mail.iter_parts()
    for picture in draft.pictures:
        if f"cid:{picture.cid}" in draft.view.html:
            kind, _, subtype = picture.type.partition("/")
            cast(EmailMessage, html).add_related(
                picture.content, kind, subtype, cid=f"<{picture.cid}>", filename=picture.filename
            )
    return mail.as_bytes()
