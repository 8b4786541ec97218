"""This module makes the links of a reader: signed, opaque, without an address, and valid for years."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadData, Signer

from newsletter.config import from_environment
from newsletter.errors import NewsletterError

VARIABLE = "NEWSLETTER_LINKS_SECRET"
PURPOSES: Mapping[str, str] = {"unsubscribe": "u", "preferences": "p", "browser": "v"}
"""What a link is for, and its path on the site."""

INCOMPLETE = "this link is not complete; open it again from the letter itself"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Destination:
    """Whom and which campaign a link speaks of."""

    purpose: str
    subscriber_id: int
    campaign_id: int


class Links:
    """Links to the clinic's own pages; they never expire (16 CFR 316.5 asks for 30 days, CASL for 60)."""

    def __init__(self, site_url: str, secret: str) -> None:
        self.site_url = site_url.rstrip("/")
        self.signers = {
            purpose: Signer(secret, salt=f"newsletter.{purpose}", sep=".") for purpose in PURPOSES
        }

    def unsubscribe(self, subscriber_id: int, campaign_id: int) -> str:
        return self._link("unsubscribe", subscriber_id, campaign_id)

    def preferences(self, subscriber_id: int, campaign_id: int) -> str:
        return self._link("preferences", subscriber_id, campaign_id)

    def browser(self, subscriber_id: int, campaign_id: int) -> str:
        return self._link("browser", subscriber_id, campaign_id)

    def _link(self, purpose: str, subscriber_id: int, campaign_id: int) -> str:
        token = (
            self.signers[purpose].sign(f"{_short(subscriber_id)}-{_short(campaign_id)}").decode()
        )
        return f"{self.site_url}/{PURPOSES[purpose]}/{token}"

    def read(self, purpose: str, token: str) -> Destination:
        """What *token* was made for; raises NewsletterError for any other."""
        try:
            subscriber, _, campaign = self.signers[purpose].unsign(token).decode().partition("-")
        except BadData as error:
            raise NewsletterError(INCOMPLETE) from error
        return Destination(purpose, int(subscriber, 36), int(campaign, 36))


def _short(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"


def links_secret(root: Path, environment: Mapping[str, str] = os.environ) -> str:
    """The secret that signs links: from the environment or .env, else made once and kept (mode 0600)."""
    if given := from_environment(root, VARIABLE, environment):
        return given
    path = root / ".newsletter" / "links.secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32))
        try:
            path.hardlink_to(fresh)  # whoever comes second keeps the first one's secret
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
