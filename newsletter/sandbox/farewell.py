"""This module makes unsubscribe links and puts them where SendGrid would: tags, footer, headers."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIGNATURE_LENGTH = 20
ALL, GROUP, PREFERENCES = "all", "group", "preferences"

GROUP_TAGS = {
    "<%asm_group_unsubscribe_raw_url%>": GROUP,
    "<%asm_global_unsubscribe_raw_url%>": ALL,
    "<%asm_preferences_raw_url%>": PREFERENCES,
}
# Without "raw" SendGrid writes the whole link.
GROUP_LINKS = {
    "<%asm_group_unsubscribe_url%>": (GROUP, "Unsubscribe from this list"),
    "<%asm_global_unsubscribe_url%>": (ALL, "Unsubscribe from all emails"),
    "<%asm_preferences_url%>": (PREFERENCES, "Manage email preferences"),
}
FOOTER_TAG = re.compile(r"<%\s*(.*?)\s*%>")


@dataclass(frozen=True)
class Parts:
    """The readable parts of a mail and the headers that the farewell adds."""

    html: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Farewell:
    """Makes and reads the links of this sandbox."""

    url: str
    secret: bytes

    def link(self, kind: str, number: int) -> str:
        """The page on which the reader of mail *number* unsubscribes."""
        return f"{self.url}/unsubscribe/{kind}/{number}/{self._signature(kind, number)}"

    def signed(self, kind: str, number: int, signature: str) -> bool:
        """Whether a link is one of ours."""
        return hmac.compare_digest(signature, self._signature(kind, number))

    def applied(self, mail: Mapping[str, Any], html: str, text: str, number: int) -> Parts:
        """The parts with everything in place that *mail*'s settings ask for."""
        if "asm" in mail:
            return self._group(html, text, number)
        tracking = mail.get("tracking_settings", {}).get("subscription_tracking", {})
        if tracking.get("enable"):
            return self._tracked(tracking, html, text, number)
        return Parts(html, text)

    def _signature(self, kind: str, number: int) -> str:
        return hmac.new(self.secret, f"{kind}/{number}".encode(), hashlib.sha256).hexdigest()[
            :SIGNATURE_LENGTH
        ]

    def _group(self, html: str, text: str, number: int) -> Parts:
        for tag, kind in GROUP_TAGS.items():
            if tag in html or tag in text:
                link = self.link(kind, number)
                html, text = html.replace(tag, link), text.replace(tag, link)
        for tag, (kind, words) in GROUP_LINKS.items():
            link = self.link(kind, number)
            html = html.replace(tag, f'<a href="{link}">{words}</a>')
            text = text.replace(tag, f"{words}: {link}")
        return Parts(html, text, self._headers(GROUP, number))

    def _tracked(self, tracking: Mapping[str, Any], html: str, text: str, number: int) -> Parts:
        link = self.link(ALL, number)
        if tag := tracking.get("substitution_tag"):
            html, text = html.replace(tag, link), text.replace(tag, link)
        else:
            html = _with_footer(
                html, _footer(tracking.get("html", ""), f'<a href="{link}">', "</a>")
            )
            text += _footer(tracking.get("text", ""), "", f" {link}")
        return Parts(html, text, self._headers(ALL, number))

    def _headers(self, kind: str, number: int) -> tuple[tuple[str, str], ...]:
        return (
            ("List-Unsubscribe", f"<{self.link(kind, number)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )


def _footer(wording: str, before: str, after: str) -> str:
    wording = wording or "\n\n<% Unsubscribe %>"
    return FOOTER_TAG.sub(lambda tag: f"{before}{tag[1]}{after}", wording)


def _with_footer(html: str, footer: str) -> str:
    if not html:
        return html
    body, end, rest = html.rpartition("</body>")
    return f"{body}{footer}{end}{rest}" if end else html + footer
