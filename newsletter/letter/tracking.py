"""This module tags links to the clinic's own pages, so that its web statistics know the letter they come from.

Strangers' links stay as they are, and so do unsubscribe and preference links: those are each reader's own.
The words are what Google Analytics 4 matches: lower case, medium "email". Nothing speaks of a reader.
"""

import html
import re
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from newsletter.config import Settings
from newsletter.edition import Edition
from newsletter.letter.rendering import Rendered

HREF = re.compile(r'(<mj-button\b|<a\b|<mj-image\b)([^<>]*?\bhref=")((?i:https?)://[^"]+)(?=")')
ADDRESS = re.compile(r"(?i:https?)://[^\s<>\"]*[^\s<>\".,;:!?)\]]")
PARTS = {"edition/body.mjml": "body", "edition/contents.mjml": "contents"}
"""What links are called by the template they stand in; others by their file's name."""


@dataclass(frozen=True)
class Tracking:
    """What is added to links that lead to one of *hosts*."""

    hosts: frozenset[str]
    source: str
    medium: str
    campaign: str

    def tag(self, rendered: Rendered) -> Rendered:
        """*rendered* with every link of our own tagged, in both parts."""
        return replace(rendered, mjml=self._mjml(rendered), text=self._text(rendered.text))

    def _mjml(self, rendered: Rendered) -> str:
        seen: Counter[str] = Counter()

        def tagged(match: re.Match[str]) -> str:
            line = rendered.mjml.count("\n", 0, match.start())
            part = "cta" if match[1] == "<mj-button" else _part(rendered.lines[line][0])
            seen[part] += self.is_own(match[3])
            content = part if part in {"cta", "header", "footer"} else f"{part}-{seen[part]}"
            link = self.tagged(html.unescape(match[3]), content)
            return match[1] + match[2] + html.escape(link)

        return HREF.sub(tagged, rendered.mjml)

    def _text(self, text: str) -> str:
        return ADDRESS.sub(lambda match: self.tagged(match[0], "text"), text)

    def is_own(self, link: str) -> bool:
        host = urlsplit(link).hostname or ""
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)

    def tagged(self, link: str, content: str) -> str:
        """*link* with the words that it does not have yet; a stranger's link as it is."""
        if not self.is_own(link):
            return link
        parts = urlsplit(link)
        given = {name for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
        words = {
            "utm_source": self.source,
            "utm_medium": self.medium,
            "utm_campaign": self.campaign,
            "utm_content": content,
        }
        added = urlencode({name: word for name, word in words.items() if name not in given})
        query = "&".join(filter(None, (parts.query, added)))
        return urlunsplit(parts._replace(query=query))


def tracking_of(edition: Edition, settings: Settings) -> Tracking | None:
    """How the links of *edition* are tagged; None where the settings do not ask for it."""
    if not settings.utm.on:
        return None
    addresses = (settings.clinic.url, settings.site.url)
    hosts = {(urlsplit(address).hostname or "").removeprefix("www.") for address in addresses}
    campaign = re.sub(r"[^a-z0-9]+", "-", edition.id.lower()).strip("-")
    return Tracking(frozenset(hosts - {""}), settings.utm.source, settings.utm.medium, campaign)


def _part(name: str) -> str:
    return PARTS.get(name) or name.rpartition("/")[2].partition(".")[0]
