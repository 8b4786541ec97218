"""This module makes unsubscribe links and puts them where SendGrid would: tags, footer, headers."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIGNATURE_LENGTH = 20
HTML = "text/html"
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

    def applied(self, mail: Mapping[str, Any], kind: str, content: str, number: int) -> str:
        """A part of type *kind* with every link in place that *mail*'s settings ask for."""
        if "asm" in mail:
            return self._with_group_links(content, kind, number)
        if tracking := _tracking(mail):
            return self._with_tracked_link(tracking, content, kind, number)
        return content

    def headers(self, mail: Mapping[str, Any], number: int) -> tuple[tuple[str, str], ...]:
        """The headers for mail programs (RFC 8058), where *mail*'s settings ask for them."""
        if "asm" not in mail and not _tracking(mail):
            return ()
        link = self.link(GROUP if "asm" in mail else ALL, number)
        return (
            ("List-Unsubscribe", f"<{link}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        )

    def _signature(self, kind: str, number: int) -> str:
        signed = hmac.new(self.secret, f"{kind}/{number}".encode(), hashlib.sha256)
        return signed.hexdigest()[:SIGNATURE_LENGTH]

    def _with_group_links(self, content: str, kind: str, number: int) -> str:
        for tag, target in GROUP_TAGS.items():
            if tag in content:
                content = content.replace(tag, self.link(target, number))
        for tag, (target, words) in GROUP_LINKS.items():
            if tag in content:
                link = self.link(target, number)
                whole = f'<a href="{link}">{words}</a>' if kind == HTML else f"{words}: {link}"
                content = content.replace(tag, whole)
        return content

    def _with_tracked_link(
        self, tracking: Mapping[str, Any], content: str, kind: str, number: int
    ) -> str:
        link = self.link(ALL, number)
        if tag := tracking.get("substitution_tag"):
            return content.replace(tag, link)
        if kind == HTML:
            footer = _footer(tracking.get("html", ""), f'<a href="{link}">', "</a>")
            return _above_the_end(content, footer)
        return content + _footer(tracking.get("text", ""), "", f" {link}")


def _tracking(mail: Mapping[str, Any]) -> Mapping[str, Any] | None:
    tracking: Mapping[str, Any] = mail.get("tracking_settings", {}).get("subscription_tracking", {})
    return tracking if tracking.get("enable") else None


def _footer(wording: str, before: str, after: str) -> str:
    wording = wording or "\n\n<% Unsubscribe %>"
    return FOOTER_TAG.sub(lambda tag: f"{before}{tag[1]}{after}", wording)


def _above_the_end(html: str, footer: str) -> str:
    body, end, rest = html.rpartition("</body>")
    return f"{body}{footer}{end}{rest}" if end else html + footer
