"""This module shows one mail in the browser: as HTML, as plain text, as it was written."""

import base64
import re
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from newsletter.sandbox.farewell import Farewell
from newsletter.sandbox.html import page
from newsletter.sandbox.mail import Mail, filled
from newsletter.sandbox.mime import Envelope, head
from newsletter.sandbox.office import Office
from newsletter.sandbox.records import opened

VIEWS = {"html": "Letter", "text": "Plain text", "source": "Source"}
# The letter is a stranger's page: no scripts, no forms, links open outside.
LETTER_POLICY = (
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline' *; font-src *; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
FOUND = """
    SELECT message.*, request.message_id, request.body
    FROM message JOIN request ON request.id = message.request WHERE message.id = ?
"""


def show_mail(office: Office, request: Request, number: int) -> Response:
    """One mail with its headers; ?view= chooses the part."""
    row, mail = _mail(office, number)
    view = request.args.get("view", "html" if mail.html else "text")
    headers = head(mail, row["message_id"], row["due"])
    return page(
        "mail.html",
        here="",
        mail=mail,
        headers=headers,
        row=row,
        views=VIEWS,
        view=view if view in VIEWS else "html",
        source=_source(mail, headers).decode("utf-8", "replace") if view == "source" else "",
        unsubscribe=dict(mail.headers).get("List-Unsubscribe", "").strip("<>"),
        now=office.clock.now(),
    )


def show_html(office: Office, request: Request, number: int) -> Response:
    """The HTML part alone, for the frame; pictures that travel inline come from here."""
    _, mail = _mail(office, number)
    html = re.sub(r"cid:([^\"'\s)>]+)", rf"/mail/{number}/picture/\1", mail.html)
    base = '<base target="_blank">'
    html, heads = re.subn(r"<head[^>]*>", lambda found: found[0] + base, html, count=1)
    response = Response(html if heads else base + html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


def show_picture(office: Office, request: Request, number: int, cid: str) -> Response:
    _, mail = _mail(office, number)
    for attachment in mail.attachments:
        if attachment.get("content_id") == cid:
            content = base64.b64decode(attachment["content"])
            response = Response(content, content_type=attachment.get("type", "image/png"))
            response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
            return response
    raise NotFound


def show_source(office: Office, request: Request, number: int) -> Response:
    """The mail as .eml."""
    row, mail = _mail(office, number)
    response = Response(_source(mail, head(mail, row["message_id"], row["due"])))
    response.headers["Content-Type"] = "message/rfc822"
    response.headers["Content-Disposition"] = f'attachment; filename="{number:08}.eml"'
    return response


def _mail(office: Office, number: int) -> tuple[Any, Mail]:
    row = office.database.row(FOUND, (number,))
    if row is None:
        raise NotFound
    farewell = Farewell(office.url, office.secret)
    return row, filled(opened(row["body"]), row["place"], row["address"], number, farewell)


def _source(mail: Mail, headers: list[tuple[str, str]]) -> bytes:
    return Envelope(mail).eml(mail, headers)
